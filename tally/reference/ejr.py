"""EJR+ up to any one option, with costs: every group gets what its share of the money buys.

Brill and Peters, Robust and Verifiable Proportionality Axioms for Multiwinner Voting (EC 2023),
sec. on participatory budgeting; a voter's utility is the cost of her funded options. An outcome
violates it if there is an option not funded, and a group of its supporters, such that each of
them has options funded for so little that this together with the cost of the one more option is
at most the group's share of the limit, group * limit / voters. Approval ballots only. It is enough
to look at the k poorest supporters of each option, for each k.

>>> violation({"a": 6, "b": 4}, 10, [{"a": 1}, {"a": 1}, {"b": 1}], ["b"])
('a', [0, 1])
>>> violation({"a": 6, "b": 4}, 10, [{"a": 1}, {"a": 1}, {"b": 1}], ["a"]) is None
True
"""

from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction

Number = int | Fraction


def violation(
    costs: Mapping[str, Number],
    limit: Number,
    ballots: Sequence[Mapping[str, Number]],
    funded: Collection[str],
) -> tuple[str, list[int]] | None:
    """The first option (in the order of `costs`) with a violating group, and the smallest; or None.

    The group is given as places in `ballots`, ascending; None: the outcome satisfies the axiom.
    """
    has = [sum(costs[p] for p in set(funded) & set(ballot)) for ballot in ballots]
    for p, cost in costs.items():
        if p not in funded:
            poorest = sorted((i for i, b in enumerate(ballots) if p in b), key=lambda i: has[i])
            for size, i in enumerate(poorest, 1):
                if has[i] + cost <= Fraction(limit) * size / len(ballots):
                    return p, sorted(poorest[:size])
    return None
