"""The linear program of the least change that lets candidates go out in a given order.

Let candidates 0, 1, …, t-1 go out in this order once nobody else stands; the last one wins. A
ballot's *path* is the row of those who hold it on the way. It is a way through a small network: an
edge (a, b) says that the ballot comes from a, who goes out, to b; it starts at -1. So b has it in
all rounds after a's last one, and the votes of every round are sums over edges. A changed ballot
leaves its path and takes another one, which may as well end with the winner, whom it cannot harm:

    least  sum of the flow f out of -1     (changed ballots, by their new paths)
    so that, with m_s ballots taken from the n_s of path s, sum m = sum f,
            votes of r <= votes of j in round r, for all r < j;    f >= 0,  0 <= m_s <= n_s.

Dual prices y >= 0 of the demands give a ballot a value, the sum of y over the demands that it
helps less those that it hinders. For any y whatever no change takes fewer than the sum over all
ballots of ``min(-value, 1 - V)``, V the value of the best path. So y is rounded to a grid, V found
by going through the network, and the bound computed in whole numbers.

References
----------
T. R. Magrino, R. L. Rivest, E. Shen, D. Wagner, Computing the margin of victory in IRV elections
(EVT/WOTE 2011); M. Blom, P. J. Stuckey, V. J. Teague, Computing the margin of victory in
preferential parliamentary elections (E-Vote-ID 2018), on the demands; paths instead of their
signatures are ours. On safe bounds: A. Neumaier, O. Shcherbina (2004).
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from tally.ranked.ballots import Ints

GRID = 2**20  # dual prices are rounded to whole numbers over this
_MOST_PRICE = 2**30  # with at most 60 candidates a path's value then stays below 2**50
Path = tuple[int, ...]


@dataclass(frozen=True)
class Change:
    """So many ballots of each path are taken, so many of each new one are put in.

    Attributes
    ----------
    taken : length s
    put : (path, number)
    """

    taken: tuple[int, ...]
    put: tuple[tuple[Path, int], ...]

    @property
    def number(self) -> int:
        """How many ballots are changed."""
        return sum(self.taken)


@dataclass(frozen=True, eq=False)
class _Network:
    """The edges for t candidates, and what they do.

    Attributes
    ----------
    edges : (a, b), by rising b
    demands : for each pair r < j, in a row: what an edge adds to the votes of j less those of r
        in round r
    balance : t rows: what comes to a candidate less what goes on, but for the last; all that starts
    """

    edges: tuple[tuple[int, int], ...]
    demands: Ints
    balance: Ints

    @classmethod
    @cache
    def of(cls, size: int) -> "_Network":
        edges = tuple((a, b) for b in range(size) for a in range(-1, b))
        comes, goes = np.array(edges).T
        round_, other = np.triu_indices(size, 1)
        is_on = comes < round_[:, None]
        demands = (goes == other[:, None]) & is_on, (goes == round_[:, None]) & is_on
        at = np.arange(size)[:, None]
        balance = (goes == at).astype(np.int64) - (comes == at)
        balance[-1] = comes == -1
        return cls(edges, np.subtract(*demands, dtype=np.int64), balance)


class Program:
    """The program for one order of t candidates.

    Parameters
    ----------
    paths : s x t, who holds the ballots of each path
    ballots : length s, how many there are
    """

    def __init__(self, paths: NDArray[np.bool_], ballots: Ints) -> None:
        self._size, self._ballots = paths.shape[1], ballots
        self._network = _Network.of(self._size)
        self._used = _edges_of(paths, self._network)
        self._helps = self._used @ self._network.demands.T
        self._slack = ballots @ self._helps  # of each demand, as the ballots are

    def simple_bound(self) -> int:
        """No change takes fewer: one ballot brings what a demand compares nearer by 2 at most."""
        return max(0, -(int(self._slack.min(initial=0)) // 2))

    def bound(self) -> int:
        """No change takes fewer, by dual prices; proved in whole numbers."""
        cost, rows, even = self._terms()
        result = linprog(
            cost, rows, self._slack, even, np.zeros(len(even)),
            np.stack((np.zeros(len(cost)), self._most()), axis=1), method="highs-ds",
        )  # fmt: skip
        if not result.success:
            return self.simple_bound()
        prices = np.clip(np.rint(-result.ineqlin.marginals * GRID), 0, _MOST_PRICE)
        return max(self.simple_bound(), self._proved(prices.astype(np.int64)))

    def change(self) -> Change | None:
        """A least change in whole numbers as the solver proposes it; None: it has none."""
        cost, rows, even = self._terms()
        result = milp(
            cost,
            constraints=[
                LinearConstraint(rows, -np.inf, self._slack),
                LinearConstraint(even, 0, 0),
            ],
            integrality=np.ones(len(cost)),
            bounds=Bounds(0, self._most()),
            options={"mip_rel_gap": 0},
        )
        if result.x is None:
            return None
        found = np.rint(result.x).astype(np.int64)
        flow, taken = found[: len(self._network.edges)], found[len(self._network.edges) :]
        if (rows @ found > self._slack).any() or (even @ found).any():
            return None
        return Change(tuple(taken.tolist()), self._unravelled(flow.tolist()))

    def _terms(self) -> tuple[Ints, Ints, Ints]:
        """Costs, demands and balances over all variables: the edges' flow, the ballots taken."""
        network, paths = self._network, len(self._ballots)
        starts = np.array([comes == -1 for comes, _ in network.edges], dtype=np.int64)
        cost = np.concatenate((starts, np.zeros(paths, dtype=np.int64)))
        rows = np.concatenate((-network.demands, self._helps.T), axis=1)
        taken = np.zeros((self._size, paths), dtype=np.int64)
        taken[-1] = -1
        return cost, rows, np.concatenate((network.balance, taken), axis=1)

    def _most(self) -> NDArray[np.float64]:
        return np.concatenate((np.full(len(self._network.edges), np.inf), self._ballots))

    def _proved(self, prices: Ints) -> int:
        """What any prices over `GRID` prove."""
        worth = prices @ self._network.demands  # of each edge
        best = [0] * self._size
        for (comes, goes), value in zip(self._network.edges, worth.tolist(), strict=True):
            so_far = value if comes == -1 else best[comes] + value
            best[goes] = so_far if comes == -1 else max(best[goes], so_far)
        changed, values = GRID - best[-1], (self._used @ worth).tolist()
        # Python's ints: the sum over all ballots may pass 63 bits.
        total: int = sum(
            many * min(-value, changed)
            for many, value in zip(self._ballots.tolist(), values, strict=True)
        )
        return -(-total // GRID)

    def _unravelled(self, flow: list[int]) -> tuple[tuple[Path, int], ...]:
        """Whole flow as paths."""
        left = dict(zip(self._network.edges, flow, strict=True))
        found: list[tuple[Path, int]] = []
        while any(many for (comes, _), many in left.items() if comes == -1):
            edges, at = list[tuple[int, int]](), -1
            while at != self._size - 1:
                edges.append(next(edge for edge, many in left.items() if edge[0] == at and many))
                at = edges[-1][1]
            number = min(left[edge] for edge in edges)
            for edge in edges:
                left[edge] -= number
            found.append((tuple(goes for _, goes in edges), number))
        return tuple(found)


def _edges_of(paths: NDArray[np.bool_], network: _Network) -> Ints:
    """For each path a row: which edges it goes along."""
    number = {edge: at for at, edge in enumerate(network.edges)}
    used = np.zeros((len(paths), len(number)), dtype=np.int64)
    for row, path in zip(used, paths, strict=True):
        at = -1
        for goes in np.flatnonzero(path).tolist():
            row[number[at, goes]] = 1
            at = goes
    return used
