"""The purses of equal shares: kept as floats to search, known exactly to decide.

A voter who has never been emptied has paid q_j for each point to every option j that was bought and
that the voter supports. So any sum of purses is (number of voters) x endowment minus an integer
combination of the few prices q_j; the integers come from numpy, and the prices are exact fractions
over one common denominator. No fraction is kept for a voter.

The float of a purse differs from the true one by at most `slip`. Prices found with floats are
therefore known within bounds; where bounds do not separate two numbers, the exact ones are compared.

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
_SLACK = 16  # roundings that a formula below makes at most besides its sum


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

    @cached_property
    def most_points(self) -> float:
        """The most points that one of them gives."""
        return 1.0 if self.points is None else float(self.points.max(initial=1.0))


@dataclass(frozen=True)
class Electorate:
    """What stays the same over all runs of one count."""

    profile: Profile
    costs: tuple[int, ...]
    backers: tuple[Backers, ...]
    picks: Ints  # options picked, ballot by ballot, those without points left out
    points: Ints  # length of picks: points of each
    starts: Ints

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
        ballot_of_pick = np.repeat(np.arange(len(profile.weights)), np.diff(starts))
        order = np.argsort(picks, kind="stable")
        ends = np.cumsum(np.bincount(picks, minlength=profile.size)).tolist()
        weights = profile.weights.astype(np.float64)
        plain = bool((points == 1).all())
        backers = []
        for first, last in zip([0, *ends], ends, strict=False):
            here = order[first:last]
            groups = ballot_of_pick[here]
            own = weights[groups]
            said = None if plain else points[here].astype(np.float64)
            pull = own.sum() if said is None else own @ said
            backers.append(Backers(groups, own, said, float(pull), float(own.sum())))
        return cls(profile, costs, tuple(backers), picks, points, starts)

    def rows(self, groups: Ints) -> tuple[Ints, Ints, Ints]:
        """The picks of these groups: place in `groups`, option, points of each."""
        lengths = self.starts[groups + 1] - self.starts[groups]
        owner = np.repeat(np.arange(len(groups)), lengths)
        offsets = np.cumsum(lengths) - lengths
        at = np.arange(len(owner)) + np.repeat(self.starts[groups] - offsets, lengths)
        return owner, self.picks[at], self.points[at]


@dataclass(frozen=True, slots=True)
class Price:
    """What each point costs each backer: exactly ``numerator / (purses.unit * pull)``.

    `about` is that number within a rounding or two; it holds as long as the purses do not change.
    """

    numerator: int
    pull: int
    about: float


class Purses:
    """All voters' money in one run.

    Parameters
    ----------
    electorate : n voters, m options
    endowment : money of each voter at the start, not negative
    """

    def __init__(self, electorate: Electorate, endowment: Fraction) -> None:
        self._voters = electorate
        self.unit = endowment.denominator  # D: endowment and prices are whole numbers over it
        self._endowment = endowment.numerator
        self._paid: dict[int, int] = {}  # option -> price x D
        self._start = float(endowment)
        self.float = np.full(len(electorate.profile.weights), self._start)
        self._emptied = np.zeros(len(self.float), dtype=bool)
        self.slip = 2 * U * self._start

    def search(self, option: int, least: float) -> tuple[float, float] | None:
        """The option's price by floats, and a bound that the true price is not below.

        `least` is a price found earlier in this run: prices only rise. The bound is infinite where
        its backers surely have not the money; None where floats cannot tell.
        """
        backers, cost = self._voters.backers[option], self._voters.costs[option]
        purses = self.float[backers.groups]
        doubt = self._doubt(backers, cost)
        money = purses @ backers.weights
        if money < cost + doubt:
            return (math.inf, math.inf) if money < cost - doubt else None
        price, capped_before = max(least, cost / backers.pull), -1
        while True:
            capped = np.flatnonzero(
                purses < (price if backers.points is None else price * backers.points)
            )
            if len(capped) == capped_before:
                break
            capped_before = len(capped)
            own = backers.weights[capped]
            paid = purses[capped] @ own
            pull = backers.pull - (
                own.sum() if backers.points is None else own @ backers.points[capped]
            )
            if pull <= 0:
                return None
            price = max(price, (cost - paid) / pull)
        # To the left of a price the sum falls at least as steeply as its pull: this bound holds.
        return price, price * (1 - 4 * U) - doubt / pull

    def can_pay(self, option: int) -> bool:
        """Exactly: whether the option's backers together hold its cost."""
        backers = self._voters.backers[option]
        alive = np.flatnonzero(~self._emptied[backers.groups])
        held = self._held(backers.groups[alive], backers.weights[alive])
        return held >= self._voters.costs[option] * self.unit

    def exact(self, option: int, about: float) -> Price:
        """The option's exact price; its backers can pay. `about` comes from `search`, or is 0."""
        backers, cost = self._voters.backers[option], self._voters.costs[option]
        alive = np.flatnonzero(~self._emptied[backers.groups])
        groups, weights = backers.groups[alive], backers.weights[alive]
        points = np.ones(len(alive)) if backers.points is None else backers.points[alive]
        margin = self.float[groups] - about * points
        doubt = self._doubt(backers, cost)
        clear_pull = float(weights[margin > 0] @ points[margin > 0])
        blur = self.slip + 4 * U * self._start
        blur += backers.most_points * 4 * (doubt / clear_pull if clear_pull > 0 else math.inf)
        capped, near = margin < -blur, np.abs(margin) <= blur
        money = cost * self.unit - self._held(groups[capped], weights[capped])
        pull = int(weights[~capped] @ points[~capped])
        purses = self._each(groups[near])
        rest = list(
            zip(purses, weights[near].astype(int).tolist(), points[near].astype(int).tolist(), strict=True)
        )
        while True:  # those near the price: exactly, poorest first, until nobody left is capped
            poor = [row for row in rest if row[0] * pull < money * row[2]]
            if not poor:
                return Price(money, pull, self._float(money, pull))
            rest = [row for row in rest if row[0] * pull >= money * row[2]]
            money -= sum(purse * weight for purse, weight, _ in poor)
            pull -= sum(weight * point for _, weight, point in poor)

    def pay(self, option: int, price: Price) -> None:
        """Let the option's backers pay for it."""
        backers = self._voters.backers[option]
        due = price.about if backers.points is None else price.about * backers.points
        purses = self.float[backers.groups]
        left = purses - due
        self._empty(backers, price, left)
        self.float[backers.groups] = np.where(
            self._emptied[backers.groups], 0.0, np.maximum(left, 0.0)
        )
        self.slip += 4 * U * self._start
        common = math.gcd(price.numerator, price.pull)
        grown = price.pull // common
        self._paid = {known: paid * grown for known, paid in self._paid.items()}
        self._paid[option] = price.numerator // common
        self._endowment *= grown
        self.unit *= grown

    def _empty(self, backers: Backers, price: Price, left: Floats) -> None:
        """Mark those who pay all they have, and less than the full price, as emptied."""
        blur = self.slip + 4 * U * self._start
        poor = left < -blur
        near = np.flatnonzero((np.abs(left) <= blur) & ~self._emptied[backers.groups])
        self._emptied[backers.groups[poor]] = True
        if len(near):
            points = [1] * len(near) if backers.points is None else backers.points[near].astype(int).tolist()
            groups = backers.groups[near]
            for group, purse, point in zip(groups.tolist(), self._each(groups), points, strict=True):
                if purse * price.pull < price.numerator * point:
                    self._emptied[group] = True

    def _doubt(self, backers: Backers, cost: int) -> float:
        """How far a sum of these purses, capped at a price, may be from the true one."""
        rounding = (len(backers.groups) + _SLACK) * 2 * U
        return float(backers.voters * self.slip * 2 + rounding * max(cost, 1) * 2)

    def _held(self, groups: Ints, weights: Floats) -> int:
        """The money of these groups, none of them emptied, times `unit`: exact."""
        total = int(weights.sum()) * self._endowment
        if not self._paid or not len(groups):
            return total
        owner, picks, points = self._voters.rows(groups)
        sums = np.bincount(picks, weights[owner] * points, len(self._voters.costs))
        return total - sum(int(sums[option]) * paid for option, paid in self._paid.items())

    def _each(self, groups: Ints) -> list[int]:
        """The purse of each of these groups, none of them emptied, times `unit`: exact."""
        purses = [self._endowment] * len(groups)
        if self._paid and len(groups):
            owner, picks, points = self._voters.rows(groups)
            for at, option, said in zip(owner.tolist(), picks.tolist(), points.tolist(), strict=True):
                paid = self._paid.get(option)
                if paid is not None:
                    purses[at] -= said * paid
        return purses

    def _float(self, numerator: int, pull: int) -> float:
        return numerator / (self.unit * pull)  # the quotient of two ints is rounded once
