"""All ballots, lying in parts: what is asked of them is asked of each part, and added up."""

import math
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import numpy as np

from tally.contest import Amount
from tally.errors import BallotError
from tally.profile import Profile
from tally.scale.desk import Desk, Filed, Held, Question, Source, added, answer, leave
from tally.scale.part import Part, head

Answer = TypeVar("Answer")


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

    def put_to(self, desk: Desk) -> Counted:
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
class Partitions:
    """A ballot set in parts, and who counts which. Leave it (`with`) to free the memory.

    Attributes
    ----------
    sources : the parts; of no consequence are their number, their order, and which ballot lies in
        which
    executors : follow `concurrent.futures.Executor`; the parts are dealt out among them, and each
        gets its own ones with every question. So an executor should be one process (or one machine)
        that can keep them: see `processes`. None: counted here, one part after another
    """

    kind: str
    size: int
    points_unit: int
    weights_unit: int
    sources: tuple[Source, ...]
    executors: tuple[Executor, ...]

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
        given = [part if isinstance(part, Part) else Path(part).resolve() for part in parts]
        files = [part for part in given if isinstance(part, Path)]
        if len(set(files)) != len(files):
            raise BallotError("a part's file stands twice")
        heads = [part.head if isinstance(part, Part) else head(part) for part in given]
        if len({(said["kind"], said["size"]) for said in heads}) != 1:
            raise BallotError("parts must be of one kind of ballot over one list of options")
        points_unit = math.lcm(*(said["points_unit"] for said in heads))
        weights_unit = math.lcm(*(said["weights_unit"] for said in heads))
        sources: list[Source] = [
            Held(part.in_units(points_unit, weights_unit))
            if isinstance(part, Part)
            else Filed(str(part), said["digest"], points_unit, weights_unit)
            for part, said in zip(given, heads, strict=True)
        ]
        said = heads[0]
        return cls(
            said["kind"], said["size"], points_unit, weights_unit, tuple(sources), tuple(executors)
        )

    def __enter__(self) -> "Partitions":
        return self

    def __exit__(self, *_: object) -> None:
        leave(self.sources)
        for executor, share in self._shares:
            executor.submit(leave, share).result()

    def ask(self, question: Question[Answer]) -> Answer:
        """The answer of all parts together."""
        if not self.executors:
            return answer(self.sources, question)
        asked = [executor.submit(answer, share, question) for executor, share in self._shares]
        return question.together([said.result() for said in asked])

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

    @cached_property
    def _shares(self) -> tuple[tuple[Executor, tuple[Source, ...]], ...]:
        """Who counts what."""
        number = len(self.executors)
        shares = (
            (executor, self.sources[at::number]) for at, executor in enumerate(self.executors)
        )
        return tuple((executor, share) for executor, share in shares if share)


@contextmanager
def processes(number: int) -> Iterator[list[Executor]]:
    """So many processes of this machine, each an executor by itself.

    They are started anew, not forked, so that a threaded caller is safe.
    """
    from concurrent.futures import ProcessPoolExecutor  # noqa: PLC0415 - only who wants it pays
    from multiprocessing import get_context  # noqa: PLC0415 - likewise

    fresh = get_context("spawn")
    with ExitStack() as stack:
        yield [stack.enter_context(ProcessPoolExecutor(1, mp_context=fresh)) for _ in range(number)]


def _over(numerator: int, unit: int) -> Amount:
    exact = Fraction(numerator, unit)
    return exact.numerator if exact.denominator == 1 else exact
