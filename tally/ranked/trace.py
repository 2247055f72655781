"""What became of one candidate in a count by rounds, round by round.

`EVENTS`, what became of a candidate in a round:

- ``stands``: goes on into the next round
- ``elected``: reaches the threshold; under a rule without one: is chosen
- ``elected_below``: elected without it: no more were left than seats, or a tie went so
- ``elected_before``: keeps votes, and may still pass on a surplus
- ``eliminated``: goes out on these votes; the rival is the weakest of those who stayed
- ``out``: went out the round before; the ballots have been moved on
- ``left``: still stood when the count ended, and is not elected
- ``undecided``: a tie stands that nothing settles
"""

from collections.abc import Collection
from dataclasses import dataclass

from tally.axioms.figures import Figures
from tally.contest import Amount
from tally.errors import BallotError
from tally.ranked.meek import MEEK
from tally.ranked.outcome import Count, RankedOutcome, RankedTie
from tally.ranked.rctab_rules import MULTI_PASS, SINGLE

EVENTS = (
    "stands", "elected", "elected_below", "elected_before", "eliminated", "out", "left",
    "undecided",
)  # fmt: skip
# Where as many votes as the threshold are not enough.
_MORE = frozenset({"wigm", "bucklin"})


@dataclass(frozen=True, slots=True)
class Event(Figures):
    """One round of one candidate.

    Attributes
    ----------
    round : from 1
    code : a word of `EVENTS`
    votes : in this round; 0 once out
    gained : (from, votes) that came to the candidate; under Meek's method nobody can tell from whom
    passed : (to, votes) that went on from the candidate; to -1: exhausted
    threshold : as in `Count`
    rival, rival_votes : of one who goes out: the weakest of those who stay
    ties : of this round in which the candidate stood level
    """

    round: int
    code: str
    votes: Amount
    gained: tuple[tuple[int, Amount], ...] = ()
    passed: tuple[tuple[int, Amount], ...] = ()
    threshold: Amount | None = None
    rival: int | None = None
    rival_votes: Amount | None = None
    ties: tuple[RankedTie, ...] = ()


def candidate_story(outcome: RankedOutcome, candidate: int) -> tuple[Event, ...]:
    """Every round that concerns the candidate; none for one who never stood.

    Raises
    ------
    BallotError : no such candidate.

    >>> from tally.ranked import Contest, Rankings, count_ranked
    >>> rankings = Rankings.of(3, [(0, 1), (1, 2), (2, 1)], [4, 3, 2])
    >>> outcome = count_ranked("irv", Contest.of("Ada", "Bo", "Cy"), rankings)
    >>> [(event.code, event.votes, event.gained) for event in candidate_story(outcome, 1)]
    [('stands', 3, ()), ('elected', 5, ((2, 2),))]
    """
    check_candidate(outcome, candidate)
    found, before = [], set[int]()
    for number, turn in enumerate(outcome.rounds, 1):
        votes = dict(turn.votes)
        if candidate in votes or candidate in turn.transferred:
            code = _code(outcome, number, candidate, before)
            rival = weakest_left(turn, before) if code == "eliminated" else None
            found.append(
                Event(
                    round=number,
                    code=code,
                    votes=votes.get(candidate, 0),
                    gained=tuple(
                        (one, said) for one, other, said in turn.transfers if other == candidate
                    ),
                    passed=tuple(
                        (other, said) for one, other, said in turn.transfers if one == candidate
                    ),
                    threshold=turn.threshold,
                    rival=rival,
                    rival_votes=None if rival is None else votes[rival],
                    ties=ties_of(outcome, number, candidate),
                )
            )
        before.update(turn.elected)
    return tuple(found)


def check_candidate(outcome: RankedOutcome, candidate: int) -> None:
    """Refuse a number that is no candidate's (BallotError)."""
    if not 0 <= candidate < len(outcome.names):
        raise BallotError(f"candidate {candidate} is none of the {len(outcome.names)}")


def weakest_left(turn: Count, before: Collection[int]) -> int | None:
    """Of those who are neither elected nor out after this round, one with the fewest votes."""
    gone = {*before, *turn.elected, *turn.eliminated}
    left = [(said, one) for one, said in turn.votes if one not in gone]
    return min(left)[1] if left else None


def ties_of(outcome: RankedOutcome, number: int, candidate: int) -> tuple[RankedTie, ...]:
    """The ties of a round (0: of the whole count) in which the candidate stood level."""
    return tuple(tie for tie in outcome.ties if tie.round == number and candidate in tie.candidates)


def seats_of(outcome: RankedOutcome, *, one_pass: bool = False) -> int:
    """How many a count by rounds elects, in all or in one pass; RCTab has ways that know of one."""
    mode = dict(outcome.parameters).get("winner_election_mode")
    return 1 if mode == SINGLE or (one_pass and mode == MULTI_PASS) else outcome.seats


def _code(outcome: RankedOutcome, number: int, candidate: int, before: Collection[int]) -> str:
    turn = outcome.rounds[number - 1]
    if candidate in turn.elected and candidate not in before:
        return _elected(outcome, turn, candidate)
    for is_so, code in (
        (candidate not in dict(turn.votes), "out"),
        (candidate in before, "elected_before"),
        (candidate in turn.eliminated, "eliminated"),
        (number < len(outcome.rounds), "stands"),
    ):
        if is_so:
            return code
    if candidate in outcome.winners and len(outcome.winners) <= outcome.seats:
        return _elected(outcome, turn, candidate)  # rules that compare have rounds as well
    is_open = any(not tie.chosen for tie in ties_of(outcome, number, candidate))
    return "undecided" if is_open or candidate in outcome.winners else "left"


def _elected(outcome: RankedOutcome, turn: Count, candidate: int) -> str:
    if turn.threshold is None:
        return "elected"
    more = dict(turn.votes)[candidate] - turn.threshold
    if outcome.rule == "meek":
        reached = MEEK.is_above(more * MEEK.scale)
    else:
        reached = more > 0 if outcome.rule in _MORE else more >= 0
    return "elected" if reached else "elected_below"
