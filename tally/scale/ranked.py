"""Ranked ballots that lie in parts: what rules ask of ballots (`Ballots`) is asked of each part.

A rule that compares or adds up asks for sums, once. A rule by rounds asks how many voters lie on
which pile, and lets piles be moved: what was done so far goes with each question, and it is short,
for it names candidates, never ballots.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from tally.contest import Amount
from tally.ranked.ballots import Figures, Rankings, over
from tally.ranked.reading import together
from tally.ranked.transfers import Flows, Moving, Pile
from tally.scale.dealt import Dealt, placed
from tally.scale.desk import Desk
from tally.scale.ranked_part import RankedPart

# How ballots are laid on piles: a function of rankings, and what else is handed to it.
Start = tuple[Callable[..., Moving], tuple[Any, ...]]
# "hold" or "move", whom, and whether they pass ballots on or are marked on the path.
Step = tuple[str, tuple[int, ...], bool]
Voters = dict[Any, int]  # by pile, or by way from pile to pile


@dataclass(frozen=True)
class Sums:
    """The question for figures that add up."""

    figures: Callable[..., Figures]
    terms: tuple[Any, ...]

    def put_to(self, desk: Desk[RankedPart]) -> Figures:
        """Those of one part."""
        return self.figures(desk.part.rankings(), *self.terms)

    def together(self, answers: Sequence[Figures]) -> Figures:
        """The sums."""
        return together(answers)


class Laid:
    """The ballots of one part on piles, and what the last step told."""

    def __init__(self, desk: Desk[RankedPart], start: Start) -> None:
        lay, terms = start
        self.steps: list[Step] = []
        self._moving = lay(desk.part.rankings(), *terms)
        self.told: Voters = dict(self._moving.first())

    def take(self, step: Step) -> None:
        """Hold candidates, or move the ballots of those held."""
        self.steps.append(step)
        verb, candidates, flag = step
        if verb == "hold":
            self._moving.hold(candidates, passing=flag)
        else:
            self.told = dict(self._moving.move(candidates, marked=flag))


@dataclass(frozen=True)
class Told:
    """The question for what came of the last step: voters moved; before any, voters on piles."""

    start: Start
    steps: tuple[Step, ...]

    def put_to(self, desk: Desk[RankedPart]) -> Voters:
        """The answer of one part."""
        return desk.state(Laid, self.start, self.steps).told

    def together(self, answers: Sequence[Voters]) -> Voters:
        """The sums."""
        voters: Counter[Any] = Counter()
        for said in answers:
            voters.update(said)
        return dict(voters)


class AllPiles:
    """All ballots on piles, part by part: `Moving` for a box."""

    def __init__(self, partitions: "RankedPartitions", start: Start) -> None:
        self._partitions, self._start = partitions, start
        self._steps: tuple[Step, ...] = ()

    def first(self) -> dict[Pile, int]:
        """How many voters lie on each pile."""
        return self._partitions.ask(Told(self._start, ()))

    def hold(self, candidates: Collection[int], *, passing: bool) -> None:
        """Let these stand no longer; the parts hear of it with the next question."""
        self._steps += (("hold", tuple(candidates), passing),)

    def move(self, candidates: Collection[int], *, marked: bool) -> Flows:
        """Move all ballots of these to their next choice; `marked` puts them on the path."""
        self._steps += (("move", tuple(candidates), marked),)
        return self._partitions.ask(Told(self._start, self._steps))


@dataclass(frozen=True, eq=False)
class RankedPartitions(Dealt):
    """Ranked ballots in parts, and who counts which: `count_ranked` takes them as it takes ballots.

    Attributes
    ----------
    size : m, the number of candidates
    is_scored : whether the ballots give points
    weights_unit : common to all parts
    """

    size: int
    is_scored: bool
    weights_unit: int

    @classmethod
    def of(
        cls, parts: Iterable[RankedPart | Path | str], executors: Sequence[Executor] = ()
    ) -> "RankedPartitions":
        """Parts in memory, or the paths of their files.

        Raises
        ------
        BallotError : no part at all, parts over other candidates, with points and without, a file
            twice or one that is no part; weights too large in the unit common to all parts.

        >>> one, other = [(0, 1), (1,)], [(2, 1)] * 2
        >>> RankedPartitions.of(RankedPart.of(Rankings.of(3, lot)) for lot in (one, other)).ballots
        4
        """
        sources, said = placed(RankedPart, parts)
        return cls(sources, tuple(executors), **said)

    @cached_property
    def ballots(self) -> Amount:
        """The number of ballots, empty ones included."""
        return over(int(self.sums(_voters)[0][0]), self.weights_unit)

    def sums(self, figures: Callable[..., Figures], *terms: Any) -> Figures:
        """What ``figures(rankings, *terms)`` of all parts adds up to."""
        return self.ask(Sums(figures, terms))

    def piles(self, lay: Callable[..., Moving], *terms: Any) -> Sequence[Moving]:
        """All ballots, laid on piles as ``lay(rankings, *terms)`` lays those of each part."""
        return [AllPiles(self, (lay, terms))]


def _voters(rankings: Rankings) -> Figures:
    return {0: rankings.weights.sum(keepdims=True, dtype=np.int64)}
