"""Cumulative support transfer voting (CSTV): money goes with the voter's points, and moves on.

Skowron, Slinko, Szufa, Talmon, Participatory Budgeting with Cumulative Votes, arXiv:2009.02690,
sec. 4, and pabutools, here without its epsilons. Every voter has limit / voters, split among the
options by her points; a blank ballot's money is lost. While options have at least their cost, the
greatest `by` "excess" (money - cost), "support" (money) or "support_per_cost" is funded. What it
does not need moves to its supporters' other options, in proportion to what lies there: all leave
it the same part of what they gave, but who has nothing elsewhere leaves it all (and the others
nothing, if that is enough; pabutools then moves nothing). Options of cost 0 are funded first.

transfer : what happens when no option has its cost. "elimination" (the paper's EwT, EwTC): the
    least leaves, and all that lies on it moves on; at the end those that left come back where they
    fit, the last first. Of equals, on which the paper is silent, the last in the tie order leaves
    (pabutools: the first). "minimal" (MT, MTC): of those whose supporters have enough, the
    greatest is funded; each gives the same multiple of what she gave, at most all, and takes it
    from her other options in proportion. At the end the others are funded where they fit, the
    greatest first, and all money of their supporters is gone

>>> cstv({"a": 6, "b": 4}, 10, [{"a": 3, "b": 1}, {"a": 1}], ["a", "b"])
['a', 'b']
"""

from fractions import Fraction

Number = int | Fraction


def cstv(
    costs: dict[str, Number], limit: Number, ballots: list[dict[str, Number]], ties: list[str],
    by: str = "support_per_cost", *, transfer: str = "minimal",
) -> list[str]:  # fmt: skip
    """Ids of the funded options, in order of choice."""
    sums = [(ballot, sum(ballot.values()) * len(ballots)) for ballot in ballots]
    coins = [{p: limit * Fraction(x) / of for p, x in ballot.items() if x} for ballot, of in sums]

    def held(p: str) -> Fraction:
        return sum((coin.get(p, Fraction(0)) for coin in coins), Fraction(0))

    def merit(p: str) -> Fraction:
        per_cost = held(p) / (costs[p] or 1)
        return {"excess": held(p) - costs[p], "support": held(p)}.get(by, per_cost)

    def pay(p: str, due: Number) -> None:
        given = held(p)
        for coin in sorted((c for c in coins if c.get(p)), key=lambda c: sum(c.values()) / c[p]):
            has, gave = sum(coin.values()), coin.pop(p)
            pays = min(has, max(Fraction(0), gave * due / given)) if has > gave else gave
            due, given = due - pays, given - gave
            for q in coin:  # what she gave too much moves on, or what is missing comes
                coin[q] *= 1 + (gave - pays) / (has - gave or 1)

    funded, out, live = list[str](), list[str](), list(ties)
    while live:
        free = [p for p in live if not costs[p]]
        ready = free[:1] or [p for p in live if held(p) >= costs[p]]
        if not ready and transfer == "minimal":
            ready = [p for p in live if sum(sum(c.values()) for c in coins if c.get(p)) >= costs[p]]
        p = max(ready, key=merit) if ready else min(reversed(live), key=merit)
        live.remove(p)
        (funded if ready else out).append(p)
        if ready or transfer == "elimination":
            pay(p, costs[p] if ready else 0)
    while out:
        p = out[-1] if transfer == "elimination" else max(sorted(out, key=ties.index), key=merit)
        out.remove(p)
        if costs[p] <= limit - sum(costs[q] for q in funded):
            funded.append(p)
            coins = [{} if coin.get(p) else coin for coin in coins]
    return funded
