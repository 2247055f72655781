"""How far a loser was from being funded, for any rule: by counting the changed election again.

The questions, and what is known of an answer, are told in `tally.explain.distance`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np

from tally.axioms.measure import Measure, over, worth
from tally.contest import Instance
from tally.errors import InstanceError
from tally.explain import changes
from tally.explain.distance import Claim, Distance, Question
from tally.outcome import Outcome
from tally.profile import Ints, Profile

Count = Callable[[Instance, Profile], Outcome]
Change = Callable[[Profile, int, Ints], Profile]


@dataclass(frozen=True)
class Search:
    """One option that is not funded, and the changes that may have it funded.

    Attributes
    ----------
    count : the rule, with its parameters and tie order; it is called for each change tried
    outcome : what it gives without a change
    full : try every cost, every number and every choice of voters, so that the answer is exact:
        for small elections only. Otherwise numbers are doubled, then halved: some 2 log2(n) counts
        for an answer, at numbers up to n

    Raises
    ------
    InstanceError : the option is funded.

    Notes
    -----
    More support, or a lower cost, never hurts under greedy rules. Equal shares and Phragmén give no
    such promise for every election: there a figure that was not searched in full says what would
    have done, recounted, but not that nothing less would.
    """

    count: Count
    instance: Instance
    profile: Profile
    outcome: Outcome
    option: str
    full: bool = False

    def __post_init__(self) -> None:
        if self.option in self.outcome.funded:
            raise InstanceError(f"{self.option} is funded")

    @property
    def place(self) -> int:
        """The option's place in the instance."""
        return self.instance.index[self.option]

    def cost(self) -> Distance:
        """The greatest cost at which it is funded, in whole parts of the instance's unit."""
        costs, _, unit = self.instance.whole
        cost = costs[self.place]

        def funded(saved: int) -> bool:
            lower = changes.with_cost(self.instance, self.option, over(cost - saved, unit))
            return self.option in self.count(lower, self.profile).funded

        saved = self._least(funded, cost)
        figure = None if saved is None else over(cost - saved, unit)
        return Distance(self.option, Question.COST, figure, self._claim(Claim.MONOTONE))

    def singleton(self, most: int) -> Distance:
        """How many new voters who name it alone; up to `most` are tried.

        Raises
        ------
        BallotError : the ballots have points, or weights that are not whole.
        """

        def funded(number: int) -> bool:
            return self._is_funded(changes.with_new_voters(self.profile, self.place, number))

        figure = self._least(funded, most)
        claim = Claim.MONOTONE if figure is None else self._claim(Claim.MONOTONE)
        return Distance(self.option, Question.SINGLETON, figure, claim)

    def optimist(self) -> Distance:
        """How many more voters besides their own; in order: who has least money funded, first.

        Raises
        ------
        BallotError : as above
        """
        return self._voters(Question.OPTIMIST, changes.with_support, richest_first=False)

    def pessimist(self) -> Distance:
        """How many more voters, whoever they are; in order: who has most money funded, first.

        Raises
        ------
        BallotError : as above
        """
        return self._voters(Question.PESSIMIST, changes.with_support, richest_first=True)

    def rivalry(self) -> Distance:
        """How many of its supporters naming it alone; in order: who has most money funded, first.

        Raises
        ------
        BallotError : as above
        """
        return self._voters(Question.RIVALRY, changes.named_alone, richest_first=True)

    def _voters(self, question: Question, change: Change, *, richest_first: bool) -> Distance:
        changes.check_plain(self.profile)
        groups = self._groups(question)
        funded = [self.instance.index[name] for name in self.outcome.funded]
        has = worth(self.instance, self.profile, Measure.COST).satisfaction(funded)[groups]
        order = groups[np.argsort(-has if richest_first else has, kind="stable")]
        weights = self.profile.weights

        def will_do(number: int) -> bool:
            if not self.full:
                choices = iter([changes.first_voters(weights, order, number)])
            else:
                choices = _choices(weights, groups, number)
            done = (self._is_funded(change(self.profile, self.place, who)) for who in choices)
            return all(done) if question is Question.PESSIMIST else any(done)

        figure = self._least(will_do, int(weights[groups].sum()))
        return Distance(self.option, question, figure, self._claim(Claim.IN_ORDER))

    def _groups(self, question: Question) -> Ints:
        """Whose ballots a question changes."""
        supporters = self.profile.supporters
        ours = np.zeros(len(self.profile.weights), bool)
        ours[supporters.groups[supporters.of(self.place)]] = True
        if question is Question.RIVALRY:
            return np.flatnonzero(ours & (np.diff(self.profile.starts) > 1))
        return np.flatnonzero(~ours)

    def _is_funded(self, profile: Profile) -> bool:
        return self.option in self.count(self.instance, profile).funded

    def _claim(self, otherwise: Claim) -> Claim:
        return Claim.EXACT if self.full else otherwise

    def _least(self, will_do: Callable[[int], bool], most: int) -> int | None:
        """The least number from 1 to `most` that will do: in full, or as if more never hurt."""
        if self.full:
            return next((number for number in range(1, most + 1) if will_do(number)), None)
        low, high = 0, min(1, most)
        while low == high or not will_do(high):
            if high == most:
                return None
            low, high = high, min(2 * high, most)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if will_do(middle) else (middle, high)
        return high


def _choices(weights: Ints, groups: Ints, number: int) -> Iterator[Ints]:
    """Every way to take so many voters out of these groups, equal voters being equal."""
    sizes = weights[groups].tolist()
    for taken in product(*(range(min(size, number) + 1) for size in sizes)):
        if sum(taken) == number:
            voters = np.zeros(len(weights), np.int64)
            voters[groups] = taken
            yield voters
