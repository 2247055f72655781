"""Where a part is counted: its ballots in memory, and what a count has come to so far.

A desk answers questions; the answers of all desks together decide. What it keeps is only kept to be
quick: each question brings the whole history of its count, so a desk that has just been opened (on
another machine, where one has failed) works itself up to the same state and gives the same answers.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from tally.errors import BallotError

if TYPE_CHECKING:
    from tally.scale.sealed import Sealed

Answer = TypeVar("Answer")
Start = TypeVar("Start")
PartT = TypeVar("PartT", bound="Sealed")
Step = TypeVar("Step")
KEPT = 2  # states: that of the count itself and that of a side count (ties, add1)


class State(Protocol[Step]):
    """What a count has come to at a desk, after some steps."""

    steps: list[Step]

    def take(self, step: Step) -> None:
        """Go one step on."""


class Desk(Generic[PartT]):
    """A part in memory, and the states of the last counts."""

    def __init__(self, part: PartT) -> None:
        self.part = part
        self.lock = Lock()  # held by whoever has a question answered
        self._states: list[tuple[Any, Any, Any]] = []

    def state(
        self,
        begin: "Callable[[Any, Start], StateT]",
        start: Start,
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

    def put_to(self, desk: Any) -> Answer:
        """The answer for the desk's part."""

    def together(self, answers: Sequence[Answer]) -> Answer:
        """The answer for the parts of at least one answer; in which order makes no difference."""


class Source(Protocol):
    """Where a part is found by the process that counts it."""

    def desk(self) -> Desk[Any]:
        """Its desk: opened once in each process, then kept."""


class Held:
    """A part in memory. It travels with every question to another process: use files for that."""

    def __init__(self, part: "Sealed") -> None:
        self._part = part
        self._desk = part.desk()

    def desk(self) -> Desk[Any]:
        """The same desk always."""
        return self._desk

    def __reduce__(self) -> tuple[type["Held"], tuple["Sealed"]]:
        return Held, (self._part,)


@dataclass(frozen=True)
class Filed:
    """A part in a file that each counting process can open.

    Attributes
    ----------
    kind : of part
    digest : of the part as the coordinator has found it
    units : common to all parts
    """

    kind: "type[Sealed]"
    path: str
    digest: str
    units: tuple[int, ...]

    def desk(self) -> Desk[Any]:
        """Its desk in this process.

        Raises
        ------
        BallotError : the file holds other ballots now.
        """
        if self not in _DESKS:
            part = self.kind.read(self.path)
            if part.digest != self.digest:
                raise BallotError(f"{self.path}: other ballots than when the count began")
            _DESKS.setdefault(self, part.in_units(*self.units).desk())
        return _DESKS[self]


_DESKS: dict[Filed, Desk[Any]] = {}


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
