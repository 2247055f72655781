"""Proofs about outcomes: what they certify is true, what they refuse is false."""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tally import RULES, Instance, Option, Profile, count
from tally.axioms import ejr, exhaustive, priceability, purses
from tally.axioms.measure import Measure
from tally.axioms.purses import Price
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


TWO = Instance((Option("a", 2), Option("b", 4)), 9)
ONE_OF_TWO = TWO, Profile.of("approval", TWO, [[], ["a", "b"]])


def share(instance: Instance, profile: Profile) -> Fraction:
    return Fraction(instance.limit) / Fraction(profile.ballots) if profile.ballots else Fraction(0)


@example(ONE_OF_TWO, Measure.SCORE, set())
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
