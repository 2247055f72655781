"""Instant run-off: while nobody has more than half of the ballots that count, the last goes out.

Robert's Rules of Order (12th ed.) 45:62. A ballot counts for the first of its candidates who
still stands; a rank that several share is passed over. All who are level at the bottom go out
together when even their sum is below the next one up; otherwise the last of them in `ties` does.

>>> irv("abc", [([{"a"}], 4), ([{"b"}], 3), ([{"c"}, {"b"}], 2)], "abc")
('b', [{'a': 4, 'b': 3, 'c': 2}, {'a': 4, 'b': 5}])
"""

from collections.abc import Iterable, Sequence, Set
from fractions import Fraction

Number = int | Fraction


def irv(
    candidates: Iterable[str],
    ballots: Sequence[tuple[Sequence[Set[str]], Number]],
    ties: Sequence[str],
    stop: str = "majority",  # or "first_round_majority", "two_left"
) -> tuple[str, list[dict[str, Number]]]:
    """The winner, and the votes of each round."""
    standing, rounds = list(candidates), list[dict[str, Number]]()
    while True:
        votes: dict[str, Number] = dict.fromkeys(standing, 0)
        for tiers, weight in ballots:
            own = [c for tier in tiers if len(tier) == 1 for c in tier if c in votes]
            if own:
                votes[own[0]] += weight
        rounds.append(votes)
        whole = rounds[0 if stop == "first_round_majority" else -1]
        best = max(standing, key=lambda c: votes[c])
        may_stop = stop != "two_left" or len(standing) == 2  # noqa: PLR2004
        if len(standing) == 1 or (may_stop and 2 * votes[best] > sum(whole.values())):
            return best, rounds
        least = min(votes.values())
        last = [c for c in standing if votes[c] == least]
        above = min((v for v in votes.values() if v > least), default=0)
        if len(last) * least >= above:
            last = [max(last, key=ties.index)]
        standing = [c for c in standing if c not in last]
