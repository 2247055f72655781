"""Sequential Phragmén where the ballots lie in parts: how many voters bear which load is summed up.

Who bears what follows from the options chosen so far, so a question brings those and nothing else.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from operator import mul

import numpy as np

from tally.contest import Instance
from tally.outcome import Outcome
from tally.profile import Ints
from tally.rules.phragmen import Contest, Count, told
from tally.scale.desk import added
from tally.scale.part import OptionDesk
from tally.scale.partitions import Partitions
from tally.ties import TieOrder

Chosen = tuple[int, ...]


class Loads:
    """For each group of one part the place among the chosen of the last that it names, from 1."""

    def __init__(self, desk: OptionDesk, _start: None) -> None:
        self._desk = desk
        self.steps: list[int] = []
        most = np.min_scalar_type(desk.part.size)
        self.last = np.zeros(len(desk.part.lengths), most)

    def take(self, step: int) -> None:
        """An option is chosen."""
        self.steps.append(step)
        self.last[self._desk.backers(step).groups] = len(self.steps)


@dataclass(frozen=True)
class Bearers:
    """The question for how many of an option's supporters bear which load."""

    chosen: Chosen
    option: int

    def put_to(self, desk: OptionDesk) -> tuple[int, ...]:
        """For none and for each of the chosen, the number of voters for whom it was the last."""
        backers = desk.backers(self.option)
        last = desk.state(Loads, None, self.chosen).last.take(backers.groups)
        voters = np.bincount(last, backers.weights, 1 + len(self.chosen))
        return tuple(int(number) for number in voters)

    def together(self, answers: Sequence[tuple[int, ...]]) -> tuple[int, ...]:
        """The sums."""
        return added(answers)


@dataclass(frozen=True)
class Apart:
    """The question for whether no two of some options share a voter who bears little.

    Attributes
    ----------
    below : for none and for each of the chosen, whether its load is little
    """

    chosen: Chosen
    below: tuple[bool, ...]
    options: tuple[int, ...]

    def put_to(self, desk: OptionDesk) -> bool:
        """Whether it is so in one part."""
        last = desk.state(Loads, None, self.chosen).last
        seen = np.array(self.below)[last]
        for option in self.options:
            groups = desk.backers(option).groups
            open_ = groups[np.array(self.below)[last[groups]]]
            if not seen[open_].all():
                return False
            seen[open_] = False
        return True

    def together(self, answers: Sequence[bool]) -> bool:
        """Whether it is so in all of them."""
        return all(answers)


@dataclass(frozen=True)
class Alike:
    """The question for which of some options have the same supporters."""

    options: tuple[int, ...]

    def put_to(self, desk: OptionDesk) -> tuple[int, ...]:
        """For each of them, the place of the first with the same ones."""
        first: dict[bytes, int] = {}
        return tuple(
            first.setdefault(desk.backers(option).groups.tobytes(), at)
            for at, option in enumerate(self.options)
        )

    def together(self, answers: Sequence[tuple[int, ...]]) -> tuple[int, ...]:
        """For each of them, the place of the first that is like it in all parts."""
        first: dict[tuple[int, ...], int] = {}
        return tuple(
            first.setdefault(labels, at) for at, labels in enumerate(zip(*answers, strict=True))
        )


@dataclass(frozen=True)
class PartedContest(Contest):
    """What stays the same; the supporters lie with the parts."""

    partitions: Partitions

    def supporters(self, place: int) -> Ints:  # noqa: ARG002 - nobody lies here, whoever is asked for
        """Nobody, here."""
        return np.zeros(0, dtype=np.int64)

    def unlike(self, places: Iterable[int]) -> list[int]:
        """The first of each lot of options that have the same cost and the same supporters."""
        options = tuple(places)
        first: dict[tuple[int, int], int] = {}
        labels = self.partitions.ask(Alike(options))
        for option, label in zip(options, labels, strict=True):
            first.setdefault((self.costs[option], label), option)
        return list(first.values())


@dataclass
class PartedCount(Count):
    """A count under way; the parts keep who named which of the chosen last."""

    contest: PartedContest

    def load(self, place: int) -> Fraction:
        """The load at which an option's supporters would end, over `unit`."""
        contest = self.contest
        bearers = contest.partitions.ask(Bearers(self._places, place))
        due = contest.costs[place] * contest.profile.weights_unit * self.unit
        return Fraction(due + sum(map(mul, bearers, self.loads)), contest.votes[place])

    def apart(self, level: Iterable[int], load: Fraction) -> bool:
        """Whether no two of the options at this load share a voter who bears less."""
        below = tuple(borne < load for borne in self.loads)
        return self.contest.partitions.ask(Apart(self._places, below, tuple(level)))

    @property
    def _places(self) -> Chosen:
        return tuple(place for place, _ in self.chosen)


def sequential(instance: Instance, partitions: Partitions, ties: TieOrder) -> Outcome:
    """The outcome of `tally.rules.phragmen.sequential`."""
    sums = partitions.sums
    votes = sums.votes()
    contest = PartedContest(
        **vars(Contest.of(instance, sums, votes, ties)), partitions=partitions
    )  # fmt: skip
    return told(instance, sums, votes, PartedCount.begin(contest))
