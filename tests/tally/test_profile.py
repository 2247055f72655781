"""Profiles: what they hold, whatever the order of the ballots."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tally import BallotError, Instance, InstanceError, Option, Outcome, Profile, count
from tally.profile import EXACT_IN_A_FLOAT

NAMES = ("a", "b", "c")
INSTANCE = Instance(tuple(Option(name, cost) for cost, name in enumerate(NAMES)), 3)
ballots = st.lists(st.lists(st.sampled_from(NAMES), unique=True), max_size=8)
points = st.fractions(0, 3, max_denominator=4)


def scored(rows: list[dict[str, Fraction]], weights: list[Fraction] | None = None) -> Profile:
    ids, said = [list(row) for row in rows], [list(row.values()) for row in rows]
    return Profile.of("scored", INSTANCE, ids, said, weights)


@given(ballots, st.randoms(use_true_random=False))
def test_the_order_of_ballots_and_of_picks_on_them_is_nobodys_business(rows, random):
    other = [random.sample(row, len(row)) for row in random.sample(rows, len(rows))]
    assert Profile.of("approval", INSTANCE, rows) == Profile.of("approval", INSTANCE, other)


@given(ballots)
def test_votes_are_the_ballots_that_name_an_option(rows):
    profile = Profile.of("approval", INSTANCE, rows)
    assert profile.votes() == [sum(name in row for row in rows) for name in NAMES]
    assert profile.scores() == profile.votes()
    assert profile.ballots == len(rows)
    assert profile.picks == sum(map(len, rows))
    supporters = profile.supporters
    assert [
        int(profile.weights[supporters.groups[supporters.of(at)]].sum()) for at in range(3)
    ] == (profile.votes())


@given(st.lists(st.dictionaries(st.sampled_from(NAMES), points), max_size=6), st.data())
def test_points_and_weights_are_summed_exactly(rows, data):
    weights = [data.draw(st.fractions(Fraction(1, 5), 5, max_denominator=6)) for _ in rows]
    profile = scored(rows, weights)
    for at, name in enumerate(NAMES):
        expected = sum(weight * row.get(name, 0) for weight, row in zip(weights, rows, strict=True))
        assert profile.scores()[at] == expected
    assert profile.ballots == sum(weights)
    assert profile == scored(rows[::-1], weights[::-1])


@given(st.lists(st.permutations(NAMES), max_size=6))
def test_ranked_ballots_give_bordas_points(rows):
    profile = Profile.of("ordinal", INSTANCE, rows)
    assert profile.scores() == [
        sum(len(NAMES) - 1 - row.index(name) for row in rows) for name in NAMES
    ]
    assert profile == Profile.of("ordinal", INSTANCE, rows)
    if rows and rows[0] != rows[0][::-1]:
        assert profile != Profile.of("ordinal", INSTANCE, [rows[0][::-1], *rows[1:]])


@given(ballots, st.lists(st.sampled_from(range(3)), unique=True, min_size=1))
def test_a_profile_on_some_options_forgets_the_others(rows, places):
    smaller = Instance(tuple(INSTANCE.options[place] for place in places), 3)
    kept = [[name for name in row if name in smaller.index] for row in rows]
    seen = Profile.of("approval", INSTANCE, rows).only(places)
    assert seen.votes() == Profile.of("approval", smaller, kept).votes()
    assert seen.ballots == len(rows)


def test_points_are_kept_on_some_options():
    profile = scored([{"a": Fraction(1, 2), "c": Fraction(3)}])
    assert profile.only([2, 0]).scores() == [3, Fraction(1, 2)]


def test_sums_beyond_a_float_are_exact():
    huge = EXACT_IN_A_FLOAT // 2 + 1
    profile = Profile.of("approval", INSTANCE, [["a"], ["a", "b"]], weights=[huge, huge + 1])
    assert profile.votes() == [2 * huge + 1, huge + 1, 0]


def test_numbers_that_64_bits_do_not_hold_are_refused():
    weights = [Fraction(1, 2**40 + 15), 2**30]
    with pytest.raises(BallotError, match="too fine"):
        Profile.of("approval", INSTANCE, [["a"], ["b"]], weights=weights)


def test_a_weight_must_be_above_zero():
    with pytest.raises(BallotError, match="above zero"):
        Profile.of("approval", INSTANCE, [["a"]], weights=[0])


def test_a_profile_equals_profiles_only_and_is_no_key():
    profile = Profile.of("approval", INSTANCE, [["a"]])
    assert profile != "a"
    assert profile != Profile.of("knapsack", INSTANCE, [["a"]])
    with pytest.raises(TypeError):
        hash(profile)


def test_arrays_are_a_profile_too():
    profile = Profile(
        "approval", 3, np.array([0, 1, 3]), np.array([0, 0, 2]), None, np.array([2, 1])
    )
    assert profile == Profile.of("approval", INSTANCE, [["a"], ["a"], ["a", "c"]])
    assert dict(profile.rows()) == dict(profile.groups)


def test_an_instance_names_only_its_own_options_as_rivals_and_needs():
    for terms in ({"rivals": (("a", "x"),)}, {"needs": (("x", "a"),)}):
        with pytest.raises(InstanceError, match="unknown options: x"):
            Instance(INSTANCE.options, 3, **terms)


def test_money_in_fractions_is_whole_over_one_unit():
    instance = Instance((Option("a", Fraction(1, 2)), Option("b", Fraction(2, 3))), 5)
    assert instance.whole == ((3, 4), 30, 6)


@given(ballots, st.sampled_from(["greedy_card", "mes_card_add1u", "mes_cost", "phragmen"]))
def test_an_outcome_is_what_its_canonical_json_says(rows, rule):
    outcome = count(rule, INSTANCE, Profile.of("approval", INSTANCE, rows))
    again = Outcome.from_json(outcome.to_json())
    assert again == outcome
    assert again.to_json() == outcome.to_json()
