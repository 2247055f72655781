"""Why rules on the same ballots elect different candidates, in sentences made of the figures."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType

from app.ranked.story import names_of
from app.ranked.words import NAMES
from budget.report import decimal
from core.words import LazyString
from core.words import gettext as _
from core.words import lazy_gettext as _l
from tally.ranked import RANKED_RULES, RankedOutcome
from tally.ranked.circles import beats_all, circle, duel, leaders, weakest
from tally.ranked.explain_pairwise import Defeat, defeats_of
from tally.ranked.pairwise import Pairwise
from tally.ranked.why_not import why_not

# How a rule measures a defeat -> the words for it; placeholders: the defeat's figures.
MEASURES: Mapping[str, LazyString] = MappingProxyType(
    {
        "winning": _l("by the votes for its winner (%(votes)s)"),
        "margin": _l("by its winner's lead (%(lead)s)"),
        "ratio": _l("by its winner's share of both sides' votes (%(share)s)"),
    }
)


@dataclass(frozen=True)
class Passage:
    """One thing that explains a difference: sentences, and the defeats that they speak of.

    Attributes
    ----------
    duels : defeats, each with its own sentence, told before the others
    rows : each defeat with the names of the measures by which it is the weakest
    """

    heading: str
    sentences: tuple[str, ...]
    duels: tuple[tuple[Defeat, str], ...] = ()
    rows: tuple[tuple[Defeat, frozenset[str]], ...] = ()


def differ(outcomes: Sequence[RankedOutcome]) -> bool:
    """Whether not all elect the same."""
    return len({frozenset(outcome.winners) for outcome in outcomes}) > 1


def passages(outcomes: Sequence[RankedOutcome], votes: Pairwise) -> list[Passage]:
    """All that explains why these outcomes differ; nothing where they do not."""
    if not differ(outcomes):
        return []
    return [
        _one_against_one(outcomes[0].names, votes),
        *_measured(outcomes, votes),
        *_out_early(outcomes, votes),
        *_several_seats(outcomes),
    ]


def share(defeat: Defeat) -> str:
    """The winner's part of the votes of both sides, in percent."""
    return f"{decimal(100 * Fraction(defeat.votes) / Fraction(defeat.votes + defeat.against))}%"


def _one_against_one(names: Sequence[str], votes: Pairwise) -> Passage:
    """Whether somebody beats all others, or majorities go round in a circle."""
    best = beats_all(votes)
    if best is not None:
        return Passage(_("One beats all others"), tuple(_beats_all(names, votes, best)))
    found = circle(votes)
    if not found:
        told = _("Nobody beats all others one against one: some pairs stand level.")
        return Passage(_("Nobody beats all others"), (told,))
    duels = tuple(
        (
            one,
            _(
                "More voters prefer %(winner)s to %(loser)s: %(votes)s against %(against)s.",
                winner=names[one.winner], loser=names[one.loser],
                votes=decimal(one.votes), against=decimal(one.against),
            ),
        )
        for one in found
    )  # fmt: skip
    said = (
        _("So it goes round in a circle, and nobody beats all others."),
        _(
            "Whoever of them is elected, more voters would rather have another of them. Every rule "
            "has to go against one of these majorities: here the rules part."
        ),
    )
    return Passage(_("The majorities go round in a circle"), said, duels)


def _beats_all(names: Sequence[str], votes: Pairwise, best: int) -> Iterator[str]:
    yield _("%(name)s beats each of the others one against one.", name=names[best])
    rivals = [duel(votes, best, one) for one in votes.standing if one != best]
    if rivals:
        nearest = min(rivals, key=lambda one: (one.margin, one.loser))
        yield _(
            "The nearest is %(rival)s: %(votes)s ballots prefer %(name)s, %(against)s %(rival)s.",
            name=names[best], rival=names[nearest.loser],
            votes=decimal(nearest.votes), against=decimal(nearest.against),
        )  # fmt: skip
    yield _("A rule that elects somebody else does not look at these comparisons, or not only.")


def _measured(outcomes: Sequence[RankedOutcome], votes: Pairwise) -> Iterator[Passage]:
    """Which defeat in the circle each measure thinks the weakest, and whom that elects."""
    found = circle(votes)
    if not found or len(found) < len(leaders(votes)):
        return
    said, marks = [], {defeat: set[str]() for defeat in found}
    for kind, words in MEASURES.items():
        least = weakest(found, kind)
        rules = [
            outcome.rule
            for outcome in outcomes
            if RANKED_RULES[outcome.rule].fixed.get("strength") == kind
            and least is not None
            and outcome.winners == (least.loser,)
        ]
        if least is None or not rules:
            continue
        marks[least].add(kind)
        names = outcomes[0].names
        measured = str(words) % {
            "votes": decimal(least.votes), "lead": decimal(least.margin), "share": share(least),
        }  # fmt: skip
        said.append(
            _(
                "Measured %(measured)s, the weakest is that of %(winner)s over %(loser)s. Once it "
                "is passed over, nobody in the circle beats %(loser)s, who is elected by: "
                "%(rules)s.",
                measured=measured, winner=names[least.winner], loser=names[least.loser],
                rules=", ".join(str(NAMES[rule]) for rule in rules),
            )
        )  # fmt: skip
    if said:
        rows = tuple((defeat, frozenset(marks[defeat])) for defeat in found)
        yield Passage(_("Which majority is the weakest?"), tuple(said), rows=rows)


def _out_early(outcomes: Sequence[RankedOutcome], votes: Pairwise) -> Iterator[Passage]:
    """Who is elected by another rule, and what became of them in a run-off."""
    elected = {one for outcome in outcomes for one in outcome.winners if outcome.seats == 1}
    for outcome in outcomes:
        if outcome.rule != "irv" or len(outcome.winners) != 1:
            continue
        said = [
            sentence
            for one in sorted(elected - {*outcome.winners})
            for sentence in _lost(outcome, votes, one)
        ]
        if said:
            yield Passage(_("A run-off looks at one choice of each ballot at a time"), tuple(said))


def _lost(outcome: RankedOutcome, votes: Pairwise, one: int) -> Iterator[str]:
    why, winner = why_not(outcome, one), outcome.winners[0]
    facts = {
        "name": outcome.names[one],
        "round": why.round,
        "votes": "" if why.votes is None else decimal(why.votes),
        "winner": outcome.names[winner],
    }
    if why.code == "eliminated" and why.rival is not None:
        yield _(
            "%(name)s went out in round %(round)s with %(votes)s votes; %(rival)s, the next above, "
            "had %(rival_votes)s.",
            rival=outcome.names[why.rival], rival_votes=decimal(why.rival_votes or 0), **facts,
        )  # fmt: skip
    elif why.code == "seats_filled":
        yield _("%(name)s stayed to the end and had %(votes)s votes in the last round.", **facts)
    else:
        return
    ahead = [defeat for defeat in defeats_of(votes, winner) if defeat.winner == one]
    if ahead:
        yield _(
            "One against one %(votes)s ballots prefer %(name)s and %(against)s the elected "
            "%(winner)s; the run-off never asks this.",
            votes=decimal(ahead[0].votes), against=decimal(ahead[0].against),
            name=outcome.names[one], winner=outcome.names[winner],
        )  # fmt: skip


def _several_seats(outcomes: Sequence[RankedOutcome]) -> Iterator[Passage]:
    several = [outcome for outcome in outcomes if outcome.seats > 1]
    if not several or len(several) == len(outcomes):
        return
    said = [
        _(
            "%(rule)s fills %(seats)s seats: %(names)s.",
            rule=NAMES[outcome.rule], seats=outcome.seats, names=names_of(outcome, outcome.winners),
        )
        for outcome in several
    ]  # fmt: skip
    said.append(
        _(
            "That is another question: not who suits most voters best, but who together speak for "
            "as many as can be. Votes that one of them does not need move on to the next."
        )
    )
    yield Passage(_("Several seats are another question"), tuple(said))
