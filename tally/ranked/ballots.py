"""Ranked ballots as they were marked, in flat arrays; equal ballots may be kept once.

Nothing is put right here: a candidate ranked twice, a shared rank, a rank left out stay as the
voter made them. Each rule reads them by its own convention, which it names.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from tally.contest import Amount
from tally.errors import BallotError

if TYPE_CHECKING:
    from tally.ranked.transfers import Moving

Ints = NDArray[np.int64]
Small = NDArray[Any]  # uint8 or uint16
# A ballot by itself: its ranks, best first, each with the candidates who share it, ascending.
Tiers = tuple[tuple[int, ...], ...]
# Rows of whole numbers over `weights_unit`, by the number of each row; those of some ballots and
# those of others, added up row by row, are those of all of them.
Figures = dict[int, NDArray[Any]]
_MOST = 2**16 - 1
_WORD = 64  # bits
_LOT = 2**18  # groups whose piles are kept together


class Ballots(Protocol):
    """All ballots of a contest, as rules ask them: `Rankings`, or their parts (`tally.scale`)."""

    @property
    def weights_unit(self) -> int:
        """What `sums`, and the voters on `piles`, are divided by."""
        ...

    @property
    def ballots(self) -> Amount:
        """The number of ballots, empty ones included."""
        ...

    @property
    def is_scored(self) -> bool:
        """Whether the ballots give points."""
        ...

    def sums(self, figures: Callable[..., Figures], *terms: Any) -> Figures:
        """What ``figures(rankings, *terms)`` of all ballots adds up to."""
        ...

    def piles(self, lay: Callable[..., "Moving"], *terms: Any) -> "Sequence[Moving]":
        """All ballots, laid on piles as ``lay(rankings, *terms)`` lays some of them."""
        ...


@dataclass(frozen=True, eq=False)
class Rankings:
    """g groups of ballots over m candidates, with k marks in all of them.

    Attributes
    ----------
    size : m, the number of candidates
    starts : length g + 1, int64; ballot i holds the marks ``starts[i]:starts[i + 1]``
    places : length k, uint8 or uint16; the candidate of each mark, from the first rank to the last
        of the ballot, ascending within a rank. The number m stands for a rank that was marked for
        several candidates without the file telling which (see `untold`).
    ranks : length k, uint8 or uint16; the rank of each mark, from 1, never falling within a ballot:
        equal ones are shared, missing ones were left blank. None: 1, 2, 3, … on every ballot.
    weights : length g; how many voters cast the ballot, over `weights_unit`: int64, or Python's
        ints (dtype object) where the sum passes 63 bits
    scores : length k, int64, or None: points of each mark on scored ballots, which rank by them
    """

    size: int
    starts: Ints
    places: Small
    ranks: Small | None
    weights: NDArray[Any]
    weights_unit: int = 1
    scores: Ints | None = None

    @classmethod
    def of(
        cls,
        size: int,
        ballots: Iterable[Sequence[int | Collection[int]]],
        weights: Iterable[Amount] | None = None,
    ) -> "Rankings":
        """Rankings from ballots as people write them: candidates in order, sets where they share.

        An empty set is a rank left out. Equal ballots are kept once.

        Raises
        ------
        BallotError : a candidate that is none, a weight not above zero.
        """
        groups: Counter[Tiers] = Counter()
        rows = list(ballots)
        for tiers, weight in zip(
            rows, [1] * len(rows) if weights is None else weights, strict=True
        ):
            if weight <= 0:
                raise BallotError(f"a weight must be above zero: {weight}")
            groups[_tiers(tiers, size)] += weight  # type: ignore[assignment]  # a Counter adds fractions as well
        return cls.of_groups(size, groups.items())

    @classmethod
    def of_groups(cls, size: int, groups: Iterable[tuple[Tiers, Amount]]) -> "Rankings":
        """Rankings from tiers with their weights, in this order, checked before."""
        rows = list(groups)
        all_tiers = [tier for tiers, _ in rows for tier in tiers]
        lengths = [sum(map(len, tiers)) for tiers, _ in rows]
        ranks = None
        if {*map(len, all_tiers)} - {1}:
            longest = max(len(tiers) for tiers, _ in rows)
            told = (rank for tiers, _ in rows for rank, tier in enumerate(tiers, 1) for _ in tier)
            ranks = np.fromiter(told, dtype=narrow(longest))
        weights, unit = _whole([weight for _, weight in rows])
        return cls(
            size=size,
            starts=np.cumsum([0, *lengths], dtype=np.int64),
            places=np.fromiter(chain.from_iterable(all_tiers), dtype=narrow(size)),
            ranks=ranks,
            weights=weights,
            weights_unit=unit,
        )

    @classmethod
    def of_table(
        cls, table: NDArray[Any], size: int, weights: NDArray[Any] | None = None
    ) -> "Rankings":
        """Rankings from a table of ballots x ranks, whose cells are candidates.

        Parameters
        ----------
        table : whole numbers, unsigned; a cell of the greatest number of its type (255 for uint8)
            is a rank that was left out
        weights : a whole number above zero for each row; None: 1

        Raises
        ------
        BallotError : a cell is no candidate, a weight is not above zero.

        >>> table = np.array([[1, 255, 0], [2, 255, 255]], dtype=np.uint8)
        >>> list(Rankings.of_table(table, size=3).rows())
        [(((1,), (), (0,)), 1), (((2,),), 1)]
        """
        marked = table != np.iinfo(table.dtype).max
        places = table[marked]
        if places.size and int(places.max()) >= size:
            raise BallotError(f"candidate {places.max()} is none of the {size}")
        if weights is None:
            weights = np.ones(len(table), dtype=np.int64)
        if (weights <= 0).any():
            raise BallotError(f"a weight must be above zero: {weights.min()}")
        plain = not (marked[:, 1:] & ~marked[:, :-1]).any()
        ranks = None if plain else (np.nonzero(marked)[1] + 1).astype(narrow(table.shape[1]))
        starts = np.zeros(len(table) + 1, dtype=np.int64)
        np.cumsum(np.count_nonzero(marked, axis=1), out=starts[1:])
        return cls(size, starts, places.astype(narrow(size), copy=False), ranks, weights)

    @property
    def untold(self) -> int:
        """The number in `places` of a rank marked for several candidates that are not told."""
        return self.size

    def sums(self, figures: Callable[..., Figures], *terms: Any) -> Figures:
        """As `Ballots` has it."""
        return figures(self, *terms)

    def piles(self, lay: Callable[..., "Moving"], *terms: Any) -> "Sequence[Moving]":
        """As `Ballots` has it; in lots that stay in the processor's cache."""
        groups = len(self.weights)
        lots = range(0, max(groups, 1), _LOT)  # at least one: the contest is looked at there
        return [lay(self.part(at, min(at + _LOT, groups)), *terms) for at in lots]

    @property
    def is_scored(self) -> bool:
        """Whether the ballots give points."""
        return self.scores is not None

    @property
    def ballots(self) -> Amount:
        """The number of ballots, empty ones included."""
        total = sum(self.weights.tolist()) if self.weights.dtype == object else self.weights.sum()
        return over(int(total), self.weights_unit)

    @cached_property
    def lengths(self) -> Ints:
        """Length g: the number of marks on each ballot."""
        return np.diff(self.starts)

    @cached_property
    def is_plain(self) -> bool:
        """Whether no rank is shared, left out or untold, and nobody is ranked twice."""
        if self.ranks is not None or (self.places == self.untold).any():
            return False
        owner = np.repeat(np.arange(len(self.weights)), self.lengths)
        keys = owner * self.size + self.places
        return bool(len(np.unique(keys)) == len(keys))

    def part(self, first: int, last: int) -> "Rankings":
        """The groups of ballots from `first` to before `last`."""
        marks = slice(int(self.starts[first]), int(self.starts[last]))
        return Rankings(
            size=self.size,
            starts=self.starts[first : last + 1] - self.starts[first],
            places=self.places[marks],
            ranks=None if self.ranks is None else self.ranks[marks],
            weights=self.weights[first:last],
            weights_unit=self.weights_unit,
            scores=None if self.scores is None else self.scores[marks],
        )

    def rows(self) -> Iterator[tuple[Tiers, Amount]]:
        """Each group by itself: its tiers, empty where a rank was left out, and its weight."""
        places, starts = self.places.tolist(), self.starts.tolist()
        ranks = None if self.ranks is None else self.ranks.tolist()
        for at, weight in enumerate(self.weights.tolist()):
            first, last = starts[at], starts[at + 1]
            tiers: list[tuple[int, ...]]
            if ranks is None:
                tiers = [(place,) for place in places[first:last]]
            else:
                tiers = [()] * (ranks[last - 1] if last > first else 0)
                for place, rank in zip(places[first:last], ranks[first:last], strict=True):
                    tiers[rank - 1] += (place,)
            yield tuple(tiers), over(weight, self.weights_unit)

    def grouped(self) -> "Rankings":
        """The same ballots, equal ones kept once, in an order that their marks alone give."""
        words = _packed(self)
        order = np.lexsort(words.T) if words.shape[1] > 1 else np.argsort(words[:, 0])
        opens = np.ones(len(order), dtype=bool)
        opens[1:] = (words[order[1:]] != words[order[:-1]]).any(axis=1)
        groups = np.flatnonzero(opens)
        first, lengths = order[groups], self.lengths[order[groups]]
        starts = np.concatenate(([0], np.cumsum(lengths)))
        marks = np.repeat(self.starts[first] - starts[:-1], lengths) + np.arange(starts[-1])
        weights = self.weights[order]
        return Rankings(
            size=self.size,
            starts=starts,
            places=self.places[marks],
            ranks=None if self.ranks is None else self.ranks[marks],
            weights=np.add.reduceat(weights, groups) if len(groups) else weights,
            weights_unit=self.weights_unit,
            scores=None if self.scores is None else self.scores[marks],
        )

    def __eq__(self, other: object) -> bool:
        """Whether the same ballots were cast as often: in which order is nobody's business."""
        if not isinstance(other, Rankings):
            return NotImplemented
        if self.size != other.size or (self.scores is None) != (other.scores is None):
            return False
        if all(map(np.array_equal, _arrays(self), _arrays(other))):
            return True
        return _counted(self) == _counted(other)

    __hash__ = None  # type: ignore[assignment]  # compared by what it holds


def _arrays(rankings: Rankings) -> tuple[Any, ...]:
    told = (rankings.weights_unit, rankings.ranks, rankings.scores)
    return rankings.starts, rankings.places, rankings.weights, *told


def narrow(most: int) -> np.dtype[Any]:
    """The smallest unsigned type that holds whole numbers up to `most`."""
    if most > _MOST:
        raise BallotError(f"at most {_MOST} candidates or ranks can be counted, not {most}")
    return np.dtype(np.min_scalar_type(most))


def over(numerator: int, unit: int) -> Amount:
    """The number itself; an int where it is one."""
    return numerator // unit if numerator % unit == 0 else Fraction(numerator, unit)


def _whole(weights: Sequence[Amount]) -> tuple[NDArray[Any], int]:
    unit = int(np.lcm.reduce([1, *(weight.denominator for weight in weights)], dtype=object))
    numerators = [int(weight * unit) for weight in weights]
    fits = sum(numerators) <= np.iinfo(np.int64).max
    return np.array(numerators, dtype=np.int64 if fits else object), unit


def _tiers(ballot: Sequence[int | Collection[int]], size: int) -> Tiers:
    tiers = tuple((tier,) if isinstance(tier, int) else tuple(sorted(set(tier))) for tier in ballot)
    if not all(0 <= candidate <= size for tier in tiers for candidate in tier):
        raise BallotError(f"a ballot ranks a candidate who is none of the {size}: {ballot}")
    return tiers


def _counted(rankings: Rankings) -> Counter[tuple[Tiers, tuple[int, ...]]]:
    """How often each ballot was cast: its tiers, and its points in the order of the marks."""
    found: Counter[tuple[Tiers, tuple[int, ...]]] = Counter()
    starts = rankings.starts.tolist()
    scores = () if rankings.scores is None else tuple(rankings.scores.tolist())
    for at, (tiers, weight) in enumerate(rankings.rows()):
        said = scores[starts[at] : starts[at + 1]]
        found[tiers, said] += weight  # type: ignore[assignment]  # a Counter adds fractions as well
    return found


def _packed(rankings: Rankings) -> NDArray[np.uint64]:
    """Ballots as rows of whole numbers, equal where the ballots are: g x the words that it takes.

    As many marks go into a word as their bits allow; a mark is its candidate, with its rank and
    points where there are any. 0 is no mark.
    """
    codes, most = rankings.places.astype(np.uint64), rankings.size + 1
    for figures in (rankings.ranks, rankings.scores):
        if figures is not None:
            said, index = np.unique(figures, return_inverse=True)
            codes = codes + (index * most).astype(np.uint64)
            most *= max(1, len(said))
    bits = most.bit_length()
    room = _WORD // bits
    longest = int(rankings.lengths.max(initial=0))
    words = np.zeros((len(rankings.weights), max(1, -(-longest // room))), dtype=np.uint64)
    for place in range(longest):
        some = np.flatnonzero(rankings.lengths > place)
        here = codes[rankings.starts[some] + place] + np.uint64(1)
        words[some, place // room] |= here << np.uint64(bits * (place % room))
    return words
