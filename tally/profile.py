"""The multiset of ballots given to a rule; equal ballots are kept once, with their number."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from types import MappingProxyType

from tally.contest import Amount, Instance
from tally.errors import BallotError

# A ballot in the profile: (place of the option in the instance, points) pairs. Points are 1 on
# ballots without points; on ordinal ballots the pairs stand in order of preference.
Ballot = tuple[tuple[int, Amount], ...]
Points = Callable[[int, int], Amount]


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


@dataclass(frozen=True)
class Profile:
    """Ballots of one kind over one instance.

    Attributes
    ----------
    kind : a key of `KINDS`
    size : the number of options
    groups : ballot -> how many voters cast just this one; empty ballots included
    """

    kind: str
    size: int
    groups: Mapping[Ballot, int] = field(repr=False)

    @classmethod
    def of(
        cls,
        kind: str,
        instance: Instance,
        ballots: Iterable[Sequence[str]],
        points: Iterable[Sequence[Amount] | None] | None = None,
    ) -> "Profile":
        """A profile from ballots of option ids, and, where the kind has them, their points.

        Raises
        ------
        BallotError : unknown kind, unknown or repeated option, or points that do not fit.
        """
        if kind not in KINDS:
            raise BallotError(f"no such kind of ballot: {kind}")
        groups: Counter[Ballot] = Counter()
        if points is None:
            for ids in ballots:
                groups[_ballot(kind, instance, ids, None)] += 1
        else:
            for ids, given in zip(ballots, points, strict=True):
                groups[_ballot(kind, instance, ids, given)] += 1
        return cls(kind, len(instance.options), groups)

    @property
    def ballots(self) -> int:
        """The number of ballots, empty ones included."""
        return sum(self.groups.values())

    def votes(self) -> list[int]:
        """For each option the number of ballots that name it."""
        sums = [0] * self.size
        for ballot, voters in self.groups.items():
            for place, _ in ballot:
                sums[place] += voters
        return sums

    def scores(self) -> list[Amount]:
        """For each option the sum of its points."""
        sums: list[Amount] = [0] * self.size
        for ballot, voters in self.groups.items():
            for place, points in ballot:
                sums[place] += voters * points
        return sums


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
