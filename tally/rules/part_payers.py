"""The purses of bounded overspending, and what an option is worth to those who could pay a part.

A voter who was never emptied has paid the price of every option bought that she supports. So any
sum of purses is (number of voters) x endowment minus whole multiples of the few prices, which numpy
counts; the prices are exact formulas. The float of a purse differs from the true one by at most
`slip`, and what such bounds do not separate is compared exactly.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tally.contest import Amount
from tally.formulas import Formulas, Number
from tally.profile import Ints, Profile
from tally.rules.holdings import ROUNDING, Floats, products

Marks = NDArray[np.bool_]


@dataclass(frozen=True)
class Electorate:
    """What stays the same: n voters in g groups of equal ballots. Money is whole.

    Attributes
    ----------
    limit : divided equally among the voters
    by_points : a voter's utility is her points; without it, 1 for each option named
    """

    profile: Profile
    limit: int
    by_points: bool
    numbers: Formulas = field(default_factory=Formulas)

    @cached_property
    def endowment(self) -> Fraction:
        """What each voter has at the start, for each unit of her weight."""
        return Fraction(self.limit, int(self.profile.weights.sum()) or 1)

    @cached_property
    def said(self) -> Ints:
        """Length k: the points of each pick."""
        points = self.profile.points if self.by_points else None
        return np.ones_like(self.profile.places) if points is None else points

    def pulls(self, backers: "Backers") -> list[int]:
        """For each option the sum of weight x points of those of these voters who support it."""
        starts = self.profile.starts[backers.groups]
        lengths = self.profile.starts[backers.groups + 1] - starts
        skipped = np.repeat(starts - np.append(0, np.cumsum(lengths)[:-1]), lengths)
        picks = np.arange(len(skipped)) + skipped
        amounts = products(np.repeat(backers.weights, lengths), self.said[picks], len(picks))
        sums = np.zeros(self.profile.size, dtype=amounts.dtype)
        np.add.at(sums, self.profile.places[picks], amounts)
        return [int(amount) for amount in sums]

    @cached_property
    def backers(self) -> "list[Backers]":
        """For each option those to whom it is worth something."""
        supporters, weights = self.profile.supporters, self.profile.weights
        found = []
        for option in range(self.profile.size):
            groups = supporters.groups[supporters.of(option)]
            points = None if supporters.points is None else supporters.points[supporters.of(option)]
            if points is None or not self.by_points:
                points = np.ones_like(groups)
            backers = Backers(groups, weights[groups], points)
            found.append(backers.where(points > 0))
        return found


class Backers(NamedTuple):
    """s groups of voters behind one option: their weights and points, whole and above zero."""

    groups: Ints
    weights: Ints
    points: Ints

    def where(self, which: Marks | Ints | slice) -> "Backers":
        """Some of them, or in another order."""
        return Backers(self.groups[which], self.weights[which], self.points[which])

    @property
    def pull(self) -> int:
        """The sum of weight x points."""
        return int(products(self.weights, self.points, len(self.groups)).sum())


class Offer(NamedTuple):
    """What an option asks: the price for a point, the part of the cost that comes together.

    `worth` is the price for a point over the part: the less, the better.
    """

    worth: Number
    part: Number
    price: Number


class Survey(NamedTuple):
    """An option in floats: the caps at which its supporters' purses run out, rising.

    Attributes
    ----------
    backers : those with money, in the order of the caps, as far as the cost may not be reached
    low, about : length s, the worth of each cap: a bound that it is not below, and itself
    whole : the same two of the cap that brings just the cost together; None: it is not reached
    """

    backers: Backers
    low: Floats
    about: Floats
    whole: tuple[float, float] | None

    @property
    def floor(self) -> float:
        """No offer of the option is worth less."""
        floor = float(self.low.min())
        return floor if self.whole is None else min(floor, self.whole[0])


@dataclass
class Purses:
    """Everybody's money in one count.

    Attributes
    ----------
    about : length g, the purses as floats
    alive : length g, whether there is money in the purse
    kinds : length g; groups of one kind, with money, have paid for the same
    paid : for each option bought the price for a point
    slip : how far a purse, or a purse divided by points, may be from its float
    """

    voters: Electorate
    about: Floats
    alive: Marks
    kinds: Ints
    paid: dict[int, Number]
    slip: float

    @classmethod
    def begin(cls, voters: Electorate) -> "Purses":
        """Everybody has the same."""
        groups, start = len(voters.profile.weights), float(voters.endowment)
        alive, kinds = np.full(groups, voters.limit > 0), np.zeros(groups, dtype=np.int64)
        return cls(voters, np.full(groups, start), alive, kinds, {}, 4 * start * ROUNDING)

    def fork(self) -> "Purses":
        """A copy that may go another way."""
        about, alive, kinds = self.about.copy(), self.alive.copy(), self.kinds.copy()
        return replace(self, about=about, alive=alive, kinds=kinds, paid=dict(self.paid))

    def survey(self, option: int, cost: int) -> Survey:
        """An option some of whose supporters have money, in floats.

        What comes together at a cap is the sum of all purses that run out there and of the cap for
        each point of the others. It is off by at most `doubt`: each purse and each cap is off by
        `slip`. At the cap that brings the whole cost together the sum still rises by `pull`, and
        before it no less; so that cap is off by at most doubt / pull to below.
        """
        backers = self.voters.backers[option]
        backers = backers.where(self.alive[backers.groups])
        caps = self.about[backers.groups] / backers.points
        order = np.argsort(caps)
        backers, caps = backers.where(order), caps[order]
        weights = backers.weights.astype(np.float64)
        pulls = np.append(np.cumsum((weights * backers.points)[::-1])[::-1], 0.0)
        spent = np.append(0.0, np.cumsum(weights * self.about[backers.groups]))
        money = spent[1:] + pulls[1:] * caps
        rounding = (len(caps) + 16) * ROUNDING * (money + float(cost))
        doubt = 6 * self.slip * pulls[0] + rounding
        whole = None
        if money[-1] + doubt[-1] >= cost:
            at = int(np.argmax(money >= cost)) if money[-1] >= cost else len(caps) - 1
            cap = min((cost - spent[at]) / pulls[at], caps[at])
            whole = (cap - 2 * self.slip - 2 * doubt[at] / pulls[at], cap)
        surely = np.flatnonzero(money - doubt >= cost)
        end = int(surely[0]) + 1 if len(surely) else len(caps)
        caps, money, doubt = caps[:end], money[:end], doubt[:end]
        low = (caps - 2 * self.slip) / np.minimum((money + doubt) / cost, 1.0) ** 2
        about = caps / np.minimum(np.maximum(money, doubt) / cost, 1.0) ** 2
        about[caps <= 2 * self.slip] = math.inf  # not known to be above zero
        return Survey(backers.where(slice(end)), low * (1 - 8 * ROUNDING), about, whole)

    def floor(self, option: int, cost: int) -> float | None:
        """A bound that the worth of no offer of an option is below; None: it has none."""
        if not self.alive[self.voters.backers[option].groups].any():
            return None
        return max(self.survey(option, cost).floor, 0.0)

    def offer(self, option: int, cost: int) -> Offer:
        """The best offer of an option, of equal ones that of the greatest part; exact."""
        survey = self.survey(option, cost)
        numbers = self.voters.numbers
        first = int(np.argmin(survey.about))
        best = self.at_cap(option, cost, survey.backers.where(slice(first, first + 1)))
        ceiling = numbers.about(best.worth) * (1 + 4 * ROUNDING)
        near = survey.backers.where(np.flatnonzero(survey.low <= ceiling))
        rivals = [self.at_cap(option, cost, one) for one in self.different(near)]
        if survey.whole is not None and survey.whole[0] <= ceiling:
            rivals += self.at_cost(option, cost)
        for rival in rivals:
            side = numbers.compare(rival.worth, best.worth)
            if side < 0 or (side == 0 and numbers.compare(rival.part, best.part) > 0):
                best = rival
        return best

    def pay(self, option: int, price: Number) -> None:
        """Let an option's supporters pay the price for each point, or all they have."""
        numbers, backers = self.voters.numbers, self.voters.backers[option]
        backers = backers.where(self.alive[backers.groups])
        poor = self.capped(backers, price)
        self.alive[backers.groups[poor]] = False
        self.about[backers.groups[poor]] = 0.0
        rich = backers.where(~poor)
        self.about[rich.groups] -= numbers.about(price) * rich.points
        _, points = np.unique(rich.points, return_inverse=True)
        cells = self.kinds[rich.groups] * (len(rich.points) + 1) + points
        _, kinds = np.unique(cells, return_inverse=True)
        self.kinds[rich.groups] = kinds + self.kinds.max(initial=0) + 1
        self.paid[option] = price
        self.slip += 4 * ROUNDING * float(self.voters.endowment)

    def apart(self, options: Iterable[int]) -> bool:
        """Whether no two of these options have a supporter with money in common."""
        seen = np.zeros(len(self.alive), dtype=bool)
        for option in options:
            groups = self.voters.backers[option].groups
            groups = groups[self.alive[groups]]
            if seen[groups].any():
                return False
            seen[groups] = True
        return True

    def different(self, backers: Backers) -> list[Backers]:
        """One of each sort: with equal purses and points."""
        both = np.stack([self.kinds[backers.groups], backers.points])
        _, first = np.unique(both, axis=1, return_index=True)
        return [backers.where(slice(at, at + 1)) for at in first.tolist()]

    def at_cap(self, option: int, cost: int, one: Backers) -> Offer:
        """The offer where the purses of one sort of supporters just run out, exact."""
        numbers, backers = self.voters.numbers, self.voters.backers[option]
        backers = backers.where(self.alive[backers.groups])
        cap = self.cap(one)
        poor = self.capped(backers, cap)
        pull = backers.where(~poor).pull
        money = numbers.sum([(1, self.held(backers.where(poor))), (pull, cap)])
        if numbers.compare(money, numbers.constant(cost)) >= 0:
            return Offer(cap, numbers.one, cap)
        part = numbers.sum([(1, money)], cost)
        price = numbers.quotient(cap, part)
        return Offer(numbers.quotient(price, part), part, price)

    def at_cost(self, option: int, cost: int) -> list[Offer]:
        """The offer that brings just the cost together, exact; none if it cannot."""
        numbers, backers = self.voters.numbers, self.voters.backers[option]
        backers = backers.where(self.alive[backers.groups])
        price = numbers.constant(cost)
        if numbers.compare(self.held(backers), price) < 0:
            return []
        while True:  # whoever has not that much pays all, and the others more
            cap = numbers.sum([(1, price)], backers.pull)
            poor = self.capped(backers, cap, -1)
            if not poor.any():
                return [Offer(cap, numbers.one, cap)]
            price = numbers.sum([(1, price), (-1, self.held(backers.where(poor)))])
            backers = backers.where(~poor)

    def cap(self, one: Backers) -> Number:
        """The purse of one group for each of its points, exact."""
        return self.voters.numbers.sum([(1, self.held(one))], one.pull)

    def capped(self, backers: Backers, cap: Number, most: int = 0) -> Marks:
        """Which of these voters, all with money, have at most the cap for each point; exact.

        With `most` -1 those who have less than that.
        """
        numbers = self.voters.numbers
        caps = self.about[backers.groups] / backers.points
        distance = caps - numbers.about(cap)
        capped = distance < 0
        blur = 2 * self.slip + 2 * ROUNDING * float(self.voters.endowment)
        near = np.flatnonzero(np.abs(distance) <= blur)
        for one in self.different(backers.where(near)):
            same = near[
                (self.kinds[backers.groups[near]] == self.kinds[one.groups[0]])
                & (backers.points[near] == one.points[0])
            ]
            capped[same] = numbers.compare(self.cap(one), cap) <= most
        return capped

    def held(self, backers: Backers) -> Number:
        """The exact money of these voters, who all have some."""
        numbers, voters = self.voters.numbers, int(backers.weights.sum())
        terms: list[tuple[Amount, Number]] = [(voters * self.voters.endowment, numbers.one)]
        if self.paid:
            pulls = self.voters.pulls(backers)
            terms += ((-pulls[option], price) for option, price in self.paid.items())
        return numbers.sum(terms)
