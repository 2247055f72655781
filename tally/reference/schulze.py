"""Schulze: whoever has, to each other candidate, no weaker a beatpath than there is back, wins.

Schulze, Social Choice and Welfare 36 (2011). A beatpath leads from defeat to defeat and is as
strong as the weakest of them: by the votes for the winner of the pair ("winning"), those less the
votes against ("margin"), or for / against ("ratio"; a defeat that nobody votes against is stronger
than all others, and the more votes, the stronger). `votes` as `pairwise` has them.

>>> votes = {("a", "b"): 6, ("b", "a"): 3, ("b", "c"): 7, ("c", "b"): 2,
...          ("c", "a"): 5, ("a", "c"): 4}
>>> schulze("abc", votes)
[['a'], ['b'], ['c']]
"""

from collections.abc import Collection, Mapping
from fractions import Fraction

Number = int | Fraction


def schulze(
    candidates: Collection[str],
    votes: Mapping[tuple[str, str], Number],
    strength: str = "winning",
) -> list[list[str]]:
    """Everybody in layers: those whom nobody is above, those whom nobody but them is, and so on."""

    def weight(a: str, b: str) -> tuple[Number, Number]:
        yes, no = votes[a, b], votes[b, a]
        if yes <= no:
            return -1, 0
        if strength == "ratio":
            return (0, Fraction(yes) / no) if no else (1, yes)
        return 0, yes if strength == "winning" else yes - no

    path = {(a, b): weight(a, b) for a, b in votes}
    for k in candidates:
        for pair, direct in path.items():
            if k not in pair:
                path[pair] = max(direct, min(path[pair[0], k], path[k, pair[1]]))
    left, layers = list(candidates), []
    while left:
        top = [a for a in left if all(path[a, b] >= path[b, a] for b in left if b != a)]
        layers.append(top)
        left = [a for a in left if a not in top]
    return layers
