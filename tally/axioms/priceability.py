"""Priceability: the outcome is one that voters with equal purses could have bought themselves.

A price system gives each voter one endowment and says who pays what, such that

1. nobody pays for what they do not support, or less than nothing;
2. nobody pays more than the endowment;
3. each option bought is paid exactly;
4. nobody pays for what is not funded;
5. no option outside has supporters with more money left than it costs.

Options that a completion adds are paid by no purse: they are named, and stand outside for the fifth
condition, as they did when the buying ended. What could not be bought at all is left out of it: an
option dearer than the limit, a rival of one that is bought, one that needs one that is not bought.

References
----------
D. Peters and P. Skowron, Proportionality and the Limits of Welfarism (EC 2020), section 2; with
costs: D. Peters, G. Pierczyński, P. Skowron, Proportional Participatory Budgeting with Additive
Utilities (NeurIPS 2021).
"""

from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass
from enum import StrEnum

from tally.axioms.exhaustive import barred_by
from tally.axioms.figures import Figures
from tally.axioms.measure import Measure, over
from tally.axioms.purses import Ledger
from tally.axioms.purses import of as ledger_of
from tally.contest import Amount, Instance
from tally.outcome import Decision, Outcome
from tally.profile import Ballot, Profile


class Fault(StrEnum):
    """What is wrong with payments, by the conditions above."""

    UNSUPPORTED = "unsupported"  # 1
    NEGATIVE = "negative"  # 1
    OVER_THE_ENDOWMENT = "over_the_endowment"  # 2
    NOT_THE_COST = "not_the_cost"  # 3
    NOT_FUNDED = "not_funded"  # 4
    MONEY_LEFT = "money_left"  # 5


@dataclass(frozen=True, slots=True)
class Finding(Figures):
    """One fault.

    Attributes
    ----------
    option : the option that it is about; empty where it is about one ballot's sum
    figure : what was paid for the option, or by the voter, or is left with its supporters
    bound : what it should have been, or at most have been
    """

    fault: Fault
    option: str
    figure: Amount
    bound: Amount


@dataclass(frozen=True, slots=True)
class Certificate(Figures):
    """These are prices: what supporters of each option outside still have, against its cost.

    Attributes
    ----------
    endowment : of each voter
    bought : the options paid for, in order
    unpaid : funded options that no purse paid for
    outside : (id, money left with its supporters, cost)
    """

    endowment: Amount
    bought: tuple[str, ...]
    unpaid: tuple[str, ...]
    outside: tuple[tuple[str, Amount, Amount], ...]
    axiom: str = "priceability"


@dataclass(frozen=True, slots=True)
class Violation(Figures):
    """These are no prices, for all these reasons."""

    findings: tuple[Finding, ...]
    axiom: str = "priceability"


def check(
    instance: Instance, ledger: Ledger, funded: Collection[str], out: Collection[str] = ()
) -> Certificate | Violation:
    """Whether the replayed payments of a rule are a price system.

    Parameters
    ----------
    ledger : from `tally.axioms.purses`; there only supporters pay, and nobody more than they have,
        so that the first two conditions hold
    funded : ids, in any order
    out : ids that took no part, such as those with too few votes

    Notes
    -----
    Exact; O(r m) whole numbers for r rounds and m options.

    >>> from tally import Instance, Option, Profile
    >>> from tally.axioms import purses
    >>> instance = Instance((Option("pool", 6), Option("bench", 3)), limit=8)
    >>> profile = Profile.of("approval", instance, [["pool"], ["pool", "bench"], ["pool"], []])
    >>> ledger = purses.loads(instance, profile, [purses.Price("pool", 2)])
    >>> check(instance, ledger, ["pool"]).outside
    (('bench', 0, 3),)
    """
    costs = {option.id: option.cost for option in instance.options}
    bought = tuple(row.option for row in ledger.prices)
    paid = {name: ledger.paid(turn) for turn, name in enumerate(bought)}
    open_ones = _open(instance, paid.keys()) - set(out)
    left = {
        name: over(number, ledger.unit)
        for name, number in zip(ledger.options, ledger.behind()[-1], strict=True)
        if name in open_ones
    }
    findings = [
        *_paid_wrongly(costs, paid, set(bought), set(funded)),
        *_left_too_much(costs, left),
    ]
    if findings:
        return Violation(tuple(findings))
    unpaid = tuple(name for name in instance.index if name in set(funded) - paid.keys())
    outside = tuple((name, money, costs[name]) for name, money in left.items())
    return Certificate(ledger.endowment, bought, unpaid, outside)


def check_outcome(
    instance: Instance, profile: Profile, outcome: Outcome
) -> Certificate | Violation:
    """Whether the payments behind an outcome of equal shares or Phragmén are a price system.

    Raises
    ------
    PriceError : the outcome's rule has no payments.
    """
    out = [turn.option for turn in outcome.rounds if turn.decision is Decision.TOO_FEW_VOTES]
    return check(instance, ledger_of(instance, profile, outcome), outcome.funded, out)


def check_payments(
    instance: Instance,
    profile: Profile,
    funded: Collection[str],
    payments: Sequence[Mapping[str, Amount]],
    endowment: Amount,
    *,
    measure: Measure,
) -> Certificate | Violation:
    """Whether any payments at all, told ballot by ballot, are a price system: the definition.

    Parameters
    ----------
    funded : all that the payments shall pay for
    payments : what each voter of the g groups of `profile.rows()` pays, by option
    measure : says what is support: with `SCORE` 0 points are none

    Notes
    -----
    In plain fractions, O(k): for elections that are small, or a proof that is to be seen.
    """
    costs = {option.id: option.cost for option in instance.options}
    paid: dict[str, Amount] = dict.fromkeys(costs, 0)
    left: dict[str, Amount] = dict.fromkeys(costs, 0)
    findings: list[Finding] = []
    for (ballot, weight), row in zip(profile.rows(), payments, strict=True):
        supported = _supported(instance, ballot, measure)
        rest = endowment - sum(row.values())
        findings += _one_ballot(row, supported, endowment)
        for name, amount in row.items():
            paid[name] += weight * amount
        for name in supported:
            left[name] += weight * rest
    bought = [name for name in costs if name in funded]
    findings += _paid_wrongly(costs, paid, set(bought), set(funded))
    open_ones = _open(instance, set(bought))
    outside = {name: money for name, money in left.items() if name in open_ones}
    findings += _left_too_much(costs, outside)
    if findings:
        return Violation(tuple(findings))
    told = tuple((name, money, costs[name]) for name, money in outside.items())
    return Certificate(endowment, tuple(bought), (), told)


def _open(instance: Instance, bought: Set[str]) -> set[str]:
    """What is not bought, and could have been."""
    barred = barred_by(instance, bought) | bought
    return {
        option.id
        for option in instance.options
        if option.id not in barred and option.cost <= instance.limit
    }


def _supported(instance: Instance, ballot: Ballot, measure: Measure) -> set[str]:
    return {
        instance.options[place].id
        for place, points in ballot
        if points or measure is not Measure.SCORE
    }


def _one_ballot(
    row: Mapping[str, Amount], supported: Collection[str], endowment: Amount
) -> list[Finding]:
    findings = [
        Finding(Fault.UNSUPPORTED, name, amount, 0)
        for name, amount in row.items()
        if amount and name not in supported
    ]
    findings += [
        Finding(Fault.NEGATIVE, name, amount, 0) for name, amount in row.items() if amount < 0
    ]
    if sum(row.values()) > endowment:
        findings.append(Finding(Fault.OVER_THE_ENDOWMENT, "", sum(row.values()), endowment))
    return findings


def _paid_wrongly(
    costs: Mapping[str, Amount],
    paid: Mapping[str, Amount],
    bought: Collection[str],
    funded: Collection[str],
) -> list[Finding]:
    wrong = [
        Finding(Fault.NOT_THE_COST, name, paid[name], costs[name])
        for name in paid
        if name in bought and paid[name] != costs[name]
    ]
    return wrong + [
        Finding(Fault.NOT_FUNDED, name, paid[name], 0)
        for name in paid
        if name not in funded and (paid[name] or name in bought)
    ]


def _left_too_much(costs: Mapping[str, Amount], left: Mapping[str, Amount]) -> list[Finding]:
    return [
        Finding(Fault.MONEY_LEFT, name, money, costs[name])
        for name, money in left.items()
        if money > costs[name]
    ]
