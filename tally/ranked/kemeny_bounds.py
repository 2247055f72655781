"""Best orders of many candidates, by branch and bound; each bound is proved in whole numbers.

A linear program bounds what any order costs that contains a given partial order
(`tally.ranked.kemeny_program`). Where the bound falls short of an order in hand, the search
branches on a pair of candidates. On real ballots it hardly ever has to.

Which pairs have the same order in all best orders is proved too: by the program's surplus for the
other way round, or by a search for a best order that has it.

References
----------
V. Conitzer, A. Davenport, J. Kalagnanam, Improved bounds for computing Kemeny rankings, AAAI 2006.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tally.errors import InstanceError
from tally.ranked.beats import Beats
from tally.ranked.kemeny_program import GRID, Program, put

LARGEST = 80
MOST_BRANCHES = 2000


class Bounds:
    """All best orders of n candidates; see `tally.ranked.kemeny.Orders`.

    Attributes
    ----------
    votes : what a best order has for it
    count : 1 if there is one best order, else None

    Raises
    ------
    InstanceError : more than `LARGEST` candidates, or a proof takes more than `MOST_BRANCHES`.
    """

    def __init__(self, support: NDArray[Any]) -> None:
        self._size = size = len(support)
        if size > LARGEST:
            raise InstanceError(
                f"{size} candidates are in one circle of defeats; a best order is proved for at"
                f" most {LARGEST}"
            )
        self._program = Program((support.T - support)[np.triu_indices(size, 1)], size)
        nothing = np.zeros((size, size), dtype=bool)
        self._least, order = self._search(nothing, self._program.most)
        self._found = [order]
        against = int(support[np.triu_indices(size, 1)].sum()) + self._least * self._program.unit
        self.votes = int(support.sum()) - against
        self._certain = self._certainly(nothing)
        self.count = 1 if self._certain.sum() == size * (size - 1) // 2 else None

    def certain(self) -> Beats:
        """Whether the row is above the column in every best order."""
        return self._certain

    def next_ones(self, before: tuple[int, ...]) -> list[int]:
        """Who can come after these, in this order, in a best order."""
        left = np.ones(self._size, dtype=bool)
        left[list(before)] = False
        free = np.flatnonzero(left & ~self._certain[left].any(axis=0)).tolist()
        if len(free) == 1:
            return free
        return [at for at in free if self._can_come(before, at)]

    def _can_come(self, before: tuple[int, ...], at: int) -> bool:
        order = (*before, at)
        if any(found[: len(order)] == order for found in self._found):
            return True
        wanted = self._certain.copy()
        for place, higher in enumerate(order):
            wanted[higher] = True
            wanted[higher, list(order[: place + 1])] = False
        return self._is_best(wanted)

    def _certainly(self, nothing: Beats) -> Beats:
        """The pairs that have one order in all best orders, each proved."""
        certain = nothing
        relaxed = self._program.relaxed(nothing, self._least)
        above, below = np.triu_indices(self._size, 1)
        sure = relaxed.bound + np.abs(relaxed.surplus) > self._least * GRID
        first = relaxed.surplus < 0
        for one, other, is_above in zip(above[sure], below[sure], first[sure], strict=True):
            certain = put(certain, *((one, other) if is_above else (other, one)))
        order = self._found[0]
        # Neighbours first: where two of them are sure, all pairs around them may be.
        for gap in range(1, self._size):
            for higher, lower in zip(order, order[gap:], strict=False):
                if certain[higher, lower] or any(
                    found.index(lower) < found.index(higher) for found in self._found
                ):
                    continue
                if not self._is_best(put(certain, lower, higher)):
                    certain = put(certain, higher, lower)
        return certain

    def _is_best(self, partial: Beats) -> bool:
        """Whether a best order contains this partial one; it is kept."""
        _, order = self._search(partial, self._least)
        if order:
            self._found.append(order)
        return bool(order)

    def _search(self, partial: Beats, most: int) -> tuple[int, tuple[int, ...]]:
        """The least cost, in units, and an order that has it, of those with a partial order.

        Where all of them cost more than `most`, the order is empty.
        """
        best: tuple[int, ...] = ()
        waiting, branches = [partial], 0
        while waiting:
            branches += 1
            if branches > MOST_BRANCHES:
                raise InstanceError(f"no best order was proved in {MOST_BRANCHES} branches")
            partial = waiting.pop()
            relaxed = self._program.relaxed(partial, most)
            if relaxed.bound > most * GRID:
                continue
            cost, order = self._program.proposed(relaxed, partial)
            if cost <= most:
                best, most = order, cost - 1
            if relaxed.bound <= most * GRID:
                waiting += self._program.branches(relaxed, partial)
        return most + 1, best
