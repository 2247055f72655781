"""Copeland: the most wins against the others one by one, less the losses.

Copeland (1951). A pair with as many votes on either side is neither. `votes` as `pairwise` has
them: (a, b) -> the votes for a above b.

>>> copeland("abc", {("a", "b"): 3, ("b", "a"): 2, ("a", "c"): 1, ("c", "a"): 1,
...                  ("b", "c"): 0, ("c", "b"): 5})
[['a', 'c'], ['b']]
"""

from collections.abc import Collection, Mapping
from fractions import Fraction

Number = int | Fraction


def copeland(
    candidates: Collection[str], votes: Mapping[tuple[str, str], Number]
) -> list[list[str]]:
    """Everybody in tiers, the best first."""
    wins = dict.fromkeys(candidates, 0)
    for a, b in votes:
        if votes[a, b] > votes[b, a]:
            wins[a] += 1
            wins[b] -= 1
    return [[c for c in wins if wins[c] == v] for v in sorted(set(wins.values()), reverse=True)]
