"""A count of ranked ballots in sentences: round by round, tie by tie."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from app.ranked.words import BY, ENDED
from budget.report import decimal
from core.words import gettext as _
from core.words import ngettext
from tally import Amount
from tally.ranked import RANKED_RULES, Count, RankedOutcome, RankedTie
from tally.ranked.trace import Event, candidate_story

NAMED = 3  # of those to whom ballots moved on, so many are named
DUST = Fraction(1, 10**6)  # votes: less than this is told as less
# Rules under which as many votes as the threshold are not enough.
MORE = frozenset({"bucklin", "meek", "wigm"})


@dataclass(frozen=True)
class Turn:
    """One round in words.

    Attributes
    ----------
    said : what came to these votes, and what follows from them
    """

    number: int
    said: tuple[str, ...]


def turns(outcome: RankedOutcome) -> list[Turn]:
    """Every round; none for rules without."""
    stories = [candidate_story(outcome, one) for one in range(len(outcome.names))]
    found = []
    for number in range(1, len(outcome.rounds) + 1):
        events = {
            one: event
            for one, story in enumerate(stories)
            for event in story
            if event.round == number
        }
        found.append(Turn(number, tuple(_said(outcome, number, events))))
    return found


def standing(outcome: RankedOutcome, turn: Count) -> str:
    """How the votes stand in a round, the most first."""
    votes = sorted(turn.votes, key=lambda row: -row[1])
    return ", ".join(f"{outcome.names[one]} {decimal(said)}" for one, said in votes)


def names_of(outcome: RankedOutcome, candidates: Iterable[int]) -> str:
    """The candidates by name, one after another."""
    return ", ".join(outcome.names[one] for one in candidates)


def tie(outcome: RankedOutcome, met: RankedTie) -> str:
    """Who stood level, and by what it went."""
    names = names_of(outcome, met.candidates)
    if not met.chosen:
        return _("Level, and nothing in the rule settles it: %(names)s.", names=names)
    facts = {"names": names, "chosen": names_of(outcome, met.chosen), "by": BY[met.by]}
    if met.round and met.chosen[0] in outcome.rounds[met.round - 1].eliminated:
        return _(
            "Level in round %(round)s: %(names)s. %(chosen)s goes out (%(by)s).",
            round=met.round, **facts,
        )  # fmt: skip
    return _("Level: %(names)s. %(chosen)s goes first (%(by)s).", **facts)


def needed(outcome: RankedOutcome, turn: Count) -> str:
    """The votes to be reached, or to be passed, in words; nothing where the rule has none."""
    if turn.threshold is None:
        return ""
    told = decimal(turn.threshold)
    return _("more than %(votes)s", votes=told) if _is_passed(outcome, turn) else told


def _is_passed(outcome: RankedOutcome, turn: Count) -> bool:
    """Whether more than the threshold is needed: so too in run-offs whose votes are fractions."""
    if outcome.rule != "irv":
        return outcome.rule in MORE
    by_first = dict(outcome.parameters)["stop"] == "first_round_majority"
    counted = outcome.rounds[0] if by_first else turn
    return 2 * (turn.threshold or 0) <= sum(said for _, said in counted.votes)


def _said(outcome: RankedOutcome, number: int, events: dict[int, Event]) -> Iterator[str]:
    turn = outcome.rounds[number - 1]
    rule = RANKED_RULES[outcome.rule].function
    if rule == "bucklin":
        yield from _bucklin(outcome, number)
    elif rule == "star":
        yield from _star(number)
    else:
        yield from _moved(outcome, turn)
        yield from _elected(outcome, turn, events)
        yield from _eliminated(outcome, turn, events)
        yield from (tie(outcome, met) for met in outcome.ties if met.round == number)
        before = outcome.rounds[number - 2].exhausted if number > 1 else ()
        if turn.exhausted and turn.exhausted != before:
            yield _("No longer counting: %(votes)s.", votes=ended(turn))


def ended(turn: Count) -> str:
    """How many votes count for nobody any more, by reason."""
    return ", ".join(
        str(ENDED[why]) % {"votes": decimal(said) if said >= DUST else f"<{decimal(DUST)}"}
        for why, said in turn.exhausted
    )


def _moved(outcome: RankedOutcome, turn: Count) -> Iterator[str]:
    """Whose votes moved to whom, to come to the votes of this round."""
    for source in turn.transferred:
        ways = [(to, said) for one, to, said in turn.transfers if one == source]
        if not ways:
            yield _("The ballots of %(name)s now count for others.", name=outcome.names[source])
            continue
        yield _(
            "From %(name)s %(votes)s votes move on: %(ways)s.",
            name=outcome.names[source],
            votes=decimal(sum(said for _, said in ways)),
            ways=_ways(outcome, ways),
        )


def _ways(outcome: RankedOutcome, ways: Sequence[tuple[int, Amount]]) -> str:
    """To whom, the most votes first; the least are summed up, and who has no choice comes last."""
    taken = sorted((row for row in ways if row[0] >= 0), key=lambda row: (-row[1], row[0]))
    shown = taken if len(taken) == NAMED + 1 else taken[:NAMED]
    told = [
        _("to %(name)s %(votes)s", name=outcome.names[to], votes=decimal(said))
        for to, said in shown
    ]
    if rest := taken[len(shown) :]:
        votes = decimal(sum(said for _, said in rest))
        told.append(
            ngettext(
                "to %(num)d other %(votes)s", "to %(num)d others %(votes)s", len(rest), votes=votes
            )
        )
    told += [_("to nobody %(votes)s", votes=decimal(said)) for to, said in ways if to < 0]
    return ", ".join(told)


def _elected(outcome: RankedOutcome, turn: Count, events: dict[int, Event]) -> Iterator[str]:
    for one in turn.elected:
        facts = {
            "name": outcome.names[one],
            "votes": decimal(events[one].votes),
            "needed": needed(outcome, turn),
        }
        if turn.threshold is None or (events[one].code == "elected_below" and events[one].ties):
            yield _("%(name)s is elected with %(votes)s votes.", **facts)
        elif events[one].code == "elected":
            yield _("%(name)s is elected with %(votes)s votes; needed: %(needed)s.", **facts)
        else:
            yield _(
                "%(name)s is elected with %(votes)s votes, without the %(needed)s: no more "
                "candidates are left than seats.",
                **facts,
            )  # fmt: skip
    hopeful = [one for one, event in events.items() if event.code != "elected_before"]
    votes = {one: said for one, said in turn.votes if one in hopeful}
    if not turn.elected and votes:
        best = [one for one, said in votes.items() if said == max(votes.values())]
        facts = {"names": names_of(outcome, best), "votes": decimal(votes[best[0]])}
        if turn.threshold is None:
            yield _("The most votes, %(votes)s: %(names)s.", **facts)
        else:
            yield _(
                "Nobody has what is needed, %(needed)s; the most, %(votes)s: %(names)s.",
                needed=needed(outcome, turn), **facts,
            )  # fmt: skip


def _eliminated(outcome: RankedOutcome, turn: Count, events: dict[int, Event]) -> Iterator[str]:
    if not turn.eliminated:
        return
    rival = events[turn.eliminated[0]].rival
    votes = dict(turn.votes)
    total = sum(votes[one] for one in turn.eliminated)
    facts = {"names": names_of(outcome, turn.eliminated), "votes": decimal(total)}
    if rival is not None:
        facts |= {"rival": outcome.names[rival], "rival_votes": decimal(votes[rival])}
    if len(turn.eliminated) == 1 and rival is not None:
        yield _(
            "%(names)s has the fewest votes, %(votes)s, and goes out; next is %(rival)s with "
            "%(rival_votes)s.",
            **facts,
        )  # fmt: skip
    elif rival is not None and total < votes[rival]:
        yield _(
            "%(names)s go out together: all their votes, %(votes)s, are fewer than the "
            "%(rival_votes)s of %(rival)s.",
            **facts,
        )  # fmt: skip
    else:
        yield _("Out: %(names)s, with %(votes)s votes.", **facts)


def _bucklin(outcome: RankedOutcome, number: int) -> Iterator[str]:
    turn = outcome.rounds[number - 1]
    most = max((said for _, said in turn.votes), default=0)
    best = [one for one, said in turn.votes if said == most]
    yield _(
        "Choices down to place %(place)s are counted. The most votes, %(votes)s: %(names)s; "
        "needed: %(needed)s.",
        place=number, votes=decimal(most), names=names_of(outcome, best),
        needed=needed(outcome, turn),
    )  # fmt: skip


def _star(number: int) -> Iterator[str]:
    if number == 1:
        yield _("The points of all ballots are added.")
    else:
        yield _("Run-off: how many ballots prefer each of the two.")
