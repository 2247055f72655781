"""Equal shares with bounded overspending (BOS): supporters may buy what they pay for in part only.

Every voter has limit / voters. Supporters who together have a part of an option's cost may offer to
pay that part, all the same price for each unit of what it is worth to them, or all that they have.
The best offer is the one with the least price for the part. Its option is funded whole, and its
supporters pay as if it had been paid whole at that price: what they cannot pay is the overspending.

Laws: the budget limit is kept; the order of voters and options has no effect; scaling all money by
one number changes nothing; no option without support is funded; at the end no option that still
fits has a supporter with money.

References
----------
G. Papasotiropoulos, S. Z. Pishbin, O. Skibski, P. Skowron, T. Wąs, Method of Equal Shares with
Bounded Overspending (arXiv:2409.15005), section 5.
"""

import heapq
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import NamedTuple

from tally.contest import Instance
from tally.errors import InstanceError
from tally.formulas import Number
from tally.outcome import Decision, Outcome, Round
from tally.profile import Profile
from tally.rules.holdings import ROUNDING
from tally.rules.levels import Levels
from tally.rules.part_payers import Electorate, Offer, Purses
from tally.ties import TieOrder

CARD, COST, SCORE = "card", "cost", "score"


def _run(measure: str, instance: Instance, profile: Profile, ties: TieOrder) -> Outcome:
    """Bounded overspending with one measure of what an option is worth to its supporters.

    Supported options of cost 0 are funded first, in the tie order.

    At a part alpha of the cost, the price is rho for each unit: supporters together have
    alpha x cost if each pays alpha x rho for each unit, or all that she has. The least rho / alpha
    is chosen; of equally good offers of one option, which the paper leaves open, that of the
    greatest part.

    Parameters
    ----------
    measure : "card", every option named the same; "cost", its cost; "score", the ballot's points
    profile : n voters in g groups of equal ballots, k picks; a ballot of weight w is w voters
    ties : each of the m options once, first wins

    Returns
    -------
    `Round.key` is rho / alpha; None where nothing was compared. `Outcome.facts` names the part
    alpha of each option that was not paid whole. Numbers that are very long as fractions are
    rounded down to 64 binary places there, never in the count.

    Raises
    ------
    InstanceError : the instance has rivals or needs, which the rule does not know.

    Notes
    -----
    Between two caps at which a purse runs out, the worth of an offer first rises and then falls as
    the cap does; above the cap that brings the whole cost together it only rises. So only those
    caps are compared. Purses only shrink, so the best offer of an option only gets worse: an
    option is looked at again only while its last offer could be the best. About k log k for each
    option looked at.

    >>> from tally.contest import Option
    >>> instance = Instance((Option("hall", 9), Option("tree", 1)), 9)
    >>> profile = Profile.of("approval", instance, [["hall"], ["hall"], ["tree"]])
    >>> outcome = by_cost(instance, profile, ("hall", "tree"))
    >>> [(turn.option, str(turn.key), str(turn.decision)) for turn in outcome.rounds]
    [('hall', '3/4', 'funded'), ('tree', 'None', 'does_not_fit')]
    >>> [(name, str(figure)) for name, figure in outcome.facts]
    [('endowment', '3'), ('part of hall', '2/3')]
    """
    if instance.rivals or instance.needs:
        raise InstanceError("bounded overspending knows neither rivals nor needs")
    levels = Levels()
    count = _Count.begin(measure, instance, profile, ties, levels)
    count.finish()
    return Outcome(
        rule=f"bos_{measure}",
        parameters=(),
        limit=instance.limit,
        ballots=profile.ballots,
        rounds=tuple(_rounds(instance, profile, count)),
        ties=tuple(levels.told(instance, count)),
        facts=tuple(sorted(_facts(instance, profile, count))),
    )


def by_card(instance: Instance, profile: Profile, ties: TieOrder) -> Outcome:
    """Bounded overspending where every option named is worth the same; see `_run`."""
    return _run(CARD, instance, profile, ties)


def by_cost(instance: Instance, profile: Profile, ties: TieOrder) -> Outcome:
    """Bounded overspending where an option named is worth its cost; see `_run`."""
    return _run(COST, instance, profile, ties)


def by_points(instance: Instance, profile: Profile, ties: TieOrder) -> Outcome:
    """Bounded overspending where an option is worth the ballot's points; see `_run`."""
    return _run(SCORE, instance, profile, ties)


class _Turn(NamedTuple):
    """An option funded, and its offer; None: it cost nothing."""

    option: int
    offer: Offer | None


@dataclass
class _Count:
    """A count under way. Money is whole, for each unit of the voters' weights.

    Attributes
    ----------
    costs : length m
    order : the options in the tie order
    left : money not yet spent
    queue : a heap of (bound that the option's worth is not below, option)
    offers : those of this round that were found
    """

    measure: str
    costs: tuple[int, ...]
    order: tuple[int, ...]
    levels: Levels | None
    purses: Purses
    left: int
    queue: list[tuple[float, int]]
    turns: list[_Turn]
    offers: dict[int, Offer] = field(default_factory=dict)

    @classmethod
    def begin(
        cls,
        measure: str,
        instance: Instance,
        profile: Profile,
        ties: TieOrder,
        levels: Levels,
    ) -> "_Count":
        """Supported options of cost 0 are funded; everybody has the same."""
        whole, limit, _ = instance.whole
        costs = tuple(cost * profile.weights_unit for cost in whole)
        limit *= profile.weights_unit
        purses = Purses.begin(Electorate(profile, limit, by_points=measure == SCORE))
        order = tuple(instance.index[name] for name in ties)
        supported = [at for at in order if len(purses.voters.backers[at].groups)]
        queue = [(-math.inf, option) for option in supported if costs[option]]
        heapq.heapify(queue)
        turns = [_Turn(option, None) for option in supported if not costs[option]]
        return cls(measure, costs, order, levels, purses, limit, queue, turns)

    @property
    def funded(self) -> list[int]:
        """The options funded so far."""
        return [turn.option for turn in self.turns]

    def fork(self) -> "_Count":
        """A copy that may go another way and notes no ties."""
        queue, turns = list(self.queue), list(self.turns)
        return replace(self, levels=None, purses=self.purses.fork(), queue=queue, turns=turns)

    def apart(self, level: Sequence[int]) -> bool:
        """Whether all of them fit, and none of their supporters' money is wanted twice."""
        return sum(self.costs[at] for at in level) <= self.left and self.purses.apart(level)

    def finish(self) -> None:
        """Fund the best offer, until no option that fits has a supporter with money."""
        while level := self.next():
            if self.levels is not None and len(level) > 1:
                self.levels.note(level, self, apart=self.apart(level))
            self.take(level[0])

    def next(self) -> list[int]:
        """The options level at the best offer, in the tie order; none if there is no offer."""
        numbers, ceiling = self.purses.voters.numbers, math.inf
        floors: dict[int, float] = {}
        self.offers = {}
        while self.queue and self.queue[0][0] <= ceiling:
            _, option = heapq.heappop(self.queue)
            if option in floors:  # looked at in this round
                self.offers[option] = self.purses.offer(option, self.costs[option])
                about = numbers.about(self.worth(option))
                ceiling = min(ceiling, about * (1 + 2 * ROUNDING))
            elif self.costs[option] <= self.left:
                floor = self.purses.floor(option, self.costs[option])
                if floor is not None:
                    floors[option] = floor / self.unit(option) * (1 - 2 * ROUNDING)
                    heapq.heappush(self.queue, (floors[option], option))
        for option in self.offers:
            heapq.heappush(self.queue, (floors[option], option))
        near = [option for option in self.order if option in self.offers]
        return numbers.least({option: self.worth(option) for option in near})

    def take(self, option: int) -> None:
        """Fund an option that has an offer; its supporters pay."""
        self.purses.pay(option, self.offers[option].price)
        self.left -= self.costs[option]
        self.turns.append(_Turn(option, self.offers[option]))
        self.queue = [entry for entry in self.queue if entry[1] != option]
        heapq.heapify(self.queue)

    def unit(self, option: int) -> int:
        """What the option is worth to who gives it one point."""
        return self.costs[option] if self.measure == COST else 1

    def worth(self, option: int) -> Number:
        """What is compared: the price for each unit over the part."""
        return self.purses.voters.numbers.sum([(1, self.offers[option].worth)], self.unit(option))


def _rounds(instance: Instance, profile: Profile, count: _Count) -> Iterator[Round]:
    numbers, left = count.purses.voters.numbers, instance.limit
    support = profile.scores() if count.measure == SCORE else profile.votes()
    scale = Fraction(1, instance.whole[2])
    if count.measure == SCORE:
        scale *= profile.points_unit
    for at, offer in count.turns:
        option, key = instance.options[at], None
        if offer is not None:
            # With cost as the measure, worth is money over money, but for the unit of the weights.
            own = (
                Fraction(profile.weights_unit, count.costs[at]) if count.measure == COST else scale
            )
            key = numbers.told(numbers.sum([(own, offer.worth)]))
        yield Round(option.id, support[at], option.cost, left, Decision.FUNDED, key)
        left -= option.cost
    for at in count.order:
        if at not in count.funded:
            option = instance.options[at]
            decision = Decision.DOES_NOT_FIT if option.cost > left else Decision.UNAFFORDABLE
            yield Round(option.id, support[at], option.cost, left, decision)


def _facts(
    instance: Instance, profile: Profile, count: _Count
) -> Iterator[tuple[str, int | Fraction]]:
    numbers = count.purses.voters.numbers
    if profile.ballots:
        yield "endowment", Fraction(instance.limit) / profile.ballots
    for at, offer in count.turns:
        if offer is not None and offer.part is not numbers.one:
            yield f"part of {instance.options[at].id}", numbers.told(offer.part)
