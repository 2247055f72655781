"""Runs of exact equal shares: with equal purses, who buys what, and how much more would change it.

An option is within reach of k supporters if k of them have cost / k; best placed are the k who have
spent least. The turn of such a group comes by cost / k for each unit of utility, the least first,
then by the tie order. So the least purse with which a group of k would buy is

    cost / k + (what the k-th least spending of the option's supporters has spent at earlier turns).

Purses shrink along a run, so the turn of an option's greatest group can only get later: options
wait in a queue by the turn last found, and only the first is looked at again.

Spendings are kept as floats to search; each is off by at most `Market.blur` of the purse. What that
does not separate is compared as exact fractions, which stay short here: a sum of cost / k over the
few options that one voter paid for.

References
----------
S. Kraiczy, I. Robinson, E. Elkind, Streamlining Equal Shares (arXiv:2502.11797), sections 3 to 5.
"""

import heapq
import math
from bisect import bisect
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tally.profile import EXACT_IN_A_FLOAT, Ints, Profile
from tally.rules.holdings import ROUNDING, Floats

Marks = NDArray[np.bool_]
Turn = tuple[int, int]  # what comes first is less


@dataclass(frozen=True)
class Market:
    """What stays the same over all runs. Money is whole, for each unit of the voters' weights.

    Attributes
    ----------
    costs : length m
    by_cost : an option's utility is its cost; without it, 1
    rank : length m, the place of each option in the tie order
    """

    profile: Profile
    costs: tuple[int, ...]
    by_cost: bool
    rank: tuple[int, ...]

    @cached_property
    def backers(self) -> list[tuple[Ints, Floats]]:
        """For each option the groups of ballots that name it, and their weights.

        Sums of weights are exact: where floats cannot hold them, they are Python's own numbers.
        """
        supporters, weights = self.profile.supporters, self.profile.weights
        weights = weights.astype(np.float64 if weights.sum() < EXACT_IN_A_FLOAT else object)
        groups = [supporters.groups[supporters.of(at)] for at in range(self.profile.size)]
        return [(own, np.asarray(weights[own])) for own in groups]

    @cached_property
    def sizes(self) -> list[int]:
        """Length m: the number of each option's supporters."""
        return [int(weights.sum()) for _, weights in self.backers]

    @cached_property
    def options(self) -> list[int]:
        """Those that can be bought: they cost something and have supporters."""
        return [at for at, size in enumerate(self.sizes) if size and self.costs[at]]

    @cached_property
    def blur(self) -> float:
        """How far a spending may be from its float, for each unit of the purse."""
        return 4 * (len(self.options) + 8) * ROUNDING

    @cached_property
    def _shift(self) -> int:
        """Quotients over two numbers of supporters that differ do so by more than 2**-shift."""
        return 2 * max(self.sizes, default=0).bit_length() + 1

    def turn(self, option: int, size: int) -> Turn:
        """When a group's turn comes; a whole number that orders the fractions as they are."""
        price = 1 if self.by_cost else self.costs[option]
        return (price << self._shift) // size, self.rank[option]

    def waiting(self, option: int, turn: Turn) -> int:
        """The greatest group of an option whose turn is not before this one."""
        price = 1 if self.by_cost else self.costs[option]
        size = (price << self._shift) // turn[0]
        return size - (self.turn(option, size) < turn) if size else 0


class Buy(NamedTuple):
    """One purchase: by how many voters, and who: length g."""

    option: int
    size: int
    payers: Marks


class Event(NamedTuple):
    """A group that would buy if purses were greater: about how great, before which purchase."""

    about: float
    option: int
    size: int
    gap: int


class Place(NamedTuple):
    """Where an option waits: greater groups of it than this have had their turn, or need more."""

    turn: Turn
    size: int
    option: int


class Found(NamedTuple):
    """The option whose turn it is, and the group that buys it."""

    option: int
    size: int
    groups: Ints


NOTHING = Found(-1, 0, np.zeros(0, dtype=np.int64))


@dataclass
class Run:
    """One run, under way or finished. Gap j is what comes before purchase j, or after the last.

    Attributes
    ----------
    purse, about : what everybody has at the start; a float of it
    cap : groups that need a purse of at most so much are noted as events
    queues : for each gap, the heap of options at its beginning
    spent : for each gap, length g, what each voter has spent
    buys : so far
    events : for each gap that is past, what was noted
    found, rest : what `next` found last, and the queue without it
    """

    market: Market
    purse: Fraction
    about: float
    cap: float
    queues: list[list[Place]]
    spent: list[Floats]
    buys: list[Buy] = field(default_factory=list)
    events: list[list[Event]] = field(default_factory=list)
    found: Found = NOTHING
    rest: list[Place] = field(default_factory=list)

    @classmethod
    def begin(cls, market: Market, purse: Fraction, ahead: float = 0.0) -> "Run":
        """Nothing is bought; events are noted that need at most `ahead` of the purse more."""
        sizes = market.sizes
        queue = sorted(Place(market.turn(at, sizes[at]), sizes[at], at) for at in market.options)
        about, nothing = float(purse), np.zeros(len(market.profile.weights))
        cap = about * (1 + max(ahead, 4 * market.blur))
        return cls(market, purse, about, cap, [queue], [nothing])

    @property
    def funded(self) -> list[int]:
        """The options bought so far."""
        return [buy.option for buy in self.buys]

    def fork(self) -> "Run":
        """A copy that may go another way."""
        lists = list(self.queues), list(self.spent), list(self.buys), list(self.events)
        return replace(self, queues=lists[0], spent=lists[1], buys=lists[2], events=lists[3])

    def again(self, purse: Fraction, gap: int) -> None:
        """Finish with the purse of the next event; what comes before its gap is the same."""
        self.purse, self.about = purse, float(purse)
        del self.buys[gap:], self.queues[gap + 1 :], self.spent[gap + 1 :], self.events[gap:]
        self.finish()

    def finish(self) -> None:
        """Buy until nothing is within reach."""
        while (option := self.next()) is not None:
            self.take(option)

    def next(self) -> int | None:
        """The option whose turn comes next; None: nothing is within reach."""
        queue, passed = list(self.queues[-1]), dict[int, int]()
        within = self.about + self.doubt(0.0)
        self.found = NOTHING
        while queue and not self.found.size:
            _, limit, option = queue[0]
            size, among = self.reach(option, within if option in passed else self.cap, limit)
            place = Place(self.market.turn(option, size or 1), size, option)
            if size and place <= min(queue[1:3], default=place):
                groups = self.group(option, size, among)
                if groups is not None:
                    self.found = Found(option, size, groups)
                    size = 0
                else:
                    passed.setdefault(option, size)
                    size, _ = self.reach(option, within, size - 1)
                    place = Place(self.market.turn(option, size or 1), size, option)
            if size:
                heapq.heapreplace(queue, place)
            else:
                heapq.heappop(queue)
        self.rest = self.note(passed, queue)
        return self.found.option if self.found.size else None

    def note(self, passed: Mapping[int, int], queue: Sequence[Place]) -> list[Place]:
        """Note the events of this gap; the queue after it.

        Parameters
        ----------
        passed : options that had not the money when a turn came, with the size of the group
        """
        rest, events = [place for place in queue if place.option not in passed], list[Event]()
        for option, limit in passed.items():
            later = 0
            if self.found.size:
                end = self.market.turn(self.found.option, self.found.size)
                later = min(limit, self.market.waiting(option, end))
                if later and option != self.found.option:
                    rest.append(Place(self.market.turn(option, later), later, option))
            sizes, needs = self.needs(option, len(self.buys))
            now = (sizes > later) & (sizes <= limit)
            sizes, needs = sizes[now], needs[now]
            least = float(needs.min(initial=math.inf))
            near = np.flatnonzero(needs <= min(least + 2 * self.doubt(least), self.cap))
            gap = len(self.buys)
            events += (Event(float(needs[at]), option, int(sizes[at]), gap) for at in near)
        self.events.append(events)
        if passed:
            heapq.heapify(rest)
        return rest

    def level(self) -> list[int]:
        """The options level, but for the tie order, with the one just found: that one first."""
        price = self.market.turn(self.found.option, self.found.size)[0]
        waiting = (place for place in sorted(self.rest) if place.turn[0] == price)
        return [self.found.option, *(at.option for at in waiting if self.offer(at).size)]

    def take(self, option: int) -> None:
        """Let the group of an option whose turn it is, as `level` says, buy it."""
        found, rest = self.found, self.rest
        if found.option != option:
            turn = self.market.turn(found.option, found.size)
            place = next(place for place in rest if place.option == option)
            rest = [Place(turn, found.size, found.option), *rest]
            rest.remove(place)
            heapq.heapify(rest)
            found = self.offer(place)
        payers, spent = np.zeros(len(self.spent[-1]), dtype=bool), self.spent[-1].copy()
        payers[found.groups] = True
        spent[found.groups] += self.market.costs[option] / found.size
        self.buys.append(Buy(option, found.size, payers))
        self.queues.append(rest)
        self.spent.append(spent)

    def offer(self, place: Place) -> Found:
        """The group of a waiting option, if its turn is no later and it has the money."""
        size, among = self.reach(place.option, self.cap, place.size)
        groups = self.group(place.option, size, among) if size == place.size else None
        return NOTHING if groups is None else Found(place.option, size, groups)

    def reach(self, option: int, purse: float, limit: int, gap: int = -1) -> tuple[int, Marks]:
        """The greatest group of at most `limit` that could buy with this purse, in floats.

        Returns its size, and length s which of the option's supporters are in it; they may be more
        than `limit`.
        """
        groups, weights = self.market.backers[option]
        spent, cost, size = self.spent[gap][groups], self.market.costs[option], limit
        among = np.zeros(len(groups), dtype=bool)
        while size > 0:
            among = spent <= purse - cost / size
            enough = int(weights @ among)
            if enough >= size:
                break
            size = enough
        return size, among

    def group(self, option: int, size: int, among: Marks) -> Ints | None:
        """Exactly who would be in a group of this size; None if there are not so many.

        Parameters
        ----------
        among : who is in it if the purse is at most the cap, as `reach` found
        """
        groups, weights = self.market.backers[option]
        groups, weights = groups[among], weights[among]
        spent, about = self.spent[-1][groups], self.about - self.market.costs[option] / size
        doubt = self.doubt(about)
        if spent.max() < about - doubt:
            return groups
        among = spent <= about + doubt
        near = among & (spent >= about - doubt)
        if near.any():
            most = self.purse - Fraction(self.market.costs[option], size)
            among[near] = [own <= most for own in self.exactly(groups[near], len(self.buys))]
        return groups[among] if weights @ among >= size else None

    def needs(self, option: int, gap: int) -> tuple[Floats, Floats]:
        """The sizes of the groups of those who have spent least, and about what purse they need."""
        groups, weights = self.market.backers[option]
        spent = self.spent[gap][groups]
        order = np.argsort(spent)
        sizes = np.cumsum(weights[order])
        return sizes, self.market.costs[option] / sizes + spent[order]

    def exactly(self, groups: Ints, gap: int) -> list[Fraction]:
        """What these voters have spent before a purchase."""
        if not gap:
            return [Fraction(0)] * len(groups)
        paid = np.stack([buy.payers[groups] for buy in self.buys[:gap]], axis=1)
        prices = [Fraction(self.market.costs[buy.option], buy.size) for buy in self.buys[:gap]]
        known: dict[bytes, Fraction] = {}
        for row in paid:
            if (key := row.tobytes()) not in known:
                known[key] = sum((prices[at] for at in np.flatnonzero(row)), Fraction(0))
        return [known[row.tobytes()] for row in paid]

    def doubt(self, money: float) -> float:
        """How far a float of money, this one or less, may be from the true number."""
        return self.market.blur * max(self.about, money)

    def following(self) -> tuple[Fraction, int] | None:
        """The next greater purse with which anything differs, and in which gap first.

        None if it is not surely below the cap. The run is finished.
        """
        events = [event for gap in self.events for event in gap]
        least = min((event.about for event in events), default=math.inf)
        ceiling = least + 2 * self.doubt(least)
        if ceiling >= self.cap:
            return None
        return min((self.needed(event), event.gap) for event in events if event.about <= ceiling)

    def nearest(self, options: Iterable[int]) -> Fraction | None:
        """The least greater purse with which a group for one of these options would buy.

        None if there is none. The run is finished.
        """
        turns = [self.market.turn(buy.option, buy.size) for buy in self.buys]
        bought = {buy.option: buy.size for buy in self.buys}
        events, least = list[Event](), math.inf
        for option in options:
            limit, own = self.market.sizes[option], bought.get(option, 0)
            while limit > own:
                # All groups whose turn is in the gap of the greatest that may be the next to buy.
                cap = least + 2 * self.doubt(least)
                gap = bisect(turns, self.market.turn(option, limit))
                limit, _ = self.reach(option, cap, limit, gap)
                if limit <= own or bisect(turns, self.market.turn(option, limit)) != gap:
                    continue
                later = self.market.waiting(option, turns[gap]) if gap < len(turns) else own
                sizes, needs = self.needs(option, gap)
                now = (sizes > max(own, later)) & (sizes <= limit) & (needs <= cap)
                least = min(least, float(needs[now].min(initial=math.inf)))
                now &= needs <= least + 2 * self.doubt(least)
                found = zip(needs[now].tolist(), sizes[now].tolist(), strict=True)
                events += (Event(about, option, int(size), gap) for about, size in found)
                limit = later
        near = [event for event in events if event.about <= least + 2 * self.doubt(least)]
        return min(map(self.needed, near), default=None)

    def needed(self, event: Event) -> Fraction:
        """The exact purse that a group needs."""
        groups, weights = self.market.backers[event.option]
        spent = self.spent[event.gap][groups]
        order = np.argsort(spent)
        last = spent[order[np.searchsorted(np.cumsum(weights[order]), event.size)]]
        doubt = self.doubt(last)
        near = np.flatnonzero(np.abs(spent - last) <= doubt)
        below = float(weights @ (spent < last - doubt))
        own = zip(self.exactly(groups[near], event.gap), weights[near].tolist(), strict=True)
        rising = sorted(own)
        totals = accumulate((weight for _, weight in rising), initial=below)
        at = sum(total < event.size for total in totals)
        spent_most: Fraction = rising[at - 1][0]
        return Fraction(self.market.costs[event.option], event.size) + spent_most
