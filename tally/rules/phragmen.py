"""Sequential Phragmén: each funded option's cost is a load, spread over those who voted for it.

Laws: the budget limit is kept; the order of voters and of options has no effect; scaling all money
by one number changes nothing; loads never fall.

References
----------
M. Brill, R. Freeman, S. Janson, M. Lackner, Phragmén's Voting Methods and Justified Representation
(AAAI 2017; Mathematical Programming 203, 2024). With costs: M. Los, Z. Christoff, D. Grossi,
Proportional Budget Allocations: Towards a Systematization (IJCAI 2022). Where the papers leave the
end open, as in pabutools.
"""

import math
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from operator import mul

import numpy as np
from numpy.typing import NDArray

from tally.contest import Amount, Instance
from tally.errors import InstanceError
from tally.outcome import Decision, Outcome, Round, Tie
from tally.profile import EXACT_IN_A_FLOAT, Ints, Profile
from tally.ties import TieOrder

PART_BITS = 21  # of an int64 weight: 2**31 parts of so many bits add up exactly in a float64


def sequential(instance: Instance, profile: Profile, ties: TieOrder) -> Outcome:
    """Least load first; the rule stops as soon as one of those level at the least does not fit.

    An option's load is the one at which its supporters would end together: the sum of theirs and
    its cost, shared equally. Options dearer than the limit take no part. Those that nobody named
    come last, in the tie order, as long as each one of them that is left fits.

    Parameters
    ----------
    profile : g groups of equal ballots. Whom a ballot names counts; points and ranks do not. A
        ballot of weight w is w voters.
    ties : each of the m options once, first wins

    Returns
    -------
    `Round.key` is the load in the instance's money for one voter: of a funded option the one that
    it brought, of the others in play the one at which they stood when the rule stopped, None of
    those that nobody named or that took no part. A tie is told once, when its options first stand
    level; it mattered if to begin with another one of them would have funded another set. (Which of
    two with one cost and the same supporters comes first counts only if one stays unfunded.)

    Raises
    ------
    InstanceError : the instance has rivals or needs, which this rule does not know.

    Notes
    -----
    All supporters of the k-th choice end with one load x[k] >= x[k-1]. So the loads of an option's
    supporters add up to whole multiples of x[1..k], kept as numerators over one denominator; and as
    loads never fall, a load found in an earlier round is a lower bound now. Only options whose
    bound may be least are reckoned anew. Bounds are floats: Python divides whole numbers with
    correct rounding, so the true load lies between the two neighbours of the quotient. What they
    do not separate is compared exactly.

    About O(k) for k picks in all, and one pass over the supporters of each option reckoned anew;
    a tie that may have mattered costs one more count for each of its options.

    >>> from tally.contest import Option
    >>> instance = Instance((Option("bench", 60), Option("pool", 60), Option("trees", 80)), 150)
    >>> profile = Profile.of("approval", instance, [["bench", "pool"]] * 3 + [["trees"]] * 2)
    >>> outcome = sequential(instance, profile, ("bench", "pool", "trees"))
    >>> [(turn.option, str(turn.key), str(turn.decision)) for turn in outcome.rounds]
    [('bench', '20', 'funded'), ('pool', '40', 'funded'), ('trees', '40', 'does_not_fit')]
    """
    votes = profile.votes()
    count = Count.begin(Contest.of(instance, profile, votes, ties))
    return told(instance, profile, votes, count)


def told(instance: Instance, profile: Profile, votes: Sequence[Amount], count: "Count") -> Outcome:
    """The outcome of a count that has just begun."""
    count.finish(noting_ties=True)
    return Outcome(
        rule="phragmen",
        parameters=(),
        limit=instance.limit,
        ballots=profile.ballots,
        rounds=tuple(_rounds(instance, votes, count)),
        ties=tuple(_ties(instance, count)),
    )


@dataclass(frozen=True)
class Contest:
    """What stays the same through a count: m options, g groups of equal ballots.

    Attributes
    ----------
    lot : length m, the place of each option in the tie order
    costs, limit, unit : `Instance.whole`
    votes : length m, whole numbers over the profile's `weights_unit`
    parts : the weights as `_parts` takes them apart
    """

    profile: Profile
    lot: Sequence[int]
    costs: tuple[int, ...]
    limit: int
    unit: int
    votes: tuple[int, ...]
    parts: tuple[tuple[int, Ints | None], ...]

    @classmethod
    def of(
        cls, instance: Instance, profile: Profile, votes: Sequence[Amount], ties: TieOrder
    ) -> "Contest":
        """The contest; raises InstanceError where options are bound to one another."""
        if instance.rivals or instance.needs:
            raise InstanceError("sequential Phragmén knows neither rivals nor needs")
        lot = {name: at for at, name in enumerate(ties)}
        return cls(
            profile,
            [lot[option.id] for option in instance.options],
            *instance.whole,
            votes=tuple(int(said * profile.weights_unit) for said in votes),
            parts=tuple(_parts(profile.weights)),
        )

    def supporters(self, place: int) -> Ints:
        """The groups of ballots that name an option."""
        supporters = self.profile.supporters
        return supporters.groups[supporters.of(place)]

    def in_play(self, *, supported: bool) -> list[int]:
        """Options not dearer than the limit that have votes, or have none, in the tie order."""
        places = range(len(self.costs))
        fit = [at for at in places if self.costs[at] <= self.limit]
        return self.in_order(at for at in fit if bool(self.votes[at]) == supported)

    def unlike(self, places: Iterable[int]) -> list[int]:
        """The first of each lot of options that have the same cost and the same supporters."""
        first: dict[tuple[int, bytes], int] = {}
        for place in places:
            first.setdefault((self.costs[place], self.supporters(place).tobytes()), place)
        return list(first.values())

    def in_order(self, places: Iterable[int]) -> list[int]:
        """The same options in the tie order."""
        return sorted(places, key=self.lot.__getitem__)


@dataclass
class Count:
    """A count under way; it changes from round to round.

    Attributes
    ----------
    last : length g; j where the last funded option of a group was the j-th, 0 where none was yet
    left : money left, whole
    bounds : option still to choose -> a float that its load has at least
    loads : x[0..k], what the supporters of the j-th bear; numerators over `unit`; x[0] is 0
    chosen : options funded, with the loads that they brought, in money
    stopped : the options level at the least when one of them did not fit; empty if all did
    level, met : the load at which a tie was last met; ties, with the count as it then stood
    """

    contest: Contest
    last: NDArray[np.int32]
    left: int
    bounds: dict[int, float]
    loads: list[int] = field(default_factory=lambda: [0])
    unit: int = 1
    chosen: list[tuple[int, Fraction]] = field(default_factory=list)
    stopped: list[int] = field(default_factory=list)
    level: Fraction | None = None
    met: "list[tuple[list[int], Fraction, Count]]" = field(default_factory=list)

    @classmethod
    def begin(cls, contest: Contest) -> "Count":
        """Nothing is funded and nobody bears a load."""
        scale = contest.profile.weights_unit
        bounds = {
            place: _around(contest.costs[place] * scale, contest.votes[place])[0]
            for place in contest.in_play(supported=True)
        }
        last = np.zeros(len(contest.profile.weights), np.int32)
        return cls(contest, last, contest.limit, bounds)

    def load(self, place: int) -> Fraction:
        """The load at which an option's supporters would end, over `unit`."""
        contest = self.contest
        groups = contest.supporters(place)
        last = self.last[groups]
        due = contest.costs[place] * contest.profile.weights_unit * self.unit
        for factor, part in contest.parts:
            voters = np.bincount(last, None if part is None else part[groups])
            due += factor * sum(map(mul, map(int, voters.tolist()), self.loads))
        return Fraction(due, contest.votes[place])

    def least(self) -> tuple[Fraction, list[int]]:
        """The least load, over `unit`, and all options that stand at it, in the tie order."""
        fresh: dict[int, Fraction] = {}
        least_at_most = math.inf
        for place in sorted(self.bounds, key=self.bounds.__getitem__):
            if self.bounds[place] > least_at_most:
                break
            load = fresh[place] = self.load(place)
            self.bounds[place], at_most = _around(load.numerator, load.denominator * self.unit)
            least_at_most = min(least_at_most, at_most)
        least = min(fresh.values())
        return least, self.contest.in_order(at for at, load in fresh.items() if load == least)

    def finish(self, *, noting_ties: bool) -> None:
        """Rounds until one of those at the least load does not fit, or none is left."""
        while self.bounds:
            load, level = self.least()
            if any(self.contest.costs[place] > self.left for place in level):
                self.stopped = level
                return
            if noting_ties:
                self._note(level, load)
            self.take(level[0], load)

    def take(self, place: int, load: Fraction) -> None:
        """Fund an option: its supporters now bear `load`, over `unit`."""
        del self.bounds[place]
        self.chosen.append((place, self.money(load)))
        self.left -= self.contest.costs[place]
        self.last[self.contest.supporters(place)] = len(self.loads)
        self.loads = [borne * load.denominator for borne in self.loads] + [load.numerator]
        self.unit *= load.denominator

    def money(self, load: Fraction) -> Fraction:
        """A load over `unit` as money for one voter."""
        return load / (self.unit * self.contest.unit)

    def fork(self) -> "Count":
        """A copy that may go another way."""
        return replace(
            self,
            last=self.last.copy(),
            bounds=dict(self.bounds),
            chosen=list(self.chosen),
            met=[],
        )

    def _note(self, level: list[int], load: Fraction) -> None:
        """Keep a tie, unless it is what an option just taken has left of one."""
        if len(level) > 1 and self.level != self.money(load):
            self.level = self.money(load)
            self.met.append((level, load, self.fork()))

    def apart(self, level: Iterable[int], load: Fraction) -> bool:
        """Whether no two of the options at this load share a voter who bears less.

        Then taking one leaves the others at it, and they will all be taken, in whatever order.
        """
        below = np.array([borne < load for borne in self.loads])
        seen = np.zeros(len(self.last), bool)
        for place in level:
            groups = self.contest.supporters(place)
            groups = groups[below[self.last[groups]]]
            if seen[groups].any():
                return False
            seen[groups] = True
        return True


def _parts(weights: Ints) -> Iterator[tuple[int, Ints | None]]:
    """(factor, parts) pairs that add up to the weights; all sums of parts are exact in a float64.

    None stands for ones. So `bincount`, which adds floats, counts weighted voters exactly.
    """
    most = int(weights.max(initial=1))
    if most == weights.min(initial=most):
        yield most, None
    elif most * len(weights) < EXACT_IN_A_FLOAT:
        yield 1, weights
    else:
        for shift in range(0, 63, PART_BITS):
            yield 1 << shift, weights >> shift & (1 << PART_BITS) - 1


def _around(numerator: int, denominator: int) -> tuple[float, float]:
    """A float that is not above the quotient of whole numbers, and one that is not below it."""
    try:
        nearest = numerator / denominator  # correctly rounded by the language
    except OverflowError:
        return sys.float_info.max, math.inf
    return math.nextafter(nearest, 0), math.nextafter(nearest, math.inf)


def _ties(instance: Instance, count: Count) -> Iterator[Tie]:
    contest = count.contest
    unnamed = contest.in_play(supported=False)
    found = [(level, _matters(level, load, before, count)) for level, load, before in count.met]
    if len(count.stopped) > 1 and count.level != count.money(count.load(count.stopped[0])):
        found.append((count.stopped, False))
    if len(unnamed) > 1 and not count.stopped:
        costs = [contest.costs[place] for place in unnamed]
        found.append((unnamed, max(costs) <= count.left < sum(costs)))
    for level, mattered in found:
        yield Tie(tuple(instance.options[place].id for place in level), mattered)


def _matters(level: list[int], load: Fraction, before: Count, count: Count) -> bool:
    """Whether beginning with another option of the level would have funded another set."""
    contest, funded = count.contest, {place for place, _ in count.chosen}
    if not funded.issuperset(level):
        return True  # each of them would have been funded if it had come first
    if not count.bounds or before.apart(level, load):
        return False
    for place in contest.unlike(level)[1:]:
        other = before.fork()
        other.take(place, load)
        other.finish(noting_ties=False)
        if {taken for taken, _ in other.chosen} != funded:
            return True
    return False


def _turns(count: Count) -> Iterator[tuple[int, Fraction | None, Decision]]:
    """Every option once, with its load in money and what became of it."""
    contest, left = count.contest, count.left
    for place, load in count.chosen:
        yield place, load, Decision.FUNDED
    stood = {place: count.load(place) for place in contest.in_order(count.bounds)}
    for place in sorted(stood, key=stood.__getitem__):
        unfit = place in count.stopped and contest.costs[place] > left
        decision = Decision.DOES_NOT_FIT if unfit else Decision.AFTER_THE_STOP
        yield place, count.money(stood[place]), decision
    unnamed = contest.in_play(supported=False)
    while unnamed and not count.stopped and all(contest.costs[at] <= left for at in unnamed):
        left -= contest.costs[unnamed[0]]
        yield unnamed.pop(0), None, Decision.FUNDED
    for place in unnamed:
        unfit = not count.stopped and contest.costs[place] > left
        yield place, None, Decision.DOES_NOT_FIT if unfit else Decision.AFTER_THE_STOP
    too_dear = (at for at, cost in enumerate(contest.costs) if cost > contest.limit)
    for place in contest.in_order(too_dear):
        yield place, None, Decision.DOES_NOT_FIT


def _rounds(instance: Instance, votes: Sequence[Amount], count: Count) -> Iterator[Round]:
    left = instance.limit
    for place, load, decision in _turns(count):
        option = instance.options[place]
        yield Round(option.id, votes[place], option.cost, left, decision, load)
        left -= option.cost if decision is Decision.FUNDED else 0
