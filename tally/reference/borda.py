"""Borda: points by place on each ballot; the most points win.

Borda (1781). Conventions for shared ranks and for ballots that do not rank everybody, of m:

shared : m points for the first, one less for each next; those who share a rank share the points of
    their places, and so do all who are not ranked (Condorcet PHP)
symmetric : the candidates below less those above; whoever is not ranked is below (pref_voting)
truncated : m - 1 for the first, one less for each next, shared ranks as above; not ranked: nothing

>>> borda("abcd", [([{"a"}], 1), ([{"b"}, {"c"}], 1)])
{'a': Fraction(11, 2), 'b': Fraction(6, 1), 'c': Fraction(5, 1), 'd': Fraction(7, 2)}
>>> {c: int(v) for c, v in borda("abcd", [([{"a"}], 1), ([{"b"}, {"c"}], 1)], "symmetric").items()}
{'a': 1, 'b': 2, 'c': 0, 'd': -3}
"""

from collections.abc import Collection, Sequence, Set
from fractions import Fraction

Number = int | Fraction


def borda(
    candidates: Collection[str],
    ballots: Sequence[tuple[Sequence[Set[str]], Number]],
    convention: str = "shared",
) -> dict[str, Fraction]:
    """The points of each candidate."""
    points = {c: Fraction(0) for c in candidates}
    for tiers, weight in ballots:
        ranked: Set[str] = set().union(*tiers)
        rest = set(points) - ranked
        above = 0
        for tier in [*tiers, rest]:
            for c in tier:
                below = len(points) - above - len(tier)
                if convention == "symmetric":
                    points[c] += weight * (below - above)
                elif c in ranked or convention == "shared":
                    best, last = below + len(tier), below + 1
                    share = Fraction(best + last, 2)
                    points[c] += weight * (share if convention == "shared" else share - 1)
            above += len(tier)
    return points
