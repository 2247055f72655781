"""Proofs about outcomes by hand: what was tampered with is refused, and how it is told."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from tally import Decision, Instance, Option, Outcome, Profile, Round
from tally.axioms import ejr, exhaustive, figures, priceability, purses
from tally.axioms.measure import Measure, sums, worth
from tally.axioms.purses import Price, PriceError

TWO = Instance((Option("pool", 6), Option("bench", 3), Option("trees", 4)), 12)
BALLOTS = [["pool"], ["pool", "bench"], ["pool"], ["trees"]]
PROFILE = Profile.of("approval", TWO, BALLOTS)
GOOD = [Price("pool", Fraction(2))]  # 2 each, of 3; bench: 1 left, trees: 3 left


def judged(prices: list[Price], endowment: int = 3, funded: tuple[str, ...] = ("pool",)):
    ledger = purses.equal_shares(TWO, PROFILE, prices, endowment, measure=Measure.CARDINALITY)
    return priceability.check(TWO, ledger, funded)


def test_good_prices_are_certified_with_what_is_left():
    found = judged(GOOD, funded=("pool", "trees"))
    assert found.outside == (("bench", 1, 3), ("trees", 3, 4))
    assert (found.bought, found.unpaid) == (("pool",), ("trees",))
    assert '"axiom":"priceability"' in found.to_json()


@pytest.mark.parametrize(
    ("prices", "endowment", "funded", "fault", "option", "figure"),
    [
        ([Price("pool", 1)], 3, ("pool",), "not_the_cost", "pool", 3),
        ([Price("pool", 3)], 3, ("pool",), "not_the_cost", "pool", 9),
        (GOOD, 3, (), "not_funded", "pool", 6),
        ([*GOOD, Price("trees", 1)], 3, ("pool",), "not_funded", "trees", 1),
        ([*GOOD, Price("trees", 1)], 3, ("pool", "trees"), "not_the_cost", "trees", 1),
        (GOOD, 5, ("pool",), "money_left", "trees", 5),
        (GOOD, 1, ("pool",), "not_the_cost", "pool", 3),
        ([], 3, ("pool",), "money_left", "pool", 9),
    ],
)
def test_tampered_prices_are_refused(prices, endowment, funded, fault, option, figure):
    found = judged(prices, endowment, funded)
    assert isinstance(found, priceability.Violation)
    told = {(finding.fault, finding.option, finding.figure) for finding in found.findings}
    assert (priceability.Fault(fault), option, figure) in told


@pytest.mark.parametrize(
    ("change", "fault", "option"),
    [
        ((3, {"pool": 1}), "unsupported", "pool"),
        ((0, {"pool": 2, "trees": -1}), "negative", "trees"),
        ((0, {"pool": 4}), "over_the_endowment", ""),
        ((0, {"pool": 1}), "not_the_cost", "pool"),
        ((1, {"pool": 2, "bench": 1}), "not_funded", "bench"),
    ],
)
def test_tampered_payments_are_refused(change, fault, option):
    payments = [{"pool": 2}, {"pool": 2}, {"pool": 2}, {}]  # pool, pool + bench, pool, trees
    profile = Profile(
        "approval", 3, np.array([0, 1, 3, 4, 5]), np.array([0, 0, 1, 0, 2]), None, np.ones(4, int)
    )
    terms = {"measure": Measure.CARDINALITY}
    good = priceability.check_payments(TWO, profile, ["pool"], payments, 3, **terms)
    assert isinstance(good, priceability.Certificate)
    payments[change[0]] = change[1]
    found = priceability.check_payments(TWO, profile, ["pool"], payments, 3, **terms)
    told = {(finding.fault, finding.option) for finding in found.findings}
    assert (priceability.Fault(fault), option) in told


def test_money_left_is_refused_and_what_costs_more_than_the_limit_is_nobodys():
    found = priceability.check_payments(
        TWO, PROFILE, [], [{}] * len(PROFILE.weights), 3, measure=Measure.CARDINALITY
    )
    assert [finding.option for finding in found.findings] == ["pool"]
    tight = replace(TWO, limit=5)
    ledger = purses.equal_shares(tight, PROFILE, [], 3, measure=Measure.CARDINALITY)
    assert isinstance(priceability.check(tight, ledger, []), priceability.Certificate)


def test_what_could_not_be_bought_may_have_money_left():
    bound = replace(TWO, rivals=(("pool", "trees"),), needs=(("bench", "trees"),))
    ledger = purses.equal_shares(bound, PROFILE, GOOD, 9, measure=Measure.CARDINALITY)
    assert priceability.check(bound, ledger, ["pool"]).outside == ()
    free = purses.equal_shares(TWO, PROFILE, GOOD, 9, measure=Measure.CARDINALITY)
    assert isinstance(priceability.check(TWO, free, ["pool"]), priceability.Violation)
    assert priceability.check(TWO, free, ["pool"], out=["bench", "trees"]).outside == ()


def test_prices_that_no_rule_can_have_asked_are_refused_at_once():
    with pytest.raises(PriceError, match="twice"):
        judged([*GOOD, *GOOD])
    with pytest.raises(PriceError, match="negative"):
        judged([Price("pool", -1)])
    with pytest.raises(PriceError, match="endowment"):
        judged(GOOD, -1)
    with pytest.raises(PriceError, match="fall"):
        purses.loads(TWO, PROFILE, [Price("pool", 2), Price("bench", 1)])


def outcome(rule: str, rounds: tuple[Round, ...], **facts: int) -> Outcome:
    return Outcome(rule, (), 12, 4, rounds, (), tuple(facts.items()))


def test_the_ledger_of_an_outcome_is_that_of_its_paid_rounds():
    bought = Round("pool", 3, 6, 12, Decision.FUNDED, Fraction(2), "equal_shares")
    filled = Round("trees", 1, 4, 6, Decision.FUNDED, 1, "completion")
    out = Round("bench", 1, 3, 2, Decision.DOES_NOT_FIT, None, "completion")
    ledger = purses.of(TWO, PROFILE, outcome("mes_card", (bought, filled, out), endowment=3))
    assert [row.option for row in ledger.prices] == ["pool"]
    assert ledger.paid(0) == 6
    few = replace(out, decision=Decision.TOO_FEW_VOTES)
    told = outcome("mes_card", (bought, filled, few), endowment=3)
    found = priceability.check_outcome(TWO, PROFILE, told)
    assert (found.unpaid, found.outside) == (("trees",), (("trees", 3, 4),))
    free = replace(bought, key=None)
    assert purses.of(TWO, PROFILE, outcome("mes_cost", (free,), endowment=3)).paid(0) == 0
    load = purses.of(TWO, PROFILE, outcome("phragmen", (bought, replace(filled, key=None), out)))
    assert load.prices == (Price("pool", Fraction(2)),)
    with pytest.raises(PriceError, match="lets nobody pay"):
        purses.of(TWO, PROFILE, outcome("greedy_cost", (bought,), endowment=3))


def test_a_tampered_certificate_and_a_tampered_violation_are_refused():
    good = ejr.check(TWO, PROFILE, ["pool", "trees"], measure=Measure.COST)
    assert ejr.recheck(good, TWO, PROFILE)
    (chain,) = good.chains
    first = chain.steps[0]
    for steps in (
        (),
        chain.steps[:1],
        (replace(first, voters=2), *chain.steps[1:]),
        (replace(first, owed=4), *chain.steps[1:]),
        (replace(first, owed=None), *chain.steps[1:]),
    ):
        assert not ejr.recheck(replace(good, chains=(replace(chain, steps=steps),)), TWO, PROFILE)
    assert not ejr.recheck(replace(good, chains=()), TWO, PROFILE)
    bad = ejr.check(TWO, PROFILE, ["bench"], measure=Measure.COST)
    assert ejr.recheck(bad, TWO, PROFILE)
    assert not ejr.recheck(replace(bad, claims=()), TWO, PROFILE)
    for change in ({"voters": 9}, {"owed": 1}, {"most": 1}, {"option": "bench"}):
        assert not ejr.recheck(
            replace(bad, claims=(replace(bad.claims[0], **change),)), TWO, PROFILE
        )


def test_a_free_option_that_somebody_supports_is_owed_without_bound():
    instance = Instance((Option("bell", 0),), 5)
    profile = Profile.of("approval", instance, [["bell"], []])
    found = ejr.check(instance, profile, [], measure=Measure.CARDINALITY)
    assert found.claims == (ejr.Claim("bell", 1, None, 1),)
    assert ejr.recheck(found, instance, profile)
    assert '"owed":null' in found.to_json()


def test_numbers_that_int64_might_not_hold_are_kept_exactly():
    cost = 10**30
    instance = Instance((Option("sun", cost), Option("moon", cost + 1)), 2 * cost)
    profile = Profile.of("approval", instance, [["sun"], ["sun", "moon"]])
    assert worth(instance, profile, Measure.COST).satisfaction([0, 1]).tolist() == [
        cost,
        2 * cost + 1,
    ]
    found = ejr.check(instance, profile, ["moon"], measure=Measure.COST)
    assert found.claims == (ejr.Claim("sun", 1, cost, cost),)
    assert ejr.recheck(found, instance, profile)
    big = np.array([2**60, 2**60])
    assert sums(np.array([1, 1]), 2, big) == [0, 2**61]


def test_what_may_not_be_funded_is_not_missed():
    instance = Instance(TWO.options, 12, rivals=(("pool", "trees"),), needs=(("bench", "trees"),))
    found = exhaustive.check(instance, PROFILE, ["pool"])
    assert found == exhaustive.Certificate(left=6, cheapest="")


def test_only_figures_and_codes_are_told():
    with pytest.raises(TypeError, match="no figure"):
        figures.told(0.5)
    assert figures.told((True, None, "x", Fraction(1, 3))) == [True, None, "x", "1/3"]
