"""Whether one candidate beats all others, or majorities go round in a circle: why rules part.

Rules that compare candidates two by two agree on whoever beats all others. Where nobody does, each
has to pass some majority over, and which one it thinks the weakest decides.
"""

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from tally.errors import BallotError
from tally.ranked.ballots import over
from tally.ranked.beats import STRENGTHS, components
from tally.ranked.explain_pairwise import Defeat
from tally.ranked.pairwise import Pairwise


def duel(votes: Pairwise, one: int, other: int) -> Defeat:
    """The votes of two candidates against each other, as if the first had won."""
    said = (int(votes.support[one, other]), int(votes.support[other, one]))
    return Defeat(one, other, *(over(figure, votes.unit) for figure in said))


def beats_all(votes: Pairwise) -> int | None:
    """Who beats each of the others one against one (the Condorcet winner); None: nobody does.

    >>> from tally.ranked import Contest, Rankings
    >>> from tally.ranked.pairwise import pairwise
    >>> rankings = Rankings.of(3, [(0, 1, 2), (1, 2, 0)], weights=[2, 1])
    >>> beats_all(pairwise(Contest.of("Ada", "Bo", "Cy"), rankings))
    0
    """
    first = leaders(votes)
    return first[0] if len(first) == 1 else None


def circle(votes: Pairwise) -> tuple[Defeat, ...]:
    """A shortest circle of defeats among those who together beat all others; empty: there is none.

    It starts from whoever of them has the most votes for a defeat in such a circle; each defeat's
    loser is the next one's winner, and the last one's loser the first one's winner.

    >>> from tally.ranked import Contest, Rankings
    >>> from tally.ranked.pairwise import pairwise
    >>> rankings = Rankings.of(3, [(0, 1, 2), (1, 2, 0), (2, 0, 1)], weights=[4, 3, 2])
    >>> found = circle(pairwise(Contest.of("Ada", "Bo", "Cy"), rankings))
    >>> [(defeat.winner, defeat.loser, defeat.votes) for defeat in found]
    [(1, 2, 7), (2, 0, 5), (0, 1, 6)]
    """
    names = leaders(votes)
    support = votes.among(names)
    beats = support > support.T
    found = [way for start in range(len(names)) if (way := _round(beats, start))]
    shortest = min(map(len, found), default=0)
    circles = [
        tuple(
            duel(votes, names[one], names[other])
            for one, other in zip(way, [*way[1:], way[0]], strict=True)
        )
        for way in found
        if len(way) == shortest
    ]
    return max(circles, key=lambda way: way[0].votes, default=())


def weakest(defeats: Sequence[Defeat], strength: str) -> Defeat | None:
    """The one that is weaker than all others; None: several are as weak.

    Parameters
    ----------
    strength : a word of `beats.STRENGTHS`

    Raises
    ------
    BallotError : another word for `strength`.
    """
    if strength not in STRENGTHS:
        raise BallotError(f"strength is one of {', '.join(STRENGTHS)}, not {strength!r}")
    figures = {
        "winning": lambda one: Fraction(one.votes),
        "margin": lambda one: Fraction(one.margin),
        "ratio": lambda one: Fraction(one.votes) / Fraction(one.votes + one.against),
    }
    told = list(map(figures[strength], defeats))
    least = [defeat for defeat, said in zip(defeats, told, strict=True) if said == min(told)]
    return least[0] if len(least) == 1 else None


def leaders(votes: Pairwise) -> list[int]:
    """The fewest candidates each of whom beats everybody else (the Smith set), ascending."""
    groups = components(votes.among(votes.standing))
    return [votes.standing[at] for at in groups[0].tolist()] if groups else []


def _round(beats: np.ndarray, start: int) -> list[int]:
    """The places on a shortest way by defeats from one back to itself; empty: there is none."""
    come_from: dict[int, int] = {}
    waiting = [start]
    for at in waiting:
        for onward in np.flatnonzero(beats[at]).tolist():
            if onward not in come_from:
                come_from[onward] = at
                waiting.append(onward)
    if start not in come_from:
        return []
    way = [come_from[start]]
    while way[-1] != start:
        way.append(come_from[way[-1]])
    return way[::-1]
