"""Purses of all groups of ballots, gone through round by round: floats, exact where these fail."""

from collections.abc import Sequence
from fractions import Fraction
from math import lcm

import numpy as np
from numpy.typing import NDArray

from tally.axioms.measure import Measure, Worth, sums, worth
from tally.contest import Amount, Instance
from tally.profile import Ints, Profile

_HALF_LAST_PLACE = 2.0**-53


def picks_of(profile: Profile, groups: Ints) -> tuple[Ints, Ints]:
    """All picks of these ballots, and for each the place of its ballot in `groups`."""
    first = profile.starts[groups]
    lengths = profile.starts[groups + 1] - first
    owner = np.repeat(np.arange(len(groups)), lengths)
    return np.arange(len(owner)) + (first - np.cumsum(lengths) + lengths)[owner], owner


class Replay:
    """Purses of all groups of ballots: floats in parts of the endowment, exact where these fail.

    Floats say who pays in full. No number here is above 2 before it is known to be too much, so
    that each payment adds 3 half last places of error at most; a difference that is not greater
    than all of them together is decided exactly.

    Attributes
    ----------
    start, due : the endowment, and for each round what one point costs, over the ledger's unit
    purse : length g; 1.0 at the start
    alive : length g; who still has money, and so has paid in full for all that was funded
    turn_of : length m; the round in which an option was funded, or their number
    """

    def __init__(self, utilities: Worth, places: list[int], due: list[int], start: int) -> None:
        self.utilities, self.profile = utilities, utilities.profile
        self.places, self.due, self.start = places, due, start
        self.size = self.profile.size
        self.purse: NDArray[np.float64] = np.ones(len(self.profile.weights))
        self.alive = np.ones(len(self.profile.weights), bool)
        self.turn_of = np.full(self.size, len(places), np.int64)
        self.turn_of[places] = np.arange(len(places))
        self.emptied: list[int] = []

    @classmethod
    def begin(
        cls,
        instance: Instance,
        profile: Profile,
        prices: Sequence[tuple[str, Amount]],
        endowment: Amount,
        measure: Measure,
    ) -> "tuple[Replay, int]":
        """Purses before the first round, and the unit that their numbers are over."""
        utilities = worth(instance, profile, measure)
        places = [instance.index[name] for name, _ in prices]
        money = instance.whole[2]
        due = [
            Fraction(price) * utilities.factors[at] * money / utilities.unit
            for (_, price), at in zip(prices, places, strict=True)
        ]
        start = Fraction(endowment) * money
        unit = lcm(start.denominator, *(amount.denominator for amount in due))
        whole = [int(amount * unit) for amount in due]
        return cls(utilities, places, whole, int(start * unit)), unit * money

    def turn(self, turn: int) -> tuple[int, ...]:
        """Pay for one option; what each option's supporters paid together."""
        groups, points, full = self.pay(turn)
        picks, owner = picks_of(self.profile, groups[full])
        weights = self.profile.weights[groups[full]][owner]
        given = sums(self.profile.places[picks], self.size, weights, points[full][owner])
        rest = self._all_they_had(turn, groups[~full])
        return tuple(
            self.due[turn] * number + more for number, more in zip(given, rest, strict=True)
        )

    def pay(self, turn: int) -> tuple[Ints, Ints, NDArray[np.bool_]]:
        """Who pays: groups with money, their points, and which of them pay in full, not all."""
        groups, points = self.utilities.supporters(self.places[turn])
        alive = self.alive[groups]
        groups, points = groups[alive], points[alive]
        too_much = self.due[turn] >= 2 * self.start
        due = 2.0 if too_much else self.due[turn] / self.start
        left = self.purse[groups] - due * points
        full = left > 0
        unsure = np.abs(left) <= self.slip(turn)
        for at in np.flatnonzero(unsure).tolist():
            full[at] = self.exact(int(groups[at]), turn) > self.due[turn] * int(points[at])
        self.purse[groups[full]] = left[full]
        last = groups[~full]
        self.alive[last], self.purse[last] = False, 0.0
        gone = self.emptied[-1] if self.emptied else 0
        self.emptied.append(gone + int(self.profile.weights[last].sum()))
        return groups, points, full

    @staticmethod
    def slip(turn: int) -> float:
        """The most by which a difference to a purse may be off in a round."""
        return (3 * turn + 8) * _HALF_LAST_PLACE

    def exact(self, group: int, turn: int) -> int:
        """The purse before a round of a group that was not emptied, over the ledger's unit."""
        picks = slice(int(self.profile.starts[group]), int(self.profile.starts[group + 1]))
        turns = self.turn_of[self.profile.places[picks]].tolist()
        points = self.utilities.points[picks].tolist()
        pairs = zip(turns, points, strict=True)
        paid: int = sum(self.due[at] * given for at, given in pairs if at < turn)
        return self.start - paid

    def _all_they_had(self, turn: int, groups: Ints) -> list[int]:
        """The last money of `groups`, by option: their start less what they paid before."""
        picks, owner = picks_of(self.profile, groups)
        weights, places = self.profile.weights[groups], self.profile.places[picks]
        voters = sums(places, self.size, weights[owner])
        before = self.turn_of[places] < turn
        earlier, payer = picks[before], owner[before]
        others, pair = picks_of(self.profile, groups[payer])
        code = self.turn_of[self.profile.places[earlier]][pair] * self.size
        code += self.profile.places[others]
        given = sums(
            code, turn * self.size, weights[payer][pair], self.utilities.points[earlier][pair]
        )
        paid = combined(given, self.due[:turn]) if len(earlier) else (0,) * self.size
        return [self.start * number - less for number, less in zip(voters, paid, strict=True)]


def combined(numbers: Sequence[int], prices: Sequence[int]) -> tuple[int, ...]:
    """For each option the sum over rounds of number × price; `numbers` lie round by round."""
    size = len(numbers) // len(prices)
    total = [0] * size
    for at, price in enumerate(prices):
        row = numbers[at * size : (at + 1) * size]
        total = [
            had + price * number if number else had for had, number in zip(total, row, strict=True)
        ]
    return tuple(total)
