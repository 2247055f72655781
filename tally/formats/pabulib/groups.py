"""Equal ballots kept once, with their number."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tally.formats.pabulib.words import Ints, Mask, Places, Words, factors

_FACTOR, _OTHER = factors(0, 2)
_HALF = np.uint64(32)


def marks(picks: NDArray[np.integer[Any]], count: Ints) -> Words:
    """A number for each ballot, the same for equal ones: the sum of its picks' scattered numbers.

    `picks` are whole numbers that tell all of a pick; each ballot has the next `count` of them.
    """
    scattered = picks.astype(np.uint64)
    scattered += np.uint64(1)
    scattered *= _FACTOR
    scattered ^= scattered >> _HALF
    scattered *= _OTHER
    sums: Words = np.zeros(len(picks) + 1, dtype=np.uint64)
    np.cumsum(scattered, out=sums[1:])  # wraps around, and so do the differences
    ends = np.cumsum(count)
    mark: Words = sums[ends] - sums[ends - count]
    return mark


def grouped(mark: Words, count: Ints, picks: Sequence[Places]) -> tuple[Mask, Ints]:
    """Which ballots are the first of their like, and for those how many are like them.

    Equal marks only suggest equal ballots: each is compared with the first, pick by pick. Should
    two differ, by an accident of one in 2^64 pairs, every ballot is kept by itself.
    """
    order = np.argsort(mark)
    ascending = mark[order]
    heads = np.flatnonzero(np.append(True, ascending[1:] != ascending[:-1]))
    size = np.diff(heads, append=len(mark))
    first = np.minimum.reduceat(order, heads)
    like = np.repeat(first, size)
    is_again = order != like
    if not _are_equal(order[is_again], like[is_again], count, picks):
        return np.ones(len(mark), dtype=np.bool_), np.ones(len(mark), dtype=np.int64)
    weight = np.zeros(len(mark), dtype=np.int64)
    weight[first] = size
    is_first = weight > 0
    return is_first, weight[is_first]


def _are_equal(mine: Ints, theirs: Ints, count: Ints, picks: Sequence[Places]) -> bool:
    length = count[mine]
    if not np.array_equal(length, count[theirs]):
        return False
    starts = np.cumsum(count) - count
    one, other = spans(starts[mine], length), spans(starts[theirs], length)
    return all(np.array_equal(said[one], said[other]) for said in picks)


def spans(start: Ints, length: Ints) -> Ints:
    """The whole numbers from each start on, as many as its length says, one after another.

    >>> spans(np.array([5, 20]), np.array([2, 3]))
    array([ 5,  6, 20, 21, 22])
    """
    ends = np.cumsum(length)
    return np.repeat(start - (ends - length), length) + np.arange(length.sum())
