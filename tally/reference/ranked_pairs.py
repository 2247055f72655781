"""Ranked pairs: lock defeats from the strongest on, but none against those locked before.

Tideman, Social Choice and Welfare 4 (1987). Strength: "winning" votes, "margin" or "ratio", as for
Schulze; of equally strong defeats that with fewer votes against goes first, then, by the tie order
`candidates`, that whose winner comes first, then that whose loser comes last (Zavist and Tideman
1989). `votes` as `pairwise` has them: (a, b) -> the votes for a above b.

>>> votes = {("a", "b"): 6, ("b", "a"): 3, ("b", "c"): 7, ("c", "b"): 2,
...          ("c", "a"): 5, ("a", "c"): 4}
>>> sorted(ranked_pairs("abc", votes))
[('a', 'b'), ('b', 'c')]
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction

Number = int | Fraction
Pair = tuple[str, str]


def ranked_pairs(
    candidates: Sequence[str], votes: Mapping[Pair, Number], strength: str = "winning"
) -> list[Pair]:
    """The locked defeats (a, b), a above b, in the order in which they are locked."""

    def turn(pair: Pair) -> tuple[Number, Number, Number, int, int]:
        a, b = pair
        yes, no = votes[a, b], votes[b, a]
        weight: tuple[Number, Number] = (0, yes if strength == "winning" else yes - no)
        if strength == "ratio":
            weight = (0, Fraction(yes) / no) if no else (1, yes)
        return -weight[0], -weight[1], no, candidates.index(a), -candidates.index(b)

    locked: list[Pair] = []

    def leads(a: str, b: str) -> bool:
        return a == b or any(leads(d, b) for c, d in locked if c == a)

    for a, b in sorted((pair for pair in votes if votes[pair] > votes[pair[::-1]]), key=turn):
        if not leads(b, a):
            locked.append((a, b))
    return locked
