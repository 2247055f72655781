"""The margin of victory of an instant run-off, by trying every change of one ballot, of two, ….

Any ballot may become any other; a tie may be broken either way. Only for a few ballots and three
or four candidates.

>>> margin("abc", [("a", 4), ("b", 3), ("cb", 2)], "b")
1
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import combinations, combinations_with_replacement, permutations

Ballot = tuple[str, ...]


def winners(standing: frozenset[str], ballots: Counter[Ballot]) -> set[str]:
    """Everybody who wins in some way to break ties."""
    if len(standing) == 1:
        return set(standing)
    votes = dict.fromkeys(standing, 0)
    for ballot, number in ballots.items():
        for candidate in [c for c in ballot if c in standing][:1]:
            votes[candidate] += number
    last = [c for c in standing if votes[c] == min(votes.values())]
    return {one for c in last for one in winners(standing - {c}, ballots)}


def margin(
    candidates: Iterable[str],
    ballots: Sequence[tuple[Sequence[str], int]],
    winner: str,
    most: int = 2,
) -> int | None:
    """The least number of changed ballots with which another may win; None: more than `most`."""
    standing = frozenset(candidates)
    kinds = [p for length in range(len(standing) + 1) for p in permutations(standing, length)]
    cast = Counter[Ballot]()
    for ballot, number in ballots:
        cast[tuple(ballot)] += number
    for number in range(most + 1):
        for taken in set(combinations(sorted(cast.elements()), number)):
            for put in combinations_with_replacement(kinds, number):
                if winners(standing, cast - Counter(taken) + Counter(put)) != {winner}:
                    return number
    return None
