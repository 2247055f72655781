"""All best orders of few candidates, by what can be said of each set of them that comes first.

A set S stands above the rest. The most votes that the rest can still bring is 0 for all candidates;
for S it is the most, over each candidate a outside, of the votes that put a below all of S, and
what the rest can bring once a has joined S. A best order is a way from no candidate to all that
loses nothing. 2^n sets, n steps from each.

References
----------
M. Held, R. M. Karp, A dynamic programming approach to sequencing problems, Journal of the SIAM 10
(1962); for Kemeny: A. Davenport, J. Kalagnanam, AAAI 2004.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tally.ranked.beats import Beats


class Sets:
    """All best orders of n candidates; see `tally.ranked.kemeny.Orders`.

    Attributes
    ----------
    votes : what a best order has for it
    count : how many there are
    rest : length 2^n; the most votes that those outside each set can bring, this set being above
    orders : length 2^n; the number of ways in which best orders come to the set; 0: none does
    """

    def __init__(self, support: NDArray[Any]) -> None:
        size = len(support)
        # Length 2^n each: the votes that put a candidate below all of the set.
        self._below = [_sums(support[:, at]) for at in range(size)]
        sets = np.arange(2**size)
        counts = _sums(np.ones(size, dtype=np.int64))
        layers = [np.flatnonzero(counts == count) for count in range(size + 1)]
        self.rest: NDArray[Any] = np.zeros(len(sets), dtype=support.dtype)
        for layer in reversed(layers[:-1]):
            self.rest[layer] = -1
            for at in range(size):
                free = layer[layer >> at & 1 == 0]
                self.rest[free] = np.maximum(self.rest[free], self._by_way_of(free, at))
        self.orders = np.zeros(len(sets), dtype=np.int64)
        self.orders[0] = 1
        for layer in layers[:-1]:
            for at in range(size):
                free = layer[(layer >> at & 1 == 0) & (self.orders[layer] > 0)]
                best = free[self._by_way_of(free, at) == self.rest[free]]
                self.orders[best | 1 << at] += self.orders[best]
        self.votes: int = int(self.rest[0])
        self.count: int | None = int(self.orders[-1])

    def _by_way_of(self, sets: NDArray[np.int64], at: int) -> NDArray[Any]:
        """What the rest can bring where this candidate comes next."""
        brought: NDArray[Any] = self._below[at][sets] + self.rest[sets | 1 << at]
        return brought

    def next_ones(self, before: tuple[int, ...]) -> list[int]:
        """Who can come after these, in this order, in a best order."""
        above = np.array([sum(1 << at for at in before)])
        return [
            at
            for at in range(len(self._below))
            if not above[0] >> at & 1 and self._by_way_of(above, at)[0] == self.rest[above[0]]
        ]

    def certain(self) -> Beats:
        """Whether the row is above the column in every best order."""
        found = np.flatnonzero(self.orders)
        size = len(self._below)
        certain = np.zeros((size, size), dtype=bool)
        for lower in range(size):
            # Who is in each set that the lower one is in, has always come before it.
            always = np.bitwise_and.reduce(found[found >> lower & 1 == 1])
            certain[:, lower] = always >> np.arange(size) & 1 == 1
        np.fill_diagonal(certain, False)
        return certain


def _sums(figures: NDArray[Any]) -> NDArray[Any]:
    """Length 2^n: the sum of the figures of each set."""
    found: NDArray[Any] = np.zeros(1, dtype=figures.dtype)
    for figure in figures:
        found = np.concatenate((found, found + figure))
    return found
