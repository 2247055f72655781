"""The market of equal shares: what can be bought, at what price, and what is bought next."""

import heapq
import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from tally.contest import Amount, Instance
from tally.profile import Profile
from tally.rules.purses import Electorate, Offer, Purses
from tally.ties import TieOrder

MakePurses = Callable[[Electorate, Fraction], Purses]
_EDGE = 2.0**-50  # widens a float comparison: within it the exact numbers are compared


@dataclass(frozen=True)
class Setting:
    """What stays the same over all runs of one count: whole numbers, options by their places."""

    instance: Instance
    profile: Profile
    measure: str
    costs: tuple[int, ...]
    limit: int
    unit: int
    rank: tuple[int, ...]  # place of each option in the tie order
    votes: tuple[Amount, ...]
    candidates: tuple[int, ...]  # positive cost and satisfaction, enough votes
    free: tuple[int, ...]  # supported, of cost 0, in tie order
    rivals: dict[int, frozenset[int]]
    needs: dict[int, frozenset[int]]
    electorate: Electorate
    purses: MakePurses
    floors: dict[int, float]  # of each candidate: its price before anybody has paid, or less

    @classmethod
    def of(
        cls, instance: Instance, profile: Profile, ties: TieOrder, *, measure: str,
        minimum_votes: int = 0, electorate: Electorate | None = None, purses: MakePurses = Purses,
    ) -> "Setting":  # fmt: skip
        """One count's setting; see `equal_shares.by_measure`."""
        costs, limit, unit = instance.whole
        electorate = electorate or Electorate.of(profile, costs, by_points=measure == "score")
        place = {name: at for at, name in enumerate(ties)}
        rank = tuple(place[option.id] for option in instance.options)
        votes = tuple(profile.votes())
        supported = [
            option
            for option, backers in enumerate(electorate.backers)
            if backers.pull and votes[option] >= minimum_votes
        ]
        index = instance.index
        rivals: dict[int, frozenset[int]] = {}
        for names in instance.rivals:
            members = frozenset(index[name] for name in names)
            for option in members:
                rivals[option] = rivals.get(option, frozenset()) | (members - {option})
        needs: dict[int, frozenset[int]] = {}
        for name, other in instance.needs:
            needs[index[name]] = needs.get(index[name], frozenset()) | {index[other]}
        return cls(
            instance, profile, measure, costs, limit, unit, rank, votes,
            candidates=tuple(option for option in supported if costs[option]),
            free=tuple(sorted((o for o in supported if not costs[o]), key=rank.__getitem__)),
            rivals=rivals, needs=needs, electorate=electorate, purses=purses,
            floors={
                option: costs[option] / electorate.backers[option].pull * (1 - _EDGE)
                / (costs[option] if measure == "cost" else 1)
                for option in supported if costs[option]
            },
        )  # fmt: skip

    def divisor(self, option: int) -> int:
        """The satisfaction of one point: a price divided by it is what rounds are compared by."""
        return self.costs[option] if self.measure == "cost" else 1


@dataclass(frozen=True)
class Step:
    """One purchase: the option, a float not below its price, and the options that were level."""

    option: int
    ceiling: float
    level: tuple[int, ...]


class Market:
    """One run: the purses, and the options that may still be bought."""

    def __init__(self, setting: Setting, endowment: Fraction) -> None:
        self._setting = setting
        self.purses = setting.purses(setting.electorate, endowment)
        self._offers: dict[int, Offer | None] = {}  # as found since the last purchase
        self._least = dict.fromkeys(setting.candidates, 0.0)  # prices by points were not below
        self._floors = dict(setting.floors)  # bounds that the prices by satisfaction are not below
        self._queue = [(floor, option) for option, floor in self._floors.items()]
        heapq.heapify(self._queue)
        self._bought: set[int] = set()
        self._barred: set[int] = set()
        self.steps: list[Step] = []
        self._take_free()

    def least(self) -> Step | None:
        """The option to be bought next; None: nobody can pay for anything any more.

        Lazy: an option is looked at again only while its old price could be the least; purses only
        shrink, so prices only rise.
        """
        ceiling = math.inf
        seen: list[int] = []
        waiting: list[int] = []
        while self._queue and self._queue[0][0] <= ceiling:
            _, option = heapq.heappop(self._queue)
            if not self._may_be_bought(option):
                waiting += [option] * (option in self._floors)
            elif self._look_at(option):
                seen.append(option)
                ceiling = min(ceiling, self.ceiling(option))
        level = [option for option in seen if self._floors[option] <= ceiling]
        if len(level) > 1:
            prices = {option: self.exact(option) for option in level}
            least = min(prices.values())
            level = [option for option in level if prices[option] == least]
        for option in seen + waiting:
            heapq.heappush(self._queue, (self._floors[option], option))
        level.sort(key=self._setting.rank.__getitem__)
        return Step(level[0], self.ceiling(level[0]), tuple(level)) if level else None

    def is_least_until(self, step: Step, before: Purses, at: int) -> bool:
        """Whether `step`, the purchase `at` of a run with smaller purses, is the one up to these.

        It is if every other option's price is now above the price that `step` had `before`, or
        equal to it and later in the tie order: at purses between, it is not lower, and the price of
        `step` is not higher.
        """
        seen: list[int] = []
        price: Fraction | None = None
        fine = True
        while fine and self._queue and self._queue[0][0] <= step.ceiling:
            _, option = heapq.heappop(self._queue)
            if option == step.option or option not in self._floors:
                continue
            fine = self._may_be_bought(option)
            if not fine or self._look_at(option):
                seen.append(option)
                if fine and self._floors[option] <= step.ceiling:
                    if price is None:
                        price = before.prices()[at] / self._setting.divisor(step.option)
                    rank = self._setting.rank
                    now = self.exact(option)
                    fine = now > price or (now == price and rank[step.option] < rank[option])
        for option in seen:
            heapq.heappush(self._queue, (self._floors[option], option))
        return fine and self._look_at(step.option)

    def exact(self, option: int) -> Fraction:
        """The option's exact price for each unit of satisfaction."""
        price = self.purses.exact(option, self._offers[option])
        return price / self._setting.divisor(option)

    def buy(self, step: Step) -> None:
        """Let the backers pay. The option was looked at since the last purchase."""
        self.purses.pay(step.option, self._offers[step.option])
        self._offers.clear()
        self._take(step)
        self._take_free()

    def _may_be_bought(self, option: int) -> bool:
        """Whether it is still in play, and has what it needs."""
        needs = self._setting.needs.get(option)
        return option in self._floors and (needs is None or needs <= self._bought)

    def _look_at(self, option: int) -> bool:
        """Find the option's present price; drop it for good if its backers have not the money."""
        offer = self.purses.offer(option, self._least[option])
        if offer is None and self.purses.can_pay(option):
            self._offers[option] = None
            self._floors[option] = float(self.exact(option)) * (1 - _EDGE)
            return True
        if offer is None or offer.price == math.inf:
            del self._floors[option]
            return False
        self._offers[option], self._least[option] = offer, offer.low
        floor = offer.low / self._setting.divisor(option) * (1 - _EDGE)
        self._floors[option] = max(self._floors[option], floor)
        return True

    def ceiling(self, option: int) -> float:
        """A float that the option's price for each unit of satisfaction is not above."""
        offer = self._offers[option]
        if offer is None:
            return float(self.exact(option)) * (1 + _EDGE)
        return offer.high / self._setting.divisor(option) * (1 + _EDGE)

    def _take(self, step: Step) -> None:
        self.steps.append(step)
        self._bought.add(step.option)
        barred = self._setting.rivals.get(step.option, frozenset())
        self._barred |= barred
        for gone in (step.option, *barred):
            self._floors.pop(gone, None)

    def _take_free(self) -> None:
        """Take what costs nothing, as soon as it has what it needs."""
        needs = self._setting.needs
        for option in self._setting.free:
            out = option in self._bought or option in self._barred
            if not out and needs.get(option, frozenset()) <= self._bought:
                self._take(Step(option, 0.0, (option,)))
                self._take_free()
                return
