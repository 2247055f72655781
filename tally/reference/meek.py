"""Meek's method: of each vote that comes to her each of the elected keeps what gives her a quota.

Hill, Wichmann, Woodall, Algorithm 123 (1987), with the figures of the PR Foundation's reference
rule: `digits` decimals, what is kept and the keep factors rounded up, the quota too; a round ends
when the surplus is below `omega` or falls no more. Then the one with the fewest votes goes out; of
those within the surplus of the fewest, the last in `ties`. Ballots rank one candidate at a rank.

>>> meek("abc", 2, [(["a", "b"], 5), (["b"], 1), (["c"], 3)], "abc")
['a', 'c']
"""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import ceil, floor

Number = int | Fraction


def meek(
    candidates: Iterable[str], seats: int, ballots: Sequence[tuple[Sequence[str], Number]],
    ties: Sequence[str], rounds: list[dict[str, Fraction]] | None = None,
    *, digits: int = 9, omega: Fraction = Fraction(1, 10**6),
) -> list[str]:  # fmt: skip
    """The elected in order; `rounds` is filled with the votes at the end of each."""
    unit, elected, rounds = 10**digits, list[str](), [] if rounds is None else rounds
    keep = dict.fromkeys(candidates, Fraction(1))

    def up(x: Fraction) -> Fraction:
        return Fraction(ceil(x * unit), unit)

    def share() -> tuple[dict[str, Fraction], Fraction]:
        votes = dict.fromkeys(keep, Fraction(0))
        for order, many in ballots:
            left = Fraction(1)
            for c in dict.fromkeys(c for c in order if c in keep):
                votes[c] += many * (kept := up(left * keep[c]))
                left -= kept
        return votes, Fraction(floor(sum(votes.values()) / (seats + 1) * unit) + 1, unit)

    while 0 < seats - len(elected) < len(keep) - len(elected):
        before = surplus = Fraction(sum(many for _, many in ballots))
        while True:
            votes, quota = share()
            over = [c for c in keep if c not in elected and votes[c] >= quota]
            surplus = sum((votes[c] - quota for c in elected + over), Fraction(0))
            if over or surplus < omega or surplus >= before:
                break
            before = surplus
            keep.update({c: up(up(keep[c] * quota) / votes[c]) for c in elected})
        rounds.append(votes)
        elected += sorted(over, key=lambda c: -votes[c])
        if not over:
            hopeful = [c for c in keep if c not in elected]
            line = min(votes[c] for c in hopeful) + max(surplus, Fraction(0))
            keep.pop(max((c for c in hopeful if votes[c] <= line), key=ties.index))
    rest = [c for c in keep if c not in elected] if len(elected) < seats else []
    return elected + sorted(rest, key=lambda c: -share()[0][c])
