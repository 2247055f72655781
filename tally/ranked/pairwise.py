"""How many ballots put each candidate above each other one: what all pairwise rules count by.

A ballot that ranks a but not b puts a above b (``unranked="last"``: whoever is not ranked is last,
level with all others who are not), or says nothing of the two (``unranked="not_compared"``). Shared
ranks are level. `tally.ranked.reading` says how faulty marks are read.

*Why it is fast.* With L candidates ranked, only the L(L-1)/2 pairs among them are counted, and
never those with the unranked: a is above b on all ballots that rank a, but for those that rank both
and do not put a above b.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tally.contest import Amount
from tally.errors import BallotError
from tally.ranked.ballots import Ballots, Figures, Ints, Rankings, over
from tally.ranked.contest import Contest
from tally.ranked.outcome import Matrix
from tally.ranked.reading import Run, added, runs, sums

UNRANKED = ("last", "not_compared")
_KEYS = 2**16  # pairs counted in one go: their keys stay in the processor's cache


@dataclass(frozen=True, eq=False)
class Pairwise:
    """How many ballots put the row's candidate above the column's.

    Attributes
    ----------
    support : m x m whole numbers over `unit`: int64, or Python's ints (dtype object) where those
        are too small; 0 on the diagonal and for withdrawn candidates
    unit : what `support` and `weight` are divided by
    weight : all ballots, empty ones included
    standing : the candidates who can be elected, ascending
    """

    support: NDArray[Any]
    unit: int
    weight: int
    standing: tuple[int, ...]

    @property
    def ballots(self) -> Amount:
        """The number of ballots, empty ones included."""
        return over(self.weight, self.unit)

    def among(self, candidates: Iterable[int]) -> NDArray[Any]:
        """The support among some candidates, in their order."""
        at = np.array(list(candidates), dtype=np.intp)
        return self.support[np.ix_(at, at)]

    def matrix(self) -> Matrix:
        """The support as it is told in outcomes."""
        return told(self.support, self.unit)


def told(figures: NDArray[Any], unit: int) -> Matrix:
    """Whole numbers over `unit`, row by row."""
    rows = figures.tolist()
    if unit == 1:
        return tuple(map(tuple, rows))
    return tuple(tuple(over(figure, unit) for figure in row) for row in rows)


def pairwise(contest: Contest, rankings: Ballots, *, unranked: str = "last") -> Pairwise:
    """The pairwise matrix of all ballots, exact.

    Parameters
    ----------
    unranked : "last" or "not_compared"

    Raises
    ------
    BallotError : another word for `unranked`, or ballots over another number of candidates.

    Notes
    -----
    O(sum of L(L-1)/2) for ballots that rank L candidates; a few MiB beside the ballots.

    >>> contest = Contest.of("Ada", "Bo", "Cy")
    >>> rankings = Rankings.of(3, [(0, 1), (1,)], weights=[3, 2])
    >>> pairwise(contest, rankings).matrix()
    ((0, 3, 3), (2, 0, 5), (0, 0, 0))
    >>> pairwise(contest, rankings, unranked="not_compared").matrix()
    ((0, 3, 0), (0, 0, 0), (0, 0, 0))
    """
    if unranked not in UNRANKED:
        raise BallotError(f"unranked is one of {', '.join(UNRANKED)}, not {unranked!r}")
    support = rankings.sums(_support, contest, unranked)[0]
    weight = int(rankings.ballots * rankings.weights_unit)
    return Pairwise(support, rankings.weights_unit, weight, contest.standing)


def _support(rankings: Rankings, contest: Contest, unranked: str) -> Figures:
    """The support, as row 0, of the candidates who stand."""
    size = contest.size
    above: NDArray[Any] = np.zeros(size * size, dtype=np.int64)
    level, ranked = above, np.zeros(size, dtype=np.int64)
    for run in runs(contest, rankings):
        pairs = _pairs(run)
        above = added(above, pairs[: size * size])
        level = added(level, pairs[size * size :]) if run.tiers is not None else level
        if unranked == "last":
            ranked = added(ranked, sums(run.places, run.heavy, size))
    support = above.reshape(size, size)
    if unranked == "last":
        tied = added(level, level.reshape(size, size).T.ravel()).reshape(size, size)
        support = ranked[:, None] - support.T - tied
    out = [place for place in range(size) if place in contest.withdrawn]
    support[out], support[:, out] = 0, 0
    np.fill_diagonal(support, 0)
    return {0: support}


def _pairs(run: Run) -> NDArray[Any]:
    """Length m x m, or twice that: votes for each (higher, lower), then for each level pair.

    Ballots of one length are taken together, those of weight 1 apart: they are only counted.
    """
    bins = run.size**2 * (1 if run.tiers is None else 2)
    found: NDArray[Any] = np.zeros(bins, dtype=np.int64)
    single = run.weights == 1
    for length in np.flatnonzero(np.bincount(run.lengths)).tolist():
        most = max(1, max(_KEYS, run.size**2) // max(1, length * (length - 1) // 2))
        for is_single in (True, False) if length > 1 else ():
            rows = np.flatnonzero((run.lengths == length) & (single == is_single))
            for first in range(0, len(rows), most):
                part = rows[first : first + most]
                keys = _keys(run, part, length)
                if is_single:
                    found = added(found, np.bincount(keys.ravel(), minlength=bins))
                else:
                    heavy = np.broadcast_to(run.weights[part], keys.shape).ravel()
                    found = added(found, sums(keys.ravel(), heavy, bins))
    return found


def _keys(run: Run, rows: Ints, length: int) -> Ints:
    """L(L-1)/2 x rows: the number of each pair of candidates on these ballots of one length."""
    at = run.starts[rows] + np.arange(length)[:, None]
    lower = run.places[at].astype(np.intp)
    upper = lower * run.size
    keys = np.empty((length * (length - 1) // 2, len(rows)), dtype=np.intp)
    first = 0
    for rank in range(length - 1):
        part = keys[first : first + length - 1 - rank]
        np.add(upper[rank], lower[rank + 1 :], out=part)
        if run.tiers is not None:
            part += (run.tiers[at[rank]] == run.tiers[at[rank + 1 :]]) * run.size**2
        first += len(part)
    return keys
