"""Equal shares with bounded overspending (BOS): supporters may buy what they pay for in part only.

Papasotiropoulos, Pishbin, Skibski, Skowron, Wąs, arXiv:2409.15005, sec. 5, and pabutools. Every
voter gets limit / voters. In each round, for an option that still fits, a price rho for each unit
of utility and a part alpha, at most 1, go together if its supporters, each paying alpha * rho for
each unit or the rest of her purse, pay alpha of its cost. The option of the least rho / alpha is
funded, whole; each supporter then pays rho for each unit or the rest of her purse. It ends when no
option that fits has a supporter with money. The paper leaves open which part is meant where two
of one option are equally good: here the greater (pabutools: the first it meets).

>>> bos({"a": 9, "b": 1}, 9, [{"a": 1}, {"a": 1}, {"b": 1}], ["a", "b"])
['a']
"""

from fractions import Fraction

Number = int | Fraction


def bos(
    costs: dict[str, Number],
    limit: Number,
    ballots: list[dict[str, Number]],
    ties: list[str],
    utility: str = "cost",  # or "cardinality", "points"
) -> list[str]:
    """Ids of the funded options, in order of choice."""
    backers: dict[str, dict[int, Number]] = {p: {} for p in ties}
    for i, ballot in enumerate(ballots):
        for p, points in ballot.items():
            if u := {"cardinality": 1, "cost": costs[p] or 1, "points": points}[utility]:
                backers[p][i] = u
    purses = [Fraction(limit) / len(ballots) for _ in ballots]

    def offer(p: str) -> tuple[Fraction, Fraction, Fraction]:
        """The least rho / alpha, its -alpha and its rho; alpha is 1, or a purse runs out there."""
        offers, spent, units = [], Fraction(0), sum(backers[p].values())
        for i, u in sorted(backers[p].items(), key=lambda pair: purses[pair[0]] / pair[1]):
            step = min(purses[i] / u, (costs[p] - spent) / units)  # alpha * rho
            if alpha := (spent + step * units) / costs[p]:
                offers.append((step / alpha**2, -alpha, step / alpha))
            if alpha == 1:
                break
            spent, units = spent + purses[i], units - u
        return min(offers)

    funded, left = [p for p in ties if backers[p] and not costs[p]], limit
    while offers := {
        p: offer(p)
        for p in ties
        if p not in funded and costs[p] <= left and any(purses[i] for i in backers[p])
    }:
        p = min(offers, key=lambda p: offers[p][0])  # the first in the tie order among equals
        for i, u in backers[p].items():
            purses[i] -= min(purses[i], offers[p][2] * u)
        funded.append(p)
        left -= costs[p]
    return funded
