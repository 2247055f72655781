"""The Smith set and the Schwartz set: who is left when only majorities speak.

Smith (1973): the fewest candidates each of whom beats everybody else. Schwartz (1972): all who are
in a smallest group that nobody outside beats. Every set of candidates is tried, so this is for few.
`votes` as `pairwise` has them: (a, b) -> the votes for a above b.

>>> votes = {("a", "b"): 2, ("b", "a"): 1, ("b", "c"): 2, ("c", "b"): 1,
...          ("c", "a"): 1, ("a", "c"): 1}
>>> smith("abc", votes), schwartz("abc", votes)
(['a', 'b', 'c'], ['a'])
"""

from collections.abc import Collection, Mapping
from fractions import Fraction
from itertools import combinations

Votes = Mapping[tuple[str, str], int | Fraction]


def smith(candidates: Collection[str], votes: Votes) -> list[str]:
    """The Smith set."""
    return next(
        list(group)
        for size in range(1, len(candidates) + 1)
        for group in combinations(candidates, size)
        if all(votes[a, b] > votes[b, a] for a in group for b in candidates if b not in group)
    )


def schwartz(candidates: Collection[str], votes: Votes) -> list[str]:
    """The Schwartz set."""
    unbeaten: list[tuple[str, ...]] = []
    for size in range(1, len(candidates) + 1):
        for group in combinations(candidates, size):
            others = [b for b in candidates if b not in group]
            if all(votes[b, a] <= votes[a, b] for a in group for b in others) and not any(
                set(smaller) < set(group) for smaller in unbeaten
            ):
                unbeaten.append(group)
    return [a for a in candidates if any(a in group for group in unbeaten)]
