"""PB-EAR, expanding approvals: ranks count one after another, until enough weight stands behind.

Aziz and Lee, Proportionally Representative Participatory Budgeting with Ordinal Preferences (AAAI
2021), algorithm 1, and pabutools, here without its rounding. Every voter has weight 1. At rank j
she supports her first j options. An option that fits and whose supporters weigh at least voters *
cost / limit is funded, and their weight falls by just this; if there is none, j rises by 1. The
paper leaves open which of several is funded: here the one that takes the least part of its
supporters' weight (pabutools: any); and whose weight falls: as in pabutools, all lose the same
part. Only ranked options are ever supported, as in pabutools; with `unranked_last` the rest stands
tied behind them, as in the paper's weak orders. Options of cost 0 are funded first.

>>> pb_ear({"a": 5, "b": 5, "c": 5}, 10, [["a", "c"], ["b", "c"], ["c"]], ["a", "b", "c"])
['c']
"""

from fractions import Fraction

Number = int | Fraction


def pb_ear(
    costs: dict[str, Number],
    limit: Number,
    ballots: list[list[str]],
    ties: list[str],
    *,
    unranked_last: bool = False,
) -> list[str]:
    """Ids of the funded options, in order of choice."""
    weights = [Fraction(1) for _ in ballots]
    funded, left, rank = list[str](), limit, 1
    while rank <= max((len(ballot) for ballot in ballots), default=-1) + 1:
        ready = []
        for place, p in enumerate(ties):
            if p not in funded and costs[p] <= left:
                backers = [
                    i
                    for i, ballot in enumerate(ballots)
                    if p in ballot[:rank]
                    or (unranked_last and rank > len(ballot) and p not in ballot)
                ]
                need = len(ballots) * Fraction(costs[p]) / (limit or 1)
                weight = sum(weights[i] for i in backers)
                if weight >= need:
                    ready.append((need / weight if need else Fraction(0), place, p, backers))
        if not ready:
            rank += 1
            continue
        part, _, first, backers = min(ready)
        for i in backers:
            weights[i] *= 1 - part
        funded.append(first)
        left -= costs[first]
    return funded
