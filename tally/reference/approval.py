"""Approval: every ballot approves some candidates; the most approvals win.

Brams and Fishburn, Approval Voting (1978). A ranked ballot approves all whom it ranks, or those of
its first `ranks` ranks.

>>> approval("abc", [([{"a"}, {"b"}], 3), ([{"b", "c"}], 2)])
[['b'], ['a'], ['c']]
"""

from collections.abc import Iterable, Sequence, Set
from fractions import Fraction

Number = int | Fraction


def approval(
    candidates: Iterable[str],
    ballots: Sequence[tuple[Sequence[Set[str]], Number]],
    ranks: int = 0,  # 0: all
) -> list[list[str]]:
    """Everybody in tiers, the best first."""
    votes: dict[str, Number] = dict.fromkeys(candidates, 0)
    for tiers, weight in ballots:
        ranked = [tier for tier in tiers if tier]
        for tier in ranked[: ranks or None]:
            for c in tier:
                votes[c] += weight
    return [[c for c in votes if votes[c] == v] for v in sorted(set(votes.values()), reverse=True)]
