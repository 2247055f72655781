"""Kemeny: of all orders of the candidates, those that go against the fewest votes.

Kemeny (1959). All orders are tried, so this is for few candidates. `votes` as `pairwise` has them:
(a, b) -> the votes for a above b.

>>> votes = {("a", "b"): 6, ("b", "a"): 3, ("b", "c"): 7, ("c", "b"): 2,
...          ("c", "a"): 5, ("a", "c"): 4}
>>> kemeny("abc", votes)
[('a', 'b', 'c')]
"""

from collections.abc import Collection, Mapping
from fractions import Fraction
from itertools import combinations, permutations

Number = int | Fraction


def kemeny(
    candidates: Collection[str], votes: Mapping[tuple[str, str], Number]
) -> list[tuple[str, ...]]:
    """All best orders."""

    def votes_for(order: tuple[str, ...]) -> Number:
        return sum(votes[a, b] for a, b in combinations(order, 2))

    orders = list(permutations(candidates))
    most = max(map(votes_for, orders))
    return [order for order in orders if votes_for(order) == most]
