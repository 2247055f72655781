"""What each voter still holds, where whoever pays keeps a part of what there was.

Voters with the same history hold the same. Each different holding is kept once, as a formula: its
digits would double in each round. A float of it serves to search.

All that the rules compare is a sum of multiples of holdings. Its sign is asked of the formulas, but
first it is taken back through the purchases: what all payers of one have together is what they had
before, less its price. So sums that are equal because no money is lost are known to be.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tally.contest import Amount
from tally.formulas import Formulas, Number
from tally.profile import Ints

Floats = NDArray[np.float64]
# Holding -> how many times it counts. Holding 0 is what everybody began with: 1.
Multiples = Mapping[int, Amount]
START = 0
ROUNDING = 2.0**-52
_MOST = 2**62  # sums of whole numbers below are exact in int64


class Origin(NamedTuple):
    """Where a holding comes from: a purchase, what was held before, and the share of it given."""

    purchase: int
    before: int
    share: Fraction


class Purchase(NamedTuple):
    """What had to be paid, and what its payers had given for it: each paid their ratio of that."""

    due: Multiples
    given: Multiples


@dataclass
class Holdings:
    """Holdings of g groups of equal ballots; each voter began with 1, and holds at most that.

    Attributes
    ----------
    kinds : length g: which of the different holdings each group has
    different : the holdings that there are or were
    about : the same as floats, each within `ROUNDING`
    origins : of all of them but the first
    purchases : so far
    """

    numbers: Formulas
    kinds: Ints
    different: list[Number]
    about: list[float] = field(default_factory=lambda: [1.0])
    origins: list[Origin] = field(default_factory=list)
    purchases: list[Purchase] = field(default_factory=list)

    @classmethod
    def begin(cls, numbers: Formulas, groups: int) -> "Holdings":
        """Every voter holds 1."""
        return cls(numbers, np.full(groups, START), [numbers.one])

    def fork(self) -> "Holdings":
        """A copy that may go another way."""
        return replace(
            self,
            kinds=self.kinds.copy(),
            different=list(self.different),
            about=list(self.about),
            origins=list(self.origins),
            purchases=list(self.purchases),
        )

    def floats(self) -> Floats:
        """Length g: what a voter of each group holds, within `ROUNDING`."""
        return np.array(self.about)[self.kinds]

    def total(
        self, groups: Ints, amounts: Ints, over: Ints | None = None, times: Amount = 1
    ) -> Multiples:
        """The exact sum of holding x amount / over, so many times.

        Parameters
        ----------
        groups : length s
        amounts, over : length s, whole numbers above zero; None: 1 each
        """
        classes, divisors = np.zeros(len(groups), dtype=np.int64), [1]
        if over is not None:
            found, classes = np.unique(over, return_inverse=True)
            divisors = found.tolist()
        cells = self.kinds[groups] * len(divisors) + classes
        used, cells = np.unique(cells, return_inverse=True)
        amounts = products(amounts, np.ones_like(groups), len(groups))
        sums = np.zeros(len(used), dtype=amounts.dtype)
        np.add.at(sums, cells, amounts)
        total: dict[int, Amount] = {}
        for cell, amount in zip(used.tolist(), sums.tolist(), strict=True):
            kind, place = divmod(cell, len(divisors))
            total[kind] = total.get(kind, 0) + Fraction(amount, divisors[place]) * times
        return total

    def number(self, multiples: Multiples) -> Number:
        """The sum as one formula."""
        return self.numbers.sum((many, self.different[kind]) for kind, many in multiples.items())

    def sign(self, multiples: Multiples) -> int:
        """-1, 0 or 1, as the sum is below, at or above zero; exact."""
        left = self._taken_back(multiples)
        if left.keys() <= {START}:
            value = left.get(START, 0)
            return (value > 0) - (value < 0)
        return self.numbers.compare(self.number(multiples), self.numbers.constant(0))

    def least(self, values: Mapping[int, Multiples]) -> list[int]:
        """The keys of the least of some sums, in the order given; exact."""
        level: list[int] = []
        for key, value in values.items():
            side = self.sign(added(value, values[level[0]], -1)) if level else -1
            if side <= 0:
                level = [key] if side < 0 else [*level, key]
        return level

    def pay(
        self, groups: Ints, classes: Ints, shares: Sequence[Fraction], purchase: Purchase
    ) -> None:
        """Let each group pay the ratio of the purchase for what it gave: ``shares[class]``."""
        numbers, at = self.numbers, len(self.purchases)
        ratio = numbers.quotient(self.number(purchase.due), self.number(purchase.given))
        parts = [numbers.sum([(1, numbers.one), (-share, ratio)]) for share in shares]
        cells, places = np.unique(self.kinds[groups] * len(parts) + classes, return_inverse=True)
        self.kinds[groups] = len(self.different) + places
        self.purchases.append(purchase)
        for cell in cells.tolist():
            kind, share = divmod(cell, len(parts))
            self.different.append(numbers.product(self.different[kind], parts[share]))
            self.about.append(numbers.about(self.different[-1]))
            self.origins.append(Origin(at, kind, shares[share]))

    def _taken_back(self, multiples: Multiples) -> Multiples:
        """The sum in terms of what everybody began with, if no purchase was paid for in part."""
        left = {kind: many for kind, many in multiples.items() if many}
        for at in range(len(self.purchases) - 1, -1, -1):
            due, given = self.purchases[at]
            after = [kind for kind in left if kind and self.origins[kind - 1].purchase == at]
            paying: dict[int, Amount] = {}
            for kind in after:
                _, before, share = self.origins[kind - 1]
                many = left.pop(kind)
                left[before] = left.get(before, 0) + many
                paying[before] = paying.get(before, 0) + many * share
            if after:
                ratio = Fraction(paying[min(paying)]) / (given.get(min(paying)) or 1)
                if added(paying, given, -ratio):
                    return multiples
                left = added(left, due, -ratio)
        return left


def added(one: Multiples, other: Multiples, times: Amount = 1) -> dict[int, Amount]:
    """The first sum and so many times the other, without what cancels."""
    total = dict(one)
    for kind, many in other.items():
        total[kind] = total.get(kind, 0) + many * times
    return {kind: many for kind, many in total.items() if many}


def products(one: Ints, other: Ints, items: int = 1) -> Ints:
    """The products of whole numbers; as Python's own where int64 might not hold `items` of them."""
    most = float(one.max(initial=0)) * float(other.max(initial=0)) * max(items, 1)
    return one * other if most < _MOST else one.astype(object) * other
