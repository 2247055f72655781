"""Why a rule elects whom it elects, in one sentence made of the outcome's own figures."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from app.ranked.story import names_of, needed
from app.ranked.why_not import chain, strength
from budget.report import decimal
from core.words import gettext as _
from tally import Amount
from tally.ranked import RANKED_RULES, RankedOutcome, RankedRule
from tally.ranked.circles import beats_all
from tally.ranked.explain_pairwise import defeats_of
from tally.ranked.pairwise import Pairwise

Because = Callable[[RankedOutcome, Pairwise], str]


def because(outcome: RankedOutcome, votes: Pairwise) -> str:
    """Why these are elected.

    Parameters
    ----------
    votes : of the ballots counted
    """
    if not outcome.winners:
        return _("Nobody stands.")
    rule = RANKED_RULES[outcome.rule]
    if rule.function in _SETS:
        return _set(outcome)
    if len(outcome.winners) > outcome.seats:
        return _("Level, and nothing in the rule settles it.")
    if _compares(rule) and beats_all(votes) == outcome.winners[0]:
        return _("Beats everybody else one against one.")
    return _BECAUSE[rule.function](outcome, votes)


def _compares(rule: RankedRule) -> bool:
    """Whether it compares two by two, and elects whoever beats all others."""
    return rule.function in _COMPARING and rule.fixed.get("strength") != "opposition"


def figures(outcome: RankedOutcome) -> dict[int, Amount]:
    """Candidate -> the figure by which a rule without rounds puts them in order."""
    return {
        int(name.split()[1]): said for name, said in outcome.facts if name.split()[-1].isdigit()
    }


def _next(outcome: RankedOutcome) -> tuple[dict[str, object], bool]:
    """The figures of the winner and of the next one, and whether there is a next one."""
    told = figures(outcome)
    order = [one for tier in outcome.ranking for one in tier if one not in outcome.winners]
    facts: dict[str, object] = {"votes": decimal(told[outcome.winners[0]])}
    if order:
        facts |= {"next": outcome.names[order[0]], "fewer": decimal(told[order[0]])}
    return facts, bool(order)


def _first_choices(outcome: RankedOutcome, _votes: Pairwise) -> str:
    facts, has_next = _next(outcome)
    if not has_next:
        return _("Stands alone.")
    return _("First choices: %(votes)s; next is %(next)s with %(fewer)s.", **facts)


def _points(outcome: RankedOutcome, _votes: Pairwise) -> str:
    facts, has_next = _next(outcome)
    if not has_next:
        return _("Stands alone.")
    return _("Points: %(votes)s; next is %(next)s with %(fewer)s.", **facts)


def _approvals(outcome: RankedOutcome, _votes: Pairwise) -> str:
    facts, has_next = _next(outcome)
    if not has_next:
        return _("Stands alone.")
    return _("Named on %(votes)s ballots; next is %(next)s with %(fewer)s.", **facts)


def _bucklin(outcome: RankedOutcome, _votes: Pairwise) -> str:
    turn = outcome.rounds[-1]
    said = dict(turn.votes)[outcome.winners[0]]
    facts = {"votes": decimal(said), "place": len(outcome.rounds), "needed": needed(outcome, turn)}
    if said > (turn.threshold or 0):
        return _(
            "With choices down to place %(place)s: %(votes)s votes; needed: %(needed)s.", **facts
        )
    return _(
        "Nobody ever has what is needed (%(needed)s); with all choices counted, the most votes: "
        "%(votes)s.",
        **facts,
    )  # fmt: skip


def _wins(outcome: RankedOutcome, votes: Pairwise) -> str:
    winner = outcome.winners[0]
    beaten = sum(
        int(votes.support[winner, one]) > int(votes.support[one, winner]) for one in votes.standing
    )
    return _(
        "Wins one against one: %(wins)s; losses: %(losses)s.",
        wins=beaten, losses=len(defeats_of(votes, winner)),
    )  # fmt: skip


def _mildest(outcome: RankedOutcome, _votes: Pairwise) -> str:
    worst = figures(outcome)[outcome.winners[0]]
    return _(
        "The mildest worst defeat of all: %(strength)s.", strength=strength(outcome.rule, worst)
    )


def _paths(outcome: RankedOutcome, _votes: Pairwise) -> str:
    paths = dict(outcome.matrices)["strengths"]
    winner = outcome.winners[0]
    other = next(one for tier in outcome.ranking for one in tier if one != winner)
    return _(
        "The strongest chain of defeats to %(next)s counts %(strength)s, the one back %(back)s; "
        "none of the others has a stronger one back either.",
        next=outcome.names[other],
        strength=strength(outcome.rule, paths[winner][other]),
        back=strength(outcome.rule, paths[other][winner]),
    )


def _not_locked(outcome: RankedOutcome, votes: Pairwise) -> str:
    dropped = defeats_of(votes, outcome.winners[0])
    if not dropped:
        return _("Beaten by no locked defeat.")
    return _(
        "Beaten by no locked defeat; not locked, since it would close a circle of stronger ones: "
        "%(chain)s.",
        chain=chain(outcome, dropped),
    )


def _order(outcome: RankedOutcome, _votes: Pairwise) -> str:
    facts = dict(outcome.facts)
    first = [one for tier in outcome.ranking for one in tier][:3]
    return _(
        "The best order begins %(names)s: it agrees with %(votes)s votes on pairs of candidates "
        "and goes against %(against)s.",
        names=names_of(outcome, first),
        votes=decimal(facts["votes for"]),
        against=decimal(facts["votes against"]),
    )


def _set(outcome: RankedOutcome) -> str:
    if len(outcome.winners) == 1:
        return _("Beats everybody else one against one.")
    return _("Whoever is in this group is beaten by nobody outside it.")


def _runoff_of_two(outcome: RankedOutcome, _votes: Pairwise) -> str:
    said = sorted(outcome.rounds[-1].votes, key=lambda row: row[0] != outcome.winners[0])
    return _(
        "In the run-off %(votes)s ballots prefer %(name)s, %(others)s the other.",
        name=outcome.names[said[0][0]],
        votes=decimal(said[0][1]),
        others=decimal(said[-1][1]),
    )


def _rounds(outcome: RankedOutcome, _votes: Pairwise) -> str:
    if len(outcome.winners) > 1 or not outcome.rounds:
        turns = [(one, at) for at, turn in enumerate(outcome.rounds, 1) for one in turn.elected]
        told = [
            _("%(name)s in round %(round)s", name=outcome.names[one], round=at) for one, at in turns
        ]
        return _("Elected: %(names)s.", names=", ".join(told))
    turn = outcome.rounds[-1]
    facts = {
        "votes": decimal(dict(turn.votes).get(outcome.winners[0], 0)),
        "round": len(outcome.rounds),
        "needed": needed(outcome, turn),
    }
    if turn.threshold is None:
        return _("In round %(round)s: %(votes)s votes.", **facts)
    return _("In round %(round)s: %(votes)s votes; needed: %(needed)s.", **facts)


_SETS = ("smith", "schwartz")
_COMPARING = ("copeland", "minimax", "schulze", "ranked_pairs", "kemeny")
_BECAUSE: Mapping[str, Because] = MappingProxyType(
    {
        "plurality": _first_choices,
        "borda": _points,
        "score": _points,
        "approval": _approvals,
        "bucklin": _bucklin,
        "copeland": _wins,
        "minimax": _mildest,
        "schulze": _paths,
        "ranked_pairs": _not_locked,
        "kemeny": _order,
        "star": _runoff_of_two,
        **dict.fromkeys(
            ("irv", "rctab", "scottish", "wigm", "wigm_prf", "meek", "meek_prf"), _rounds
        ),
    }
)
