"""What an option is worth to a voter, in whole numbers, and exact sums over ballots."""

import math
from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tally.contest import Amount, Instance
from tally.profile import EXACT_IN_A_FLOAT, Ints, Profile

Exact = NDArray[Any]  # int64, or Python's own integers where int64 might not hold them


class Measure(StrEnum):
    """Three usual utilities; the rules mes_card, mes_cost and mes_score go by one of them."""

    CARDINALITY = "cardinality"  # 1 for each option named
    COST = "cost"  # the option's cost
    SCORE = "score"  # the points given to it; 0 points are no support


@dataclass(frozen=True, eq=False)
class Worth:
    """Utilities as whole numbers.

    Attributes
    ----------
    profile : the picks that count as support
    factors : length m; what one point is worth: a pick of p with s points is worth
        ``s * factors[p]``, over `unit`; a pick without points counts as one point
    """

    profile: Profile
    factors: tuple[int, ...]
    unit: int

    @cached_property
    def points(self) -> Ints:
        """Length k: the points of each pick, by ballot."""
        points = self.profile.points
        return np.ones(len(self.profile.places), np.int64) if points is None else points

    @cached_property
    def most(self) -> int:
        """No sum over one ballot's utilities, or over all voters' points, is greater."""
        each = int(self.points.max(initial=0))
        return each * max(sum(self.factors), int(self.profile.weights.sum()))

    @property
    def kind(self) -> type:
        """The kind of array that holds every sum."""
        return np.int64 if self.most < EXACT_IN_A_FLOAT else object

    def supporters(self, place: int) -> tuple[Ints, Ints]:
        """The groups of ballots that support one option, and their points for it."""
        supporters = self.profile.supporters
        at = supporters.of(place)
        groups = supporters.groups[at]
        given = (
            np.ones(len(groups), np.int64) if supporters.points is None else supporters.points[at]
        )
        return groups, given

    def satisfaction(self, funded: Collection[int]) -> Exact:
        """Length g: what the options funded are worth to each ballot together, over `unit`."""
        factors = [factor if at in funded else 0 for at, factor in enumerate(self.factors)]
        profile = self.profile
        worth = np.array(factors, self.kind)[profile.places] * self.points
        ballot_of_pick = np.repeat(np.arange(len(profile.weights)), np.diff(profile.starts))
        return np.array(sums(ballot_of_pick, len(profile.weights), worth), self.kind)


def worth(instance: Instance, profile: Profile, measure: Measure) -> Worth:
    """Utilities of one measure, whatever the kind of ballots.

    Notes
    -----
    Points are read by `SCORE` only; for the other measures every option named is supported.
    """
    costs, _, unit = instance.whole
    ones = (1,) * profile.size
    if measure is Measure.SCORE:
        return Worth(_supporting(profile), ones, profile.points_unit)
    bare = profile if profile.points is None else replace(profile, points=None, points_unit=1)
    return Worth(bare, costs, unit) if measure is Measure.COST else Worth(bare, ones, 1)


def over(numerator: int, unit: int) -> Amount:
    """The number itself; an int where it is one."""
    exact = Fraction(numerator, unit)
    return exact.numerator if exact.denominator == 1 else exact


def sums(codes: Ints, size: int, *factors: Exact) -> list[int]:
    """Exact sums of the product of `factors` by code: `size` whole numbers.

    >>> sums(np.array([0, 2, 0]), 3, np.array([5, 6, 7]))
    [12, 0, 6]
    """
    if not len(codes):
        return [0] * size
    if math.prod(int(abs(factor).max()) for factor in factors) * len(codes) < EXACT_IN_A_FLOAT:
        product = math.prod(factors[1:], start=factors[0])
        return [int(said) for said in np.bincount(codes, product.astype(np.float64), size).tolist()]
    found = [0] * size
    for code, *numbers in zip(codes.tolist(), *(part.tolist() for part in factors), strict=True):
        found[code] += math.prod(numbers)
    return found


def _supporting(profile: Profile) -> Profile:
    """Without the picks that give no points."""
    if profile.points is None or profile.points.all():
        return profile
    given = profile.points > 0
    left = np.concatenate([[0], np.cumsum(given)])
    return replace(
        profile,
        starts=left[profile.starts].astype(np.int64),
        places=profile.places[given],
        points=profile.points[given],
    )
