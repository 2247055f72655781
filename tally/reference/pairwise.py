"""Pairwise votes: for each two candidates, how many ballots put the one above the other.

Condorcet (1785). A ballot puts whom it ranks above all whom it does not (`unranked` "last"), or
says nothing of these pairs ("not_compared"). Those who share a rank are level.

>>> votes = pairwise("abc", [([{"a"}, {"b"}], 3), ([{"b"}], 2)])
>>> votes["a", "b"], votes["b", "a"], votes["b", "c"]
(3, 2, 5)
"""

from collections.abc import Collection, Sequence, Set
from fractions import Fraction
from itertools import permutations

Number = int | Fraction


def pairwise(
    candidates: Collection[str],
    ballots: Sequence[tuple[Sequence[Set[str]], Number]],
    unranked: str = "last",
) -> dict[tuple[str, str], Number]:
    """(a, b) -> the votes for a above b."""
    votes: dict[tuple[str, str], Number] = dict.fromkeys(permutations(candidates, 2), 0)
    for tiers, weight in ballots:
        rank = {c: at for at, tier in enumerate(tiers) for c in tier}
        for a, b in votes:
            if a in rank and b in rank:
                votes[a, b] += weight * (rank[a] < rank[b])
            elif a in rank and unranked == "last":
                votes[a, b] += weight
    return votes
