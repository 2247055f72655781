"""Who may vote: a table of cases, and laws."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ballots import eligibility
from ballots.eligibility import ALL_GROUNDS, GROUNDS, Claim, Electorate, age_on
from core.words import LANGUAGES, speaking

DAY = date(2026, 9, 20)
PLACES = ("cheolsan-3", "haan-1", "soha-2")
NAMES = {"cheolsan-3": "Cheolsan 3-dong", "haan-1": "Haan 1-dong", "soha-2": "Soha 2-dong"}


def electorate(**changes) -> Electorate:
    return Electorate(DAY, **changes)


LIVES = frozenset({"lives"})
HAAN = frozenset({"haan-1"})


@pytest.mark.parametrize(
    ("rules", "claim", "refusals"),
    [
        ({}, Claim("lives", "haan-1", 14), ()),
        ({}, Claim("works", None, 14), ()),
        ({}, Claim("lives", "haan-1", 13), ("age",)),
        ({}, Claim("lives", "haan-1", None), ("age",)),
        ({"least_age": 0}, Claim("studies", "haan-1", None), ()),
        ({"least_age": 18}, Claim("lives", "haan-1", 17), ("age",)),
        ({"grounds": LIVES}, Claim("works", "haan-1", 40), ("ground",)),
        ({"grounds": LIVES}, Claim("lives", "haan-1", 40), ()),
        ({}, Claim("owns", "haan-1", 40), ("ground",)),
        ({"neighbourhoods": HAAN}, Claim("lives", "haan-1", 40), ()),
        ({"neighbourhoods": HAAN}, Claim("lives", "soha-2", 40), ("neighbourhood",)),
        ({"neighbourhoods": HAAN}, Claim("lives", None, 40), ("neighbourhood",)),
        ({"neighbourhoods": HAAN, "grounds": LIVES}, Claim("works", "soha-2", 3), ("ground", "neighbourhood", "age")),
    ],
)  # fmt: skip
def test_cases(rules, claim, refusals):
    assert electorate(**rules).refusals(claim) == refusals


@pytest.mark.parametrize(
    ("born", "day", "age"),
    [
        (date(2012, 9, 20), DAY, 14),
        (date(2012, 9, 21), DAY, 13),
        (date(2012, 2, 29), date(2026, 2, 28), 13),
        (date(2012, 2, 29), date(2026, 3, 1), 14),
        (date(2012, 2, 29), date(2028, 2, 29), 16),
        (date(2026, 9, 21), DAY, -1),
    ],
)
def test_age_on_a_day(born, day, age):
    assert age_on(day, born) == age


claims = st.builds(
    Claim,
    st.sampled_from([*GROUNDS, "owns"]),
    st.sampled_from([*PLACES, None]),
    st.none() | st.integers(0, 110),
)
electorates = st.builds(
    Electorate,
    st.just(DAY),
    st.sets(st.sampled_from(sorted(GROUNDS)), min_size=1).map(frozenset),
    st.sets(st.sampled_from(PLACES)).map(frozenset),
    st.integers(0, 30),
)


@given(electorates, claims, st.sampled_from(sorted(GROUNDS)), st.sampled_from(PLACES))
def test_a_wider_electorate_refuses_nobody_more(narrow, claim, ground, place):
    places = narrow.neighbourhoods | {place} if narrow.neighbourhoods else frozenset()
    wide = Electorate(DAY, narrow.grounds | {ground}, places, max(0, narrow.least_age - 1))
    assert set(wide.refusals(claim)) <= set(narrow.refusals(claim))


@given(electorates, claims)
def test_growing_older_refuses_nobody(rules, claim):
    older = Claim(claim.ground, claim.neighbourhood, (claim.age or 0) + 1)
    assert set(rules.refusals(older)) <= set(rules.refusals(claim))


@given(st.dates(date(1900, 1, 1), date(2026, 1, 1)), st.integers(0, 40_000))
def test_age_never_falls_as_days_pass(born, days):
    day = born + timedelta(days)
    assert 0 <= age_on(day, born) <= age_on(day + timedelta(1), born) <= age_on(day, born) + 1


@given(electorates)
def test_rules_are_read_as_they_were_written(rules):
    kept = eligibility.rules(
        grounds=rules.grounds, neighbourhoods=rules.neighbourhoods,
        least_age=rules.least_age, age_on=rules.age_on,
    )  # fmt: skip
    assert Electorate.of(kept, date(1999, 1, 1)) == rules


def test_without_rules_it_is_what_every_account_declares():
    found = Electorate.of({}, DAY)
    assert found == Electorate(DAY)
    assert found.is_declared_by_all
    assert not electorate(least_age=18).is_declared_by_all
    assert not electorate(grounds=LIVES).is_declared_by_all


@pytest.mark.parametrize("tongue", LANGUAGES)
@given(electorates, claims)
def test_every_rule_and_every_refusal_has_words(tongue, rules, claim):
    with speaking(tongue):
        said = [*rules.sentences(NAMES), *map(rules.reason, rules.refusals(claim))]
    assert all(said)
    assert not any("%(" in sentence for sentence in said)


def test_in_words():
    with speaking("en"):
        assert electorate(grounds=LIVES, neighbourhoods=frozenset({"soha-2", "haan-1"})).sentences(
            NAMES
        ) == [
            "Everyone who lives in the city.",
            "Only in these neighbourhoods: Haan 1-dong, Soha 2-dong.",
            "Voters are 14 or older on Sun 20 Sep 2026.",
        ]
        assert len(electorate(least_age=0).sentences(NAMES)) == 1
    assert set(GROUNDS) == ALL_GROUNDS
