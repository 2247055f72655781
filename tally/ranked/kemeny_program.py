"""The linear program that bounds what an order of candidates costs; its prices prove the bound.

For each pair a < b let x be 1 if a is above b, else 0. An order's cost is the sum of ``c x``, where
c is the votes for b less those for a. Of every three candidates the pairs must go in no circle:
``0 <= x_ab + x_bc - x_ac <= 1``. Without the demand that x is whole this is a linear program, and
its dual prices y >= 0 prove a bound on what any order costs, whatever the solver's errors: for any
y whatever, ``A x <= r`` gives ``c x >= -y r + sum of min over x in [0, 1] of (c + A' y) x``. So y
is rounded to a grid and the bound computed in whole numbers. Circles are added as they are met.

References
----------
V. Conitzer, A. Davenport, J. Kalagnanam, Improved bounds for computing Kemeny rankings, AAAI 2006.
On safe bounds: A. Neumaier, O. Shcherbina, Safe bounds in linear and mixed-integer programming,
Mathematical Programming 99 (2004).
"""

from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_array

from tally.errors import InstanceError
from tally.ranked.ballots import Ints
from tally.ranked.beats import Beats

GRID = 2**20  # dual prices are rounded to whole numbers over this
MOST_CIRCLES = 2000  # taken into the program at a time
_SLACK = 1e-6  # how far the program must be from a circle's demand to take it in; decides nothing
_SMALL = 2**30  # costs up to which all products stay in 63 bits


@dataclass(frozen=True, eq=False)
class Relaxed:
    """What the linear program says of orders that contain a given partial order.

    Attributes
    ----------
    share : length p, for each pair how far the first is above the second: a proposal, in floats
    bound : no such order costs less than this over `GRID`; exact
    surplus : length p; what it adds to the bound, over `GRID`, if the pair is the other way round
    """

    share: NDArray[np.float64]
    bound: int
    surplus: NDArray[Any]


class Program:
    """The linear program over the pairs of n candidates, with the circles met so far.

    Attributes
    ----------
    unit : costs are counted in it here: what divides them all
    most : no order costs more units
    """

    def __init__(self, costs: NDArray[Any], size: int) -> None:
        self._size, self.unit = size, int(np.gcd.reduce(costs)) or 1
        costs = costs // self.unit
        self.most = int(np.abs(costs).sum())
        # Prices are at most as high as the sum of all costs.
        self._whole: type = np.int64 if self.most < _SMALL else object
        self._costs = costs.astype(self._whole)
        # The solver is given numbers of moderate size.
        self._scale = max(1.0, float(np.abs(costs).max()) / _SMALL)
        self._above, self._below = np.triu_indices(size, 1)
        number = np.zeros((size, size), dtype=np.int64)
        number[self._above, self._below] = np.arange(len(costs))
        first, second, third = np.array(list(combinations(range(size), 3))).T
        # For each three a < b < c the pairs ab, bc, ac: 0 <= x_ab + x_bc - x_ac <= 1.
        self._threes = np.stack(
            (number[first, second], number[second, third], number[first, third])
        )
        self._met = np.zeros((2, len(first)), dtype=bool)  # which of either side are in the program

    def relaxed(self, partial: Beats, most: int) -> Relaxed:
        """The program for all orders that contain a partial one, with all circles that matter.

        Circles are no more looked for once it is proved that all these orders cost over `most`.
        """
        low = partial[self._above, self._below].astype(np.int64)
        high = 1 - partial[self._below, self._above].astype(np.int64)
        while True:
            found = self._solved(low, high)
            if found.bound > most * GRID or not self._add_circles(found.share):
                return found

    def proposed(self, relaxed: Relaxed, partial: Beats) -> tuple[int, tuple[int, ...]]:
        """An order that contains a partial one, near to what the program says, and its cost."""
        wins = np.bincount(self._above, relaxed.share, self._size)
        wins += np.bincount(self._below, 1 - relaxed.share, self._size)
        order: list[int] = []
        left = np.ones(self._size, dtype=bool)
        while left.any():
            free = left & ~partial[left].any(axis=0)
            order.append(int(np.argmax(np.where(free, wins, -1))))
            left[order[-1]] = False
        place = np.argsort(order)
        is_first = place[self._above] < place[self._below]
        return int(self._costs[is_first].sum()), tuple(order)

    def branches(self, relaxed: Relaxed, partial: Beats) -> list[Beats]:
        """Both ways to order the pair that the program leaves most open; none: all are ordered."""
        is_open = ~(partial | partial.T)[self._above, self._below]
        if not is_open.any():
            return []
        at = int(np.argmin(np.where(is_open, np.abs(relaxed.share - 0.5), 1)))
        one, other = int(self._above[at]), int(self._below[at])
        return [put(partial, one, other), put(partial, other, one)]

    def _solved(self, low: Ints, high: Ints) -> Relaxed:
        """The program with these bounds, and what its dual prices prove."""
        sides, threes = np.nonzero(self._met)
        rows = np.repeat(np.arange(len(threes)), 3)
        columns = self._threes[:, threes].T.ravel()
        signs = np.outer(1 - 2 * sides, [1, 1, -1])
        shape = len(threes), len(self._costs)
        result = linprog(
            self._costs.astype(np.float64) / self._scale,
            csr_array((signs.ravel(), (rows, columns)), shape),
            1 - sides,
            bounds=np.stack((low, high), axis=1),
            method="highs-ds",
        )
        if not result.success:
            raise InstanceError(f"the linear program was not solved: {result.message}")
        prices = np.rint(np.maximum(-result.ineqlin.marginals, 0) * (self._scale * GRID))
        exact: NDArray[Any] = np.array([int(price) for price in prices], dtype=self._whole)
        surplus = self._costs * GRID
        np.add.at(surplus, columns, np.repeat(exact, 3) * signs.ravel())
        bound = (surplus * np.where(surplus > 0, low, high)).sum() - (exact * (1 - sides)).sum()
        return Relaxed(result.x, int(bound), surplus)

    def _add_circles(self, share: NDArray[np.float64]) -> bool:
        """Take the circles into the program that are most against it; whether there were any."""
        one, other, both = share[self._threes]
        excess = np.stack((one + other - both - 1, both - one - other))
        excess[self._met] = 0
        wanted = np.flatnonzero(excess > _SLACK)
        if len(wanted) > MOST_CIRCLES:
            wanted = wanted[np.argsort(-excess.ravel()[wanted], kind="stable")[:MOST_CIRCLES]]
        self._met.ravel()[wanted] = True
        return len(wanted) > 0


def put(partial: Beats, higher: int, lower: int) -> Beats:
    """The partial order, and one candidate above another who was not above it; and what follows."""
    above, below = partial[:, higher].copy(), partial[lower].copy()
    above[higher], below[lower] = True, True
    return partial | np.outer(above, below)
