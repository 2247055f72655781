"""The multiset of ballots given to a rule; equal ballots are kept once, with their number.

Ballots lie in flat arrays, one after another, so that a count over a million of them is a few
passes of numpy. Numbers in the arrays are whole: points and weights that are fractions are kept as
numerators over one common denominator.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import repeat
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from tally.contest import Amount, Instance
from tally.errors import BallotError

Ints = NDArray[np.int64]
# A ballot by itself: (place of the option in the instance, points) pairs. Points are 1 on ballots
# without points; on ordinal ballots the pairs stand in order of preference.
Ballot = tuple[tuple[int, Amount], ...]
Points = Callable[[int, int], Amount]

EXACT_IN_A_FLOAT = 2**53  # whole numbers below are exact in float64, and so are their sums


def _one(_place: int, _length: int) -> Amount:
    return 1


def _borda(place: int, length: int) -> Amount:
    """Points of the `place`-th of `length` ranked options, as in the field's greedy_score."""
    return length - place - 1


# Kind -> points by place where the ballot itself gives none; None: the ballot must give them.
KINDS: Mapping[str, Points | None] = MappingProxyType(
    {
        "approval": _one,
        "knapsack": _one,
        "choose_one": _one,
        "ordinal": _borda,
        "cumulative": None,
        "scored": None,
    }
)


@dataclass(frozen=True, eq=False)
class Profile:
    """Ballots of one kind over one instance: g groups of equal ballots, k picks in all of them.

    Attributes
    ----------
    kind : a key of `KINDS`
    size : m, the number of options
    starts : length g + 1, int64; ballot i holds the picks ``starts[i]:starts[i + 1]``
    places : length k, int64; the options picked, as places in the instance: ascending on each
        ballot, on ordinal ballots in order of preference
    points : length k, int64, not negative; numerators over `points_unit`; None: 1 for each pick
    weights : length g, int64, positive; how many voters cast this ballot, over `weights_unit`;
        empty ballots are voters too
    """

    kind: str
    size: int
    starts: Ints
    places: Ints
    points: Ints | None
    weights: Ints
    points_unit: int = 1
    weights_unit: int = 1

    @classmethod
    def of(
        cls,
        kind: str,
        instance: Instance,
        ballots: Iterable[Sequence[str]],
        points: Iterable[Sequence[Amount] | None] | None = None,
        weights: Iterable[Amount] | None = None,
    ) -> "Profile":
        """A profile from ballots of option ids, and, where they have them, points and weights.

        Raises
        ------
        BallotError : unknown kind, unknown or repeated option, points that do not fit, a weight
            that is not above zero, numbers too large or too fine to be counted together.
        """
        if kind not in KINDS:
            raise BallotError(f"no such kind of ballot: {kind}")
        groups: Counter[Ballot] = Counter()
        rows = (
            zip(ballots, points, strict=True) if points is not None else zip(ballots, repeat(None))
        )
        if weights is None:
            for ids, given in rows:
                groups[_ballot(kind, instance, ids, given)] += 1
        else:
            for (ids, given), weight in zip(rows, weights, strict=True):
                if weight <= 0:
                    raise BallotError(f"a weight must be above zero: {weight}")
                groups[_ballot(kind, instance, ids, given)] += weight  # type: ignore[assignment]  # a Counter adds fractions as well
        return cls._of_groups(kind, len(instance.options), groups)

    @classmethod
    def _of_groups(cls, kind: str, size: int, groups: Mapping[Ballot, Amount]) -> "Profile":
        picks = [pick for ballot in groups for pick in ballot]
        weights, weights_unit = whole(groups.values())
        points, points_unit = whole(said for _, said in picks)
        has_points = KINDS[kind] is not _one
        return cls(
            kind=kind,
            size=size,
            starts=np.cumsum([0, *(len(ballot) for ballot in groups)], dtype=np.int64),
            places=np.array([place for place, _ in picks], dtype=np.int64),
            points=points if has_points else None,
            weights=weights,
            points_unit=points_unit if has_points else 1,
            weights_unit=weights_unit,
        )

    @property
    def ballots(self) -> Amount:
        """The number of ballots, empty ones included; the sum of weights where they have any."""
        return _over(int(self.weights.sum()), self.weights_unit)

    @property
    def picks(self) -> Amount:
        """The number of options named on all ballots together."""
        return _over(int(np.diff(self.starts) @ self.weights), self.weights_unit)

    @cached_property
    def weight_of_pick(self) -> Ints:
        """Length k: the weight of the ballot that each pick stands on."""
        return np.repeat(self.weights, np.diff(self.starts))

    @cached_property
    def supporters(self) -> "Supporters":
        """The same picks by option."""
        narrow = self.places.astype(np.min_scalar_type(self.size))  # numpy sorts these by radix
        order = np.argsort(narrow, kind="stable")
        ballot_of_pick = np.repeat(np.arange(len(self.weights)), np.diff(self.starts))
        ends = np.cumsum(np.bincount(self.places, minlength=self.size))
        return Supporters(
            starts=np.concatenate([[0], ends]).astype(np.int64),
            groups=ballot_of_pick[order],
            points=None if self.points is None else self.points[order],
        )

    def votes(self) -> list[Amount]:
        """For each option the number of ballots that name it."""
        return [_over(votes, self.weights_unit) for votes in self._sums(self.weight_of_pick)]

    def scores(self) -> list[Amount]:
        """For each option the sum of its points."""
        if self.points is None:
            return self.votes()
        unit = self.points_unit * self.weights_unit
        return [_over(score, unit) for score in self._sums(self.weight_of_pick, self.points)]

    def _sums(self, *factors: Ints) -> list[int]:
        """Exact sums by option of the product of `factors` over its picks."""
        most = math.prod(int(factor.max(initial=0)) for factor in factors) * len(self.places)
        if most < EXACT_IN_A_FLOAT:
            product = math.prod(factors[1:], start=factors[0])
            return [int(said) for said in np.bincount(self.places, product, self.size)]
        sums = [0] * self.size
        for place, *numbers in zip(
            self.places.tolist(), *(f.tolist() for f in factors), strict=True
        ):
            sums[place] += math.prod(numbers)
        return sums

    def only(self, places: Sequence[int]) -> "Profile":
        """The same ballots, read on these options alone, which get new places in this order."""
        new = np.full(self.size, -1, dtype=np.int64)
        new[list(places)] = np.arange(len(places))
        moved = new[self.places]
        kept = moved >= 0
        return Profile(
            kind=self.kind,
            size=len(places),
            starts=np.concatenate([[0], np.cumsum(kept)])[self.starts],
            places=moved[kept],
            points=None if self.points is None else self.points[kept],
            weights=self.weights,
            points_unit=self.points_unit,
            weights_unit=self.weights_unit,
        )

    def rows(self) -> Iterator[tuple[Ballot, Amount]]:
        """Each ballot by itself, with its weight."""
        places, starts = self.places.tolist(), self.starts.tolist()
        points: Iterable[int] = repeat(1) if self.points is None else self.points.tolist()
        picks = [
            (place, _over(said, self.points_unit))
            for place, said in zip(places, points, strict=False)
        ]
        for at, weight in enumerate(self.weights.tolist()):
            yield tuple(picks[starts[at] : starts[at + 1]]), _over(weight, self.weights_unit)

    @cached_property
    def groups(self) -> Mapping[Ballot, Amount]:
        """Ballot -> how many voters cast just this one."""
        found: Counter[Ballot] = Counter()
        for ballot, weight in self.rows():
            found[ballot] += weight  # type: ignore[assignment]  # a Counter adds fractions as well
        return MappingProxyType(found)

    def __eq__(self, other: object) -> bool:
        """Whether the same ballots were cast as often: in which order is nobody's business."""
        if not isinstance(other, Profile):
            return NotImplemented
        mine, theirs = (self.kind, self.size, self.groups), (other.kind, other.size, other.groups)
        return mine == theirs

    __hash__ = None  # type: ignore[assignment]  # compared by what it holds


@dataclass(frozen=True)
class Supporters:
    """The picks of a profile by option: m options, k picks.

    Attributes
    ----------
    starts : length m + 1; option p is picked by ``groups[starts[p]:starts[p + 1]]``
    groups : length k, the groups of ballots, ascending for each option
    points : length k or None, as in the profile
    """

    starts: Ints
    groups: Ints
    points: Ints | None

    def of(self, place: int) -> slice:
        """Where the picks of one option lie."""
        return slice(int(self.starts[place]), int(self.starts[place + 1]))


def whole(numbers: Iterable[Amount]) -> tuple[Ints, int]:
    """Exact numbers as int64 numerators over one common denominator.

    Raises
    ------
    BallotError : they are so large, or so fine beside each other, that 64 bits do not hold them.

    >>> whole([Fraction(1, 2), 3])
    (array([1, 6]), 2)
    """
    exact = list(numbers)
    unit = math.lcm(*(number.denominator for number in exact))
    numerators = [int(number * unit) for number in exact]
    if sum(map(abs, numerators)) > np.iinfo(np.int64).max:
        raise BallotError("points or weights are too large, or too fine beside each other")
    return np.array(numerators, dtype=np.int64), unit


def _over(numerator: int, unit: int) -> Amount:
    """The number itself; an int where it is one."""
    return numerator // unit if numerator % unit == 0 else Fraction(numerator, unit)


def _ballot(
    kind: str, instance: Instance, ids: Sequence[str], given: Sequence[Amount] | None
) -> Ballot:
    try:
        places = [instance.index[name] for name in ids]
    except KeyError as error:
        raise BallotError(f"a ballot names an unknown option: {error}") from None
    if len(set(places)) != len(places):
        raise BallotError(f"a ballot names an option twice: {list(ids)}")
    by_place = KINDS[kind]
    if by_place is not None:
        pairs = [(place, by_place(rank, len(places))) for rank, place in enumerate(places)]
    elif given is None or len(given) != len(places):
        raise BallotError(f"a {kind} ballot needs points for each option it names: {list(ids)}")
    else:
        pairs = [(place, _whole(points)) for place, points in zip(places, given, strict=True)]
    return tuple(pairs if kind == "ordinal" else sorted(pairs))


def _whole(points: Amount) -> Amount:
    """The same number, as int where it is one: equal ballots must be equal keys."""
    return points.numerator if isinstance(points, Fraction) and points.denominator == 1 else points
