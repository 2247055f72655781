"""Maximum welfare: of all sets that fit into the limit, one with the greatest sum of utilities.

Talmon and Faliszewski, A Framework for Approval-Based Budgeting Methods (AAAI 2019). The paper
leaves open which of several best sets is meant: here the one that contains the best-placed option
of the tie order; among these the one that contains the second-placed; and so on (pabutools takes
what its solver finds). An option that nobody supports is thus funded where it still fits.

>>> max_welfare({"a": 6, "b": 5, "c": 5}, 10, [{"a": 1, "b": 1}, {"c": 1}], ["a", "b", "c"])
['b', 'c']
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cache

Number = int | Fraction


def max_welfare(
    costs: Mapping[str, Number],
    limit: Number,
    ballots: Sequence[Mapping[str, Number]],
    ties: Sequence[str],
    utility: str = "cost",  # or "cardinality", "points"
) -> list[str]:
    """Ids of the funded options, in the tie order."""

    def welfare(p: str) -> Number:
        votes, points = sum(p in b for b in ballots), sum(b.get(p, 0) for b in ballots)
        return {"cardinality": votes, "cost": votes * costs[p], "points": points}[utility]

    worth = [welfare(p) for p in ties]

    @cache
    def best(start: int, left: Number) -> Number:
        """Greatest welfare that the options from place `start` on can bring for `left`."""
        if start == len(ties):
            return 0
        without = best(start + 1, left)
        if costs[ties[start]] > left:
            return without
        return max(without, worth[start] + best(start + 1, left - costs[ties[start]]))

    funded, left = [], limit
    for at, p in enumerate(ties):
        if costs[p] <= left and worth[at] + best(at + 1, left - costs[p]) == best(at, left):
            funded.append(p)
            left -= costs[p]
    return funded
