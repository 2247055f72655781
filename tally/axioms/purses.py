"""Who paid what, exactly: the rounds of a rule that lets supporters pay, gone through once more.

Equal shares: every voter starts with one endowment; when p is funded at price rho, supporter i pays
``min(purse, rho * u_i(p))``. Phragmén: every supporter of p is brought to one load, and pays what
is missing to it; the endowment is the greatest load. Either way what was paid is a sum of few exact
fractions times numbers of voters, and the fractions are never multiplied voter by voter.

This shares no code with the rules, so that their outcomes are proved by a second program.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

import numpy as np

from tally.axioms.figures import Figures
from tally.axioms.measure import Measure, over, sums
from tally.axioms.replay import Replay, combined, picks_of
from tally.contest import Amount, Instance
from tally.errors import TallyError
from tally.outcome import Decision, Outcome
from tally.profile import Profile

EQUAL_SHARES = "equal_shares"  # the stage of an outcome's rounds in which purses pay
MEASURE_OF = {
    "card": Measure.CARDINALITY,
    "cost": Measure.COST,
    "score": Measure.SCORE,
}


class PriceError(TallyError):
    """Prices that no rule can have asked: negative, for one option twice, loads that fall."""


@dataclass(frozen=True, slots=True)
class Price(Figures):
    """What its supporters paid for one unit of utility of an option, or the load they came to."""

    option: str
    price: Amount


@dataclass(frozen=True)
class Ledger(Figures):
    """What each round took out of the purses of each option's supporters: r rounds, m options.

    Attributes
    ----------
    options : length m, ids in the instance's order
    prices : length r, in order of choice
    endowment : what each voter had at the start
    start : length m, the money that the supporters of each option had at the start
    spent : r times m: what the supporters of each option paid in that round
    emptied : length r: how many voters had nothing left after it
    unit : `start` and `spent` are numerators over it
    measure : what the prices are for one unit of; None: they are loads

    Notes
    -----
    A voter who supports two options stands behind both: `start` does not add up to all money.
    """

    options: tuple[str, ...]
    prices: tuple[Price, ...]
    endowment: Amount
    start: tuple[int, ...]
    spent: tuple[tuple[int, ...], ...]
    emptied: tuple[Amount, ...]
    unit: int
    measure: Measure | None

    def paid(self, turn: int) -> Amount:
        """What was paid in one round for its option."""
        return over(self.spent[turn][self.options.index(self.prices[turn].option)], self.unit)

    def behind(self) -> list[tuple[int, ...]]:
        """Money that each option's supporters have before each round, and after the last: r + 1."""
        found = [self.start]
        for row in self.spent:
            found.append(tuple(had - paid for had, paid in zip(found[-1], row, strict=True)))
        return found


def of(instance: Instance, profile: Profile, outcome: Outcome) -> Ledger:
    """The payments behind an outcome of equal shares or Phragmén; completions pay from no purse.

    Raises
    ------
    PriceError : the outcome's rule has no payments.
    """
    if outcome.rule != "phragmen":
        prices, endowment, measure = terms_of(outcome)
        return equal_shares(instance, profile, prices, endowment, measure=measure)
    funded = (turn for turn in outcome.rounds if turn.decision is Decision.FUNDED)
    steps = [Price(turn.option, turn.key) for turn in funded if turn.key is not None]
    return loads(instance, profile, steps)


def terms_of(outcome: Outcome) -> tuple[list[Price], Amount, Measure]:
    """The prices of an outcome of equal shares, each voter's endowment, and what prices are of.

    Raises
    ------
    PriceError : the outcome's rule is another one.
    """
    named = dict(outcome.parameters).get("measure", outcome.rule.removeprefix("mes_"))
    if not outcome.rule.startswith(("mes_", EQUAL_SHARES)) or named not in MEASURE_OF:
        raise PriceError(f"{outcome.rule} lets nobody pay")
    prices = [
        Price(turn.option, turn.key or 0)
        for turn in outcome.rounds
        if turn.decision is Decision.FUNDED and turn.stage == EQUAL_SHARES
    ]
    return prices, dict(outcome.facts).get("endowment", 0), MEASURE_OF[str(named)]


def equal_shares(
    instance: Instance,
    profile: Profile,
    prices: Sequence[Price],
    endowment: Amount,
    *,
    measure: Measure,
) -> Ledger:
    """The payments of equal shares, replayed from its prices.

    Parameters
    ----------
    prices : in order of choice
    endowment : of each voter, in the instance's unit of money

    Raises
    ------
    PriceError : a price or the endowment is negative, or an option stands twice.

    Notes
    -----
    O(picks × funded picks of the same ballot, over all ballots) in numpy, and O(r² m) products of
    an integer and an exact price.

    >>> from tally import Instance, Option, Profile
    >>> instance = Instance((Option("pool", 6), Option("bench", 3)), limit=8)
    >>> profile = Profile.of("approval", instance, [["pool"], ["pool", "bench"], ["pool"], []])
    >>> prices = [Price("bench", Fraction(2, 3)), Price("pool", Fraction(1, 3))]
    >>> ledger = equal_shares(instance, profile, prices, 2, measure=Measure.COST)
    >>> [ledger.paid(0), ledger.paid(1)], ledger.emptied
    ([2, 4], (1, 3))
    """
    _check(prices)
    if endowment < 0:
        raise PriceError("an endowment must not be negative")
    asked = [(row.option, row.price) for row in prices]
    replay, unit = Replay.begin(instance, profile, asked, endowment, measure)
    spent = tuple(replay.turn(turn) for turn in range(len(prices)))
    voters = sums(replay.profile.places, profile.size, replay.profile.weight_of_pick)
    return Ledger(
        options=tuple(instance.index),
        prices=tuple(prices),
        endowment=endowment,
        start=tuple(votes * replay.start for votes in voters),
        spent=spent,
        emptied=tuple(over(number, profile.weights_unit) for number in replay.emptied),
        unit=unit * profile.weights_unit,
        measure=measure,
    )


def loads(instance: Instance, profile: Profile, prices: Sequence[Price]) -> Ledger:
    """The payments of Phragmén's rule, replayed from its loads; the endowment is the greatest.

    Parameters
    ----------
    prices : the loads, in order of choice, in the instance's unit of money

    Raises
    ------
    PriceError : a load is below the one before it or negative, or an option stands twice.
    """
    _check(prices)
    exact = [Fraction(0), *(Fraction(row.price) for row in prices)]
    if exact != sorted(exact):
        raise PriceError("loads must not fall")
    unit = lcm(*(load.denominator for load in exact))
    load = [int(amount * unit) for amount in exact]
    last = np.zeros(len(profile.weights), np.int64)  # the load of a group is load[last]
    top = load.index(load[-1])
    spent, emptied = [], []
    for turn, row in enumerate(prices, 1):
        supporters = profile.supporters
        groups = supporters.groups[supporters.of(instance.index[row.option])]
        picks, owner = picks_of(profile, groups)
        code = last[groups][owner] * profile.size + profile.places[picks]
        voters = sums(code, turn * profile.size, profile.weights[groups][owner])
        spent.append(combined(voters, [load[turn] - before for before in load[:turn]]))
        last[groups] = turn
        emptied.append(over(int(profile.weights[last >= top].sum()), profile.weights_unit))
    votes = sums(profile.places, profile.size, profile.weight_of_pick)
    return Ledger(
        options=tuple(instance.index),
        prices=tuple(prices),
        endowment=over(load[-1], unit),
        start=tuple(number * load[-1] for number in votes),
        spent=tuple(spent),
        emptied=tuple(emptied),
        unit=unit * profile.weights_unit,
        measure=None,
    )


def _check(prices: Sequence[Price]) -> None:
    if len({row.option for row in prices}) != len(prices):
        raise PriceError("a price stands twice for one option")
    if any(row.price < 0 for row in prices):
        raise PriceError("a price must not be negative")
