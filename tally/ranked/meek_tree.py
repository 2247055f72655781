"""How a vote is shared along a ballot in Meek's method, once for all ballots of the same way.

Every ballot is worth one. Each candidate on it keeps her share of what comes to her, her keep
factor, and the rest goes on: all of it past those who are out, nothing past those who still stand.
So what a ballot gives depends only on the elected on its way to the first who stands, and there
are few such ways: they form a tree, and one pass over the tree is one pass over all ballots.

A rank that several share gives them equal parts, and what one of them does not keep goes on to the
next rank (Droop, stv-rs); or, read by ``orders``, what it gives is the mean over all orders in
which they could stand. Under the first a candidate ranked lower can gain while one who is level
with the elected still stands; the second has not that fault.

References
----------
B. L. Meek, A new approach to the single transferable vote (1969, 1970); I. D. Hill,
B. A. Wichmann, D. R. Woodall, Algorithm 123: Single transferable vote by Meek's method (Computer
Journal, 1987); for shared ranks G. Endignoux's STV counter, "equalized counting".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import factorial

from tally.contest import Amount
from tally.ranked.preferences import REASONS
from tally.ranked.transfers import Holder, Path, Pile


@dataclass(frozen=True)
class Shares:
    """What one distribution gives, in units of the scale.

    Attributes
    ----------
    votes : of everybody in the count
    ended : (reason, votes) of ballots that have no further choice to give the rest to
    """

    votes: dict[int, Amount]
    ended: dict[str, Amount]


class Tree:
    """The ways of all ballots.

    Parameters
    ----------
    voters : how many voters lie on each pile
    unit : what they are divided by
    scale : what a whole vote is counted in
    up : whether what is kept is rounded up and the rest is what remains; else both are rounded
        down, and what is cut off is lost
    orders : how shared ranks give
    """

    def __init__(
        self, voters: Mapping[Pile, int], unit: int, scale: int, *, up: bool, orders: bool
    ) -> None:
        self.scale, self.up, self.orders = scale, up, orders
        self.numbers: dict[Path, int] = {(): 0}
        self.parents: list[int] = [0]
        self.holders: list[Holder] = [()]
        self.below: list[Amount] = [0]
        self.leaves: list[tuple[int, Holder, Amount]] = []
        for (path, holder), many in voters.items():
            amount: Amount = many if unit == 1 else Fraction(many, unit)
            node = self._node(path)
            self.leaves.append((node, holder, amount))
            while node:
                self.below[node] += amount
                node = self.parents[node]

    def _node(self, path: Path) -> int:
        known = self.numbers.get(path)
        if known is not None:
            return known
        parent = self._node(path[:-1])
        self.numbers[path] = len(self.parents)
        self.parents.append(parent)
        self.holders.append(path[-1])
        self.below.append(0)
        return self.numbers[path]

    def distribute(self, keep: Mapping[int, int]) -> Shares:
        """Share all votes by these keep factors (in units of the scale).

        Cost: one step a node; parents have smaller numbers than what is below them.
        """
        scale = self.scale
        votes: dict[int, Amount] = dict.fromkeys(keep, 0)
        weights = [scale] * len(self.parents)
        ranks = _Ranks(keep, scale, orders=self.orders)
        for node in range(1, len(self.parents)):
            weight, holder = weights[self.parents[node]], self.holders[node]
            if isinstance(holder, int):
                factor = keep[holder]
                if self.up:
                    kept = -(-weight * factor // scale)
                    weights[node] = weight - kept
                else:
                    kept = weight * factor // scale
                    weights[node] = weight * (scale - factor) // scale
                votes[holder] += kept * self.below[node]
            else:
                weights[node] = ranks.share(holder, weight, self.below[node], votes)
        ended: dict[str, Amount] = {}
        for node, holder, amount in self.leaves:
            if not isinstance(holder, int):
                ranks.share(holder, weights[node], amount, votes)
            elif holder >= 0:
                votes[holder] += weights[node] * amount
            else:
                reason = REASONS[-1 - holder]
                ended[reason] = ended.get(reason, 0) + weights[node] * amount
        return Shares(votes, ended)


class _Ranks:
    """The parts of those at a shared rank, for the keep factors of one pass.

    Over orders, with n at the rank, whoever keeps k gets of a vote the mean over all orders of k
    times the product of (1 - k') over those before. Each set of j others stands before in
    j! (n - 1 - j)! of the n! orders, so it takes only the elementary symmetric sums of the 1 - k'.
    """

    def __init__(self, keep: Mapping[int, int], scale: int, *, orders: bool) -> None:
        self.keep, self.scale, self.orders = keep, scale, orders
        self.known: dict[tuple[int, ...], tuple[list[int], int, int, int]] = {}

    def share(
        self, holder: tuple[int, ...], weight: int, many: Amount, votes: dict[int, Amount]
    ) -> int:
        """Credit those at the rank with their parts of `weight`; what goes on. Rounded down."""
        if not self.orders:
            part, gone = weight // len(holder), 0
            for one in holder:
                votes[one] += part * self.keep[one] // self.scale * many
                gone += part * (self.scale - self.keep[one]) // self.scale
            return gone
        if holder not in self.known:
            self.known[holder] = self._shares(holder)
        shares, over, passed, passed_over = self.known[holder]
        for one, said in zip(holder, shares, strict=True):
            votes[one] += weight * said // over * many
        return weight * passed // passed_over

    def _shares(self, holder: tuple[int, ...]) -> tuple[list[int], int, int, int]:
        """Numerators of the shares, their denominator; the same of what goes on."""
        count, scale = len(holder), self.scale
        rests = [scale - self.keep[one] for one in holder]
        orders = [factorial(j) * factorial(count - 1 - j) for j in range(count)]
        shares = []
        for at, one in enumerate(holder):
            sums = [1] + [0] * (count - 1)  # elementary symmetric sums of the others
            for rest in rests[:at] + rests[at + 1 :]:
                for j in range(count - 1, 0, -1):
                    sums[j] += sums[j - 1] * rest
            mean = sum(
                said * ways * scale ** (count - 1 - j)
                for j, (said, ways) in enumerate(zip(sums, orders, strict=True))
            )
            shares.append(self.keep[one] * mean)
        passed = 1
        for rest in rests:
            passed *= rest
        return shares, factorial(count) * scale**count, passed, scale**count
