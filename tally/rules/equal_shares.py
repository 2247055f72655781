"""Equal shares: the money is divided equally, and voters with a common wish pay for it together.

Each voter has a purse of limit / voters. In each round every option that its supporters can still
pay for has a price: the least amount for each point of satisfaction at which they together pay its
cost, each of them no more than the purse holds. The option with the least price is funded and its
supporters pay. What is left when nothing can be paid any more is used as the completion says.

Laws: the purses pay just what the options cost; the order of voters has no effect; scaling all
money by one number changes nothing (without add1); the payments are a price system; with
cardinality or cost as satisfaction the outcome is EJR up to one option.

References
----------
D. Peters, G. Pierczyński, P. Skowron, Proportional Participatory Budgeting with Additive Utilities
(NeurIPS 2021).
"""

import heapq
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from tally.contest import Amount, Instance
from tally.errors import UnknownRuleError
from tally.outcome import Decision, Outcome, Parameter, Round, Tie
from tally.profile import Profile
from tally.rules import greedy
from tally.rules.purses import Electorate, Offer, Purses
from tally.ties import TieOrder

STAGE, COMPLETION = "equal_shares", "completion"
MEASURES = ("card", "cost", "score")
COMPLETIONS = ("none", "utilitarian", "add1", "add1u")
_EDGE = 2.0**-50  # widens a float comparison: within it the exact numbers are compared
_WORTH_A_LEAP = 4


@dataclass(frozen=True)
class _Setting:
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
    floors: dict[int, float]  # of each candidate: its price before anybody has paid, or less

    def divisor(self, option: int) -> int:
        """The satisfaction of one point: a price divided by it is what rounds are compared by."""
        return self.costs[option] if self.measure == "cost" else 1


@dataclass(frozen=True)
class _Step:
    """One purchase: the option, a float not below its price, and the options that were level."""

    option: int
    ceiling: float
    level: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class _Run:
    """What one endowment buys, in order."""

    endowment: Fraction
    steps: tuple[_Step, ...]
    purses: Purses

    @property
    def options(self) -> tuple[int, ...]:
        """The options bought, in order."""
        return tuple(step.option for step in self.steps)


def by_measure(
    instance: Instance,
    profile: Profile,
    ties: TieOrder,
    *,
    measure: str,
    completion: str = "none",
    exhaustive: bool = True,
    integral: bool = False,
    minimum_votes: int = 0,
) -> Outcome:
    """Equal shares with one of the measures of satisfaction.

    Parameters
    ----------
    measure : "card": every supported option counts the same; "cost": it counts as much as it
        costs; "score": as many points as the ballot gives (on ordinal ballots, Borda's)
    completion : "none"; "utilitarian": what is left goes by most votes; "add1": every purse grows
        by one unit of money until the outcome would cost more than the limit, and the outcome
        before that is taken; "add1u": add1, then utilitarian
    exhaustive : add1 also ends as soon as no further candidate fits
    integral : purses begin with whole units of money, rounded down
    minimum_votes : an option named on fewer ballots is out

    Raises
    ------
    UnknownRuleError : no such measure or completion.
    """
    if measure not in MEASURES or completion not in COMPLETIONS:
        raise UnknownRuleError(f"equal shares knows no {measure} with completion {completion}")
    setting = _setting(instance, profile, ties, measure, minimum_votes)
    voters = int(profile.weights.sum())
    share = Fraction(setting.limit, voters) if voters else Fraction(0)
    step = Fraction(setting.unit, profile.weights_unit)
    if integral:
        share = share // step * step
    if completion.startswith("add1"):
        run = _add1(setting, share, step, exhaustive=exhaustive)
    else:
        run = _natural(setting, share)
    parameters: dict[str, Parameter] = {
        "completion": completion, "exhaustive": exhaustive, "integral": integral,
        "measure": measure, "minimum_votes": minimum_votes,
    }  # fmt: skip
    return _outcome(setting, run, ties, parameters, greedily=completion in ("utilitarian", "add1u"))


def _setting(
    instance: Instance, profile: Profile, ties: TieOrder, measure: str, minimum_votes: int
) -> _Setting:
    costs, limit, unit = instance.whole
    electorate = Electorate.of(profile, costs, by_points=measure == "score")
    place = {name: at for at, name in enumerate(ties)}
    rank = tuple(place[option.id] for option in instance.options)
    votes = tuple(profile.votes())
    supported = [
        option
        for option, backers in enumerate(electorate.backers)
        if len(backers.groups) and votes[option] >= minimum_votes
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
    return _Setting(
        instance, profile, measure, costs, limit, unit, rank, votes,
        candidates=tuple(option for option in supported if costs[option]),
        free=tuple(sorted((o for o in supported if not costs[o]), key=rank.__getitem__)),
        rivals=rivals, needs=needs, electorate=electorate,
        floors={
            option: costs[option] / electorate.backers[option].pull * (1 - _EDGE)
            / (costs[option] if measure == "cost" else 1)
            for option in supported if costs[option]
        },
    )  # fmt: skip


class _Market:
    """One run: the purses, and the options that may still be bought."""

    def __init__(self, setting: _Setting, endowment: Fraction) -> None:
        self._setting = setting
        self.purses = Purses(setting.electorate, endowment)
        self._offers: dict[int, Offer | None] = {}  # as found since the last purchase
        self._least = dict.fromkeys(setting.candidates, 0.0)  # prices by points were not below
        self._floors = dict(setting.floors)  # bounds that the prices by satisfaction are not below
        self._queue = [(floor, option) for option, floor in self._floors.items()]
        heapq.heapify(self._queue)
        self._bought: set[int] = set()
        self._barred: set[int] = set()
        self.steps: list[_Step] = []
        self._take_free()

    def least(self) -> _Step | None:
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
                ceiling = min(ceiling, self._ceiling(option))
        level = [option for option in seen if self._floors[option] <= ceiling]
        if len(level) > 1:
            prices = {option: self.exact(option) for option in level}
            least = min(prices.values())
            level = [option for option in level if prices[option] == least]
        for option in seen + waiting:
            heapq.heappush(self._queue, (self._floors[option], option))
        level.sort(key=self._setting.rank.__getitem__)
        return _Step(level[0], self._ceiling(level[0]), tuple(level)) if level else None

    def is_least_until(self, step: _Step, before: Purses, at: int) -> bool:
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

    def buy(self, step: _Step) -> None:
        """Let the backers pay. The option was looked at since the last purchase."""
        self.purses.pay(step.option, self._offers[step.option])
        self._offers.clear()
        self._take(step)
        self._take_free()

    def ceiling(self, option: int) -> float:
        """A float that the option's price for each unit of satisfaction is not above."""
        return self._ceiling(option)

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

    def _ceiling(self, option: int) -> float:
        offer = self._offers[option]
        if offer is None:
            return float(self.exact(option)) * (1 + _EDGE)
        return offer.high / self._setting.divisor(option) * (1 + _EDGE)

    def _take(self, step: _Step) -> None:
        self.steps.append(step)
        self._bought.add(step.option)
        self._barred |= self._setting.rivals.get(step.option, frozenset())
        for gone in self._bought | self._barred:
            self._floors.pop(gone, None)

    def _take_free(self) -> None:
        """Take what costs nothing, as soon as it has what it needs."""
        needs = self._setting.needs
        for option in self._setting.free:
            out = option in self._bought or option in self._barred
            if not out and needs.get(option, frozenset()) <= self._bought:
                self._take(_Step(option, 0.0, (option,)))
                self._take_free()
                return


def _natural(setting: _Setting, endowment: Fraction, first: int | None = None) -> _Run:
    """What this endowment buys; where the option `first` is level with others, it is taken."""
    market = _Market(setting, endowment)
    while (step := market.least()) is not None:
        if first in step.level and step.option != first:
            step = _Step(first, market.ceiling(first), step.level)
        market.buy(step)
    return _Run(endowment, tuple(market.steps), market.purses)


def _same_until(setting: _Setting, run: _Run, endowment: Fraction) -> _Run | None:
    """The run at a larger `endowment`, if every endowment between buys the same in the same order.

    With the order of purchases held, more money at the start leaves every voter with more at each
    round, and prices fall; so two ends tell about all between (`is_least_until`). None: they do not
    tell that everything stays the same.
    """
    market = _Market(setting, endowment)
    for at, step in enumerate(step for step in run.steps if setting.costs[step.option]):
        if not market.is_least_until(step, run.purses, at):
            return None
        market.buy(_Step(step.option, market.ceiling(step.option), (step.option,)))
    return None if market.least() else _Run(endowment, tuple(market.steps), market.purses)


def _add1(setting: _Setting, share: Fraction, step: Fraction, *, exhaustive: bool) -> _Run:
    """The last outcome within the limit, as purses grow by `step`; see `by_measure`.

    Endowments between which nothing changes are leapt over (`_same_until`); a leap that works is
    followed by a longer one.
    """
    run, leap = _natural(setting, share), 1
    while not _ends(setting, run, exhaustive=exhaustive):
        ahead = None
        if leap >= _WORTH_A_LEAP:
            ahead = _same_until(setting, run, run.endowment + leap * step)
        if ahead is not None:
            run, leap = ahead, leap * 2
            continue
        leap = max(1, leap // 2) if leap >= _WORTH_A_LEAP else leap
        if leap >= _WORTH_A_LEAP:
            continue
        following = _natural(setting, run.endowment + step)
        if _cost(setting, following) > setting.limit:
            return run
        leap = leap * 2 if following.options == run.options else 1
        run = following
    return run


def _ends(setting: _Setting, run: _Run, *, exhaustive: bool) -> bool:
    """Whether more money would change nothing, or need not be tried."""
    bought = set(run.options)
    barred = {rival for option in bought for rival in setting.rivals.get(option, ())}
    left = setting.limit - _cost(setting, run)
    rest = [
        option
        for option in setting.candidates
        if option not in bought | barred and setting.needs.get(option, frozenset()) <= bought
    ]
    return not any(not exhaustive or setting.costs[option] <= left for option in rest)


def _cost(setting: _Setting, run: _Run) -> int:
    return sum(setting.costs[option] for option in run.options)


def _outcome(
    setting: _Setting,
    run: _Run,
    ties: TieOrder,
    parameters: dict[str, Parameter],
    *,
    greedily: bool,
) -> Outcome:
    """The run told, with what the completion adds."""
    rounds = list(_rounds(setting, run))
    met = [_tie(setting, run, step) for step in run.steps if len(step.level) > 1]
    told = {turn.option for turn in rounds}
    rest = [name for name in ties if name not in told]
    left = setting.instance.limit - sum(turn.cost for turn in rounds)
    if greedily:
        open_to = _still_open(setting, rest, told)
        more = _completion(setting, open_to, left, parameters)
        rounds += (replace(turn, stage=COMPLETION) for turn in more.rounds)
        met += more.ties
        rest = [name for name in rest if name not in open_to]
        left = more.left
    rounds += (_left_out(setting, name, left, told) for name in rest)
    facts: tuple[tuple[str, Amount], ...] = ()
    if setting.profile.weights.size:
        per_voter = run.endowment * setting.profile.weights_unit / setting.unit
        facts = (("endowment", per_voter),)
    return Outcome(
        rule="equal_shares",
        parameters=tuple(sorted(parameters.items())),
        limit=setting.instance.limit,
        ballots=setting.profile.ballots,
        rounds=tuple(rounds),
        ties=tuple(met),
        facts=facts,
    )


def _rounds(setting: _Setting, run: _Run) -> Iterator[Round]:
    options, left = setting.instance.options, setting.instance.limit
    support = setting.profile.scores() if setting.measure == "score" else setting.votes
    # From whole numbers back to money, points and voters as they were handed in.
    scale = Fraction(setting.profile.weights_unit, 1)
    if setting.measure == "score":
        scale *= setting.profile.points_unit
    if setting.measure != "cost":
        scale /= setting.unit
    prices = iter(run.purses.prices())
    for step in run.steps:
        option = options[step.option]
        price = next(prices) if setting.costs[step.option] else Fraction(0)
        key = price * scale / (setting.divisor(step.option) or 1)
        yield Round(option.id, support[step.option], option.cost, left, Decision.FUNDED, key, STAGE)
        left -= option.cost


def _left_out(setting: _Setting, name: str, left: Amount, funded: set[str]) -> Round:
    place = setting.instance.index[name]
    options = setting.instance.options
    decision = Decision.UNAFFORDABLE
    if any(options[rival].id in funded for rival in setting.rivals.get(place, ())):
        decision = Decision.RIVAL_FUNDED
    elif any(options[need].id not in funded for need in setting.needs.get(place, ())):
        decision = Decision.PARTNER_MISSING
    elif place not in setting.candidates and place not in setting.free:
        backed = len(setting.electorate.backers[place].groups) > 0
        decision = Decision.TOO_FEW_VOTES if backed else Decision.UNAFFORDABLE
    support = setting.profile.scores() if setting.measure == "score" else setting.votes
    return Round(name, support[place], options[place].cost, left, decision, None, STAGE)


def _still_open(setting: _Setting, rest: Sequence[str], funded: set[str]) -> list[str]:
    """Those of the rest that no rival bars, and for which nothing that they need is barred."""
    barred = {
        name
        for name in rest
        for names in setting.instance.rivals
        if name in names and not funded.isdisjoint(names)
    }
    while more := {
        name for name, need in setting.instance.needs if need in barred and name not in barred
    }:
        barred |= more
    return [name for name in rest if name not in barred]


def _completion(
    setting: _Setting, rest: Sequence[str], left: Amount, parameters: dict[str, Parameter]
) -> Outcome:
    """The rest of the options by most votes, within the money that is left."""
    instance, among = setting.instance, set(rest)
    smaller = Instance(
        tuple(instance.options[instance.index[name]] for name in rest),
        left,
        rivals=tuple(tuple(among.intersection(names)) for names in instance.rivals),
        needs=tuple(pair for pair in instance.needs if among.issuperset(pair)),
    )
    profile = setting.profile.only([instance.index[name] for name in rest])
    return greedy.by_votes(
        smaller, profile, tuple(rest), minimum_votes=int(parameters["minimum_votes"])
    )


def _tie(setting: _Setting, run: _Run, step: _Step) -> Tie:
    """The level options, and whether another of them taken first buys another set."""
    names = tuple(setting.instance.options[option].id for option in step.level)
    bought = set(run.options)
    mattered = any(
        set(_natural(setting, run.endowment, other).options) != bought for other in step.level[1:]
    )
    return Tie(names, mattered)
