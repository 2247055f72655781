"""Ballots as pairwise, positional and scored rules read them, a run of ballots at a time.

One convention for all of these rules:

- a candidate marked twice: the first mark counts;
- a rank left out: closed up;
- a rank for several candidates that the file does not tell: the ballot is read up to there, and
  whoever it does not rank before is unranked;
- a withdrawn candidate: left out, those below move up.

A run is so small that all that is made of it stays in the processor's cache.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tally.errors import BallotError
from tally.ranked.ballots import Figures, Ints, Rankings, Small
from tally.ranked.contest import Contest

# float64 holds every whole number up to this one, so sums below it are exact.
EXACT = 2**53
_MOST_BALLOTS = 2**15
_MOST_CELLS = 2**22  # of the table in which the first marks are found
# Weights too large for float64 are cut into digits of so many bits: a digit, times 2^15 ballots,
# times 2^17 for a factor that counts candidates, stays below `EXACT`.
_DIGIT = 20


@dataclass(frozen=True)
class Run:
    """g ballots with k marks, none of them double, withdrawn or untold.

    Attributes
    ----------
    size : m, the number of candidates
    starts : length g + 1; ballot i holds the marks ``starts[i]:starts[i + 1]``
    places : length k; the candidate of each mark, from the best to the last ranked of the ballot
    tiers : length k; the rank of each mark from 0 without gaps, equal ones are shared. None: no
        rank is shared
    weights : length g, as in `Rankings`
    scores : length k, or None
    """

    size: int
    starts: Ints
    places: Small
    tiers: NDArray[Any] | None
    weights: NDArray[Any]
    scores: Ints | None

    @cached_property
    def lengths(self) -> Ints:
        """Length g: how many candidates each ballot ranks."""
        return np.diff(self.starts)

    @cached_property
    def owners(self) -> NDArray[np.int32]:
        """Length k: the ballot of each mark."""
        return np.repeat(np.arange(len(self.weights), dtype=np.int32), self.lengths)

    @cached_property
    def heavy(self) -> NDArray[Any]:
        """Length k: the weight of each mark's ballot."""
        heavy: NDArray[Any] = np.repeat(self.weights, self.lengths)
        return heavy

    @cached_property
    def levels(self) -> NDArray[Any]:
        """Length k: the rank of each mark from 0, without gaps."""
        if self.tiers is not None:
            return self.tiers
        levels: NDArray[Any] = np.arange(len(self.places)) - self.starts[self.owners]
        return levels

    @cached_property
    def ends(self) -> tuple[Ints, Ints]:
        """Length k each: the first and the last place, from 0, of the rank that a mark shares."""
        at = np.arange(len(self.places))
        if self.tiers is None:
            return self.levels, self.levels
        new = np.flatnonzero(_changes(self.owners, self.tiers))
        sizes = np.diff(np.append(new, len(at)))
        first: Ints = np.repeat(new, sizes) - self.starts[self.owners]
        last: Ints = first + np.repeat(sizes, sizes) - 1
        return first, last


def runs(contest: Contest, rankings: Rankings) -> Iterator[Run]:
    """All ballots, in their order, in runs.

    Raises
    ------
    BallotError : the ballots are over another number of candidates than stand in the contest.
    """
    if contest.size != rankings.size:
        raise BallotError(f"ballots over {rankings.size} candidates for {contest.size}")
    most = min(_MOST_BALLOTS, max(1, _MOST_CELLS // (rankings.size + 1)))
    for first in range(0, len(rankings.weights), most):
        yield _read(contest, rankings, first, min(first + most, len(rankings.weights)))


def sums(
    keys: NDArray[Any], weights: NDArray[Any], bins: int, factors: NDArray[Any] | None = None
) -> NDArray[Any]:
    """The exact sum of the weights of each key: length `bins`, int64, or Python's ints if large.

    Parameters
    ----------
    keys : from 0 to below `bins`; one run's: no ballot has one of them twice
    weights : as long as `keys`, whole numbers
    factors : as long, each at most 2^17 in size: what a weight is multiplied by
    """
    most = 1 if factors is None else int(np.abs(factors).max(initial=1))
    if weights.dtype != object and int(weights.max(initial=0)) * most * len(keys) < EXACT:
        heavy = weights.astype(np.float64) if factors is None else weights * factors
        return np.bincount(keys, heavy, bins).astype(np.int64)
    total, shift, rest = np.zeros(bins, dtype=object), 0, weights.astype(object)
    while rest.any():
        digits = (rest & (2**_DIGIT - 1)).astype(np.float64)
        found = np.bincount(keys, digits if factors is None else digits * factors, bins)
        total += found.astype(np.int64).astype(object) << shift
        rest, shift = rest >> _DIGIT, shift + _DIGIT
    return total


def added(one: NDArray[Any], other: NDArray[Any]) -> NDArray[Any]:
    """The exact sum of two arrays of whole numbers, of Python's ints where int64 is too small."""
    most = int(np.abs(one).max(initial=0)) + int(np.abs(other).max(initial=0))
    large = one.astype(object) if most > np.iinfo(np.int64).max else one
    total: NDArray[Any] = large + other
    return total


def together(parts: Iterable[Figures]) -> Figures:
    """Figures of parts of the ballots, added up row by row."""
    found: Figures = {}
    for part in parts:
        for number, row in part.items():
            found[number] = added(found[number], row) if number in found else row
    return found


def _changes(owners: NDArray[Any], tiers: NDArray[Any]) -> NDArray[np.bool_]:
    """Length k: whether a mark is of another ballot or rank than the one before it."""
    new = np.ones(len(tiers), dtype=bool)
    new[1:] = (tiers[1:] != tiers[:-1]) | (owners[1:] != owners[:-1])
    return new


def _read(contest: Contest, rankings: Rankings, first: int, last: int) -> Run:
    """The ballots from `first` to before `last`, put right by the conventions above."""
    starts = rankings.starts[first : last + 1]
    marks = slice(int(starts[0]), int(starts[-1]))
    places = rankings.places[marks]
    tiers = None if rankings.ranks is None else rankings.ranks[marks]
    scores = None if rankings.scores is None else rankings.scores[marks]
    run = Run(
        rankings.size, starts - starts[0], places, tiers, rankings.weights[first:last], scores
    )
    kept = _kept(contest, run)
    if not kept.all():
        lengths = np.bincount(run.owners[kept], minlength=last - first)
        run = Run(
            size=run.size,
            starts=np.concatenate(([0], np.cumsum(lengths))),
            places=places[kept],
            tiers=None if tiers is None else tiers[kept],
            weights=run.weights,
            scores=None if scores is None else scores[kept],
        )
    return run if run.tiers is None else _closed_up(run, run.tiers)


def _kept(contest: Contest, run: Run) -> NDArray[np.bool_]:
    """Length k: which marks count."""
    at = np.arange(len(run.places), dtype=np.int32)
    keys = run.owners * np.int32(run.size + 1) + run.places
    table = np.empty(len(run.weights) * (run.size + 1), dtype=np.int32)
    table[keys[::-1]] = at[::-1]  # of equal keys the last to be written stays: the first mark
    kept: NDArray[np.bool_] = table[keys] == at
    if contest.withdrawn:
        kept &= ~np.isin(run.places, list(contest.withdrawn))
    untold = np.flatnonzero(run.places == run.size)
    if len(untold):
        ranks = at if run.tiers is None else run.tiers
        end = np.full(len(run.weights), len(at) + run.size + 1, dtype=np.int64)
        end[run.owners[untold[::-1]]] = ranks[untold[::-1]]
        kept &= ranks < end[run.owners]
    return kept


def _closed_up(run: Run, ranks: NDArray[Any]) -> Run:
    """The same with ranks from 0 without gaps; without any, where none is shared."""
    new = _changes(run.owners, ranks)
    if new.all():
        return replace(run, tiers=None)
    number = np.cumsum(new)
    return replace(run, tiers=number - number[run.starts[run.owners]])
