"""Why a candidate was not elected, by any rule, in the figures that decided it.

`REASONS`, with what `WhyNot` then holds beside the ties:

- ``won``: is elected
- ``withdrawn``: was not in the count
- ``undecided``: could still win; a tie stands that nothing settles
- ``tie_lost``: stood level with whoever won; `by` tells what settled it
- ``eliminated``: went out in `round` with `votes`; `rival`, the weakest of those who stayed, had
  `rival_votes`; all in `together` went out with `together_votes` in all
- ``seats_filled``: never went out; stood in `round` with `votes` when the last seat was filled by
  `rival` with `rival_votes`; `surplus` is the last one that was moved
- ``stopped``: still stood when the count was ended before all seats were filled
- ``fewer``: `votes` (votes, points, wins less losses) below the `rival_votes` of the winner; where
  the rule has rounds, in `round`; under Copeland's rule with the `defeats` of the candidate
- ``worse_defeat``: the worst defeat counts `votes`, the winner's worst `rival_votes`; `defeats`
  are all of the candidate
- ``beatpath``, ``locked``: the witness of `tally.ranked.explain_pairwise`
- ``outside_set``: `defeats` lead from somebody in the set to the candidate, as few as will do
- ``costlier_order``: the best order with the candidate first has `votes` for it, the best of all
  `rival_votes`; None where that takes too long to count
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from math import lcm
from types import MappingProxyType

import numpy as np

from tally.axioms.figures import Figures
from tally.contest import Amount
from tally.ranked import kemeny, table_pairwise, table_runoff
from tally.ranked.contest import Contest
from tally.ranked.explain_pairwise import (
    Beatpath,
    Defeat,
    Locked,
    beatpath,
    defeats_of,
    led_to,
    locked_in,
)
from tally.ranked.outcome import RankedOutcome, RankedTie
from tally.ranked.pairwise import Pairwise
from tally.ranked.ties import Ties
from tally.ranked.trace import check_candidate, seats_of, ties_of, weakest_left

REASONS = (
    "won", "withdrawn", "undecided", "tie_lost", "eliminated", "seats_filled", "stopped", "fewer",
    "worse_defeat", "beatpath", "locked", "outside_set", "costlier_order",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Surplus(Figures):
    """A surplus that was moved to come to the votes of a round.

    Attributes
    ----------
    sources : whose it was; under RCTab's rules several can be moved in one round
    moved, gained : what went to anybody, exhausted ballots included, and to this candidate
    """

    round: int
    sources: tuple[int, ...]
    moved: Amount
    gained: Amount


@dataclass(frozen=True, slots=True)
class WhyNot(Figures):
    """Why one candidate was not elected; what a code leaves out is None or empty.

    Attributes
    ----------
    code : a word of `REASONS`, which tells what the figures are
    round : from 1; 0 where the rule has none, or it is of the whole count
    votes, rival, rival_votes : the candidate's figure, and that of the one who was ahead
    gap : how far apart these two figures are
    threshold : of the round
    ties : in which the candidate stood level when it was decided
    """

    candidate: int
    code: str
    round: int = 0
    votes: Amount | None = None
    rival: int | None = None
    rival_votes: Amount | None = None
    gap: Amount | None = None
    threshold: Amount | None = None
    together: tuple[int, ...] = ()
    together_votes: Amount | None = None
    surplus: Surplus | None = None
    ties: tuple[RankedTie, ...] = ()
    defeats: tuple[Defeat, ...] = ()
    witness: Beatpath | Locked | None = None


def why_not(outcome: RankedOutcome, candidate: int) -> WhyNot:
    """Why the candidate was not elected by this count.

    Raises
    ------
    BallotError : no such candidate.

    Notes
    -----
    Under Kemeny's rule the rest is ordered once more, up to `kemeny.MOST_SETS` candidates.

    >>> from tally.ranked import Rankings, count_ranked
    >>> rankings = Rankings.of(3, [(0, 1), (1, 2), (2, 1)], [4, 3, 2])
    >>> outcome = count_ranked("irv", Contest.of("Ada", "Bo", "Cy"), rankings)
    >>> why = why_not(outcome, 2)
    >>> why.code, why.round, why.votes, why.rival, why.rival_votes, why.gap
    ('eliminated', 1, 2, 1, 3, 1)
    """
    check_candidate(outcome, candidate)
    if outcome.rule in _BY_ROUNDS:
        return _by_rounds(outcome, candidate)
    if candidate in outcome.winners:
        code = "won" if len(outcome.winners) == 1 else "undecided"
        return WhyNot(candidate, code, ties=ties_of(outcome, 0, candidate))
    if not any(candidate in tier for tier in outcome.ranking):
        return WhyNot(candidate, "withdrawn")
    return _EXPLAINED[outcome.rule](outcome, candidate)


def _by_rounds(outcome: RankedOutcome, candidate: int) -> WhyNot:
    if any(candidate in turn.elected for turn in outcome.rounds):
        return WhyNot(candidate, "won")
    turns = {number: dict(turn.votes) for number, turn in enumerate(outcome.rounds, 1)}
    stood = [number for number, votes in turns.items() if candidate in votes]
    if not stood:
        return WhyNot(candidate, "withdrawn")
    last, filled = stood[-1], _filled(outcome)
    is_out = candidate in outcome.rounds[last - 1].eliminated
    if is_out and not (filled and last > filled):
        return _eliminated(outcome, last, candidate)
    if filled:
        return _seats_filled(outcome, filled, candidate)
    ties = tuple(tie for tie in outcome.ties if tie.round == last and not tie.chosen)
    code = "undecided" if ties else "stopped"
    return WhyNot(candidate, code, last, turns[last][candidate], ties=ties)


def _filled(outcome: RankedOutcome) -> int:
    """The round that filled the last seat; 0: none did. A count can go on for show."""
    filling = [number for number, turn in enumerate(outcome.rounds, 1) if turn.elected]
    many = sum(len(turn.elected) for turn in outcome.rounds)
    return filling[-1] if filling and many >= seats_of(outcome) else 0


def _eliminated(outcome: RankedOutcome, number: int, candidate: int) -> WhyNot:
    turn = outcome.rounds[number - 1]
    votes = dict(turn.votes)
    before = {one for earlier in outcome.rounds[: number - 1] for one in earlier.elected}
    rival = weakest_left(turn, before)
    return WhyNot(
        candidate,
        "eliminated",
        number,
        votes=votes[candidate],
        rival=rival,
        rival_votes=None if rival is None else votes[rival],
        gap=None if rival is None else votes[rival] - votes[candidate],
        threshold=turn.threshold,
        together=turn.eliminated,
        together_votes=sum(votes[one] for one in turn.eliminated),
        ties=ties_of(outcome, number, candidate),
    )


def _seats_filled(outcome: RankedOutcome, number: int, candidate: int) -> WhyNot:
    turn = outcome.rounds[number - 1]
    votes = dict(turn.votes)
    rival = min(turn.elected, key=lambda one: votes[one])
    return WhyNot(
        candidate,
        "seats_filled",
        number,
        votes=votes[candidate],
        rival=rival,
        rival_votes=votes[rival],
        gap=votes[rival] - votes[candidate],
        threshold=turn.threshold,
        surplus=_last_surplus(outcome, number, candidate),
        ties=ties_of(outcome, number, candidate),
    )


def _last_surplus(outcome: RankedOutcome, number: int, candidate: int) -> Surplus | None:
    """The last surplus moved up to a round."""
    for at in range(number, 1, -1):
        turn = outcome.rounds[at - 1]
        before = {one for earlier in outcome.rounds[: at - 1] for one in earlier.elected}
        sources = tuple(one for one in turn.transferred if one in before)
        moved = [(other, said) for one, other, said in turn.transfers if one in sources]
        if moved:
            return Surplus(
                round=at,
                sources=sources,
                moved=sum(said for _, said in moved),
                gained=sum(said for other, said in moved if other == candidate),
            )
    return None


def _fewer(outcome: RankedOutcome, candidate: int) -> WhyNot:
    figures = {int(name.split()[-1]): figure for name, figure in outcome.facts}
    return _below(outcome, candidate, figures)


def _below(
    outcome: RankedOutcome,
    candidate: int,
    figures: Mapping[int, Amount],
    *,
    number: int = 0,
    rival: int | None = None,
) -> WhyNot:
    """Below the winner, or another rival, by these figures; equal ones are a tie that went so."""
    rival = outcome.winners[0] if rival is None else rival
    gap = figures[rival] - figures[candidate]
    return WhyNot(
        candidate,
        "fewer" if gap else "tie_lost",
        number,
        votes=figures[candidate],
        rival=rival,
        rival_votes=figures[rival],
        gap=gap,
        threshold=outcome.rounds[number - 1].threshold if number else None,
        ties=ties_of(outcome, 0, candidate),
    )


def _bucklin(outcome: RankedOutcome, candidate: int) -> WhyNot:
    if not outcome.rounds:  # nobody ranks anybody
        return _below(outcome, candidate, {one: 0 for tier in outcome.ranking for one in tier})
    votes = dict(outcome.rounds[-1].votes)
    return _below(outcome, candidate, votes, number=len(outcome.rounds))


def _star(outcome: RankedOutcome, candidate: int) -> WhyNot:
    points, *runoffs = (dict(turn.votes) for turn in outcome.rounds)
    for number, votes in enumerate(runoffs, 2):
        rival = next((one for one in votes if one != candidate), candidate)
        if candidate in votes and votes[rival] > votes[candidate]:
            return _below(outcome, candidate, votes, number=number, rival=rival)
    finals = [one for votes in runoffs for one in votes if one != candidate]
    return _below(
        outcome, candidate, points, number=1, rival=min(finals, key=lambda one: points[one])
    )


def _copeland(outcome: RankedOutcome, candidate: int) -> WhyNot:
    return replace(_fewer(outcome, candidate), defeats=defeats_of(votes_of(outcome), candidate))


def _minimax(outcome: RankedOutcome, candidate: int) -> WhyNot:
    why = _fewer(outcome, candidate)
    code = "worse_defeat" if why.gap else why.code
    gap = -why.gap if why.gap else why.gap
    return replace(why, code=code, gap=gap, defeats=defeats_of(votes_of(outcome), candidate))


def _schulze(outcome: RankedOutcome, candidate: int) -> WhyNot:
    witness = beatpath(votes_of(outcome), candidate, strength=_strength(outcome))
    return _witnessed(outcome, candidate, "beatpath", witness)


def _ranked_pairs(outcome: RankedOutcome, candidate: int) -> WhyNot:
    votes = votes_of(outcome)
    locked = np.array(dict(outcome.matrices)["locked"], dtype=bool)
    among = locked[np.ix_(votes.standing, votes.standing)]
    witness = locked_in(votes, candidate, among, strength=_strength(outcome))
    return _witnessed(outcome, candidate, "locked", witness)


def _witnessed(
    outcome: RankedOutcome, candidate: int, code: str, witness: Beatpath | Locked | None
) -> WhyNot:
    return WhyNot(
        candidate,
        "tie_lost" if witness is None else code,
        rival=outcome.winners[0] if witness is None else witness.defeats[0].winner,
        ties=ties_of(outcome, 0, candidate),
        witness=witness,
    )


def _strength(outcome: RankedOutcome) -> str:
    return outcome.rule.rsplit("_", 1)[1]


def _smith(outcome: RankedOutcome, candidate: int) -> WhyNot:
    inside = outcome.ranking[0]
    defeats = () if candidate in inside else led_to(votes_of(outcome), candidate, inside)
    return WhyNot(
        candidate,
        "outside_set" if defeats else "tie_lost",
        rival=defeats[0].winner if defeats else outcome.winners[0],
        ties=ties_of(outcome, 0, candidate),
        defeats=defeats,
    )


def _kemeny(outcome: RankedOutcome, candidate: int) -> WhyNot:
    votes = votes_of(outcome)
    best = dict(outcome.facts)["votes for"]
    first: Amount | None = None
    if len(votes.standing) <= kemeny.MOST_SETS:
        others = tuple(one for one in votes.standing if one != candidate)
        rest = kemeny.by_matrix(
            Contest(outcome.names), replace(votes, standing=others), Ties(("unsettled",))
        )
        over_all = sum(dict(outcome.matrices)["pairwise"][candidate])
        first = dict(rest.facts)["votes for"] + over_all
    return WhyNot(
        candidate,
        "tie_lost" if first == best else "costlier_order",
        votes=first,
        rival=outcome.winners[0],
        rival_votes=best,
        gap=None if first is None else best - first,
        ties=ties_of(outcome, 0, candidate),
    )


def votes_of(outcome: RankedOutcome) -> Pairwise:
    """The pairwise votes that a pairwise rule told with its outcome."""
    matrix = dict(outcome.matrices)["pairwise"]
    figures = [figure for row in matrix for figure in row]
    unit = lcm(*(figure.denominator for figure in (outcome.ballots, *figures)))
    whole = [[int(figure * unit) for figure in row] for row in matrix]
    weight = int(outcome.ballots * unit)
    kind = np.int64 if weight <= np.iinfo(np.int64).max else object
    return Pairwise(
        support=np.array(whole, dtype=kind),
        unit=unit,
        weight=weight,
        standing=tuple(sorted(one for tier in outcome.ranking for one in tier)),
    )


_BY_ROUNDS = frozenset(row[0] for row in table_runoff.ROWS)
_BY_MODULE: Mapping[str, Callable[[RankedOutcome, int], WhyNot]] = {
    **dict.fromkeys(("plurality", "borda", "score", "approval"), _fewer),
    "bucklin": _bucklin,
    "star": _star,
    "copeland": _copeland,
    "minimax": _minimax,
    "schulze": _schulze,
    "ranked_pairs": _ranked_pairs,
    "smith": _smith,
    "kemeny": _kemeny,
}
# By rule; all in one module are explained alike.
_EXPLAINED: Mapping[str, Callable[[RankedOutcome, int], WhyNot]] = MappingProxyType(
    {rule: _BY_MODULE[module] for rule, module, *_ in table_pairwise.ROWS}
)
