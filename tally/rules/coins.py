"""The coins of cumulative votes: each voter's money, spread over her options by her points.

Money that moves goes to the voter's other options in proportion to what lies there. So it always
lies in proportion to the points, and the count needs only how much of each coin is left.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

import numpy as np

from tally.formulas import Formulas
from tally.profile import Ints, Profile
from tally.rules.holdings import (
    ROUNDING,
    START,
    Floats,
    Holdings,
    Multiples,
    Purchase,
    added,
    products,
)


class Backers(NamedTuple):
    """The voters with money on one option: s groups, their points for it and for all in play."""

    groups: Ints
    points: Ints
    of: Ints

    def where(self, which: "np.ndarray[tuple[int], np.dtype[np.bool_]]") -> "Backers":
        """Some of them."""
        return Backers(self.groups[which], self.points[which], self.of[which])


@dataclass(frozen=True)
class Purse:
    """What stays the same: n voters in g groups, k picks with points, `limit` to be split."""

    profile: Profile
    limit: int
    numbers: Formulas = field(default_factory=Formulas)

    @cached_property
    def coin(self) -> Fraction:
        """What one voter has at the start, for each unit of her weight."""
        return Fraction(self.limit, int(self.profile.weights.sum()) or 1)

    @cached_property
    def picks(self) -> tuple[Ints, Ints, Ints]:
        """Option, ballot and points of each pick that has points; option by option."""
        owners = np.repeat(np.arange(len(self.profile.weights)), np.diff(self.profile.starts))
        places, points = self.profile.places, self.profile.points
        said = np.ones_like(places) if points is None else points
        order = np.argsort(places, kind="stable")
        order = order[said[order] > 0]
        return places[order], owners[order], said[order]

    @cached_property
    def starts(self) -> Ints:
        """Length m + 1: where each option's picks begin."""
        return np.searchsorted(self.picks[0], np.arange(self.profile.size + 1))

    @cached_property
    def doubt(self) -> float:
        """How far a sum of money in floats may be from the true one: it is at most the limit."""
        return (len(self.picks[0]) + 16) * ROUNDING * float(self.limit)


@dataclass
class Coins:
    """Where the money lies now.

    Attributes
    ----------
    left : what is left of each voter's coin
    points : length g: the sum of each group's points for options in play; 0 if she has no money
    """

    purse: Purse
    left: Holdings
    points: Ints

    @classmethod
    def split(cls, purse: Purse) -> "Coins":
        """Every coin whole, split among all options that have the voter's points."""
        groups = len(purse.profile.weights)
        points = np.zeros(groups, dtype=np.int64)
        np.add.at(points, purse.picks[1], purse.picks[2])
        return cls(purse, Holdings.begin(purse.numbers, groups), points)

    def fork(self) -> "Coins":
        """A copy that may go another way."""
        return replace(self, left=self.left.fork(), points=self.points.copy())

    def backers(self, option: int) -> Backers:
        """The voters with money on an option in play."""
        start, end = self.purse.starts[option : option + 2]
        _, owners, points = self.purse.picks
        backers = Backers(owners[start:end], points[start:end], self.points[owners[start:end]])
        return backers.where(backers.of > 0)

    def on(self, option: int) -> Multiples:
        """The exact money on an option in play."""
        return self.amount(self.backers(option))

    def wealth(self, option: int) -> Multiples:
        """The exact money that the supporters of an option in play have in all."""
        return self.whole(self.backers(option))

    def amount(self, backers: Backers) -> Multiples:
        """The exact money of these voters on their option."""
        weights = products(self.purse.profile.weights[backers.groups], backers.points)
        return self.left.total(backers.groups, weights, backers.of, self.purse.coin)

    def whole(self, backers: Backers) -> Multiples:
        """All the exact money of these voters."""
        weights = self.purse.profile.weights[backers.groups]
        return self.left.total(backers.groups, weights, times=self.purse.coin)

    def sums(self, *, whole: bool = False) -> Floats:
        """For each option in play the money there, or all of its supporters', within the doubt."""
        purse = self.purse
        places, owners, points = purse.picks
        held = np.where(self.points > 0, purse.profile.weights * self.left.floats(), 0.0)[owners]
        if not whole:
            held *= points / np.maximum(self.points[owners], 1)
        sums = np.bincount(places, held, purse.profile.size).astype(np.float64)
        return sums * float(purse.coin)

    def withdraw(self, option: int) -> None:
        """Put an option out of play; who has no other has no money any more."""
        backers = self.backers(option)
        self.points[backers.groups] -= backers.points

    def clear(self, option: int) -> None:
        """Take all their money from an option's supporters, and the option out of play."""
        self.points[self.backers(option).groups] = 0

    def pay(self, option: int, cost: int) -> None:
        """Pay for an option that has its cost, and put it out of play; the excess moves on.

        Supporters with money elsewhere pay the same part of what they gave. Those without leave
        all, as theirs cannot move.
        """
        backers = self.backers(option)
        bound = backers.points == backers.of
        due = added({START: cost}, self.amount(backers.where(bound)), -1)
        if self.left.sign(due) > 0:
            self._pay_alike(backers.where(~bound), due)
        self.withdraw(option)

    def transfer(self, option: int, cost: int) -> None:
        """Pay for an option whose supporters have its cost in all, and put it out of play.

        Each pays the same multiple of what she gave, or all that she has.
        """
        backers = self.backers(option)
        classes, shares = _shares(backers)
        emptied = classes < self._emptied(backers, classes, shares, cost)
        poor, rich = backers.where(emptied), backers.where(~emptied)
        if len(rich.groups):
            self._pay_alike(rich, added({START: cost}, self.whole(poor), -1))
        self.withdraw(option)
        self.points[poor.groups] = 0

    def _pay_alike(self, backers: Backers, due: Multiples) -> None:
        """Let voters pay what is due together, in proportion to what they gave."""
        classes, shares = _shares(backers)
        self.left.pay(backers.groups, classes, shares, Purchase(due, self.amount(backers)))

    def _emptied(
        self, backers: Backers, classes: Ints, shares: Sequence[Fraction], cost: int
    ) -> int:
        """How many classes of supporters, those with the greatest shares first, pay all they have.

        A class does if what comes together when its members just pay all is not above the cost.
        """
        purse = self.purse
        held = purse.profile.weights[backers.groups] * self.left.floats()[backers.groups]
        wealth = np.bincount(classes, held, len(shares)) * float(purse.coin)
        part = np.array([float(share) for share in shares])
        later = np.append(np.cumsum((wealth * part)[:0:-1])[::-1], 0.0)  # of the classes after it
        for at, about in enumerate((np.cumsum(wealth) + later / part).tolist()):
            more = about > cost
            if abs(about - cost) <= 4 * purse.doubt + cost * ROUNDING:
                rest = self.amount(backers.where(classes > at))
                money = added(self.whole(backers.where(classes <= at)), rest, 1 / shares[at])
                more = self.left.sign(added(money, {START: -cost})) > 0
            if more:
                return at
        return len(shares)


def _shares(backers: Backers) -> tuple[Ints, list[Fraction]]:
    """The class of each group by the part of its money on the option, and those parts, falling."""
    both = np.stack([backers.points, backers.of])
    pairs, classes = np.unique(both, axis=1, return_inverse=True)
    parts = [Fraction(points, of) for points, of in pairs.T.tolist()]
    falling = sorted(set(parts), reverse=True)
    place = {part: at for at, part in enumerate(falling)}
    return np.array([place[part] for part in parts], dtype=np.int64)[classes], falling
