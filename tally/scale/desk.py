"""Where a part is counted: its ballots in memory, and what a count has come to so far.

A desk answers questions; the answers of all desks together decide. What it keeps is only kept to be
quick: each question brings the whole history of its count, so a desk that has just been opened (on
another machine, where one has failed) works itself up to the same state and gives the same answers.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from threading import Lock
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from tally.errors import BallotError
from tally.profile import Ints
from tally.scale.part import Part, Whole, read

Groups = NDArray[np.int32]
Answer = TypeVar("Answer")
Start_contra = TypeVar("Start_contra", contravariant=True)
Step = TypeVar("Step")
KEPT = 2  # states: that of the count itself and that of a side count (ties, add1)


class State(Protocol[Step]):
    """What a count has come to at a desk, after some steps."""

    steps: list[Step]

    def take(self, step: Step) -> None:
        """Go one step on."""


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


class Desk:
    """A part in memory, read by option as well as by ballot, and the states of the last counts."""

    def __init__(self, part: Part) -> None:
        self.part = part
        self.lock = Lock()  # held by whoever has a question answered
        self._states: list[tuple[Any, Any, Any]] = []

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

    def state(
        self,
        begin: "Callable[[Desk, Start_contra], StateT]",
        start: Start_contra,
        steps: Sequence[Any],
    ) -> "StateT":
        """What a count that began with `start` has come to after these steps.

        A state that is kept and lies on the way is taken further; else it begins anew.
        """
        for at, (begun, started, state) in enumerate(self._states):
            way = state.steps
            if begun is begin and started == start and way == list(steps[: len(way)]):
                del self._states[at]
                break
        else:
            state = begin(self, start)
        for step in steps[len(state.steps) :]:
            state.take(step)
        self._states = [(begin, start, state), *self._states[: KEPT - 1]]
        return state  # type: ignore[no-any-return]


StateT = TypeVar("StateT", bound=State[Any])


class Question(Protocol[Answer]):
    """What desks can be asked: of each its part, and of all what that comes to together."""

    def put_to(self, desk: Desk) -> Answer:
        """The answer for the desk's part."""

    def together(self, answers: Sequence[Answer]) -> Answer:
        """The answer for the parts of at least one answer; in which order makes no difference."""


class Source(Protocol):
    """Where a part is found by the process that counts it."""

    def desk(self) -> Desk:
        """Its desk: opened once in each process, then kept."""


class Held:
    """A part in memory. It travels with every question to another process: use files for that."""

    def __init__(self, part: Part) -> None:
        self._part = part
        self._desk = Desk(part)

    def desk(self) -> Desk:
        """The same desk always."""
        return self._desk

    def __reduce__(self) -> tuple[type["Held"], tuple[Part]]:
        return Held, (self._part,)


@dataclass(frozen=True)
class Filed:
    """A part in a file that each counting process can open.

    Attributes
    ----------
    digest : of the part as the coordinator has found it
    points_unit, weights_unit : common to all parts
    """

    path: str
    digest: str
    points_unit: int
    weights_unit: int

    def desk(self) -> Desk:
        """Its desk in this process.

        Raises
        ------
        BallotError : the file holds other ballots now.
        """
        if self not in _DESKS:
            part = read(self.path)
            if part.digest != self.digest:
                raise BallotError(f"{self.path}: other ballots than when the count began")
            _DESKS.setdefault(self, Desk(part.in_units(self.points_unit, self.weights_unit)))
        return _DESKS[self]


_DESKS: dict[Filed, Desk] = {}


def answer(share: Sequence[Source], question: Question[Answer]) -> Answer:
    """The answer for a share of the parts. This is what an executor runs."""
    found = []
    for source in share:
        desk = source.desk()
        with desk.lock:
            found.append(question.put_to(desk))
    return question.together(found)


def leave(share: Sequence[Source]) -> None:
    """Close the desks of these parts in this process, and free their memory."""
    for source in share:
        if isinstance(source, Filed):
            _DESKS.pop(source, None)


def added(rows: Iterable[tuple[int, ...]]) -> tuple[int, ...]:
    """The sums, place by place, of rows of one length."""
    return tuple(map(sum, zip(*rows, strict=True)))
