"""Proofs about outcomes: what they certify is true, what they refuse is false."""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tally import RULES, Decision, Instance, Option, Outcome, Profile, Round, count
from tally.axioms import ejr, exhaustive, figures, priceability, purses
from tally.axioms.measure import Measure, sums, worth
from tally.axioms.purses import Price, PriceError
from tally.formats import pabulib

NAMES = ("a", "b", "c", "d", "e")
measures = st.sampled_from(list(Measure))
Election = tuple[Instance, Profile]
Voter = dict[str, Fraction]  # option -> utility, for the options supported


@st.composite
def elections(draw: st.DrawFn, largest: int = 6, weights: bool = True) -> Election:
    names = NAMES[: draw(st.integers(1, len(NAMES)))]
    money = st.integers(0, 9) | st.fractions(0, 9, max_denominator=4)
    instance = Instance(tuple(Option(name, draw(money)) for name in names), draw(money) * 2)
    ballots = draw(st.lists(st.lists(st.sampled_from(names), unique=True), max_size=largest))
    heavy = st.integers(1, 3) | st.just(Fraction(1, 2))
    said = [draw(heavy) for _ in ballots] if weights else None
    if draw(st.booleans()):
        return instance, Profile.of("approval", instance, ballots, weights=said)
    points = [[draw(st.integers(0, 3)) for _ in ballot] for ballot in ballots]
    return instance, Profile.of("cumulative", instance, ballots, points, said)


def voters(instance: Instance, profile: Profile, measure: Measure) -> list[tuple[Voter, Fraction]]:
    """Every ballot's utilities in plain fractions, with its weight."""
    found = []
    for ballot, weight in profile.rows():
        utility: Voter = {}
        for place, points in ballot:
            option = instance.options[place]
            if measure is Measure.SCORE and points:
                utility[option.id] = Fraction(points)
            if measure is not Measure.SCORE:
                utility[option.id] = Fraction(option.cost if measure is Measure.COST else 1)
        found.append((utility, Fraction(weight)))
    return found


def claims(
    instance: Instance, profile: Profile, funded: set[str], measure: Measure
) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Every group with a claim, by the definition."""
    rows = voters(instance, profile, measure)
    for option in instance.options:
        who = [at for at, (utility, _) in enumerate(rows) if option.id in utility]
        if option.id in funded:
            continue
        for size in range(1, len(who) + 1):
            for group in combinations(who, size):
                share = Fraction(instance.limit) / Fraction(profile.ballots)
                if measure is Measure.COST:
                    owed = share * sum(rows[at][1] for at in group)
                else:
                    pull = sum(rows[at][0][option.id] * rows[at][1] for at in group)
                    owed = share * pull / option.cost if option.cost else Fraction(10**9)
                if all(
                    sum(
                        worth for name, worth in rows[at][0].items() if name in funded | {option.id}
                    )
                    <= owed
                    for at in group
                ):
                    yield option.id, group


def buy(
    instance: Instance, profile: Profile, measure: Measure, endowment: Fraction
) -> tuple[list[Price], list[dict[str, Fraction]]]:
    """Equal shares as its definition says: the prices, and each ballot's payments."""
    rows = voters(instance, profile, measure)
    paid: list[dict[str, Fraction]] = [{} for _ in rows]
    prices: list[Price] = []
    for option in instance.options:
        if not option.cost and any(option.id in utility for utility, _ in rows):
            prices.append(Price(option.id, 0))
    while True:
        purse = [endowment - sum(row.values()) for row in paid]
        offers = []
        for option in instance.options:
            who = [at for at, (utility, _) in enumerate(rows) if utility.get(option.id)]
            rest = sum(purse[at] * rows[at][1] for at in who)
            if option.id in {row.option for row in prices} or not who or not option.cost:
                continue
            if rest >= option.cost:
                due, pull = (
                    Fraction(option.cost),
                    sum(rows[at][0][option.id] * rows[at][1] for at in who),
                )
                for at in sorted(who, key=lambda at: purse[at] / rows[at][0][option.id]):
                    utility, weight = rows[at]
                    if purse[at] * pull >= due * utility[option.id]:
                        break
                    due, pull = due - purse[at] * weight, pull - utility[option.id] * weight
                offers.append((due / pull, option.id))
        if not offers:
            return prices, paid
        price, name = min(offers)
        prices.append(Price(name, price))
        for at, (utility, _) in enumerate(rows):
            if name in utility:
                paid[at][name] = min(purse[at], price * utility[name])


def share(instance: Instance, profile: Profile) -> Fraction:
    return Fraction(instance.limit) / Fraction(profile.ballots) if profile.ballots else Fraction(0)


@given(elections(), measures, st.sets(st.sampled_from(NAMES)))
def test_ejr_plus_is_told_as_looking_at_every_group_tells_it(election, measure, funded):
    instance, profile = election
    funded &= set(instance.index)
    found = ejr.check(instance, profile, funded, measure=measure)
    groups = list(claims(instance, profile, funded, measure))
    assert isinstance(found, ejr.Violation) == bool(groups)
    assert ejr.recheck(found, instance, profile)
    if isinstance(found, ejr.Violation):
        weights = [weight for _, weight in profile.rows()]
        assert {claim.option for claim in found.claims} == {name for name, _ in groups}
        for claim in found.claims:
            largest = set().union(*(group for name, group in groups if name == claim.option))
            assert claim.voters == sum(weights[at] for at in largest)
    else:
        assert {chain.option for chain in found.chains} == set(instance.index) - funded


@given(elections(), measures)
def test_equal_shares_keeps_ejr_plus_and_is_priceable(election, measure):
    instance, profile = election
    prices, _ = buy(instance, profile, measure, share(instance, profile))
    funded = [row.option for row in prices]
    if all(option.cost for option in instance.options):
        assert isinstance(ejr.check(instance, profile, funded, measure=measure), ejr.Certificate)
    ledger = purses.equal_shares(
        instance, profile, prices, share(instance, profile), measure=measure
    )
    assert isinstance(priceability.check(instance, ledger, funded), priceability.Certificate)


@given(elections(), measures, st.fractions(0, 5, max_denominator=3))
def test_a_ledger_holds_what_every_voter_paid(election, measure, endowment):
    instance, profile = election
    prices, paid = buy(instance, profile, measure, endowment)
    ledger = purses.equal_shares(instance, profile, prices, endowment, measure=measure)
    rows = voters(instance, profile, measure)
    for turn, row in enumerate(prices):
        for place, option in enumerate(instance.options):
            spent = sum(
                weight * payments.get(row.option, 0)
                for (utility, weight), payments in zip(rows, paid, strict=True)
                if option.id in utility
            )
            assert Fraction(ledger.spent[turn][place], ledger.unit) == spent
    had = [
        sum(endowment * weight for utility, weight in rows if option.id in utility)
        for option in instance.options
    ]
    assert [Fraction(money, ledger.unit) for money in ledger.start] == had
    if prices:
        empty = [sum(payments.values()) == endowment for payments in paid]
        poor = sum(weight for (_, weight), gone in zip(rows, empty, strict=True) if gone)
        assert ledger.emptied[-1] == poor or not endowment
    funded = [row.option for row in prices]
    limit = replace(instance, limit=10**9)  # else what costs more than the limit is not looked at
    explicit = priceability.check_payments(limit, profile, funded, paid, endowment, measure=measure)
    replayed = priceability.check(limit, ledger, funded)
    assert isinstance(explicit, priceability.Certificate)
    assert sorted(explicit.outside) == sorted(replayed.outside)


@given(elections(largest=12), st.data())
def test_whether_any_prices_are_prices_is_told_as_payments_voter_by_voter_tell_it(election, data):
    instance, profile = election
    measure = data.draw(measures)
    names = data.draw(st.lists(st.sampled_from(sorted(instance.index)), unique=True))
    prices = [Price(name, data.draw(st.fractions(0, 4, max_denominator=6))) for name in names]
    endowment = data.draw(st.fractions(0, 6, max_denominator=2))
    rows = voters(instance, profile, measure)
    paid = [dict.fromkeys(names, Fraction(0)) for _ in rows]
    for row in prices:
        for (utility, _), payments in zip(rows, paid, strict=True):
            due = Fraction(row.price) * utility.get(row.option, 0)
            payments[row.option] = min(endowment - sum(payments.values()), due)
    ledger = purses.equal_shares(instance, profile, prices, endowment, measure=measure)
    explicit = priceability.check_payments(
        instance, profile, names, paid, endowment, measure=measure
    )
    replayed = priceability.check(instance, ledger, names)
    assert type(explicit) is type(replayed)
    if isinstance(explicit, priceability.Violation):
        assert set(explicit.findings) == set(replayed.findings)


PAYING = [name for name in RULES if name.startswith("mes_")]


@given(elections(largest=12), st.sampled_from([*PAYING, "phragmen"]), st.integers(0, 2), st.data())
def test_rules_that_let_voters_pay_are_proved_by_a_second_program(election, rule, minimum, data):
    instance, profile = election
    terms = {} if rule == "phragmen" else {"minimum_votes": minimum}
    if profile.kind not in RULES[rule].kinds:
        rule = "mes_cost"
    names = list(instance.index)
    if terms and len(names) > 2 and data.draw(st.booleans()):
        instance = replace(instance, rivals=(tuple(names[:2]),), needs=((names[2], names[0]),))
    outcome = count(rule, instance, profile, **terms)
    found = priceability.check_outcome(instance, profile, outcome)
    assert isinstance(found, priceability.Certificate)
    bound = minimum or instance.rivals or not all(option.cost for option in instance.options)
    if not bound and rule != "phragmen":
        measure = purses.MEASURE_OF[str(dict(outcome.parameters)["measure"])]
        kept = ejr.check(instance, profile, outcome.funded, measure=measure)
        assert isinstance(kept, ejr.Certificate)


SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "pabulib"
CITIES = (
    "Poland_Warszawa_2026.pb",
    "Poland_Wieliczka_2023_Green_Budget.pb",
)


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.exists(), reason="the shared elections are not at hand; extra tests")
@pytest.mark.parametrize("name", CITIES)
def test_real_outcomes_of_equal_shares_are_proved_and_greedy_ones_found_wanting(name: str):
    election = pabulib.load((SHARED / name).read_bytes())
    instance, profile = election.instance, election.profile
    for rule, measure in (("mes_cost", Measure.COST), ("mes_card", Measure.CARDINALITY)):
        outcome = count(rule, instance, profile)
        found = priceability.check_outcome(instance, profile, outcome)
        assert isinstance(found, priceability.Certificate)
        kept = ejr.check(instance, profile, outcome.funded, measure=measure)
        assert isinstance(kept, ejr.Certificate)
        greedy = count("greedy_cost", instance, profile)
        broken = ejr.check(instance, profile, greedy.funded, measure=measure)
        assert isinstance(broken, ejr.Violation)


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


@given(elections())
def test_loads_are_prices(election):
    instance, profile = election
    rows = voters(instance, profile, Measure.CARDINALITY)
    load = [Fraction(0) for _ in rows]
    prices: list[Price] = []
    while True:
        offers = []
        for option in instance.options:
            who = [at for at, (utility, _) in enumerate(rows) if option.id in utility]
            if who and option.id not in {row.option for row in prices}:
                votes = sum(rows[at][1] for at in who)
                due = (sum(load[at] * rows[at][1] for at in who) + Fraction(option.cost)) / votes
                offers.append((due, option.id))
        if not offers or len(prices) == 3:
            break
        price, name = min(offers)
        prices.append(Price(name, price))
        load = [
            price if name in utility else had for had, (utility, _) in zip(load, rows, strict=True)
        ]
    ledger = purses.loads(instance, profile, prices)
    found = priceability.check(instance, ledger, [row.option for row in prices])
    assert isinstance(found, priceability.Certificate)
    top = prices[-1].price if prices else 0
    for name, money, _ in found.outside:
        left = sum(
            (top - had) * weight for had, (u, weight) in zip(load, rows, strict=True) if name in u
        )
        assert left == money
    if prices:
        gone = sum(weight for had, (_, weight) in zip(load, rows, strict=True) if had == top)
        assert ledger.emptied[-1] == gone


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


@given(elections())
def test_exhaustive_means_that_nothing_wanted_fits(election):
    instance, profile = election
    funded = [option.id for option in instance.options[::2]]
    found = exhaustive.check(instance, profile, funded)
    left = instance.limit - sum(option.cost for option in instance.options[::2])
    votes = dict(zip(instance.index, profile.votes(), strict=True))
    open_ones = [option for option in instance.options[1::2] if votes[option.id]]
    fits = [option.id for option in open_ones if option.cost <= left]
    assert found.left == left
    if fits or left < 0:
        assert list(found.fitting) == fits
    else:
        assert (found.cheapest == "") == (not open_ones)


def test_what_may_not_be_funded_is_not_missed():
    instance = Instance(TWO.options, 12, rivals=(("pool", "trees"),), needs=(("bench", "trees"),))
    found = exhaustive.check(instance, PROFILE, ["pool"])
    assert found == exhaustive.Certificate(left=6, cheapest="")


def test_only_figures_and_codes_are_told():
    with pytest.raises(TypeError, match="no figure"):
        figures.told(0.5)
    assert figures.told((True, None, "x", Fraction(1, 3))) == [True, None, "x", "1/3"]
