"""Equal shares where the purses lie in parts: the market is the ordinary one, `AllPurses` serve it.

A price is found as a float between proved bounds by a few questions to all parts (Newton's steps on
what the backers would pay together), and exactly, where bounds do not decide and at each purchase,
from whole numbers: how many voters are emptied, and how often they have paid which price before.
"""

import math
from dataclasses import replace
from fractions import Fraction
from functools import partial

from tally.contest import Instance
from tally.outcome import Outcome, Parameter
from tally.registry import Rule
from tally.rules.purses import Electorate, Offer, Purses
from tally.scale.partitions import Partitions
from tally.scale.purses import Look, Run, Seen, Sort, U
from tally.ties import TieOrder

_SLACK = 16  # roundings of a formula besides its sum


def count(
    rule: Rule,
    instance: Instance,
    partitions: Partitions,
    ties: TieOrder,
    parameters: dict[str, Parameter],
) -> Outcome:
    """The outcome of a rule by equal shares (`mes_*`)."""
    by_points = rule.id.startswith("mes_score")
    return rule.run(
        instance, partitions.sums, ties, **parameters,
        electorate=electorate_of(partitions, instance.whole[0], by_points=by_points),
        purses=partial(AllPurses, partitions, by_points),
    )  # fmt: skip


def electorate_of(partitions: Partitions, costs: tuple[int, ...], *, by_points: bool) -> Electorate:
    """The voters as far as they are known without the parts: their sums."""
    sums = partitions.sums
    nobody = Electorate.of(sums, costs, by_points=by_points)
    pulls = sums.points_for if by_points else sums.votes_for
    backers = tuple(
        replace(empty, pull=float(pull), voters=float(voters))
        for empty, pull, voters in zip(nobody.backers, pulls, sums.votes_for, strict=True)
    )
    return replace(nobody, backers=backers)


class AllPurses(Purses):
    """All voters' money in one run, part by part.

    Parameters
    ----------
    electorate : costs and backers; of these only their sums are known here
    endowment : money of each voter at the start, not negative
    """

    def __init__(
        self, partitions: Partitions, by_points: bool, electorate: Electorate, endowment: Fraction
    ) -> None:
        self._partitions, self._voters = partitions, electorate
        self._run = Run(by_points, endowment.as_integer_ratio())
        # A sum over s groups of one part and then over the parts is off by less than s + parts
        # roundings, relative to itself; twice that is taken.
        self._rounding = (partitions.longest + len(partitions.sources) + _SLACK) * 2 * U
        self._pulls = [backers.pull for backers in electorate.backers]  # as last seen
        self._exact: dict[int, Fraction] = {}  # prices worked out since the last purchase

    def offer(self, option: int, least: float) -> Offer:
        """Bounds of the option's price. `least` is one found earlier: prices only rise.

        What backers would pay together is concave in the price. Seen from any price, the tangent
        there meets the cost at a price not above the true one; and a price at which they would pay
        the cost and more is not below it.
        """
        backers, cost = self._voters.backers[option], self._voters.costs[option]
        low = cost / backers.pull * (1 - 4 * U)
        margin = 4 * (backers.voters * self._run.blur + self._rounding * cost)
        guess, pull = max(low, least), self._pulls[option]
        at = guess + margin / pull  # a touch above, so that a right guess is seen to be right
        seen = self._partitions.ask(Look(self._run, option, at))
        if not self._is_affordable(option, seen):
            return _UNAFFORDABLE
        while seen.pull:
            pull = min(pull, seen.pull)
            doubt = self._doubt(seen.alive, cost, seen.paid)
            low = max(low, at - (seen.paid - cost + doubt) / seen.pull)
            if seen.paid >= cost + doubt:
                break
            guess = max(guess, at - (seen.paid - cost) / seen.pull)
            at = guess + margin / pull
            seen = self._partitions.ask(Look(self._run, option, at))
        self._pulls[option] = pull
        # If the price is not below `at` for all that is known: nobody pays more than the purse.
        high = at if seen.pull else self._run.start * (1 + 4 * U)
        return Offer(low, low, high)

    def can_pay(self, option: int) -> bool:
        """Exactly: whether the option's backers together hold its cost."""
        everybody = self._partitions.ask(Sort(self._run, option, math.inf, math.inf))
        return self._run.held(everybody.poor) >= self._voters.costs[option]

    def exact(self, option: int, offer: Offer | None) -> Fraction:
        """The option's exact price for each point; its backers can pay."""
        if option not in self._exact:
            low, high = (offer.low, offer.high) if offer else (0.0, math.inf)
            self._exact[option] = self._price(option, low, high)
        return self._exact[option]

    def pay(self, option: int, offer: Offer | None) -> None:
        """Let the option's backers pay for it: the parts hear of it with the next question."""
        price, unit = self.exact(option, offer).as_integer_ratio()
        self._run = replace(self._run, bought=(*self._run.bought, (option, price, unit)))
        self._exact.clear()

    def settle(self) -> None:
        """Nothing is put off here."""

    def prices(self) -> list[Fraction]:
        """The exact price for each point of every purchase, in order."""
        return [Fraction(price, unit) for _, price, unit in self._run.bought]

    def _is_affordable(self, option: int, seen: Seen) -> bool:
        cost = self._voters.costs[option]
        doubt = self._doubt(seen.alive, cost, seen.money)
        if abs(seen.money - cost) <= doubt:
            return self.can_pay(option)
        return seen.money > cost

    def _doubt(self, alive: int, cost: int, money: float) -> float:
        """How far a sum over that many purses, compared with the cost, can be wrong."""
        return alive * self._run.blur + self._rounding * max(cost, money)

    def _price(self, option: int, low: float, high: float) -> Fraction:
        """The price, most quickly if it lies between.

        Whom it may empty is decided exactly: the poorest for their points are taken out until
        nobody left is capped.
        """
        found = self._partitions.ask(Sort(self._run, option, low, high))
        money = self._voters.costs[option] - self._run.held(found.poor)
        rest = [(self._run.held((1, *row[1:])), row[0], n) for row, n in found.rest.items()]
        pull = found.pull + sum(points * n for _, points, n in rest)
        while poor := [row for row in rest if row[0] * pull < money * row[1]]:
            rest = [row for row in rest if row[0] * pull >= money * row[1]]
            money -= sum(purse * n for purse, _, n in poor)
            pull -= sum(points * n for _, points, n in poor)
        if not pull or not low <= money / pull <= high:
            return self._price(option, 0.0, math.inf)
        return money / pull


_UNAFFORDABLE = Offer(math.inf, math.inf, math.inf)
