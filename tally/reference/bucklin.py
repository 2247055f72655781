"""Bucklin: count first choices; while nobody has a majority, add the next choices of every ballot.

Hoag and Hallett, Proportional Representation (1926), section 262. A majority is more than half of
all ballots, empty ones included; of several who come to one in the same round the most votes win.
If nobody ever does, the most votes at the end win. A shared rank counts for all who share it.

>>> bucklin("abc", [([{"a"}, {"b"}], 4), ([{"b"}], 3), ([{"c"}, {"b"}], 3)])
[['b'], ['a'], ['c']]
"""

from collections.abc import Collection, Sequence, Set
from fractions import Fraction

Number = int | Fraction


def bucklin(
    candidates: Collection[str], ballots: Sequence[tuple[Sequence[Set[str]], Number]]
) -> list[list[str]]:
    """Everybody in tiers: by the round of the majority, then by the votes in it; then the rest."""
    ranked = [([tier for tier in tiers if tier], weight) for tiers, weight in ballots]
    rounds = max((len(tiers) for tiers, _ in ranked), default=0)
    half = Fraction(sum(weight for _, weight in ranked), 2)

    def votes(c: str, turn: int) -> Number:
        return sum(weight for tiers, weight in ranked if any(c in t for t in tiers[:turn]))

    def merit(c: str) -> tuple[int, Number]:
        for turn in range(1, rounds + 1):
            if votes(c, turn) > half:
                return -turn, votes(c, turn)
        return -rounds - 1, votes(c, rounds)

    merits = {c: merit(c) for c in candidates}
    tiers = sorted(set(merits.values()), reverse=True)
    return [[c for c in candidates if merits[c] == tier] for tier in tiers]
