"""Ballots as they come out of a long file: equal ones are counted, not kept."""

from collections.abc import Iterable, Sequence
from itertools import chain

import numpy as np

from tally.ranked import Rankings
from tally.ranked.ballots import narrow

MOST_RANKS = 1_000
_BITS = 16
_WHOM = (1 << _BITS) - 1
# A ballot, its marks as whole numbers, ascending -> how many cast it.
Groups = dict[tuple[int, ...], int]


def mark(rank: int, whom: int) -> int:
    """One mark as a whole number: by rank, then by whom it is for (below 2^16)."""
    return rank << _BITS | whom


def cast(groups: Groups, marks: Iterable[int], many: int = 1) -> None:
    """One more ballot with these marks, or `many`."""
    ballot = tuple(sorted(marks))
    groups[ballot] = groups.get(ballot, 0) + many


def reread(groups: Groups, numbers: Sequence[int]) -> Groups:
    """The same ballots with other numbers for whom the marks are."""
    found: Groups = {}
    for marks, many in groups.items():
        cast(found, [said >> _BITS << _BITS | numbers[said & _WHOM] for said in marks], many)
    return found


def rankings(size: int, groups: Groups) -> Rankings:
    """The ballots over `size` candidates.

    >>> groups = {(mark(1, 1), mark(2, 0)): 3, (mark(2, 1),): 2}
    >>> list(rankings(2, groups).rows())
    [(((1,), (0,)), 3), (((), (1,)), 2)]
    """
    lengths = np.fromiter(map(len, groups), dtype=np.int64, count=len(groups))
    starts = np.concatenate(([0], np.cumsum(lengths)))
    flat = np.fromiter(chain.from_iterable(groups), dtype=np.int64, count=starts[-1])
    ranks = flat >> _BITS
    plain = np.arange(len(flat)) - np.repeat(starts[:-1], lengths) + 1
    return Rankings(
        size=size,
        starts=starts,
        places=(flat & _WHOM).astype(narrow(size)),
        ranks=None if np.array_equal(ranks, plain) else ranks.astype(narrow(MOST_RANKS)),
        weights=np.fromiter(groups.values(), dtype=np.int64, count=len(groups)),
    )
