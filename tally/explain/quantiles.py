"""The purses of all voters after each round, in quantiles: exact."""

from bisect import bisect_left
from collections.abc import Sequence
from fractions import Fraction
from itertools import accumulate
from typing import TypeVar

import numpy as np

from tally.axioms.measure import over, sums
from tally.axioms.purses import Ledger
from tally.axioms.replay import Replay
from tally.contest import Amount, Instance
from tally.profile import Profile

QUARTERS = (Fraction(0), Fraction(1, 4), Fraction(1, 2), Fraction(3, 4), Fraction(1))
_EMPTY = 1
Money = TypeVar("Money", bound=Amount)


def purse_quantiles(
    instance: Instance,
    profile: Profile,
    ledger: Ledger,
    parts: Sequence[Fraction] = QUARTERS,
) -> tuple[tuple[Amount, ...], ...]:
    """After each round, for each part: the least purse that at least so many voters do not exceed.

    Parameters
    ----------
    ledger : of these ballots
    parts : from 0, the poorest voter's purse, to 1, the richest one's

    Returns
    -------
    r rows of as many purses as `parts`, in the instance's unit of money; no rows without voters

    Notes
    -----
    Voters with one history have one purse: histories are numbered, and each keeps its exact purse.
    Floats put them in order; those that they cannot tell apart from the one sought are put in order
    exactly. O(g) in numpy a round, and one product for each history that comes up.

    >>> from tally import Option
    >>> from tally.axioms.measure import Measure
    >>> from tally.axioms.purses import Price, equal_shares
    >>> instance = Instance((Option("pool", 6), Option("bench", 3)), limit=8)
    >>> profile = Profile.of("approval", instance, [["pool"], ["pool", "bench"], ["pool"], []])
    >>> prices = [Price("bench", 1), Price("pool", 1)]
    >>> ledger = equal_shares(instance, profile, prices, 2, measure=Measure.CARDINALITY)
    >>> purse_quantiles(instance, profile, ledger)
    ((1, 1, 2, 2, 2), (0, 0, 1, 1, 2))
    """
    if not len(profile.weights):
        return ()
    if ledger.measure is None:
        return _by_loads(instance, profile, ledger, parts)
    asked = [(row.option, row.price) for row in ledger.prices]
    replay, unit = Replay.begin(instance, profile, asked, ledger.endowment, ledger.measure)
    histories = _Histories(replay)
    ranks = _ranks(profile, parts)
    found = []
    for turn in range(len(asked)):
        histories.follow(turn)
        found.append(tuple(over(money, unit) for money in histories.at(ranks, turn)))
    return tuple(found)


class _Histories:
    """Voters who paid the same so far share a history.

    Attributes
    ----------
    of : length g, each group's history; 0 is to have paid nothing, 1 to be emptied
    purse : each history's exact purse, over the ledger's unit
    """

    def __init__(self, replay: Replay) -> None:
        self.replay = replay
        self.of = np.zeros(len(replay.profile.weights), np.int64)
        self.purse = [replay.start, 0]

    def follow(self, turn: int) -> None:
        """Pay for one option, and number the histories that come up."""
        groups, points, full = self.replay.pay(turn)
        payers = groups[full]
        told, point = np.unique(points[full], return_inverse=True)
        code = self.of[payers] * (len(told) + 1) + point
        fresh, number = np.unique(code, return_inverse=True)
        self.of[payers] = len(self.purse) + number
        self.of[groups[~full]] = _EMPTY
        points_of = told.tolist()
        for one in fresh.tolist():
            before, at = divmod(one, len(told) + 1)
            self.purse.append(self.purse[before] - self.replay.due[turn] * points_of[at])

    def at(self, ranks: Sequence[int], turn: int) -> list[int]:
        """The purse of the voter of each rank, the poorest being the first."""
        about = np.zeros(len(self.purse))
        about[self.of] = self.replay.purse
        voters = np.array(sums(self.of, len(self.purse), self.replay.profile.weights))
        present = np.flatnonzero(voters)
        order = present[np.argsort(about[present], kind="stable")]
        reached = np.cumsum(voters[order])
        found = []
        for rank in ranks:
            near = about[order[np.searchsorted(reached, rank)]]
            slip = 2 * self.replay.slip(turn + 1)
            unsure = order[np.abs(about[order] - near) <= slip].tolist()
            rest = rank - int(voters[order[about[order] < near - slip]].sum())
            exact = sorted((self.purse[one], int(voters[one])) for one in unsure)
            found.append(_reach(exact, rest))
        return found


def _by_loads(
    instance: Instance, profile: Profile, ledger: Ledger, parts: Sequence[Fraction]
) -> tuple[tuple[Amount, ...], ...]:
    """Loads never fall, so that purses stand in the order of the last round that was paid."""
    supporters, last = profile.supporters, np.zeros(len(profile.weights), np.int64)
    purses = [ledger.endowment, *(ledger.endowment - row.price for row in ledger.prices)]
    found = []
    for turn, row in enumerate(ledger.prices, 1):
        last[supporters.groups[supporters.of(instance.index[row.option])]] = turn
        voters = sums(last, turn + 1, profile.weights)
        poorest = list(zip(purses[turn::-1], voters[::-1], strict=True))
        found.append(tuple(_reach(poorest, rank) for rank in _ranks(profile, parts)))
    return tuple(found)


def _ranks(profile: Profile, parts: Sequence[Fraction]) -> list[int]:
    voters = int(profile.weights.sum())
    return [max(1, -(-part.numerator * voters // part.denominator)) for part in parts]


def _reach(rows: Sequence[tuple[Money, int]], rank: int) -> Money:
    """The money of the voter of a rank, in rows of money and voters, poorest first."""
    reached = list(accumulate(voters for _, voters in rows))
    return rows[bisect_left(reached, rank)][0]
