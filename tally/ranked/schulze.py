"""Schulze: a candidate wins whose strongest beatpath to each other is no weaker than the way back.

A beatpath leads from defeat to defeat; it is as strong as the weakest of them. The relation "has a
stronger beatpath to" has no circles, so somebody is below nobody. The ranking is in layers: those
below nobody, then those below nobody but them, and so on.

Laws: whoever beats all others wins; the winner is in the Smith set; a clone of a candidate neither
helps nor harms the others; all ballots reversed, a single winner is no winner; more support never
drops a winner.

References
----------
M. Schulze, A new monotonic, clone-independent, reversal symmetric, and Condorcet-consistent
single-winner election method, Social Choice and Welfare 36 (2011).
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tally.ranked.ballots import Ballots
from tally.ranked.beats import components, layers, named, outcome, spread, strengths
from tally.ranked.contest import Contest
from tally.ranked.outcome import RankedOutcome
from tally.ranked.pairwise import Pairwise, pairwise
from tally.ranked.ties import Ties

# Rows that are brought up to date together: they stay in the processor's cache.
_ROWS = 128


def schulze(
    contest: Contest,
    rankings: Ballots,
    ties: Ties,
    *,
    strength: str = "winning",
    unranked: str = "last",
) -> RankedOutcome:
    """The outcome by Schulze's rule.

    Parameters
    ----------
    strength : "winning", "margin" or "ratio", as `tally.ranked.beats.strengths` has them
    unranked : "last" or "not_compared", as `tally.ranked.pairwise` has them

    Raises
    ------
    BallotError : another word for either.

    >>> from tally.ranked import Rankings
    >>> contest = Contest.of("Ada", "Bo", "Cy")
    >>> rankings = Rankings.of(3, [(0, 1, 2), (1, 2, 0), (2, 0, 1)], weights=[4, 3, 2])
    >>> schulze(contest, rankings, Ties()).ranking
    ((0,), (1,), (2,))
    """
    votes = pairwise(contest, rankings, unranked=unranked)
    return by_matrix(contest, votes, ties, strength=strength, unranked=unranked)


def by_matrix(
    contest: Contest, votes: Pairwise, ties: Ties, *, strength: str, unranked: str = "last"
) -> RankedOutcome:
    """The outcome from the pairwise matrix alone."""
    defeats = strengths(votes, strength)
    paths = closure(defeats.figures, votes)
    ranking = named(votes.standing, layers(paths > paths.T))
    told = spread(defeats.told(paths), votes.standing, contest.size)
    return outcome(
        f"schulze_{strength}",
        contest,
        votes.ballots,
        ranking,
        ties,
        parameters=(("unranked", unranked),),
        matrices=(("pairwise", votes.matrix()), ("strengths", told)),
    )


def closure(figures: NDArray[Any], votes: Pairwise) -> NDArray[Any]:
    """The strength of the strongest beatpath from each candidate who stands to each other.

    Parameters
    ----------
    figures : s x s, the strength of each defeat; 0 where there is none

    Notes
    -----
    Floyd and Warshall's algorithm, at most 2 s^3 comparisons. A path by way of k comes from k's
    component or one above it and leads to k's or one below it: no other pairs are looked at. Where
    each component is a single candidate, that is a sixth of the work.
    """
    groups = components(votes.among(votes.standing))
    order = np.concatenate([*groups, np.zeros(0, dtype=np.intp)]).astype(np.intp)
    paths = np.ascontiguousarray(figures[np.ix_(order, order)])
    spare = np.empty((_ROWS, len(order)), dtype=paths.dtype)
    start = 0
    for group in groups:
        end = start + len(group)
        for middle in range(start, end):
            _by_way_of(paths[:end, start:], middle, middle - start, spare)
        start = end
    back = np.empty_like(order)
    back[order] = np.arange(len(order))
    np.fill_diagonal(paths, 0)
    return paths[np.ix_(back, back)]


def _by_way_of(paths: NDArray[Any], row: int, column: int, spare: NDArray[Any]) -> None:
    """Make each path as strong as that by way of one candidate, in place."""
    onward = paths[row].copy()
    for first in range(0, len(paths), _ROWS):
        block = paths[first : first + _ROWS]
        way = spare[: len(block), : len(onward)]
        np.minimum(block[:, column, None], onward, out=way)
        np.maximum(block, way, out=block)
