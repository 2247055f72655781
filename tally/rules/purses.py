"""The purses of equal shares: kept as floats to search, known exactly to decide.

The float of a purse differs from the true one by at most `slip`. Prices found with floats are
therefore known within bounds, and where bounds separate two prices nothing more is needed.

Where they do not, and for the figures that are told in the end, the exact prices are worked out. A
voter who was never emptied has paid the price of every option that was bought and that the voter
supports, once for each point. So the money that a group of such voters holds is (number of voters)
x endowment minus an integer combination of the few prices; the integers come from numpy, the prices
are whole numbers over one common denominator. No fraction is kept for a voter.

References
----------
D. Peters, G. Pierczyński, P. Skowron, Proportional Participatory Budgeting with Additive Utilities
(NeurIPS 2021), section 3: the price of an option.
"""

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from tally.profile import Ints, Profile

Floats = NDArray[np.float64]
U = 2.0**-53  # unit roundoff of float64
_SHORT = 8192  # longer products would be given to threads, which burn more time than they save
_SLACK = 16  # roundings that a formula below makes at most besides its sum
_TINY = 1e-300  # the float of a purse that may be empty: only a surely emptied one is 0
_WORTH_FORGETTING = 0.2  # of an option's backers: so many emptied ones are left out from then on
_WORN = 2.0**-26  # an error of purses, as a part of the endowment, at which they are made anew


def dot(one: Floats, other: Floats) -> float:
    """The sum of products."""
    return float(one @ other if len(one) < _SHORT else np.einsum("i,i", one, other))


@dataclass(frozen=True)
class Backers:
    """The voters behind one option: s groups of equal ballots.

    Attributes
    ----------
    groups : length s, int64, places of the groups in the profile
    weights : length s, float64, whole numbers: how many voters each group is
    points : length s, float64, whole numbers above zero; None: 1 each
    pull : sum of weights x points
    voters : sum of weights
    """

    groups: Ints
    weights: Floats
    points: Floats | None
    pull: float
    voters: float

    def due(self, price: float, some: Ints | None = None) -> Floats | float:
        """What each of them (or of `some`) pays at this price for each point."""
        if self.points is None:
            return price
        return price * (self.points if some is None else self.points.take(some))

    def pull_of(self, some: Ints, weights: Floats) -> float:
        """The pull of `some` of them, whose weights are given."""
        return float(weights.sum()) if self.points is None else dot(weights, self.points.take(some))

    def only(self, some: Ints) -> "Backers":
        """Some of them."""
        weights = self.weights.take(some)
        points = None if self.points is None else self.points.take(some)
        voters = float(weights.sum())
        pull = voters if points is None else dot(weights, points)
        return Backers(self.groups.take(some), weights, points, pull, voters)

    @cached_property
    def most_points(self) -> float:
        """The most points that one of them gives."""
        return 1.0 if self.points is None else float(self.points.max(initial=1.0))


@dataclass(frozen=True)
class Electorate:
    """What stays the same over all runs of one count.

    Attributes
    ----------
    weights : length g, float64, whole numbers: voters in each group of equal ballots
    costs : length m, whole numbers
    backers : length m
    picks, points : length k, int64: the options picked, ballot by ballot, and the points of each
    starts : length g + 1
    """

    weights: Floats
    costs: tuple[int, ...]
    backers: tuple[Backers, ...]
    picks: Ints
    points: Ints
    starts: Ints

    @cached_property
    def ballot_of_pick(self) -> Ints:
        """Length k: the group of ballots that each pick stands on."""
        return np.repeat(np.arange(len(self.weights)), np.diff(self.starts))

    @cached_property
    def longest(self) -> int:
        """The most options picked on one ballot."""
        return int(np.diff(self.starts).max(initial=0))

    @classmethod
    def of(cls, profile: Profile, costs: tuple[int, ...], *, by_points: bool) -> "Electorate":
        """The voters, each with the points of the ballot or with 1 for each option named."""
        picks, starts = profile.places, profile.starts
        points = np.ones(len(picks), dtype=np.int64)
        if by_points and profile.points is not None:
            points = profile.points
        if not points.all():  # a pick of 0 points backs nothing
            kept = points > 0
            starts = np.concatenate([[0], np.cumsum(kept)])[starts]
            picks, points = picks[kept], points[kept]
        narrow = picks.astype(np.min_scalar_type(profile.size))  # sorted by radix
        order = np.argsort(narrow, kind="stable")
        ends = np.cumsum(np.bincount(picks, minlength=profile.size)).tolist()
        weights = profile.weights.astype(np.float64)
        groups = np.repeat(np.arange(len(weights)), np.diff(starts))[order]
        own = weights[groups]
        said = None if (points == 1).all() else points[order].astype(np.float64)
        backers = []
        for first, last in zip([0, *ends], ends, strict=False):
            here = slice(first, last)
            voters = float(own[here].sum())
            pull = voters if said is None else dot(own[here], said[here])
            some = None if said is None else said[here]
            backers.append(Backers(groups[here], own[here], some, pull, voters))
        return cls(weights, costs, tuple(backers), picks, points, starts)

    def rows(self, groups: Ints) -> tuple[Ints, Ints, Ints]:
        """The picks of these groups: place in `groups`, option, points of each."""
        lengths = self.starts[groups + 1] - self.starts[groups]
        owner = np.repeat(np.arange(len(groups)), lengths)
        offsets = np.cumsum(lengths) - lengths
        at = np.arange(len(owner)) + np.repeat(self.starts[groups] - offsets, lengths)
        return owner, self.picks[at], self.points[at]


@dataclass(frozen=True, eq=False, slots=True)
class Payers:
    """Who would pay what for an option.

    Attributes
    ----------
    backers, purses : the option's backers, and what they hold
    poor : which of them hold something, but less than they would have to pay
    pull : sum of weights x points of those who would pay the whole price
    """

    backers: Backers
    purses: Floats
    poor: Ints
    pull: int


@dataclass(frozen=True, eq=False, slots=True)
class Offer:
    """What an option costs its backers for each point, as things stand.

    Attributes
    ----------
    price : by floats; infinite where its backers surely have not the money
    low, high : the true price lies between
    payers : None where floats do not tell of every backer whether the purse suffices
    """

    price: float
    low: float
    high: float
    payers: Payers | None = None


@dataclass(frozen=True, eq=False, slots=True)
class _Purchase:
    """What the exact price is made of: whom it emptied, and the pull of those who paid all."""

    option: int
    emptied: Ints  # groups
    pull: int


class Purses:
    """All voters' money in one run.

    Parameters
    ----------
    electorate : n voters, m options
    endowment : money of each voter at the start, not negative
    """

    def __init__(self, electorate: Electorate, endowment: Fraction) -> None:
        self._voters = electorate
        self._backers = list(electorate.backers)  # of each option; the emptied are forgotten
        self._start = float(endowment)
        self._float = np.full(len(electorate.weights), self._start)
        self._slip = 2 * U * self._start
        self._purchases: list[_Purchase] = []
        # The exact side: whole numbers over `_unit`, worked out for the first `_settled` purchases.
        self._unit, self._endowment = endowment.denominator, endowment.numerator
        self._paid: dict[int, int] = {}
        self._settled = 0

    def offer(self, option: int, least: float) -> Offer | None:
        """The option's price by floats. `least` is a bound found earlier: prices only rise.

        None: floats cannot tell whether its backers have the money.
        """
        backers, cost = self._backers[option], self._voters.costs[option]
        purses = self._float.take(backers.groups)
        money = dot(purses, backers.weights)
        rounding = (len(purses) + _SLACK) * 2 * U * cost
        doubt = backers.voters * self._slip + rounding
        if money < cost + doubt:
            return _UNAFFORDABLE if money < cost - doubt else None
        price, before, pull = max(least, cost / backers.pull), 0, backers.pull
        own = backers.weights[:0]
        while True:  # never are all of them capped: together they hold more than the cost
            capped = (purses < backers.due(price)).nonzero()[0]
            if len(capped) == before:
                break
            before = len(capped)
            own = backers.weights.take(capped)
            pull = backers.pull - backers.pull_of(capped, own)
            price = max(price, (cost - dot(purses.take(capped), own)) / pull)
        held = purses.take(capped)
        # Only who is capped and still holds something is in doubt; the others pay the price itself.
        holds = held > 0
        doubtful = float(own[holds].sum())
        width = (doubtful * self._slip + rounding) / pull * (1 + 4 * U) + 4 * U * price
        low, high = price - width, price + width
        blur = self._slip + 4 * U * self._start
        above = int(np.count_nonzero(purses < backers.due(high) + blur)) - before
        if above and dot(np.minimum(purses, backers.due(high)), backers.weights) < (
            cost + doubtful * self._slip + rounding
        ):
            return None
        if before - np.count_nonzero(holds) > _WORTH_FORGETTING * len(purses):
            self._backers[option] = backers.only(purses.nonzero()[0])
        if above or not np.all((held < backers.due(low, capped) - blur) | ~holds):
            return Offer(price, low, high)
        return Offer(price, low, high, Payers(backers, purses, capped[holds], int(pull)))

    def can_pay(self, option: int) -> bool:
        """Exactly: whether the option's backers together hold its cost."""
        self.settle()
        backers = self._backers[option]
        alive = backers.groups[self._float[backers.groups] > 0]
        return self._held(alive) >= self._voters.costs[option] * self._unit

    def exact(self, option: int, offer: Offer | None) -> Fraction:
        """The option's exact price for each point; its backers can pay."""
        cost, payers = self._voters.costs[option], offer.payers if offer else None
        if payers and not len(payers.poor):  # whoever holds anything pays the whole price
            return Fraction(cost, payers.pull)
        self.settle()
        if payers:
            money = cost * self._unit - self._held(payers.backers.groups[payers.poor])
            return Fraction(money, self._unit * payers.pull)
        money, pull, _ = self._piecemeal(option)
        return Fraction(money, self._unit * pull)

    def pay(self, option: int, offer: Offer | None) -> None:
        """Let the option's backers pay for it."""
        if offer and offer.payers:
            backers, purses = offer.payers.backers, offer.payers.purses
            price, width, pull = offer.price, offer.high - offer.low, offer.payers.pull
            emptied = backers.groups[offer.payers.poor]
        else:
            self.settle()
            money, pull, emptied = self._piecemeal(option)
            backers = self._backers[option]
            purses, price = self._float.take(backers.groups), money / (self._unit * pull)
            width = 4 * U * price
        left = np.maximum(purses - backers.due(price), _TINY)
        self._float[backers.groups] = np.where(purses > 0, left, 0.0)
        self._float[emptied] = 0.0
        self._slip += backers.most_points * width + 4 * U * self._start
        self._purchases.append(_Purchase(option, emptied, pull))
        if self._slip > _WORN * self._start:
            self._renew()

    def _renew(self) -> None:
        """Make all purses anew from the exact prices.

        Where most backers of an option are capped, its price takes their error many times over;
        after a dozen such rounds little would be sure.
        """
        self.settle()
        prices = np.zeros(len(self._voters.costs))
        for option, paid in self._paid.items():
            prices[option] = paid / self._unit  # rounded once
        spent = np.bincount(
            self._voters.ballot_of_pick,
            prices[self._voters.picks] * self._voters.points,
            len(self._float),
        )
        left = np.maximum(self._start - spent, _TINY)
        self._float = np.where(self._float > 0, left, 0.0)
        self._slip = (self._voters.longest + _SLACK) * 2 * U * self._start

    def settle(self) -> None:
        """Work out the exact prices of all purchases so far."""
        new = self._purchases[self._settled :]
        if not new:
            return
        emptied = np.concatenate([purchase.emptied for purchase in new])
        at = np.repeat(np.arange(len(new)), [len(purchase.emptied) for purchase in new])
        counts = self._counts(emptied, at, len(new))
        voters = np.bincount(at, self._voters.weights[emptied], len(new))
        for purchase, count, number in zip(new, counts, voters, strict=True):
            held = int(number) * self._endowment - self._spent(count)
            self._buy(purchase, self._voters.costs[purchase.option] * self._unit - held)
        self._settled = len(self._purchases)

    def prices(self) -> list[Fraction]:
        """The exact price for each point of every purchase, in order."""
        self.settle()
        return [Fraction(self._paid[purchase.option], self._unit) for purchase in self._purchases]

    def _buy(self, purchase: _Purchase, money: int) -> None:
        """Note what the option was sold for: money / pull; all else keeps its value."""
        grown = purchase.pull // math.gcd(money, purchase.pull)
        if grown != 1:
            self._paid = {option: paid * grown for option, paid in self._paid.items()}
            self._endowment *= grown
            self._unit *= grown
        self._paid[purchase.option] = money * grown // purchase.pull

    def _counts(self, groups: Ints, at: Ints, rows: int) -> Ints:
        """For each of `rows` sets of groups: sum of weights x points by option."""
        owner, picks, points = self._voters.rows(groups)
        options = len(self._voters.costs)
        sums = np.bincount(
            at[owner] * options + picks,
            self._voters.weights[groups][owner] * points,
            rows * options,
        )
        return sums.reshape(rows, options)

    def _held(self, groups: Ints) -> int:
        """The money of these groups, none of them emptied, times `_unit`: exact."""
        total = int(self._voters.weights[groups].sum()) * self._endowment
        if not self._paid or not len(groups):
            return total
        (sums,) = self._counts(groups, np.zeros(len(groups), dtype=np.int64), 1)
        return total - self._spent(sums)

    def _spent(self, counts: Ints) -> int:
        """So many times the price of each option, times `_unit`: exact."""
        options = counts.nonzero()[0].tolist()
        return sum(
            int(count) * self._paid.get(option, 0)
            for option, count in zip(options, counts[options].tolist(), strict=True)
        )

    def _each(self, groups: Ints) -> list[int]:
        """The purse of each of these groups, none of them emptied, times `_unit`: exact."""
        purses = [self._endowment] * len(groups)
        owner, picks, points = self._voters.rows(groups)
        for at, option, said in zip(owner.tolist(), picks.tolist(), points.tolist(), strict=True):
            purses[at] -= said * self._paid.get(option, 0)
        return purses

    def _piecemeal(self, option: int) -> tuple[int, int, Ints]:
        """The exact price voter by voter: money x `_unit`, pull, and the groups that it empties.

        The poorest for their points are taken out until nobody left is capped.
        """
        backers = self._backers[option]
        alive = np.flatnonzero(self._float[backers.groups] > 0)
        groups = backers.groups[alive]
        weights = backers.weights[alive].astype(np.int64).tolist()
        points = [1] * len(alive)
        if backers.points is not None:
            points = backers.points[alive].astype(np.int64).tolist()
        rest = list(zip(self._each(groups), weights, points, groups.tolist(), strict=True))
        money = self._voters.costs[option] * self._unit
        pull = sum(weight * point for _, weight, point, _ in rest)
        emptied: list[int] = []
        while poor := [row for row in rest if row[0] * pull < money * row[2]]:
            rest = [row for row in rest if row[0] * pull >= money * row[2]]
            money -= sum(purse * weight for purse, weight, _, _ in poor)
            pull -= sum(weight * point for _, weight, point, _ in poor)
            emptied += (group for *_, group in poor)
        return money, pull, np.array(emptied, dtype=np.int64)


_UNAFFORDABLE = Offer(math.inf, math.inf, math.inf)
