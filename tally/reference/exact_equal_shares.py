"""Exact equal shares: an option is bought by a group of supporters who all pay the same.

Kraiczy, Robinson, Elkind, Streamlining Equal Shares, arXiv:2502.11797, sec. 3 to 6, their code and
pabutools. Everybody gets the same purse. An option is within reach of k supporters if k of them
have cost / k; the more, the better. In each round the option with the least cost for each unit of
its group's utility is bought. Approval ballots only.

completion : "none"; "add_opt": run again with the least greater purse at which some option is
    within reach of a greater group when its turn comes (between, nothing changes), and so on;
    "add_opt_skip": only options not bought count
to_the_end : run until there is no such purse, and take the dearest outcome that fits, the first of
    equals (as pabutools does); without it, the last outcome before one that does not fit

>>> ballots = [{"a": 1}, {"a": 1, "c": 1}, {"b": 1, "c": 1}, {"b": 1, "c": 1}]
>>> exact_equal_shares({"a": 10, "b": 16, "c": 21}, 40, ballots, ["a", "b", "c"], "cardinality")
['a', 'b']
"""

from fractions import Fraction

Number = int | Fraction
Bought = dict[str, tuple[tuple[Fraction, int], list[int]]]  # option -> its turn, its payers


def exact_equal_shares(
    costs: dict[str, Number], limit: Number, ballots: list[dict[str, Number]], ties: list[str],
    utility: str = "cost", *, completion: str = "none", to_the_end: bool = True,
) -> list[str]:  # fmt: skip
    """Ids of the funded options, in order of choice."""
    backers = {p: [i for i, b in enumerate(ballots) if p in b] for p in ties if costs[p]}

    def turn(p: str, k: int) -> tuple[Fraction, int]:  # in a group of k; the least is bought first
        return Fraction(costs[p], k) / (costs[p] if utility == "cost" else 1), ties.index(p)

    def run(purse: Fraction) -> Bought:
        purses, bought = [purse] * len(ballots), Bought()
        while reach := [
            (turn(p, k), p, k)
            for p in set(backers) - set(bought)
            for k, money in enumerate(sorted((purses[i] for i in backers[p]), reverse=True), 1)
            if k * money >= costs[p]
        ]:
            at, p, k = min(reach)
            bought[p] = at, [i for i in backers[p] if k * purses[i] >= costs[p]]
            for i in bought[p][1]:
                purses[i] -= Fraction(costs[p], k)
        return bought

    def lack(p: str, k: int, purse: Fraction, bought: Bought) -> Fraction:
        """What the k-th richest supporter of `p` lacks, after all bought before its turn."""
        old = [(costs[q], who) for q, (at, who) in bought.items() if at < turn(p, k)]
        paid = sorted(sum(Fraction(c, len(who)) for c, who in old if i in who) for i in backers[p])
        return Fraction(costs[p], k) - purse + paid[k - 1]

    best, lacks, purse = Bought(), [Fraction(0)], Fraction(limit) / (len(ballots) or 1)
    while lacks:
        bought = run(purse := purse + min(lacks))
        spent, most = (sum(costs[p] for p in chosen) for chosen in (bought, best))
        best = bought if spent <= limit and (spent > most or not to_the_end) else best
        lacks = [
            lack(p, k, purse, bought)
            for p in backers
            for k in range(len(bought[p][1]) + 1 if p in bought else 1, len(backers[p]) + 1)
            if completion != "none" and (spent <= limit or to_the_end)
            if completion == "add_opt" or p not in bought
        ]
    return [p for p in ties if not costs[p] and any(p in b for b in ballots)] + list(best)
