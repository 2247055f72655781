"""Plurality: every ballot gives one vote to whom it ranks first; the most votes win.

Those who share the first rank share the vote equally (`shared` "split"), or such a ballot gives no
vote ("nothing"). Representation of the People Act 1983 (UK), schedule 1, rule 18, knows no shared
ranks; the choice is ours.

>>> plurality("abc", [([{"a"}, {"b"}], 3), ([{"b", "c"}], 2)])
[['a'], ['b', 'c']]
"""

from collections.abc import Iterable, Sequence, Set
from fractions import Fraction

Number = int | Fraction


def plurality(
    candidates: Iterable[str],
    ballots: Sequence[tuple[Sequence[Set[str]], Number]],
    shared: str = "split",  # or "nothing"
) -> list[list[str]]:
    """Everybody in tiers, the best first."""
    votes = {c: Fraction(0) for c in candidates}
    for tiers, weight in ballots:
        first = next((tier for tier in tiers if tier), ())
        for c in first:
            if len(first) == 1 or shared == "split":
                votes[c] += Fraction(weight) / len(first)
    return [[c for c in votes if votes[c] == v] for v in sorted(set(votes.values()), reverse=True)]
