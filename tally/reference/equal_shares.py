"""Method of Equal Shares: everybody gets the same purse, and supporters pay for what they choose.

Peters, Pierczyński, Skowron, Proportional Participatory Budgeting with Additive Utilities
(NeurIPS 2021); completions as in equalshares.net and pabutools. In a run the option of the
least price is bought next: the least sum for each unit of utility such that its supporters, each
paying that or the rest of her purse, pay its cost. Options without support are never bought.

completion : "none"; "utilitarian": then by votes what still fits, unsupported options too; "add1":
    run again with purses of one more unit of money, until a run costs more than the limit; the
    one before it counts; "add1u": add1, then utilitarian
exhaustive : add1 stops also when no further supported option fits (cities differ); in any case
    when no supported option is left
integral : add1 starts from the purse rounded down to a whole number (cities differ)

>>> equal_shares({"a": 6, "b": 4}, 10, [{"a": 1}, {"a": 1}, {"b": 1}], ["a", "b"], "cost")
['a']
"""

from fractions import Fraction

Numbers = dict[str, int | Fraction]


def equal_shares(
    costs: Numbers, limit: int | Fraction, ballots: list[Numbers], ties: list[str],
    utility: str = "cost", *, completion: str = "none", exhaustive: bool = True,
    integral: bool = False,
) -> list[str]:  # fmt: skip
    """Ids of the funded options, in order of choice."""
    backers: dict[str, dict[int, int | Fraction]] = {p: {} for p in ties}
    for i, ballot in enumerate(ballots):
        for p, points in ballot.items():
            if u := {"cardinality": 1, "cost": costs[p] or 1, "points": points}[utility]:
                backers[p][i] = u

    def price(p: str, purses: list[Fraction]) -> list[Fraction]:  # empty: they cannot pay
        due, units = Fraction(costs[p]), sum(backers[p].values())
        for i, u in sorted(backers[p].items(), key=lambda pair: purses[pair[0]] / pair[1]):
            if purses[i] * units >= due * u:
                return [due / units]
            due, units = due - purses[i], units - u
        return []

    def run(purse: Fraction) -> list[str]:
        purses, chosen = [purse] * len(ballots), list[str]()
        while prices := {q: rho for q in ties if q not in chosen for rho in price(q, purses)}:
            p = min(prices, key=prices.__getitem__)  # the first in the tie order among equals
            for i, u in backers[p].items():
                purses[i] -= min(purses[i], prices[p] * u)
            chosen.append(p)
        return chosen

    purse = Fraction(limit) / (len(ballots) or 1)
    funded = run(purse := purse - purse % 1 if integral else purse)
    while completion.startswith("add1"):
        most = limit - sum(costs[p] for p in funded) if exhaustive else sum(costs.values())
        rest = [p for p in ties if backers[p] and p not in funded and costs[p] <= most]
        more = run(purse := purse + 1)
        if not rest or sum(costs[p] for p in more) > limit:
            break
        funded = more
    for p in sorted(ties, key=lambda p: -sum(p in b for b in ballots) * (1 if costs[p] else 10**9)):
        if completion in {"utilitarian", "add1u"} and p not in funded:
            funded += [p] if costs[p] <= limit - sum(costs[q] for q in funded) else []
    return funded
