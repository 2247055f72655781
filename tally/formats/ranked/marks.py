"""Ballots as they come out of a long file: equal ones are counted, not kept."""

from collections.abc import Iterable, Sequence
from itertools import chain

import numpy as np

from tally.ranked import Rankings
from tally.ranked.ballots import narrow

MOST_RANKS = 1_000
_BITS = 16
# A ballot, its marks as whole numbers, ascending -> how many cast it.
Groups = dict[tuple[int, ...], int]


def mark(rank: int, whom: int) -> int:
    """One mark as a whole number: by rank, then by whom it is for (below 2^16)."""
    return rank << _BITS | whom


def cast(groups: Groups, marks: list[int]) -> None:
    """One more ballot with these marks."""
    marks.sort()
    ballot = tuple(marks)
    groups[ballot] = groups.get(ballot, 0) + 1


def rankings(size: int, parts: Iterable[tuple[Groups, Sequence[int] | None]]) -> Rankings:
    """The ballots of several files over `size` candidates.

    Parameters
    ----------
    parts : groups, and the candidate for each number in them; None: they hold candidates

    >>> groups = {(mark(1, 1), mark(2, 0)): 3, (mark(2, 1),): 2}
    >>> list(rankings(2, [(groups, None), ({(mark(1, 7),): 1}, [0] * 8)]).rows())
    [(((1,), (0,)), 3), (((), (1,)), 2), (((0,),), 1)]
    """
    places, ranks, lengths, weights = [], [], [], []
    for groups, numbers in parts:
        counts = np.fromiter(map(len, groups), dtype=np.int64, count=len(groups))
        flat = np.fromiter(chain.from_iterable(groups), dtype=np.int64, count=int(counts.sum()))
        whom = flat & (1 << _BITS) - 1
        if numbers is not None and len(whom):
            # Other numbers, so another order within a rank.
            whom = np.array(numbers, dtype=np.int64)[whom]
            owner = np.repeat(np.arange(len(counts)), counts)
            order = np.lexsort((whom, flat >> _BITS, owner))
            whom, flat = whom[order], flat[order]
        places.append(whom)
        ranks.append(flat >> _BITS)
        lengths.append(counts)
        weights.append(np.fromiter(groups.values(), dtype=np.int64, count=len(groups)))
    starts = np.concatenate(([0], np.cumsum(np.concatenate(lengths)))).astype(np.int64)
    rank = np.concatenate(ranks)
    plain = np.arange(len(rank)) - np.repeat(starts[:-1], np.diff(starts)) + 1
    return Rankings(
        size=size,
        starts=starts,
        places=np.concatenate(places).astype(narrow(size)),
        ranks=None if np.array_equal(rank, plain) else rank.astype(narrow(MOST_RANKS)),
        weights=np.concatenate(weights),
    )

