"""Expanding approvals (PB-EAR): ranks count one after another, until enough weight stands behind.

Every voter weighs 1. At rank j a voter supports the first j options of the ballot. An option costs
need = voters x cost / limit of its supporters' weight; if several can be paid for, the one that
takes the least part of it is funded, and each supporter loses that part. When nothing can be paid
for, the next rank counts too.

Laws: the budget limit is kept; the order of voters and options has no effect; scaling all money by
one number changes nothing; voters who all rank the same options first, and are enough to deserve
them, get them or as much of what they rank as high (inclusion PSC, with `unranked_last`).

References
----------
H. Aziz, B. E. Lee, Proportionally Representative Participatory Budgeting with Ordinal Preferences
(AAAI 2021), algorithm 1; the reweighting as in the same authors' The Expanding Approvals Rule
(Social Choice and Welfare 54, 2020).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from tally.contest import Amount, Instance
from tally.errors import InstanceError
from tally.formulas import Formulas
from tally.outcome import Decision, Outcome, Round
from tally.profile import Ints, Profile
from tally.rules.holdings import ROUNDING, START, Floats, Holdings, Multiples, Purchase, added
from tally.rules.levels import Levels
from tally.ties import TieOrder

Marks = NDArray[np.bool_]


def pb_ear(
    instance: Instance, profile: Profile, ties: TieOrder, *, unranked_last: bool = False
) -> Outcome:
    """Expanding approvals for ranked ballots and options with costs.

    The paper leaves open which of several options that can be paid for comes first, and how its
    supporters' weights fall. Here it is the one that takes the least part of its supporters'
    weight, then the first in the tie order; and all its supporters lose that same part. Options of
    cost 0 need no weight and are funded first, supported or not.

    Parameters
    ----------
    profile : ordinal; n voters in g groups of equal ballots, k picks
    ties : each of the m options once, first wins
    unranked_last : after a voter's last rank she supports all other options too, as in the paper's
        weak orders; without it an option that she does not rank is never supported by her

    Returns
    -------
    `Round.key` is the part that was taken and `Round.support` the weight behind the option, in
    voters, when it was funded; of the others, the weight when the count ended. Numbers that are
    very long as fractions are rounded down to 64 binary places there, never in the count.

    Raises
    ------
    InstanceError : the instance has rivals or needs, which this rule does not know.

    Notes
    -----
    One pass over the picks for each option funded and for each rank. Voters with the same ballots'
    history share one weight, kept as a formula, since its digits would double in each round.

    >>> from tally.contest import Option
    >>> instance = Instance((Option("bench", 50), Option("pool", 50), Option("trees", 50)), 100)
    >>> ballots = [["bench", "trees"], ["pool", "trees"], ["trees"]]
    >>> profile = Profile.of("ordinal", instance, ballots)
    >>> outcome = pb_ear(instance, profile, ("bench", "pool", "trees"))
    >>> [(turn.option, str(turn.support), str(turn.key)) for turn in outcome.rounds]
    [('trees', '3', '1/2'), ('bench', '1/2', 'None'), ('pool', '1/2', 'None')]
    """
    if instance.rivals or instance.needs:
        raise InstanceError("expanding approvals knows neither rivals nor needs")
    levels = Levels()
    count = _Count.begin(_Contest(instance, profile, ties, unranked_last), levels)
    count.finish()
    return Outcome(
        rule="pb_ear",
        parameters=(("unranked_last", unranked_last),),
        limit=instance.limit,
        ballots=profile.ballots,
        rounds=tuple(_rounds(count)),
        ties=tuple(levels.told(instance, count)),
    )


@dataclass(frozen=True)
class _Contest:
    """What stays the same through a count. Weights are whole numbers over the profile's unit."""

    instance: Instance
    profile: Profile
    ties: TieOrder
    unranked_last: bool
    numbers: Formulas = field(default_factory=Formulas)

    @cached_property
    def order(self) -> list[int]:
        """The options in the tie order."""
        return [self.instance.index[name] for name in self.ties]

    @cached_property
    def needs(self) -> list[Fraction]:
        """The weight that each option takes; without money, options of cost 0 alone are in play."""
        costs, limit, _ = self.instance.whole
        voters = int(self.profile.weights.sum())
        return [Fraction(voters * cost, limit or 1) for cost in costs]

    @cached_property
    def lengths(self) -> Ints:
        """Length g: how many options each ballot ranks."""
        return np.diff(self.profile.starts)

    @cached_property
    def owners(self) -> Ints:
        """Length k: the ballot of each pick."""
        return np.repeat(np.arange(len(self.lengths)), self.lengths)

    @cached_property
    def ranks(self) -> Ints:
        """Length k: the rank of each pick, from 1."""
        return np.arange(1, len(self.owners) + 1) - self.profile.starts[self.owners]

    @cached_property
    def last_rank(self) -> int:
        """After it nothing changes any more; without ballots not even the first rank counts."""
        return int(self.lengths.max(initial=-1)) + 1

    @cached_property
    def doubt(self) -> float:
        """How far a sum of weights in floats may be from the true one: none is above 1."""
        return (len(self.owners) + 8) * ROUNDING * float(self.profile.weights.sum())


@dataclass
class _Count:
    """A count under way.

    Attributes
    ----------
    left : money left, whole
    weights : what each voter still weighs
    rank : the last one that counts
    turns : options funded, with the weight behind them
    """

    contest: _Contest
    levels: Levels | None
    left: int
    weights: Holdings
    rank: int = 1
    turns: list[tuple[int, Multiples]] = field(default_factory=list)

    @classmethod
    def begin(cls, contest: _Contest, levels: Levels) -> "_Count":
        """Every voter weighs 1 and the first rank counts."""
        weights = Holdings.begin(contest.numbers, len(contest.profile.weights))
        return cls(contest, levels, contest.instance.whole[1], weights)

    @property
    def funded(self) -> list[int]:
        """The options funded so far."""
        return [option for option, _ in self.turns]

    def fork(self) -> "_Count":
        """A copy that may go another way and notes no ties."""
        return replace(self, levels=None, weights=self.weights.fork(), turns=list(self.turns))

    def apart(self, level: Sequence[int]) -> bool:
        """Whether all fit and no two of them have a supporter in common."""
        if sum(self.contest.instance.whole[0][at] for at in level) > self.left:
            return False
        groups = np.concatenate([self.supporters(at) for at in level])
        return len(np.unique(groups)) == len(groups)

    def finish(self) -> None:
        """Fund what can be paid for; else let the next rank count."""
        while self.rank <= self.contest.last_rank:
            level = self.next()
            if not level:
                self.rank += 1
                continue
            if self.levels is not None and len(level) > 1 and self.contest.needs[level[0]]:
                self.levels.note(level, self, apart=self.apart(level))
            self.take(level[0])

    def next(self) -> list[int]:
        """The options whose turn it is, in the tie order; none if none can be paid for."""
        contest, costs = self.contest, self.contest.instance.whole[0]
        needs, funded = contest.needs, set(self.funded)
        fit = [at for at in contest.order if at not in funded and costs[at] <= self.left]
        free = [option for option in fit if not needs[option]]
        if free:
            return free
        sums = self.sums()
        ready = [option for option in fit if self.suffices(option, sums[option])]
        ceiling = min((_part(needs[at], sums[at] - contest.doubt) for at in ready), default=0.0)
        near = [at for at in ready if _part(needs[at], sums[at] + contest.doubt) <= ceiling]
        if len(near) == 1:
            return near
        # The part need / weight is the least where weight / need is the greatest.
        return self.weights.least({at: added({}, self.behind(at), -1 / needs[at]) for at in near})

    def take(self, option: int) -> None:
        """Fund an option; each of its supporters loses the same part of her weight."""
        behind, groups = self.behind(option), self.supporters(option)
        need = self.contest.needs[option]
        if need:
            purchase = Purchase({START: need}, behind)
            self.weights.pay(groups, np.zeros_like(groups), [Fraction(1)], purchase)
        self.left -= self.contest.instance.whole[0][option]
        self.turns.append((option, behind))

    def sums(self) -> Floats:
        """For each option the weight behind it, within the doubt."""
        profile, contest = self.contest.profile, self.contest
        held = profile.weights * self.weights.floats()
        counted, supports_all = self.supporting()
        counts = held[contest.owners[counted]]
        sums = np.bincount(profile.places[counted], counts, profile.size).astype(np.float64)
        return sums + float(held[supports_all].sum())

    def supporting(self) -> tuple[Marks, Marks]:
        """The picks that count by themselves, and the ballots that by now support all options."""
        contest = self.contest
        supports_all = (contest.lengths < self.rank) & contest.unranked_last
        return (contest.ranks <= self.rank) & ~supports_all[contest.owners], supports_all

    def supporters(self, option: int) -> Ints:
        """The groups of ballots behind an option."""
        counted, supports_all = self.supporting()
        named = self.contest.owners[counted & (self.contest.profile.places == option)]
        return np.concatenate([named, np.flatnonzero(supports_all)])

    def behind(self, option: int) -> Multiples:
        """The exact weight behind an option."""
        groups = self.supporters(option)
        return self.weights.total(groups, self.contest.profile.weights[groups])

    def suffices(self, option: int, about: float) -> bool:
        """Whether the weight behind an option is what it takes."""
        need = self.contest.needs[option]
        excess = about - float(need)
        if abs(excess) > self.contest.doubt + float(need) * ROUNDING:
            return excess > 0
        return self.weights.sign(added(self.behind(option), {START: -need})) >= 0


def _part(need: Fraction, weight: float) -> float:
    """The part in floats; an option that can be paid for takes at most all."""
    return min(1.0, float(need) / weight) if weight > 0 else 1.0


def _rounds(count: _Count) -> Iterator[Round]:
    contest, left, numbers = count.contest, count.contest.instance.limit, count.contest.numbers

    def voters(behind: Multiples) -> Amount:
        weight = count.weights.number(behind)
        return numbers.told(numbers.sum([(1, weight)], contest.profile.weights_unit))

    for at, behind in count.turns:
        option, need, key = contest.instance.options[at], contest.needs[at], None
        if need:
            part = numbers.quotient(numbers.constant(need), count.weights.number(behind))
            key = numbers.told(part)
        yield Round(option.id, voters(behind), option.cost, left, Decision.FUNDED, key)
        left -= option.cost
    for at in contest.order:
        if at not in count.funded:
            option = contest.instance.options[at]
            fits = option.cost <= left
            decision = Decision.UNAFFORDABLE if fits else Decision.DOES_NOT_FIT
            yield Round(option.id, voters(count.behind(at)), option.cost, left, decision)
