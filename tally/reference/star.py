"""STAR: score, then automatic runoff: of the two with the most points, whom more ballots prefer.

The Equal Vote Coalition (2014). A ballot prefers the one to whom it gives more points; where the
runoff is level, more points win. Where points do not say which two come into the runoff, or who
wins it, all are named who can win.

>>> star("abc", [({"a": 5, "b": 1}, 2), ({"b": 4, "a": 3}, 2), ({"b": 5}, 1)])
['b']
"""

from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction
from itertools import permutations

Number = int | Fraction


def star(
    candidates: Collection[str], ballots: Sequence[tuple[Mapping[str, int], Number]]
) -> list[str]:
    """Who wins; several only where there is a tie."""
    points = {c: sum(ballot.get(c, 0) * weight for ballot, weight in ballots) for c in candidates}

    def merit(a: str, b: str) -> tuple[Number, Number]:
        votes = sum(weight for ballot, weight in ballots if ballot.get(a, 0) > ballot.get(b, 0))
        return votes, points[a]

    can_win = set(points) if len(points) == 1 else set()
    for a, b in permutations(points, 2):
        least = min(points[a], points[b])
        if all(points[c] <= least for c in points if c not in (a, b)):
            can_win |= {a} if merit(a, b) >= merit(b, a) else set()
    return [c for c in candidates if c in can_win]
