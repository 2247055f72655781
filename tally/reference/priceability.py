"""Priceability: whether payments are a price system for an outcome.

Peters and Skowron, Proportionality and the Limits of Welfarism (EC 2020); with costs,
Peters, Pierczyński, Skowron (NeurIPS 2021). The conditions are C1 to C5 below, for the `purse` each
voter began with, whatever it was. Unlike pabutools, no condition is put on the purse (it asks that
all purses make up the limit, which Phragmén's rule need not) or on the money left in the limit.

>>> payments = [{"a": 3}, {"a": 3}, {}]
>>> faults({"a": 6, "b": 4}, [{"a": 1}, {"a": 1}, {"b": 1}], ["a"], payments, 4)
[]
>>> faults({"a": 6, "b": 4}, [{"a": 1}, {"a": 1}, {"b": 1}], ["a"], payments, 5)
['C5 b']
"""

from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction

Number = int | Fraction


def faults(
    costs: Mapping[str, Number],
    ballots: Sequence[Mapping[str, Number]],
    funded: Collection[str],
    payments: Sequence[Mapping[str, Number]],  # one a voter, id -> what she paid for it
    purse: Number,
) -> list[str]:
    """Conditions that fail, each with the voter's place or the option; empty: a price system."""
    left = [purse - sum(paid.values()) for paid in payments]
    found = []
    for i, (ballot, paid) in enumerate(zip(ballots, payments, strict=True)):
        if any(amount and p not in ballot for p, amount in paid.items()):
            found.append(f"C1 {i}")  # pays for options that she does not support
        if left[i] < 0 or any(amount < 0 for amount in paid.values()):
            found.append(f"C2 {i}")  # pays more than her purse, or less than nothing
    for p, cost in costs.items():
        paid_in = sum(paid.get(p, 0) for paid in payments)
        if p in funded and paid_in != cost:
            found.append(f"C3 {p}")  # funded, but not paid in full
        if p not in funded and paid_in:
            found.append(f"C4 {p}")  # paid for, but not funded
        if p not in funded and sum(left[i] for i, b in enumerate(ballots) if p in b) > cost:
            found.append(f"C5 {p}")  # not funded, but its supporters have left more than its cost
    return found
