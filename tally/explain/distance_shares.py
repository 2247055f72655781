"""The greatest cost at which equal shares would have funded each loser: exact, by a formula.

As long as an option is not bought, its cost changes nothing for the others: the rounds are those of
the outcome. So with a lower cost c it is bought if and only if in some round its price is below
the price paid in that round, or level with it and first in the tie order; or, after the last round,
if its supporters have c left. In each round that is a bound on c:

- At the price rho of a round, supporters can give ``G(c) = sum of min(purse, rho · utility)``.
- The option's own price is below rho exactly if G(c) > c, and level at G(c) = c, unless all its
  supporters give all they have for less. With cost as utility, G grows with c; it is concave and
  ``G(0) = 0``, so that the costs with ``G(c) >= c`` reach from 0 to one bound.

If it is bought at some c, it is bought at any lower one. Floats look for the round and the cost;
whole numbers say that it is bought at that cost, and that one unit more is too much in every round.

References
----------
Boehmer et al., as in `tally.explain.distance`.
"""

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from tally.axioms.measure import Measure, over, sums
from tally.axioms.purses import EQUAL_SHARES, terms_of
from tally.axioms.replay import Replay, picks_of
from tally.contest import Instance
from tally.errors import InstanceError, UnknownRuleError
from tally.explain.distance import Claim, Distance, Question
from tally.outcome import Decision, Outcome
from tally.profile import Ints, Profile
from tally.rules.purses import dot
from tally.ties import TieOrder

Floats = NDArray[np.float64]
_LAST_PLACE = 2.0**-52


def equal_shares(
    instance: Instance, profile: Profile, outcome: Outcome, ties: TieOrder
) -> tuple[Distance, ...]:
    """Distances in cost of all options not funded by `mes_…` or `mes_…_u`.

    Parameters
    ----------
    outcome : of that rule, with these ballots and this tie order

    Returns
    -------
    In the order of the rounds; costs are whole numbers of the unit in which all costs and the limit
    are whole (`Instance.whole`); None where it would not be funded for nothing.

    Raises
    ------
    UnknownRuleError : another rule, or one that tries many endowments: ask `search` instead.
    InstanceError : the instance has rivals or needs.

    Notes
    -----
    O(r) passes in numpy over the picks of all losers for r rounds, and a few exact sums for each.
    """
    if dict(outcome.parameters).get("completion") not in ("none", "utilitarian"):
        raise UnknownRuleError(f"{outcome.rule} has no known distances")
    if instance.rivals or instance.needs:
        raise InstanceError("rivals and needs make the formula untrue")
    losers = [turn for turn in outcome.rounds if turn.decision is not Decision.FUNDED]
    market = _Market(instance, profile, outcome, ties)
    bought = market.greatest_costs(
        [
            instance.index[turn.option]
            for turn in losers
            if turn.decision is not Decision.TOO_FEW_VOTES
        ]
    )
    unit = instance.whole[2]
    found = []
    for turn in losers:
        cost = bought.get(instance.index[turn.option])
        if turn.stage != EQUAL_SHARES and turn.decision is Decision.DOES_NOT_FIT:
            cost = max(cost or 0, int(turn.left * unit))  # the completion takes what fits
        told = None if cost is None else over(cost, unit)
        found.append(Distance(turn.option, Question.COST, told, Claim.EXACT))
    return tuple(found)


class _Market:
    """The rounds of an outcome; r of them, and what is left after. Money is whole.

    Attributes
    ----------
    prices : length r, for each unit of utility
    best : option -> the greatest cost known at which it is bought, exactly
    """

    def __init__(
        self, instance: Instance, profile: Profile, outcome: Outcome, ties: TieOrder
    ) -> None:
        self.instance, self.profile = instance, profile
        self.costs, _, self.money = instance.whole
        self.terms = terms_of(outcome)
        self.by_cost = self.terms[2] is Measure.COST
        self.prices = [Fraction(row.price) for row in self.terms[0]]
        lot = {name: at for at, name in enumerate(ties)}
        self.lot = [lot[name] for name in instance.index]
        self.begin()

    def begin(self) -> None:
        """Go to the first round."""
        prices, endowment, measure = self.terms
        asked = [(row.option, row.price) for row in prices]
        self.replay, self.unit = Replay.begin(
            self.instance, self.profile, asked, endowment, measure
        )
        self.parts = self.unit // self.money  # of a unit of money, in the replay's numbers
        self.endowment = self.replay.start / self.parts

    def greatest_costs(self, places: Sequence[int]) -> dict[int, int]:
        """For each supported option of these: the greatest cost at which it is bought."""
        supported = [at for at in places if len(self.replay.utilities.supporters(at)[0])]
        guesses = dict.fromkeys(supported, (0.0, 0))
        for turn in range(len(self.prices) + 1):
            for at in supported:
                guesses[at] = max(guesses[at], (self.guess(at, turn), turn))
            self.pay(turn)
        best = dict.fromkeys(supported, 0)  # for nothing, a supported option is bought first
        self.begin()
        for turn in range(len(self.prices) + 1):
            for at in supported:
                if guesses[at][1] == turn:
                    best[at] = self.greatest(at, turn, int(guesses[at][0]))
            self.pay(turn)
        self.begin()
        for turn in range(len(self.prices) + 1):
            for at in supported:
                if not self.surely_fails(at, turn, best[at] + 1):
                    best[at] = max(best[at], self.greatest(at, turn, best[at] + 1))
            self.pay(turn)
        return best

    def pay(self, turn: int) -> None:
        """Go on to the next round."""
        if turn < len(self.prices):
            self.replay.pay(turn)

    def backers(self, place: int) -> tuple[Ints, Floats, Floats, Floats]:
        """Groups with money behind an option, their purses, voters and points, as floats."""
        groups, points = self.replay.utilities.supporters(place)
        alive = self.replay.alive[groups]
        groups, points = groups[alive], points[alive]
        voters = self.profile.weights[groups] / self.profile.weights_unit
        return groups, self.replay.purse[groups] * self.endowment, voters, points.astype(float)

    def guess(self, place: int, turn: int) -> float:
        """About the greatest cost at which the option is bought in a round, below its cost."""
        _, purses, voters, points = self.backers(place)
        if turn == len(self.prices):
            return dot(purses, voters)
        cost, before = float(self.costs[place]), np.inf
        if not self.by_cost:
            return dot(np.minimum(purses, self.cap(turn, 0) * points), voters)
        price = float(self.prices[turn])
        while cost < before:  # the sum is concave in the cost: from above, this falls to the bound
            capped, before = purses < price * cost, cost
            slope = 1 - price * float(voters[~capped].sum())
            cost = dot(purses[capped], voters[capped]) / slope if slope > 0 else 0.0
        return before

    def cap(self, turn: int, cost: int) -> float:
        """What one point costs at a round's price, if the option costs so much."""
        return float(self.exact_cap(turn, cost) / self.parts)

    def exact_cap(self, turn: int, cost: int) -> Fraction:
        """The same in the replay's numbers."""
        if self.by_cost:
            return self.prices[turn] * cost * self.parts
        return self.prices[turn] * self.unit / self.replay.utilities.unit

    def surely_fails(self, place: int, turn: int, cost: int) -> bool:
        """Whether floats show that the option is not bought at this cost in a round."""
        if cost >= self.costs[place]:
            return True  # as it was
        _, purses, voters, points = self.backers(place)
        if turn < len(self.prices):
            purses = np.minimum(purses, self.cap(turn, cost) * points)
        given = dot(purses, voters)
        slip = self.replay.slip(turn) * 2 * self.endowment * float(voters.sum())
        return given + slip + (len(voters) + 16) * _LAST_PLACE * (given + cost) < cost

    def greatest(self, place: int, turn: int, guess: int) -> int:
        """The greatest cost below its own at which the option is bought in a round: exactly."""
        low, high, step = 0, self.costs[place], 1
        guess = min(max(guess, low), high - 1)
        while high - low > 1:
            if self.is_bought(place, turn, guess):
                low, guess = guess, min(guess + step, high - 1)
            else:
                high, guess = guess, max(guess - step, low + 1)
            step *= 2
            if high - low <= step:
                guess = (low + high) // 2
        return low

    def is_bought(self, place: int, turn: int, cost: int) -> bool:
        """Exactly whether the option, if it costs so much, is bought in a round."""
        groups, _, _, points = self.backers(place)
        due = cost * self.parts * self.profile.weights_unit
        weights = self.profile.weights[groups]
        if turn == len(self.prices):
            return self.held(groups, turn) >= due
        cap = self.exact_cap(turn, cost)
        share = float(cap / self.replay.start) if self.replay.start else 2.0
        rest = self.replay.purse[groups] - share * points
        full = rest >= 0
        for at in np.flatnonzero(np.abs(rest) <= self.replay.slip(turn)).tolist():
            full[at] = self.replay.exact(int(groups[at]), turn) >= cap * int(points[at])
        pull = sum(sums(np.zeros(int(full.sum()), np.int64), 1, weights[full], points[full]))
        given = cap * pull + self.held(groups[~full], turn)
        rival = self.replay.places[turn]
        return given > due or (
            given == due and (not full.any() or self.lot[place] < self.lot[rival])
        )

    def held(self, groups: Ints, turn: int) -> int:
        """The money of these groups before a round, none of them emptied: exact."""
        weights = self.profile.weights[groups]
        picks, owner = picks_of(self.replay.profile, groups)
        turns = self.replay.turn_of[self.replay.profile.places[picks]]
        before = turns < turn
        paid = sums(
            turns[before],
            len(self.prices),
            weights[owner[before]],
            self.replay.utilities.points[picks[before]],
        )
        spent = sum(due * number for due, number in zip(self.replay.due, paid, strict=True))
        return self.replay.start * int(weights.sum()) - spent
