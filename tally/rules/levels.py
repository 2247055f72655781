"""Ties of a count that goes round by round: each told once, and judged by another way on."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol, Self

from tally.contest import Instance
from tally.outcome import Tie


class Count(Protocol):
    """A count under way."""

    def fork(self) -> Self:
        """A copy that may go another way and notes no ties."""

    def take(self, option: int) -> None:
        """Do with this option what the round does with the one whose turn it is."""

    def finish(self) -> None:
        """All rounds that are left."""

    @property
    def funded(self) -> Collection[int]:
        """The options funded so far."""


@dataclass
class Levels:
    """Ties met so far.

    Attributes
    ----------
    met : the level options in the order applied; the count as it stood before that round, or None
        if it is plain that all of them are taken in any order and come to the same together
    """

    met: list[tuple[tuple[int, ...], Count | None]] = field(default_factory=list)
    _last: frozenset[int] = frozenset()

    def note(self, level: Sequence[int], count: Count, *, apart: bool = False) -> None:
        """Keep a tie, unless it is what the option just taken has left of the one before.

        Parameters
        ----------
        apart : taking one of them leaves the others level, whatever the order
        """
        if not self._last.issuperset(level):
            self.met.append((tuple(level), None if apart else count.fork()))
        self._last = frozenset(level)

    def told(self, instance: Instance, count: Count) -> Iterator[Tie]:
        """Each tie; it mattered if to begin with another of them would have funded another set.

        Parameters
        ----------
        count : finished
        """
        funded = frozenset(count.funded)
        for level, before in self.met:
            ways = () if before is None else _other_ways(before, level)
            mattered = any(way != funded for way in ways)
            yield Tie(tuple(instance.options[option].id for option in level), mattered)


def _other_ways(before: Count, level: Sequence[int]) -> Iterator[frozenset[int]]:
    """What is funded if the round goes to another one: the last in order first, as likeliest."""
    for option in reversed(level[1:]):
        count = before.fork()
        count.take(option)
        count.finish()
        yield frozenset(count.funded)
