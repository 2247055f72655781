"""Greedy: walk the options from the best-placed on; fund what still fits, skip what does not.

Talmon and Faliszewski, A Framework for Approval-Based Budgeting Methods (AAAI 2019), and
pabutools. With `by` "votes" it is the usual rule of cities. `stop` ends the walk at the first
option that does not fit; one named on fewer than `minimum_votes` ballots is out. Options of cost 0
with support come first, options without support last: both as in pabutools.

>>> greedy({"a": 60, "b": 50}, 100, [{"a": 1}, {"a": 1, "b": 1}, {"b": 1}, {"a": 1}], ["a", "b"])
['a']
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction

Number = int | Fraction


def greedy(
    costs: Mapping[str, Number],
    limit: Number,
    ballots: Sequence[Mapping[str, Number]],
    ties: Sequence[str],
    by: str = "votes",  # or "votes_per_cost", "points_per_cost"
    *,
    minimum_votes: int = 0,
    stop: bool = False,
) -> list[str]:
    """Ids of the funded options, in order of choice."""
    votes = {p: sum(p in ballot for ballot in ballots) for p in ties}
    points = {p: sum(ballot.get(p, 0) for ballot in ballots) for p in ties}

    def merit(p: str) -> tuple[int, Number]:
        support = points[p] if by == "points_per_cost" else votes[p]
        if not (support and costs[p]):
            return (2 if support else 0), 0
        return 1, support if by == "votes" else Fraction(support) / costs[p]

    funded, left = [], limit
    for p in sorted(ties, key=merit, reverse=True):  # equals stay in the tie order
        if votes[p] < minimum_votes:
            continue
        if costs[p] <= left:
            funded.append(p)
            left -= costs[p]
        elif stop:
            break
    return funded
