"""Cumulative support transfer voting (CSTV): money goes with the voter's points, and moves on.

Every voter has limit / voters, split among the options by her points. An option that has its cost
is funded; what it does not need moves on to its supporters' other options. When no option has its
cost, either the weakest leaves and all its money moves on (elimination), or the strongest of those
that can get their cost from their supporters' other options takes just that (minimal transfer). At
the end what is left goes to options that still fit.

Laws: the budget limit is kept; the order of voters and options has no effect; scaling all money by
one number changes nothing, nor does scaling a voter's points.

References
----------
P. Skowron, A. Slinko, S. Szufa, N. Talmon, Participatory Budgeting with Cumulative Votes
(arXiv:2009.02690), sections 3 and 4.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import NamedTuple

from tally.contest import Amount, Instance
from tally.errors import InstanceError
from tally.outcome import Decision, Outcome, Round
from tally.profile import Profile
from tally.rules.coins import Coins, Purse
from tally.rules.holdings import ROUNDING, START, Multiples, added
from tally.rules.levels import Levels
from tally.ties import TieOrder

EXCESS, SUPPORT, PER_COST = "excess", "support", "support_per_cost"
# What a round does with its option; the names are the stages of the outcome's rounds.
SUPPORTED, ELIMINATION, TRANSFER, COMPLETION = "supported", "elimination", "transfer", "completion"


class Rule(NamedTuple):
    """One of the family: its id, what "strongest" means, whether weak options are eliminated."""

    id: str
    by: str
    eliminates: bool


def _run(rule: Rule, instance: Instance, profile: Profile, ties: TieOrder) -> Outcome:
    """One rule of the family.

    What "strongest" means: the most money above the cost ("excess"), the most money ("support"), or
    the most money for its cost ("support_per_cost").

    A funded option that has more than its cost: supporters with money elsewhere all pay the same
    part of what they gave it; those without pay all of it, as theirs could not move on. Money moves
    to the voter's other options in proportion to what she gave them. With elimination it moves to
    options still in play, or is lost if there are none; ties at the weakest: the last in the tie
    order leaves. With minimal transfer each supporter pays the same multiple of what she gave, at
    most all that she has left. At the end: with elimination, those that left come back where they
    fit, the last first; with minimal transfer, the strongest of the rest that fits is funded, again
    and again, and its supporters' money is gone. Options of cost 0 are funded first.

    Parameters
    ----------
    profile : n voters in g groups of equal ballots, k picks with points (1 each on ballots without
        points); a ballot of weight w is w voters; the coin of a ballot without any points is lost
    ties : each of the m options once, first wins

    Returns
    -------
    `Round.support` is the option's money, and `Round.key` what was compared, in that round; None
    where nothing was. Numbers that are very long as fractions are rounded down to 64 binary places
    there, never in the count.

    Raises
    ------
    InstanceError : the instance has rivals or needs, which the rule does not know.

    Notes
    -----
    One pass over the k picks in each round; see `tally.rules.coins`.

    >>> from tally.contest import Option
    >>> instance = Instance((Option("bench", 6), Option("trees", 4)), 10)
    >>> points = [[3, 1], [1]]
    >>> profile = Profile.of("cumulative", instance, [["bench", "trees"], ["bench"]], points)
    >>> outcome = minimal_transfers_per_cost(instance, profile, ("bench", "trees"))
    >>> [(turn.option, str(turn.support), str(turn.key), turn.stage) for turn in outcome.rounds]
    [('bench', '35/4', '35/24', 'supported'), ('trees', '4', '1', 'supported')]
    """
    if instance.rivals or instance.needs:
        raise InstanceError("cumulative support transfer voting knows neither rivals nor needs")
    levels = Levels()
    costs, limit, _ = instance.whole
    coins = Coins.split(Purse(profile, limit))
    order = tuple(instance.index[name] for name in ties)
    count = _Count(rule, costs, levels, coins, order, limit, list(order))
    count.finish()
    return Outcome(
        rule=rule.id,
        parameters=(),
        limit=instance.limit,
        ballots=profile.ballots,
        rounds=tuple(_rounds(instance, count)),
        ties=tuple(levels.told(instance, count)),
    )


def elimination_by_excess(instance: Instance, profile: Profile, ties: TieOrder) -> Outcome:
    """The paper's EwT: by excess, with elimination; see `_run`."""
    return _run(Rule("cstv_ewt", EXCESS, eliminates=True), instance, profile, ties)


def elimination_per_cost(instance: Instance, profile: Profile, ties: TieOrder) -> Outcome:
    """The paper's EwTC: by money for the cost, with elimination; see `_run`."""
    return _run(Rule("cstv_ewtc", PER_COST, eliminates=True), instance, profile, ties)


def elimination_by_support(instance: Instance, profile: Profile, ties: TieOrder) -> Outcome:
    """By money, with elimination; see `_run`."""
    return _run(Rule("cstv_ewts", SUPPORT, eliminates=True), instance, profile, ties)


def minimal_transfers_by_excess(instance: Instance, profile: Profile, ties: TieOrder) -> Outcome:
    """The paper's MT: by excess, with minimal transfers; see `_run`."""
    return _run(Rule("cstv_mt", EXCESS, eliminates=False), instance, profile, ties)


def minimal_transfers_per_cost(instance: Instance, profile: Profile, ties: TieOrder) -> Outcome:
    """The paper's MTC, which it recommends: by money for cost, minimal transfers; see `_run`."""
    return _run(Rule("cstv_mtc", PER_COST, eliminates=False), instance, profile, ties)


def minimal_transfers_by_support(instance: Instance, profile: Profile, ties: TieOrder) -> Outcome:
    """By money, with minimal transfers; see `_run`."""
    return _run(Rule("cstv_mts", SUPPORT, eliminates=False), instance, profile, ties)


class _Turn(NamedTuple):
    """What a round did: the option's money, what was compared (None: nothing), the decision."""

    stage: str
    option: int
    money: Multiples
    merit: Multiples | None
    funded: bool


@dataclass
class _Count:
    """A count under way. Money is whole.

    Attributes
    ----------
    costs : length m
    order : the options in the tie order
    live : options neither funded nor out, in the tie order
    left : money not yet spent
    out : options that left, in that order; with minimal transfer in the tie order
    stage : what the round does with its option
    turns : round by round; an option that left has another turn in the completion
    """

    rule: Rule
    costs: tuple[int, ...]
    levels: Levels | None
    coins: Coins
    order: tuple[int, ...]
    left: int
    live: list[int]
    out: list[int] = field(default_factory=list)
    stage: str = SUPPORTED
    turns: list[_Turn] = field(default_factory=list)

    @property
    def funded(self) -> list[int]:
        """The options funded so far."""
        return [turn.option for turn in self.turns if turn.funded]

    def fork(self) -> "_Count":
        """A copy that may go another way and notes no ties."""
        return replace(
            self,
            levels=None,
            coins=self.coins.fork(),
            live=list(self.live),
            out=list(self.out),
            turns=list(self.turns),
        )

    def finish(self) -> None:
        """Rounds until no option is live, then the completion."""
        while self.live:
            self.turn(self.next())
        self.stage = COMPLETION
        if not self.rule.eliminates:
            self.out.sort(key=self.order.index)
        while self.out:
            self.turn(self.out[-1:] if self.rule.eliminates else self.strongest(self.out))

    def turn(self, level: Sequence[int]) -> None:
        """One round; nothing happens if no option is left for it."""
        if level:
            if self.levels is not None and len(level) > 1 and self.costs[level[0]]:
                self.levels.note(level, self)
            self.take(level[0])

    def next(self) -> list[int]:
        """The options whose turn it is, in the order applied; none if all live ones are out now."""
        coins = self.coins
        free = [option for option in self.live if not self.costs[option]]
        money = coins.sums().tolist()
        ready = free or [at for at in self.live if self.suffices(at, money[at], coins.on)]
        if ready:
            self.stage = SUPPORTED
            return free or self.strongest(ready)
        if self.rule.eliminates:
            self.stage = ELIMINATION
            return self.strongest(self.live[::-1], weakest=True)
        self.stage = TRANSFER
        wealth = coins.sums(whole=True).tolist()
        able = [at for at in self.live if self.suffices(at, wealth[at], coins.wealth)]
        self.out += (option for option in self.live if option not in able)
        self.live = able
        return self.strongest(able) if able else []

    def take(self, option: int) -> None:
        """Do with an option what the stage says."""
        cost, coins = self.costs[option], self.coins
        if self.stage == COMPLETION:
            self.complete(option)
            return
        merit = self.merit(option) if cost else None
        turn = _Turn(self.stage, option, coins.on(option), merit, self.stage != ELIMINATION)
        self.turns.append(turn)
        self.live.remove(option)
        if turn.funded:
            self.left -= cost
            (coins.pay if self.stage == SUPPORTED else coins.transfer)(option, cost)
        else:
            self.out.append(option)
            coins.withdraw(option)

    def complete(self, option: int) -> None:
        """Fund an option that is out, if it fits."""
        fits = self.costs[option] <= self.left
        self.out.remove(option)
        self.left -= self.costs[option] if fits else 0
        if self.rule.eliminates:
            money = next(turn.money for turn in self.turns if turn.option == option)
            self.turns.append(_Turn(COMPLETION, option, money, None, fits))
            return
        money, merit = self.coins.on(option), self.merit(option)
        self.turns.append(_Turn(COMPLETION, option, money, merit, fits))
        if fits:
            self.coins.clear(option)

    def suffices(self, option: int, about: float, exact: Callable[[int], Multiples]) -> bool:
        """Whether a sum of money is at least the option's cost."""
        cost = self.costs[option]
        if abs(about - cost) > self.coins.purse.doubt + cost * ROUNDING:
            return about > cost
        return self.coins.left.sign(added(exact(option), {START: -cost})) >= 0

    def merit(self, option: int) -> Multiples:
        """What is compared: the option's money, or its excess, or for its cost, which is not 0."""
        cost, money = self.costs[option], self.coins.on(option)
        if self.rule.by == EXCESS:
            return added(money, {START: -cost})
        return added({}, money, Fraction(1, cost if self.rule.by == PER_COST else 1))

    def strongest(self, options: Iterable[int], *, weakest: bool = False) -> list[int]:
        """Those level at the greatest merit, or at the least, in the order given."""
        doubt = 2 * self.coins.purse.doubt
        money = self.coins.sums().tolist()
        bounds: dict[int, tuple[float, float]] = {}
        for option in options:
            cost = float(self.costs[option])
            over = cost if self.rule.by == PER_COST else 1.0
            merit = (money[option] - (cost if self.rule.by == EXCESS else 0.0)) / over
            around = (doubt + cost * ROUNDING) / over + abs(merit) * ROUNDING
            merit = merit if weakest else -merit
            bounds[option] = (merit - around, merit + around)
        ceiling = min(high for _, high in bounds.values())
        near = [option for option, (low, _) in bounds.items() if low <= ceiling]
        if len(near) == 1:
            return near
        sign = 1 if weakest else -1
        return self.coins.left.least({at: added({}, self.merit(at), sign) for at in near})


def _rounds(instance: Instance, count: _Count) -> Iterator[Round]:
    numbers, unit, left = count.coins.purse.numbers, instance.whole[2], instance.limit

    def told(sum_of_money: Multiples, over: int) -> Amount:
        return numbers.told(numbers.sum([(1, count.coins.left.number(sum_of_money))], over))

    final = (turn for turn in count.turns if turn.stage != ELIMINATION)
    for turn in sorted(final, key=lambda turn: not turn.funded):
        option, key = instance.options[turn.option], None
        if turn.merit is not None:
            key = told(turn.merit, 1 if count.rule.by == PER_COST else unit)
        decision = Decision.FUNDED if turn.funded else Decision.DOES_NOT_FIT
        money = told(turn.money, unit)
        yield Round(option.id, money, option.cost, left, decision, key, turn.stage)
        left -= option.cost if turn.funded else 0
