"""Sequential Phragmén: the option that leaves its supporters with the least load is funded next.

Brill, Freeman, Janson, Lackner (AAAI 2017); with costs, Los, Christoff, Grossi (IJCAI 2022) and
pabutools. Each supporter of a funded option then bears the load (sum of the supporters' loads +
cost) / votes. Options dearer than the limit take no part. The papers leave the end open; as in
pabutools, the count stops as soon as any of the options level at the least load does not fit, and
an option without support stands at an infinite load. Approval ballots only.

>>> phragmen({"a": 6, "b": 4}, 10, [{"a": 1}, {"a": 1}, {"b": 1}], ["a", "b"])
['a', 'b']
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction

Number = int | Fraction


def phragmen(
    costs: Mapping[str, Number],
    limit: Number,
    ballots: Sequence[Mapping[str, Number]],
    ties: Sequence[str],
) -> list[str]:
    """Ids of the funded options, in order of choice."""
    backers = {p: [i for i, ballot in enumerate(ballots) if p in ballot] for p in ties}
    loads = [Fraction(0) for _ in ballots]

    def load(p: str) -> tuple[bool, Fraction]:
        """Whether it is infinite, and if not, how great."""
        borne = sum((loads[i] for i in backers[p]), Fraction(costs[p]))
        return not backers[p], borne / len(backers[p]) if backers[p] else Fraction(0)

    live, funded, left = [p for p in ties if costs[p] <= limit], [], limit
    while live:
        least = min(load(p) for p in live)
        level = [p for p in live if load(p) == least]
        if any(costs[p] > left for p in level):
            break
        for i in backers[level[0]]:
            loads[i] = least[1]
        funded.append(level[0])
        live.remove(level[0])
        left -= costs[level[0]]
    return funded
