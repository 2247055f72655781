"""One part of ballots over options, about 12 bytes for a ballot with 10 picks, and its desk."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from tally.errors import BallotError
from tally.profile import EXACT_IN_A_FLOAT, KINDS, Ints, Profile
from tally.scale.desk import Desk
from tally.scale.sealed import GOOD_SIZE, MOST_GROUPS, Sealed, Whole, narrow

Groups = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Part(Sealed):
    """g groups of equal ballots with k picks in all, as in `Profile`; order has no meaning.

    Attributes
    ----------
    lengths : length g, how many options each ballot names
    places : length k, the options named, ballot by ballot
    points : length k, over `points_unit`; None: 1 each
    weights : length g, above zero, over `weights_unit`; None: 1 each

    Raises
    ------
    BallotError : the arrays do not fit one another; a ballot names an option twice; or the weights
        times the most points add up to 2**53 or more, beyond which numpy's sums would not be exact:
        make smaller parts.
    """

    HEAD: ClassVar[Mapping[str, type]] = MappingProxyType(
        {"kind": str, "points_unit": int, "size": int, "weights_unit": int}
    )
    UNITS: ClassVar[tuple[str, ...]] = ("points_unit", "weights_unit")
    ARRAYS: ClassVar[tuple[str, ...]] = ("lengths", "places", "points", "weights")

    kind: str
    size: int
    lengths: Whole
    places: Whole
    points: Whole | None = None
    weights: Whole | None = None
    points_unit: int = 1
    weights_unit: int = 1

    def __post_init__(self) -> None:
        fits = (
            self.kind in KINDS
            and all(array.dtype.kind == "u" and array.ndim == 1 for _, array in self.arrays())
            and int(self.lengths.sum()) == len(self.places)
            and (not len(self.places) or int(self.places.max()) < self.size)
            and (self.points is None or len(self.points) == len(self.places))
            and (
                self.weights is None
                or (len(self.weights) == len(self.lengths) and bool(self.weights.all()))
            )
        )
        if not fits:
            raise BallotError("the arrays of a part do not fit one another")
        if not self._names_each_once():
            raise BallotError("a ballot names an option twice")
        _bound(self.voters * self.most_points, len(self.lengths))

    @classmethod
    def of(cls, profile: Profile) -> "Part":
        """The ballots of a profile.

        >>> from tally import Instance, Option
        >>> instance = Instance((Option("bench", 60), Option("trees", 50)), limit=100)
        >>> part = Part.of(Profile.of("approval", instance, [["bench"], ["bench"], ["trees"]]))
        >>> part.places, part.weights
        (array([0, 1], dtype=uint8), array([2, 1], dtype=uint8))
        """
        return cls(
            profile.kind,
            profile.size,
            narrow(np.diff(profile.starts)),
            narrow(profile.places),
            None if profile.points is None else narrow(profile.points),
            None if (profile.weights == 1).all() else narrow(profile.weights),
            profile.points_unit,
            profile.weights_unit,
        )

    @classmethod
    def cut(cls, profile: Profile, most: int = GOOD_SIZE) -> "Iterator[Part]":
        """A profile in parts of at most `most` groups, at least one part.

        >>> from tally import Instance, Option
        >>> instance = Instance((Option("bench", 60), Option("trees", 50)), limit=100)
        >>> profile = Profile.of("approval", instance, [["bench"], ["trees"], []])
        >>> [part.places.tolist() for part in Part.cut(profile, 2)]
        [[0, 1], []]
        """
        groups = len(profile.weights)
        for first in range(0, max(groups, 1), most):
            last = min(first + most, groups)
            here = slice(int(profile.starts[first]), int(profile.starts[last]))
            yield cls.of(
                replace(
                    profile,
                    starts=profile.starts[first : last + 1] - profile.starts[first],
                    places=profile.places[here],
                    points=None if profile.points is None else profile.points[here],
                    weights=profile.weights[first:last],
                )
            )

    @cached_property
    def voters(self) -> int:
        """How many voters there are, over `weights_unit`."""
        return len(self.lengths) if self.weights is None else sum(self.weights.tolist())

    @property
    def most_points(self) -> int:
        """The most points of one pick, over `points_unit`; at least 1."""
        return 1 if self.points is None else int(self.points.max(initial=1))

    def desk(self) -> "OptionDesk":
        """A new desk to count it at."""
        return OptionDesk(self)

    def in_units(self, *units: int) -> "Part":
        """As `Sealed.in_units`: over a unit of points and one of weights."""
        points_unit, weights_unit = units
        if (points_unit, weights_unit) == (self.points_unit, self.weights_unit):
            return self
        more_points, more = points_unit // self.points_unit, weights_unit // self.weights_unit
        _bound(self.voters * more * self.most_points * more_points)
        points, weights = self.points, self.weights
        if points is not None and more_points != 1:
            points = narrow(points.astype(np.int64) * more_points)
        if more != 1:
            ones = np.ones(len(self.lengths), dtype=np.int64)
            weights = narrow((ones if weights is None else weights) * np.int64(more))
        return replace(
            self,
            points=points,
            weights=weights,
            points_unit=points_unit if points is not None else 1,
            weights_unit=weights_unit,
        )

    def _names_each_once(self) -> bool:
        """Whether no ballot names an option twice: seen at a glance where places ascend."""
        rises = self.places[1:] > self.places[:-1]
        ends = np.cumsum(self.lengths, dtype=np.int64)
        rises[ends[(ends > 0) & (ends < len(self.places))] - 1] = True
        if rises.all():
            return True
        picks = np.repeat(np.arange(len(self.lengths)), self.lengths) * self.size + self.places
        return len(np.unique(picks)) == len(picks)


@dataclass(frozen=True, eq=False, slots=True)
class Backers:
    """The s groups of ballots behind one option, ascending.

    Attributes
    ----------
    weights, points : length s; None: 1 each
    """

    groups: Groups
    weights: Ints | None
    points: Ints | None

    @property
    def pull(self) -> Ints | None:
        """Length s: weights x points; None: 1 each."""
        if self.weights is None or self.points is None:
            return self.points if self.weights is None else self.weights
        return self.weights * self.points


class OptionDesk(Desk[Part]):
    """A desk that keeps its part by option as well as by ballot."""

    @cached_property
    def _by_option(self) -> tuple[list[int], Groups, Whole | None]:
        """Where each option's picks begin, and the groups and points of all picks by option."""
        places, lengths, points = self.part.places, self.part.lengths, self.part.points
        order = np.argsort(places, kind="stable")  # of narrow numbers: sorted by radix
        group_of_pick = np.repeat(np.arange(len(lengths), dtype=np.int32), lengths)
        ends = np.cumsum(np.bincount(places, minlength=self.part.size))
        return [0, *ends.tolist()], group_of_pick[order], None if points is None else points[order]

    @cached_property
    def _starts(self) -> Ints:
        """Length g + 1: where the picks of each ballot begin."""
        return np.concatenate([[0], np.cumsum(self.part.lengths, dtype=np.int64)])

    def backers(self, option: int, *, by_points: bool = False) -> Backers:
        """Who names an option; `by_points`: who gives it any points."""
        starts, groups, points = self._by_option
        here = slice(starts[option], starts[option + 1])
        found, said = groups[here], None
        if by_points and points is not None:
            said = points[here].astype(np.int64)
            if not said.all():
                found, said = found[said > 0], said[said > 0]
        weights = self.part.weights
        return Backers(found, None if weights is None else weights[found].astype(np.int64), said)

    def rows(self, groups: Groups, *, by_points: bool) -> tuple[Ints, Ints, Ints]:
        """The picks of these groups: place in `groups`, option, points of each."""
        firsts = self._starts[groups]
        lengths = self._starts[1:][groups] - firsts
        owner = np.repeat(np.arange(len(groups)), lengths)
        at = np.arange(len(owner)) + np.repeat(firsts - np.cumsum(lengths) + lengths, lengths)
        points = np.ones(len(owner), dtype=np.int64)
        if by_points and self.part.points is not None:
            points = self.part.points[at].astype(np.int64)
        return owner, self.part.places[at].astype(np.int64), points

    def weights_of(self, groups: Groups) -> Ints:
        """How many voters each of these groups is."""
        weights = self.part.weights
        if weights is None:
            return np.ones(len(groups), dtype=np.int64)
        return weights[groups].astype(np.int64)


def _bound(most: int, groups: int = 0) -> None:
    if most >= EXACT_IN_A_FLOAT or groups >= MOST_GROUPS:
        raise BallotError("a part is too large, or its weights are: make smaller parts")
