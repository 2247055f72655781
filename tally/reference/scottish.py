"""Scottish STV: SSI 2007/42, schedule 1, rules 45 to 52.

Papers keep a value of five decimals, the rest ignored. Ties look back to the latest stage at which
the votes differed; after that `ties` is the lot: its first is elected, its last excluded.

>>> scottish("abc", 2, [(["a", "b"], 5), (["b"], 1), (["c"], 3)], "abc")
(['a', 'c'], 4)
"""

from collections.abc import Iterable, Sequence

PLACES = 10**5


def scottish(
    candidates: Iterable[str],
    seats: int,
    ballots: Sequence[tuple[Sequence[str], int]],  # whole numbers of papers
    ties: Sequence[str],
    stages: list[dict[str, int]] | None = None,
) -> tuple[list[str], int]:
    """The elected in order, and the quota; `stages` is filled with votes times 10^5."""
    stages = [] if stages is None else stages
    hopeful, elected, waiting = list(candidates), list[str](), list[str]()
    papers = [(order, count, PLACES) for order, count in ballots]
    piles = {c: [p for p in papers if p[0][:1] == [c]] for c in hopeful}
    quota = sum(p[1] for pile in piles.values() for p in pile) // (seats + 1) + 1
    votes = {c: sum(n * value for _, n, value in piles[c]) for c in hopeful}

    def choose(level: list[str], best: int) -> str:  # 1: the most, -1: the fewest
        past = [*(stages or [])][::-1][1:]
        return max(level, key=lambda c: (*(best * old[c] for old in past), -best * ties.index(c)))

    while True:
        stages.append(dict(votes))
        new = sorted((c for c in hopeful if votes[c] >= quota * PLACES), key=lambda c: -votes[c])
        elected, waiting = elected + new, waiting + new
        hopeful = [c for c in hopeful if c not in new]
        if len(elected) >= seats or len(hopeful) <= seats - len(elected):
            rest = sorted(hopeful, key=lambda c: -votes[c]) if len(elected) < seats else []
            return elected + rest, quota
        waiting = [c for c in waiting if votes[c] > quota * PLACES]
        of = waiting or hopeful
        end = (max if waiting else min)(votes[c] for c in of)
        who = choose([c for c in of if votes[c] == end], 1 if waiting else -1)
        total, keeps = votes[who], quota * PLACES if waiting else 0
        (waiting or hopeful).remove(who)
        votes[who] = keeps
        for order, count, value in piles.pop(who):
            worth = value * (total - keeps) // total if keeps else value
            for c in [c for c in order if c in hopeful][:1]:
                piles[c].append((order, count, worth))
                votes[c] += count * worth
