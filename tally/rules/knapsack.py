"""The exact knapsack: a most valuable set of options that a limit allows, ties by their order.

Rivals (at most one of a group) and needs (one only together with another) are kept exactly. Options
so bound to one another enter as a block, by all its allowed sets: each holds all that its members
need, and no two rivals. A group of rivals has as many sets as members, and one more; in a dense web
of bonds, as many options that all need one, the sets may be as many as those of the block at all.

The method: from the last option of the order to the first, a list is kept of the sums (cost, value)
that sets of the options seen can have, without those that another one betters at no more cost, nor
those that fall short of a set found by greed even if the money left buys the best of the other
options in parts. All in whole numbers. Then, going forward again through the lists, an option is in
if what it leaves due of the greatest value can still be had behind it. O(m s) for m options and
lists of s sums: some hundreds on real elections; at worst as many as there are different sums of
costs or of values. Long lists come of many options of equal merit with costs that share no unit.

References
----------
G. L. Nemhauser, Z. Ullmann, Discrete Dynamic Programming and Capital Allocation (Management Science
15, 1969): the lists. H. Kellerer, U. Pferschy, D. Pisinger, Knapsack Problems (Springer 2004),
chapters 2, 3 and 5.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, reduce
from operator import or_
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tally.errors import InstanceError

SAFE = 2**62  # whole numbers below are exact in int64
MOST_SUMS = 2**24  # held at once, 16 bytes each
MOST_CHOICES = 2**17  # of one block

Members = int  # a set of options: bit t stands for the t-th of the order
Sums = NDArray[Any]  # int64; Python's own whole numbers where those could pass SAFE


class Front(NamedTuple):
    """Sums that nothing betters: costs and values, both ascending."""

    costs: Sums
    values: Sums

    def most(self, left: int) -> int | None:
        """The greatest value that `left` pays for; None if no sum of the list is so cheap."""
        at = bisect_right(self.costs, left) - 1
        return int(self.values[at]) if at >= 0 else None


class Choice(NamedTuple):
    """One of the allowed sets of a block."""

    cost: int
    value: int
    members: Members


@dataclass(frozen=True)
class Knapsack:
    """m options, in the order that settles ties.

    Attributes
    ----------
    costs : length m, none negative
    values : length m, none negative; an option of value 0 is taken only where another needs it
    limit : not negative
    rivals : groups of options of which at most one may be taken
    needs : (option, other) pairs: the first is taken only together with the second
    """

    costs: tuple[int, ...]
    values: tuple[int, ...]
    limit: int
    rivals: tuple[tuple[int, ...], ...] = ()
    needs: tuple[tuple[int, int], ...] = ()

    def best(self) -> tuple[Members, Members]:
        """The best set, and all options that are in some of the most valuable sets and not in all.

        Of the most valuable sets the one is best that holds the first option, if any of them does,
        then the second, and so on.

        Raises
        ------
        InstanceError : the costs make more different sums than `MOST_SUMS`, or bonds leave a block
            more sets than `MOST_CHOICES`.

        >>> Knapsack((60, 90, 40, 0), (2, 5, 3, 1), 100).best()
        (13, 7)
        """
        fronts = self._fronts()
        best, alone = self._first(fronts)
        return best, 0 if alone else self._contested(fronts)

    @cached_property
    def wholes(self) -> tuple[Members, ...]:
        """Length m: each option with all that it needs, directly or through others."""
        wholes = [1 << at for at in range(len(self.costs))]
        grown = bool(self.needs)
        while grown:
            grown = False
            for at, other in self.needs:
                whole = wholes[at] | wholes[other]
                grown = grown or whole != wholes[at]
                wholes[at] = whole
        return tuple(wholes)

    @cached_property
    def foes(self) -> tuple[Members, ...]:
        """Length m: all rivals of an option and of all that it needs."""
        beside = [0] * len(self.costs)
        for group in self.rivals:
            members = _union(1 << at for at in group)
            for at in group:
                beside[at] |= members & ~(1 << at)
        return tuple(_union(beside[at] for at in _places(whole)) for whole in self.wholes)

    @cached_property
    def in_play(self) -> tuple[int, ...]:
        """Options of some value that can be taken at all."""
        return tuple(
            at
            for at, (value, whole) in enumerate(zip(self.values, self.wholes, strict=True))
            if value and not whole & self.foes[at] and self.cost(whole) <= self.limit
        )

    def cost(self, members: Members) -> int:
        """What a set costs."""
        return sum(self.costs[at] for at in _places(members))

    @cached_property
    def blocks(self) -> tuple[tuple[Choice, ...], ...]:
        """Independent groups of options, each as its allowed sets; in the order of their first."""
        groups: list[tuple[Members, tuple[int, ...]]] = []  # with what they need; the options
        for at in self.in_play:
            whole, near = self.wholes[at], self.wholes[at] | self.foes[at]
            bound = [group for group in groups if group[0] & near]
            groups = [group for group in groups if not group[0] & near]
            held = whole | _union(members for members, _ in bound)
            groups.append((held, (*(other for _, options in bound for other in options), at)))
        return tuple(sorted((self._choices(options) for _, options in groups), key=_first_of))

    def _choices(self, options: Sequence[int]) -> tuple[Choice, ...]:
        """All allowed sets of a block, but for those that are worth less and cost no less."""
        found = {0: Choice(0, 0, 0)}
        for done, at in enumerate(options, start=1):
            for choice in list(found.values()):
                joined = choice.members | self.wholes[at]
                if joined not in found and not choice.members & self.foes[at]:
                    new = list(_places(joined & ~choice.members))
                    cost = choice.cost + sum(self.costs[each] for each in new)
                    value = choice.value + sum(self.values[each] for each in new)
                    if cost <= self.limit:
                        found[joined] = Choice(cost, value, joined)
            ahead = _union(self.wholes[later] | self.foes[later] for later in options[done:])
            found = {choice.members: choice for choice in _unbettered(found.values(), ahead)}
            if len(found) > MOST_CHOICES:
                raise InstanceError("rivals and needs leave too many sets to weigh them all")
        return tuple(found.values())

    def merit(self, at: int) -> Fraction:
        """Value for cost; the value itself where there is no cost."""
        return Fraction(self.values[at], self.costs[at] or 1)

    @cached_property
    def by_merit(self) -> tuple[int, ...]:
        """Options in play: those without cost, then by value for cost, best first."""
        order = sorted(self.in_play, key=self.merit, reverse=True)
        return tuple(sorted(order, key=lambda at: self.costs[at] > 0))

    @cached_property
    def money(self) -> int:
        """The limit, or what all blocks can cost at most."""
        return min(self.limit, sum(max(each.cost for each in block) for block in self.blocks))

    def numbers(self, numbers: Iterable[int]) -> Sums:
        """An array in which all sums and products that come up here are exact."""
        return np.array(list(numbers), dtype=self._kind)

    @cached_property
    def _kind(self) -> type:
        parts = (self.values[at] * self.merit(at).denominator for at in self.in_play)
        greatest = max(2 * self.money, sum(self.values), *parts, 0)
        return np.int64 if greatest < SAFE else object

    def greed(self) -> int:
        """The value of a good allowed set: by merit, each option with its needs if it may."""
        taken, left = 0, self.limit
        for at in self.by_merit:
            cost = self.cost(self.wholes[at] & ~taken)
            if cost <= left and not taken & self.foes[at]:
                taken, left = taken | self.wholes[at], left - cost
        return sum(self.values[at] for at in _places(taken))

    def _fronts(self) -> list[Front]:
        """For each block, the sums of sets from it and those behind it; at last, of nothing."""
        rest = _Rest.of(self)
        floor = self.greed()
        front = Front(self.numbers([0]), self.numbers([0]))
        fronts, held = [front], 0
        for at in reversed(range(len(self.blocks))):
            front = _joined(front, self.blocks[at], self.money)
            hopeful = front.values + rest.most(at, self.money - front.costs) >= floor
            front = Front(front.costs[hopeful], front.values[hopeful])
            fronts.append(front)
            held += len(front.costs)
            if held > MOST_SUMS:
                raise InstanceError("the costs make too many different sums to weigh all sets")
        return fronts[::-1]

    def _first(self, fronts: Sequence[Front]) -> tuple[Members, bool]:
        """The best set, and whether no other is worth as much."""
        alone = True
        starts = {_first_of(block): at for at, block in enumerate(self.blocks)}
        # Ways to go on: money left, value due, members. Several only while a block's first options
        # are decided and its later ones not.
        ways = [(self.money, int(fronts[0].values[-1]), 0)]
        for option in range(len(self.costs)):
            if option in starts:
                at = starts[option]
                behind = fronts[at + 1]
                on = [
                    (left - cost, due - value, members | more)
                    for left, due, members in ways
                    for cost, value, more in self.blocks[at]
                    if behind.most(left - cost) == due - value
                ]
                alone = alone and len(on) == len(ways)
                ways = on
            ways = [way for way in ways if way[2] >> option & 1] or ways
        return ways[0][2], alone

    def _contested(self, fronts: Sequence[Front]) -> Members:
        """The options that are in some of the most valuable sets and not in all.

        Forward through the lists go all pairs (money left, value due) of beginnings of such sets;
        of those with the same due, the one with most left can go on in every way of the others.
        """
        contested = 0
        left, due = self.numbers([self.money]), fronts[0].values[-1:]
        for block, behind in zip(self.blocks, fronts[1:], strict=True):
            some, every, ways = 0, -1, []
            for cost, value, members in block:
                at = np.searchsorted(behind.costs, left - cost, "right") - 1
                open_ = (at >= 0) & (behind.values[at] == due - value)
                if open_.any():
                    some, every = some | members, every & members
                    ways.append((left[open_] - cost, due[open_] - value))
            contested |= some & ~every
            left, due = (np.concatenate(parts) for parts in zip(*ways, strict=True))
            richest = np.argsort(-left, kind="stable")
            order = richest[np.argsort(due[richest], kind="stable")]
            left, due = left[order], due[order]
            new = np.append(True, due[1:] != due[:-1])
            left, due = left[new], due[new]
        return contested


@dataclass(frozen=True)
class _Rest:
    """Options in play by merit, to bound what those of the first blocks can bring.

    Attributes
    ----------
    block : the number of the block in which each stands
    costs, values : of each
    worth, unit : value for cost, in lowest terms; unit 1 where the cost is 0
    """

    block: Sums
    costs: Sums
    values: Sums
    worth: Sums
    unit: Sums

    @classmethod
    def of(cls, problem: Knapsack) -> "_Rest":
        """The options of all blocks."""
        block = {
            at: number
            for number, choices in enumerate(problem.blocks)
            for at in _places(_union(choice.members for choice in choices))
        }
        # Options of no allowed set that counts are in no block, and bring nothing.
        order = [at for at in problem.by_merit if at in block]
        merits = [problem.merit(at) for at in order]
        return cls(
            np.array([block[at] for at in order], dtype=np.int64),
            problem.numbers(problem.costs[at] for at in order),
            problem.numbers(problem.values[at] for at in order),
            problem.numbers(merit.numerator for merit in merits),
            problem.numbers(merit.denominator for merit in merits),
        )

    def most(self, before: int, left: Sums) -> Sums:
        """What options of the blocks before one bring at most for each sum of money left.

        By merit while the money lasts, of the last a part: rounded down, for sums are whole.
        """
        stands = self.block < before
        nothing = np.zeros(1, self.costs.dtype)
        costs = np.cumsum(np.concatenate([nothing, self.costs[stands]]))
        values = np.cumsum(np.concatenate([nothing, self.values[stands]]))
        worth = np.concatenate([self.worth[stands], nothing])
        unit = np.concatenate([self.unit[stands], nothing + 1])
        last = np.searchsorted(costs, left, "right") - 1
        part: Sums = (left - costs[last]) * worth[last] // unit[last]
        return values[last] + part


def _joined(front: Front, block: Sequence[Choice], limit: int) -> Front:
    """The sums of one choice each and one sum of the list, without those bettered or too dear."""
    costs = np.concatenate([front.costs + choice.cost for choice in block])
    values = np.concatenate([front.values + choice.value for choice in block])
    order = np.argsort(costs, kind="stable")
    costs, values = costs[order], values[order]
    greatest = np.maximum.accumulate(values)
    good = np.append(True, values[1:] > greatest[:-1]) & (costs <= limit)
    costs, values = costs[good], values[good]
    last = np.append(costs[1:] != costs[:-1], True)  # of several at one cost the greatest
    return Front(costs[last], values[last])


def _unbettered(choices: Iterable[Choice], ahead: Members) -> Iterator[Choice]:
    """Choices but for those that, for all that comes, another betters at no more cost.

    Two are comparable if they hold the same of what later options need or exclude (`ahead`).
    """
    alike: dict[Members, list[Choice]] = defaultdict(list)
    for choice in choices:
        alike[choice.members & ahead].append(choice)
    for group in alike.values():
        greatest = 0
        for choice in sorted(group, key=lambda choice: (choice.cost, -choice.value)):
            if choice.value >= greatest:
                greatest = choice.value
                yield choice


def _places(members: Members) -> Iterator[int]:
    """The options of a set, in their order."""
    while members:
        first = members & -members
        yield first.bit_length() - 1
        members ^= first


def _union(sets: Iterable[Members]) -> Members:
    return reduce(or_, sets, 0)


def _first_of(block: Iterable[Choice]) -> int:
    """The first option that any of the choices holds."""
    members = _union(choice.members for choice in block)
    return (members & -members).bit_length() - 1
