"""All ballots, lying in parts: what is asked of them is asked of each part, and added up."""

from collections.abc import Iterable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from pathlib import Path

import numpy as np

from tally.contest import Amount
from tally.profile import Profile
from tally.scale.dealt import Dealt, placed
from tally.scale.desk import added
from tally.scale.part import OptionDesk, Part


@dataclass(frozen=True, eq=False)
class Sums(Profile):
    """Every voter of all parts, but of what they picked only the sums: enough for a walk.

    As a profile it is one ballot that names nothing, with the weight of all; a rule that looks at
    ballots by themselves must not be handed this.

    Attributes
    ----------
    votes_for, points_for : length m; over `weights_unit`, and over that times `points_unit`
    """

    votes_for: tuple[int, ...] = ()
    points_for: tuple[int, ...] = ()

    def votes(self) -> list[Amount]:
        """For each option the number of ballots that name it."""
        return [_over(votes, self.weights_unit) for votes in self.votes_for]

    def scores(self) -> list[Amount]:
        """For each option the sum of its points."""
        return [_over(said, self.weights_unit * self.points_unit) for said in self.points_for]

    def only(self, places: Sequence[int]) -> "Sums":
        """The same sums, of these options alone."""
        return replace(
            self,
            size=len(places),
            votes_for=tuple(self.votes_for[place] for place in places),
            points_for=tuple(self.points_for[place] for place in places),
        )


@dataclass(frozen=True, slots=True)
class Counted:
    """What parts come to: the most groups in one of them; voters; votes and points by option."""

    longest: int
    voters: int
    votes: tuple[int, ...]
    points: tuple[int, ...]


@dataclass(frozen=True)
class Count:
    """The question for how many voters there are, and what each option has."""

    def put_to(self, desk: OptionDesk) -> Counted:
        """The answer of one part."""
        part = desk.part
        weights = part.weights
        if weights is not None:
            weights = np.repeat(weights.astype(np.float64), part.lengths)
        votes = tuple(int(said) for said in np.bincount(part.places, weights, part.size))
        points = votes
        if part.points is not None:
            given = part.points * (1.0 if weights is None else weights)
            points = tuple(int(said) for said in np.bincount(part.places, given, part.size))
        return Counted(len(part.lengths), part.voters, votes, points)

    def together(self, answers: Sequence[Counted]) -> Counted:
        """The sums."""
        return Counted(
            max(said.longest for said in answers),
            sum(said.voters for said in answers),
            added(said.votes for said in answers),
            added(said.points for said in answers),
        )


@dataclass(frozen=True, eq=False)
class Partitions(Dealt):
    """A ballot set in parts, and who counts which."""

    kind: str
    size: int
    points_unit: int
    weights_unit: int

    @classmethod
    def of(
        cls, parts: Iterable[Part | Path | str], executors: Sequence[Executor] = ()
    ) -> "Partitions":
        """Parts in memory, or the paths of their files.

        Raises
        ------
        BallotError : no part at all, parts of several kinds, a file twice or one that is no part.

        >>> from tally import Instance, Option
        >>> instance = Instance((Option("bench", 60), Option("trees", 50)), limit=100)
        >>> one, other = [["bench", "trees"]] * 2, [["trees"]]
        >>> parts = [Part.of(Profile.of("approval", instance, lot)) for lot in (one, other)]
        >>> Partitions.of(parts).sums.votes()
        [2, 3]
        """
        sources, said = placed(Part, parts)
        return cls(sources, tuple(executors), **said)

    @cached_property
    def sums(self) -> Sums:
        """All parts added up."""
        counted = self._counted
        weights = np.array([counted.voters] if counted.voters else [], dtype=np.int64)
        return Sums(
            kind=self.kind,
            size=self.size,
            starts=np.zeros(1 + len(weights), dtype=np.int64),
            places=np.zeros(0, dtype=np.int64),
            points=None,
            weights=weights,
            points_unit=self.points_unit,
            weights_unit=self.weights_unit,
            votes_for=counted.votes,
            points_for=counted.points,
        )

    @cached_property
    def longest(self) -> int:
        """The most groups of ballots that one part has."""
        return self._counted.longest

    @cached_property
    def _counted(self) -> Counted:
        return self.ask(Count())


def _over(numerator: int, unit: int) -> Amount:
    exact = Fraction(numerator, unit)
    return exact.numerator if exact.denominator == 1 else exact
