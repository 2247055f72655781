"""EJR+ up to any one option: no group that could pay for an option is left with less.

For an option p that is not funded, take any group of its supporters. Their equal parts of the
limit would buy them utility at the price that p costs this group: that is what they are *owed*,

    owed = limit / n · (sum of the group's utilities for p) / cost of p.

The outcome keeps EJR+ up to any one option if in every such group somebody has more than that, p
itself added. For cost utilities this reads: the cost of what i supports and is funded, and of p, is
more than the group's part of the limit. With one common cost it is EJR+ of committees; it implies
EJR up to any one option for cost utilities. The Method of Equal Shares keeps it, with or without
completion.

References
----------
M. Brill and J. Peters, Robust and Verifiable Proportionality Axioms for Multiwinner Voting (EC
2023), on participatory budgeting; D. Peters, G. Pierczyński, P. Skowron, Proportional Participatory
Budgeting with Additive Utilities (NeurIPS 2021), for the price of a group.
"""

from collections.abc import Collection
from dataclasses import dataclass
from fractions import Fraction

from tally.axioms.figures import Figures
from tally.axioms.measure import Exact, Measure, Worth, over, worth
from tally.contest import Amount, Instance
from tally.profile import Profile


@dataclass(frozen=True, slots=True)
class Step(Figures):
    """A group of supporters and what it is owed; None: the option is free, no bound to it."""

    voters: Amount
    owed: Amount | None


@dataclass(frozen=True, slots=True)
class Chain(Figures):
    """Why nobody has a claim to `option`.

    The first group is all its supporters. Each further one is those of the group before it who,
    with the option, have no more than that group is owed; the last one is empty. A group with a
    claim would lie in each of them.
    """

    option: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Claim(Figures):
    """All supporters of `option` who, with it, would have no more than `owed`: so many voters.

    Attributes
    ----------
    voters, owed : the group's size, and what it is owed; None where the option is free
    most : what the best off of them would have, the option added
    """

    option: str
    voters: Amount
    owed: Amount | None
    most: Amount


@dataclass(frozen=True, slots=True)
class Certificate(Figures):
    """The outcome keeps the axiom: one chain for each option that is not funded."""

    measure: Measure
    funded: tuple[str, ...]
    chains: tuple[Chain, ...]
    axiom: str = "ejr_plus_up_to_any"


@dataclass(frozen=True, slots=True)
class Violation(Figures):
    """The outcome breaks the axiom: the largest group with a claim for each option that has one."""

    measure: Measure
    funded: tuple[str, ...]
    claims: tuple[Claim, ...]
    axiom: str = "ejr_plus_up_to_any"


def check(
    instance: Instance, profile: Profile, funded: Collection[str], *, measure: Measure
) -> Certificate | Violation:
    """Whether the options funded keep EJR+ up to any one option, with the proof.

    Parameters
    ----------
    funded : ids, in any order

    Notes
    -----
    For each option the supporters who already have too much for any claim are dropped, over and
    over, until nobody is left (no group has a claim) or nobody drops (all who are left have one,
    and it is the largest). Whole numbers throughout. O(k) a pass over the k picks; two or three
    passes are usual, never more than there are different satisfactions.

    >>> from tally import Instance, Option, Profile
    >>> instance = Instance((Option("pool", 6), Option("bench", 3)), limit=6)
    >>> profile = Profile.of("approval", instance, [["pool"], ["pool"], ["bench"], ["bench"]])
    >>> check(instance, profile, ["pool"], measure=Measure.COST).claims
    (Claim(option='bench', voters=2, owed=3, most=3),)
    """
    utilities = worth(instance, profile, measure)
    places = {instance.index[name] for name in funded}
    has = utilities.satisfaction(places)
    chains: list[Chain] = []
    claims: list[Claim] = []
    for place, option in enumerate(instance.options):
        if place not in places:
            price = 1 if measure is Measure.COST else instance.whole[0][place]
            steps, most = _drop(instance, utilities, has, place, price)
            if most is None:
                chains.append(Chain(option.id, steps))
            else:
                claims.append(Claim(option.id, steps[-1].voters, steps[-1].owed, most))
    named = tuple(option.id for at, option in enumerate(instance.options) if at in places)
    if claims:
        return Violation(measure, named, tuple(claims))
    return Certificate(measure, named, tuple(chains))


def _drop(
    instance: Instance, utilities: Worth, has: Exact, place: int, price: int
) -> tuple[tuple[Step, ...], Amount | None]:
    """The groups that are left, and what the best off of the last has, if that one has a claim.

    With whole numbers for all but `owed`, a supporter with `value` is owed as much or more exactly
    if ``value <= limit * backing // (n * price)``: so no fraction is compared.
    """
    profile, limit = utilities.profile, instance.whole[1]
    groups, points = utilities.supporters(place)
    weights = profile.weights[groups]
    value = has[groups] + points.astype(utilities.kind) * utilities.factors[place]
    due = int(profile.weights.sum()) * price
    steps: list[Step] = []
    while len(weights):
        backing = limit * int((weights * points.astype(utilities.kind)).sum())
        owed = over(backing, due * utilities.unit) if due else None
        steps.append(Step(over(int(weights.sum()), profile.weights_unit), owed))
        poor = value <= backing // due if due else value >= 0
        if poor.all():
            return tuple(steps), over(int(value.max()), utilities.unit)
        weights, points, value = weights[poor], points[poor], value[poor]
    return (*steps, Step(0, 0)), None


def recheck(found: Certificate | Violation, instance: Instance, profile: Profile) -> bool:
    """Whether every figure of a certificate or a violation is right, and they prove what they say.

    Notes
    -----
    By other means than `check`: ballot by ballot in fractions, without numpy, sorting or search.
    """
    again = _Again(instance, profile, found)
    if isinstance(found, Violation):
        return bool(found.claims) and all(again.claimed(claim) for claim in found.claims)
    rest = sorted(set(instance.index) - set(found.funded))
    return sorted(chain.option for chain in found.chains) == rest and all(
        again.settled(chain) for chain in found.chains
    )


class _Again:
    """The ballots once more, in plain Python, to look at one group after another."""

    def __init__(
        self, instance: Instance, profile: Profile, found: Certificate | Violation
    ) -> None:
        self.instance, self.measure = instance, found.measure
        self.funded = {instance.index[name] for name in found.funded}
        self.share = Fraction(instance.limit) / profile.ballots if profile.ballots else Fraction(0)
        self.rows = [(ballot, weight) for ballot, weight in profile.rows() if ballot]

    def utility(self, place: int, points: Amount) -> Amount:
        """What a pick is worth."""
        if self.measure is Measure.SCORE:
            return points
        return self.instance.options[place].cost if self.measure is Measure.COST else 1

    def supporters(self, option: str) -> list[tuple[Amount, Amount, Amount]]:
        """Each supporting ballot: what it has with the option, the option's utility, its weight."""
        wanted, found = self.instance.index[option], []
        for ballot, weight in self.rows:
            given = dict(ballot).get(wanted)
            if given is not None and (given or self.measure is not Measure.SCORE):
                own = self.utility(wanted, given)
                has = sum(self.utility(at, said) for at, said in ballot if at in self.funded)
                found.append((has + own, own, weight))
        return found

    def owed(self, option: str, group: list[tuple[Amount, Amount, Amount]]) -> Amount | None:
        """What the group is owed; None where the option is free."""
        if not group:
            return 0
        if self.measure is Measure.COST:
            return self.share * sum(weight for _, _, weight in group)
        cost = self.instance.options[self.instance.index[option]].cost
        worth = sum(own * weight for _, own, weight in group)
        return self.share * worth / cost if cost else None

    def settled(self, chain: Chain) -> bool:
        """Whether each group is who is left of the one before, and the last is empty."""
        group = self.supporters(chain.option)
        for step in chain.steps:
            told = sum(weight for _, _, weight in group), self.owed(chain.option, group)
            if told != (step.voters, step.owed) or step.owed is None:
                return False
            group = [row for row in group if row[0] <= step.owed]
        return bool(chain.steps) and chain.steps[-1].voters == 0

    def claimed(self, claim: Claim) -> bool:
        """Whether so many supporters have no more than they are owed, and the option is out."""
        group = self.supporters(claim.option)
        if claim.owed is not None:
            group = [row for row in group if row[0] <= claim.owed]
        return (
            self.instance.index[claim.option] not in self.funded
            and claim.voters == sum(weight for _, _, weight in group) > 0
            and claim.most == max(has for has, _, _ in group)
            and claim.owed == self.owed(claim.option, group)
        )
