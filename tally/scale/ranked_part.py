"""One part of ranked ballots: about 6 bytes for a ballot with 5 marks."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType
from typing import ClassVar

import numpy as np

from tally.errors import BallotError
from tally.ranked.ballots import Rankings
from tally.ranked.ballots import narrow as narrow_mark
from tally.scale.sealed import GOOD_SIZE, MOST_GROUPS, Sealed, Whole, narrow

MOST_VOTERS = 2**63  # over the unit: numpy's sums are exact below


@dataclass(frozen=True, eq=False)
class RankedPart(Sealed):
    """g groups of equal ballots with k marks in all, as in `Rankings`; order has no meaning.

    Attributes
    ----------
    size : m, the number of candidates
    is_scored : whether the ballots give points
    lengths : length g, how many marks each ballot has
    places, ranks, scores : length k, as in `Rankings`
    weights : length g, above zero, over `weights_unit`; None: 1 each

    Raises
    ------
    BallotError : the arrays do not fit one another; or the weights add up to 2**63 or more, beyond
        which numpy's sums would not be exact: make smaller parts.
    """

    HEAD: ClassVar[Mapping[str, type]] = MappingProxyType(
        {"is_scored": bool, "size": int, "weights_unit": int}
    )
    UNITS: ClassVar[tuple[str, ...]] = ("weights_unit",)
    ARRAYS: ClassVar[tuple[str, ...]] = ("lengths", "places", "ranks", "weights", "scores")

    size: int
    is_scored: bool
    lengths: Whole
    places: Whole
    ranks: Whole | None = None
    weights: Whole | None = None
    scores: Whole | None = None
    weights_unit: int = 1

    def __post_init__(self) -> None:
        groups, marks = len(self.lengths), len(self.places)
        fits = (
            all(array.ndim == 1 and array.dtype.kind in kinds for kinds, array in self._kinds())
            and int(self.lengths.sum()) == marks
            and int(self.places.max(initial=0)) <= self.size
            and self.is_scored == (self.scores is not None)
            and all(len(array) == marks for array in (self.ranks, self.scores) if array is not None)
            and (self.weights is None or len(self.weights) == groups)
            and all(int(array.min(initial=1)) > 0 for array in self._above_zero())
            and self._never_falls()
            and self.weights_unit > 0
        )
        if not fits:
            raise BallotError("the arrays of a part do not fit one another")
        _bound(self.voters, groups)

    @classmethod
    def of(cls, rankings: Rankings) -> "RankedPart":
        """These ballots.

        >>> RankedPart.of(Rankings.of(3, [(0, 1), (2,)], weights=[2, 1])).weights
        array([2, 1], dtype=uint8)
        """
        weights = rankings.weights
        _bound(sum(weights.tolist()) if weights.dtype == object else 0)
        return cls(
            size=rankings.size,
            is_scored=rankings.is_scored,
            lengths=narrow(rankings.lengths),
            places=rankings.places.astype(narrow_mark(rankings.size)),
            ranks=None if rankings.ranks is None else narrow(rankings.ranks),
            weights=None if (weights == 1).all() else narrow(weights),
            scores=None if rankings.scores is None else narrow(rankings.scores),
            weights_unit=rankings.weights_unit,
        )

    @classmethod
    def cut(cls, rankings: Rankings, most: int = GOOD_SIZE) -> "Iterator[RankedPart]":
        """All ballots in parts of at most `most` groups, at least one part.

        >>> rankings = Rankings.of(3, [(0, 1), (2,), ()])
        >>> [part.places.tolist() for part in RankedPart.cut(rankings, 2)]
        [[0, 1, 2], []]
        """
        groups = len(rankings.weights)
        for first in range(0, max(groups, 1), most):
            yield cls.of(rankings.part(first, min(first + most, groups)))

    @cached_property
    def voters(self) -> int:
        """How many voters there are, over `weights_unit`."""
        return len(self.lengths) if self.weights is None else sum(self.weights.tolist())

    def in_units(self, *units: int) -> "RankedPart":
        """As `Sealed.in_units`: over a unit of weights."""
        (weights_unit,) = units
        more = weights_unit // self.weights_unit
        if more == 1:
            return self
        _bound(self.voters * more)
        ones = np.ones(len(self.lengths), dtype=np.int64)
        weights = ones if self.weights is None else self.weights.astype(np.int64)
        return replace(self, weights=narrow(weights * more), weights_unit=weights_unit)

    def rankings(self) -> Rankings:
        """The ballots as rules read them."""
        weights, scores = self.weights, self.scores
        one = np.broadcast_to(np.int64(1), len(self.lengths))  # takes no memory
        return Rankings(
            size=self.size,
            starts=np.concatenate([[0], np.cumsum(self.lengths, dtype=np.int64)]),
            places=self.places,
            ranks=self.ranks,
            weights=one if weights is None else weights.astype(np.int64),
            weights_unit=self.weights_unit,
            scores=None if scores is None else scores.astype(np.int64),
        )

    def _kinds(self) -> Iterator[tuple[str, Whole]]:
        """Only points can be below zero."""
        for name, array in self.arrays():
            yield "ui" if name == "scores" else "u", array

    def _above_zero(self) -> Iterator[Whole]:
        """Arrays in which nothing is zero or less."""
        for array in (self.ranks, self.weights):
            if array is not None:
                yield array

    def _never_falls(self) -> bool:
        """Whether the ranks of no ballot fall from one mark to the next."""
        if self.ranks is None:
            return True
        falls = self.ranks[1:] < self.ranks[:-1]
        ends = np.cumsum(self.lengths, dtype=np.int64)
        falls[ends[(ends > 0) & (ends < len(self.ranks))] - 1] = False
        return not falls.any()


def _bound(voters: int, groups: int = 0) -> None:
    if voters >= MOST_VOTERS or groups >= MOST_GROUPS:
        raise BallotError("a part is too large, or its weights are: make smaller parts")
