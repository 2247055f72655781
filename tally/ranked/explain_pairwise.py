"""Why a candidate did not win, in defeats that anyone can check against the pairwise votes.

Each answer is a witness: a few defeats with their votes, or one list of all of them. The sentences
are made elsewhere, from these values.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise as neighbours

import numpy as np

from tally.axioms.figures import Figures
from tally.contest import Amount
from tally.errors import BallotError
from tally.ranked.ballots import over
from tally.ranked.beats import Beats, layers, strengths
from tally.ranked.pairwise import Pairwise
from tally.ranked.ranked_pairs import lock
from tally.ranked.schulze import closure
from tally.ranked.ties import Ties


@dataclass(frozen=True, slots=True)
class Defeat(Figures):
    """One candidate beats another: more ballots put the winner above the loser than below."""

    winner: int
    loser: int
    votes: Amount
    against: Amount

    @property
    def margin(self) -> Amount:
        """The votes for the winner less those for the loser."""
        return self.votes - self.against


@dataclass(frozen=True, slots=True)
class Beatpath(Figures):
    """Why someone is below another by Schulze's rule.

    Attributes
    ----------
    defeats : a strongest beatpath to the candidate, as short as there is one
    strength : of the weakest of these defeats
    back : the strength of the strongest beatpath back; 0 where there is none
    """

    defeats: tuple[Defeat, ...]
    strength: Amount
    back: Amount


@dataclass(frozen=True, slots=True)
class Locked(Figures):
    """Why someone is below another by ranked pairs.

    Attributes
    ----------
    defeats : locked defeats that lead from a winner to the candidate, as few as will do
    dropped : the candidate's own defeats of others that are not locked, the strongest first
    """

    defeats: tuple[Defeat, ...]
    dropped: tuple[Defeat, ...]


def defeats_of(votes: Pairwise, candidate: int) -> tuple[Defeat, ...]:
    """All who beat the candidate, the most votes first: what minimax and Copeland go by.

    >>> from tally.ranked import Contest, Rankings
    >>> from tally.ranked.pairwise import pairwise
    >>> rankings = Rankings.of(3, [(0, 1, 2), (1, 2, 0), (2, 0, 1)], weights=[4, 3, 2])
    >>> defeats_of(pairwise(Contest.of("Ada", "Bo", "Cy"), rankings), 0)
    (Defeat(winner=2, loser=0, votes=5, against=4),)
    """
    found = [_defeat(votes, other, candidate) for other in votes.standing]
    beaten = [defeat for defeat in found if defeat.votes > defeat.against]
    return tuple(sorted(beaten, key=lambda one: (-one.votes, one.against, one.winner)))


def beatpath(votes: Pairwise, candidate: int, *, strength: str = "winning") -> Beatpath | None:
    """Why the candidate did not win by Schulze's rule; None: nobody is above this one.

    It starts from a winner, if one of them is above the candidate, else from the first who is.

    Raises
    ------
    BallotError : another word for `strength`, or a candidate who does not stand.
    """
    at = _place(votes, candidate)
    defeats = strengths(votes, strength)
    paths = closure(defeats.figures, votes)
    is_above = paths > paths.T
    above = np.flatnonzero(is_above[:, at])
    if not len(above):
        return None
    winners = layers(is_above)[0]
    start = next(iter(above[np.isin(above, winners)].tolist() or above.tolist()))
    way = _shortest(defeats.figures >= paths[start, at], start, at)
    told = defeats.told(np.array([[paths[start, at], paths[at, start]]]))
    return Beatpath(_along(votes, way), *told[0])


def locked_against(
    votes: Pairwise, candidate: int, ties: Ties, *, strength: str = "winning"
) -> Locked | None:
    """Why the candidate did not win by ranked pairs; None: no locked defeat is against this one.

    Parameters
    ----------
    ties : as the count had them

    Raises
    ------
    BallotError : another word for `strength`, or a candidate who does not stand.
    """
    return locked_in(votes, candidate, lock(votes, strength, ties), strength=strength)


def locked_in(votes: Pairwise, candidate: int, locked: Beats, *, strength: str) -> Locked | None:
    """As `locked_against`, from the locked defeats themselves: s x s, the implied ones included."""
    at = _place(votes, candidate)
    if not locked[:, at].any():
        return None
    ways = [_shortest(locked, start, at) for start in layers(locked)[0].tolist()]
    support = votes.among(votes.standing)
    figures = strengths(votes, strength).figures
    open_ones = np.flatnonzero((support[at] > support[:, at]) & ~locked[at])
    order = sorted(open_ones.tolist(), key=lambda other: (-int(figures[at, other]), other))
    return Locked(
        defeats=_along(votes, min((way for way in ways if way), key=len)),
        dropped=tuple(_defeat(votes, candidate, votes.standing[other]) for other in order),
    )


def led_to(votes: Pairwise, candidate: int, starts: Iterable[int]) -> tuple[Defeat, ...]:
    """The fewest defeats that lead from one of `starts` to the candidate; empty: none do.

    Raises
    ------
    BallotError : a candidate who does not stand.
    """
    at = _place(votes, candidate)
    support = votes.among(votes.standing)
    beats = support > support.T
    ways = [_shortest(beats, _place(votes, start), at) for start in starts]
    return _along(votes, min((way for way in ways if way), key=len, default=[]))


def _place(votes: Pairwise, candidate: int) -> int:
    if candidate not in votes.standing:
        raise BallotError(f"candidate {candidate} does not stand")
    return votes.standing.index(candidate)


def _shortest(steps: Beats, start: int, end: int) -> list[int]:
    """The places on a shortest way by these steps, both ends included; empty: there is none."""
    come_from = {start: start}
    waiting = [start]
    for at in waiting:
        for onward in np.flatnonzero(steps[at]).tolist():
            if onward not in come_from:
                come_from[onward] = at
                waiting.append(onward)
    way = [end] if end in come_from else []
    while way and way[-1] != start:
        way.append(come_from[way[-1]])
    return way[::-1]


def _along(votes: Pairwise, way: Sequence[int]) -> tuple[Defeat, ...]:
    names = [votes.standing[at] for at in way]
    return tuple(_defeat(votes, *pair) for pair in neighbours(names))


def _defeat(votes: Pairwise, winner: int, loser: int) -> Defeat:
    said = (int(votes.support[winner, loser]), int(votes.support[loser, winner]))
    return Defeat(winner, loser, *(over(figure, votes.unit) for figure in said))
