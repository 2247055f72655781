"""The weighted inclusive Gregory method in exact fractions: STV in which whole piles move on.

More than ballots / (seats + 1) elects. In each round those who have it are elected; the largest
surplus moves, every ballot of the elected at its value times surplus / votes, or, where there is
none, the last one goes out. Ties: the first in `ties` first, the last out.

>>> wigm("abc", 2, [(["a", "b"], 5), (["b"], 1), (["c"], 3)], "abc")
['a', 'b']
"""

from collections.abc import Iterable, Sequence
from fractions import Fraction

Number = int | Fraction


def wigm(
    candidates: Iterable[str],
    seats: int,
    ballots: Sequence[tuple[Sequence[str], Number]],
    ties: Sequence[str],
    rounds: list[dict[str, Fraction]] | None = None,
) -> list[str]:
    """The elected in order; `rounds` is filled with the votes of each."""
    rounds = [] if rounds is None else rounds
    hopeful, elected, waiting = list(candidates), list[str](), list[str]()
    piles = {c: [(order, Fraction(n)) for order, n in ballots if order[:1] == [c]] for c in hopeful}
    votes = {c: sum((w for _, w in piles[c]), Fraction(0)) for c in hopeful}
    quota = sum(votes.values(), Fraction(0)) / (seats + 1)
    while True:
        rounds.append(dict(votes))
        open_seats = 0 < seats - len(elected) < len(hopeful)
        new = sorted((c for c in hopeful if votes[c] > quota), key=lambda c: -votes[c])
        elected, waiting = elected + new, waiting + new
        hopeful = [c for c in hopeful if c not in new]
        if not open_seats:
            rest = sorted(hopeful, key=lambda c: -votes[c]) if len(elected) < seats else []
            return elected + rest
        if waiting:
            who = min(waiting, key=lambda c: (-votes[c], ties.index(c)))
            share, keeps = (votes[who] - quota) / votes[who], quota
        else:
            who = min(hopeful, key=lambda c: (votes[c], -ties.index(c)))
            share, keeps = Fraction(1), Fraction(0)
        (waiting or hopeful).remove(who)
        votes[who] = keeps
        for order, worth in piles.pop(who):
            for c in [c for c in order if c in hopeful][:1]:
                piles[c].append((order, worth * share))
                votes[c] += worth * share
