"""Maximum welfare: of all sets that the budget limit allows, the one of greatest total welfare.

Laws: the limit, the rivals and the needs are kept; no set allowed has more welfare; among sets of
equal welfare the tie order decides, and nothing else; scaling all money, or all weights, by one
number changes nothing.

References
----------
N. Talmon and P. Faliszewski, A Framework for Approval-Based Budgeting Methods (AAAI 2019), the
max rules. G. L. Nemhauser and Z. Ullmann, Discrete Dynamic Programming and Capital Allocation
(Management Science 15, 1969), the lists of sums that nothing betters; H. Kellerer, U. Pferschy,
D. Pisinger, Knapsack Problems (Springer 2004), chapters 3 to 5.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tally.contest import Amount, Instance
from tally.outcome import Decision, Outcome, Round, Tie
from tally.profile import Profile
from tally.rules.knapsack import Knapsack, Members
from tally.ties import TieOrder


def by_votes(instance: Instance, profile: Profile, ties: TieOrder) -> Outcome:
    """Welfare is votes: the funded set that voters named most often, all together.

    An option that nobody supports is funded only where a funded one needs it. Of several best sets
    the one is funded that contains the option first in the tie order, if any of them does, then
    the next, and so on.

    Returns
    -------
    The funded in the tie order, then the others. `Round.key` is an option's own welfare, None
    without support; the fact "welfare" is their sum over the funded. There is one tie where there
    are several best sets: the options that are in some of them and not in all. It mattered: each
    of these sets is the outcome of some tie order.

    Raises
    ------
    InstanceError : there are more sums or sets than can be weighed. How rivals and needs are kept
        exactly, and what the count costs, is told in `knapsack`.

    >>> from tally.contest import Option
    >>> instance = Instance((Option("bench", 60), Option("pool", 90), Option("trees", 40)), 100)
    >>> ballots = [["bench", "pool"]] * 2 + [["pool", "trees"]] * 3
    >>> profile = Profile.of("approval", instance, ballots)
    >>> outcome = by_votes(instance, profile, ("bench", "pool", "trees"))
    >>> outcome.funded, outcome.facts, outcome.ties[0].options
    (('bench', 'trees'), (('welfare', 5),), ('bench', 'pool', 'trees'))
    """
    votes = profile.votes()
    return _outcome(instance, profile, ties, _Welfare("maxw_card", votes, votes))


def by_cost(instance: Instance, profile: Profile, ties: TieOrder) -> Outcome:
    """Welfare is votes times cost: money spent, counted once for each voter who named the option.

    All as in `by_votes`. A supported option that costs nothing has no welfare then; among sets of
    equal welfare the one is best in which such options have most votes, so that none is left out
    for nothing.

    >>> from tally.contest import Option
    >>> instance = Instance((Option("bench", 60), Option("pool", 90), Option("trees", 40)), 100)
    >>> ballots = [["bench", "pool"]] * 2 + [["pool", "trees"]] * 3
    >>> profile = Profile.of("approval", instance, ballots)
    >>> outcome = by_cost(instance, profile, ("bench", "pool", "trees"))
    >>> outcome.funded, outcome.facts
    (('pool',), (('welfare', 450),))
    """
    votes = profile.votes()
    worth = [said * option.cost for said, option in zip(votes, instance.options, strict=True)]
    return _outcome(instance, profile, ties, _Welfare("maxw_cost", votes, worth))


def by_points(instance: Instance, profile: Profile, ties: TieOrder) -> Outcome:
    """Welfare is points, Borda's on ordinal ballots; 1 a pick on ballots without points.

    All as in `by_votes`; an option is supported if it has points.

    >>> from tally.contest import Option
    >>> instance = Instance((Option("bench", 60), Option("trees", 50)), 100)
    >>> profile = Profile.of("cumulative", instance, [["bench", "trees"]], [[2, 3]])
    >>> by_points(instance, profile, ("bench", "trees")).funded
    ('trees',)
    """
    points = profile.scores()
    return _outcome(instance, profile, ties, _Welfare("maxw_score", points, points))


@dataclass(frozen=True)
class _Welfare:
    """A rule, and for each option of the instance its support and what it adds to welfare."""

    rule: str
    support: Sequence[Amount]
    worth: Sequence[Amount]

    def values(self) -> list[int]:
        """Whole numbers by which to weigh sets; above zero exactly where there is support.

        They go by worth, and then by the support of options that have no worth of their own.
        """
        said = _whole(self.support)
        free = [votes if not each else 0 for votes, each in zip(said, self.worth, strict=True)]
        scale = sum(free) + 1
        return [each * scale + more for each, more in zip(_whole(self.worth), free, strict=True)]


def _whole(amounts: Sequence[Amount]) -> list[int]:
    """The same numbers as numerators over one denominator."""
    unit = math.lcm(*(amount.denominator for amount in amounts))
    return [int(amount * unit) for amount in amounts]


def _outcome(instance: Instance, profile: Profile, ties: TieOrder, welfare: _Welfare) -> Outcome:
    best, contested = _knapsack(instance, ties, welfare.values()).best()
    funded, met = _named(ties, best), _named(ties, contested)
    return Outcome(
        rule=welfare.rule,
        parameters=(),
        limit=instance.limit,
        ballots=profile.ballots,
        rounds=tuple(_rounds(instance, funded, ties, welfare)),
        ties=(Tie(met, True),) if met else (),
        facts=(("welfare", sum(welfare.worth[instance.index[name]] for name in funded)),),
    )


def _knapsack(instance: Instance, ties: TieOrder, values: Sequence[int]) -> Knapsack:
    """The same options in the tie order."""
    costs, limit, _ = instance.whole
    order = [instance.index[name] for name in ties]
    lot = {name: at for at, name in enumerate(ties)}
    return Knapsack(
        costs=tuple(costs[at] for at in order),
        values=tuple(values[at] for at in order),
        limit=limit,
        rivals=tuple(tuple(lot[name] for name in names) for names in instance.rivals),
        needs=tuple((lot[name], lot[other]) for name, other in instance.needs),
    )


def _named(ties: TieOrder, members: Members) -> tuple[str, ...]:
    return tuple(name for at, name in enumerate(ties) if members >> at & 1)


def _rounds(
    instance: Instance, funded: Sequence[str], ties: TieOrder, welfare: _Welfare
) -> Iterator[Round]:
    left, taken = instance.limit, set(funded)
    for name in (*funded, *(name for name in ties if name not in taken)):
        at = instance.index[name]
        cost, support = instance.options[at].cost, welfare.support[at]
        key = welfare.worth[at] if support else None
        decision = Decision.FUNDED if name in taken else Decision.NOT_CHOSEN
        yield Round(name, support, cost, left, decision, key)
        left -= cost if name in taken else 0
