"""Margins hold: fewer changed ballots never change the outcome, and those told do."""

from fractions import Fraction
from functools import partial
from itertools import chain, combinations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tally import (
    BallotError,
    Instance,
    InstanceError,
    Option,
    Profile,
    ShortSeedError,
    UnknownRuleError,
    by_id,
    count,
)
from tally.explain import resampling, robustness
from tests.tally.effort import fewer

NAMES = ("a", "b", "c", "d")
SEED = bytes(range(16))
Ballots = list[tuple[str, ...]]


@st.composite
def elections(draw: st.DrawFn, voters: int, options: int) -> tuple[Instance, Ballots]:
    names = NAMES[: draw(st.integers(1, options))]
    listed = tuple(Option(name, draw(st.integers(0, 6))) for name in names)
    instance = Instance(listed, draw(st.integers(0, 12)))
    every = list(chain.from_iterable(combinations(names, size) for size in range(len(names) + 1)))
    return instance, draw(st.lists(st.sampled_from(every), max_size=voters))


def fund(rule: str, instance: Instance, ballots: Ballots, minimum: int) -> set[str]:
    profile = Profile.of("approval", instance, ballots)
    return set(count(rule, instance, profile, minimum_votes=minimum).funded)


def least_by_trying(rule: str, instance: Instance, ballots: Ballots, minimum: int) -> int | None:
    """The least number of ballots that changes the outcome, by trying all ballots there are."""
    names = list(instance.index)
    every = list(chain.from_iterable(combinations(names, size) for size in range(len(names) + 1)))
    before = fund(rule, instance, ballots, minimum)
    for number in range(1, len(ballots) + 1):
        for who in combinations(range(len(ballots)), number):
            kept = [ballot for at, ballot in enumerate(ballots) if at not in who]
            for new in product(every, repeat=number):
                if fund(rule, instance, [*kept, *new], minimum) != before:
                    return number
    return None


@fewer(2)
@given(
    elections(voters=3, options=3),
    st.sampled_from(["greedy_cost", "greedy_card"]),
    st.integers(0, 2),
)
def test_the_margin_is_the_one_that_trying_every_ballot_finds(election, rule, minimum):
    instance, ballots = election
    profile = Profile.of("approval", instance, ballots)
    outcome = count(rule, instance, profile, minimum_votes=minimum)
    margin, changed = robustness.greedy(instance, profile, outcome, by_id(instance))
    least = least_by_trying(rule, instance, ballots, minimum)
    if least is None:
        assert (margin, changed) == (robustness.Margin(None, None, "", ()), None)
    else:
        assert margin.at_least <= least <= margin.at_most


@given(
    elections(voters=30, options=4),
    st.sampled_from(["greedy_cost", "greedy_card"]),
    st.integers(0, 4),
)
def test_the_ballots_told_change_the_outcome_and_are_so_many(election, rule, minimum):
    instance, ballots = election
    profile = Profile.of("approval", instance, ballots)
    outcome = count(rule, instance, profile, minimum_votes=minimum)
    margin, changed = robustness.greedy(instance, profile, outcome, by_id(instance))
    if margin.at_most is None:
        assert changed is None
        return
    again = count(rule, instance, changed, minimum_votes=minimum)
    assert changed.ballots == profile.ballots
    moved = sum(
        abs(changed.groups.get(b, 0) - profile.groups.get(b, 0))
        for b in {*changed.groups, *profile.groups}
    )
    assert moved <= 2 * margin.at_most
    assert set(again.funded) != set(outcome.funded)
    assert 1 <= margin.at_least <= margin.at_most
    if margin.option:
        assert margin.option in set(again.funded) - set(outcome.funded)
    else:
        assert set(margin.passed) <= set(outcome.funded) - set(again.funded)


def test_an_option_that_must_pass_two_is_told_with_both():
    options = (Option("gym", 5), Option("hall", 5), Option("pool", 8))
    instance = Instance(options, 10)
    ballots = (
        [("gym",)] * 10 + [("hall",)] * 10 + [("gym", "hall")] * 4 + [("pool",)] * 4 + [()] * 3
    )
    profile = Profile.of("approval", instance, ballots)
    outcome = count("greedy_cost", instance, profile)
    margin, changed = robustness.greedy(instance, profile, outcome, by_id(instance))
    assert margin.option == "pool"
    assert sorted(margin.passed) == ["gym", "hall"]
    assert count("greedy_cost", instance, changed).funded == ("pool",)
    assert '"at_least":' in margin.to_json()


def test_ways_are_tried_until_none_can_be_shorter():
    costs = {"a": 1, "b": 3, "c": 5, "d": 5, "e": 1, "f": 3, "g": 5}
    instance = Instance(tuple(Option(name, cost) for name, cost in costs.items()), 9)
    said = "eg b bf bdf af aeg efg af bcf d cfg cdeg abdfg bde"
    profile = Profile.of("approval", instance, [list(ballot) for ballot in said.split()])
    outcome = count("greedy_card", instance, profile)
    margin, changed = robustness.greedy(instance, profile, outcome, by_id(instance))
    assert margin.at_least == margin.at_most == 3
    assert set(count("greedy_card", instance, changed).funded) != set(outcome.funded)


def test_what_has_no_known_margin_is_refused():
    instance = Instance((Option("a", 1), Option("b", 3)), 2)
    profile = Profile.of("approval", instance, [["a"]])
    stopped = count("greedy_cost", instance, profile, stop=True)
    with pytest.raises(UnknownRuleError, match="no known margin"):
        robustness.greedy(instance, profile, stopped, by_id(instance))
    outcome = count("greedy_cost", instance, profile)
    bound = Instance(instance.options, 2, needs=(("a", "b"),))
    with pytest.raises(InstanceError, match="untrue"):
        robustness.greedy(bound, profile, outcome, by_id(instance))
    points = Profile.of("cumulative", instance, [["a"]], [[2]])
    with pytest.raises(BallotError, match="cannot be changed"):
        robustness.greedy(instance, points, outcome, by_id(instance))


COUNT = partial(count, "greedy_cost")


def test_drawing_nothing_anew_changes_nothing_and_the_seed_fixes_the_draws():
    instance = Instance((Option("a", 1), Option("b", 1)), 1)
    ballots = [["a"]] * 6 + [["b"]] * 5
    profile = Profile.of("approval", instance, ballots)
    draw = partial(resampling.redrawn, COUNT, instance, profile, draws=20)
    still = draw(seed=SEED, changed=0)
    assert (still.same, still.funded) == (20, (("a", 20), ("b", 0)))
    some = draw(seed=SEED, changed=11)
    assert some == draw(seed=SEED, changed=11)
    assert 0 < some.same < 20
    assert dict(some.funded)["a"] == some.same
    assert '"claim":"estimate"' in some.to_json()
    # Said once for all versions of numpy: the draws of a published seed can be repeated.
    assert some.same == 14
    assert some != draw(seed=bytes(16), changed=11)


def test_half_the_draws_fall_from_some_number_on_or_never():
    instance = Instance((Option("a", 1), Option("b", 1)), 1)
    close = Profile.of("approval", instance, [["a"]] * 50 + [["b"]] * 52)
    found = resampling.half(COUNT, instance, close, seed=SEED, draws=9)
    same = dict(found.tried)
    assert found.changed == 7
    assert 2 * same[7] <= 9 < 2 * same[6]
    sure = Profile.of("approval", instance, [["a"]] * 20)
    assert resampling.half(COUNT, instance, sure, seed=SEED, draws=5).changed is None
    nobody = Profile.of("approval", instance, [])
    assert resampling.half(COUNT, instance, nobody, seed=SEED, draws=5).tried == ((0, 5),)


def test_points_are_drawn_with_their_ballots():
    instance = Instance((Option("a", 1), Option("b", 1)), 1)
    profile = Profile.of("cumulative", instance, [["a"], ["b"], ["b"], []], [[5], [1], [1], []])
    drawn = resampling.redrawn(
        partial(count, "greedy_score"), instance, profile, seed=SEED, draws=10, changed=2
    )
    assert drawn.draws == 10


def test_a_short_seed_parts_of_voters_and_too_many_ballots_are_refused():
    instance = Instance((Option("a", 1),), 1)
    profile = Profile.of("approval", instance, [["a"]])
    halves = Profile.of("approval", instance, [["a"]], weights=[Fraction(1, 2)])
    with pytest.raises(ShortSeedError, match="16 bytes"):
        resampling.redrawn(COUNT, instance, profile, seed=b"short", draws=1, changed=1)
    for ballots, number in ((profile, 2), (profile, -1), (halves, 1)):
        with pytest.raises(BallotError, match="drawn anew"):
            resampling.redrawn(COUNT, instance, ballots, seed=SEED, draws=1, changed=number)
