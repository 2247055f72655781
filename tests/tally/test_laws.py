"""What greedy promises for every election."""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tally import (
    RULES,
    Decision,
    Instance,
    InstanceError,
    Option,
    Outcome,
    Profile,
    UnknownRuleError,
    by_cost,
    by_id,
    count,
    tie_order,
)
from tally.rules.greedy import reserve
from tests.tally.city import variants

NAMES = ("a", "b", "c", "d", "e", "f")


@st.composite
def elections(draw: st.DrawFn) -> tuple[Instance, list[list[str]]]:
    names = NAMES[: draw(st.integers(1, len(NAMES)))]
    options = tuple(Option(name, draw(st.integers(0, 12))) for name in names)
    limit = draw(st.integers(0, 30))
    ballots = draw(st.lists(st.lists(st.sampled_from(names), unique=True), max_size=12))
    bonds = draw(st.booleans()) and draw(bonds_among(names))
    return Instance(options, limit, *(bonds or ())), ballots


@st.composite
def bonds_among(draw: st.DrawFn, names: tuple[str, ...]) -> tuple[tuple, tuple]:
    """Some rivals, and some needs that go in no circle."""
    some = st.lists(st.sampled_from(names), min_size=1, max_size=3, unique=True).map(tuple)
    order = draw(st.permutations(names))
    pairs = st.tuples(st.sampled_from(order), st.sampled_from(order))
    needs = [
        pair
        for pair in draw(st.lists(pairs, max_size=4))
        if order.index(pair[0]) > order.index(pair[1])
    ]
    return tuple(draw(st.lists(some, max_size=2))), tuple(needs)


rules = st.sampled_from(["greedy_cost", "greedy_card"])
terms = st.fixed_dictionaries({"minimum_votes": st.integers(0, 3), "stop": st.booleans()})


def naive(
    rule: str,
    instance: Instance,
    ballots: list[list[str]],
    ties: tuple[str, ...],
    minimum_votes: int = 0,
    *,
    stop: bool = False,
) -> dict[str, tuple[str, tuple[int, Fraction]]]:
    """The rule as its page tells it, in plain fractions: each option's decision and merit."""
    votes = {
        option.id: sum(option.id in ballot for ballot in ballots) for option in instance.options
    }
    costs = {option.id: option.cost for option in instance.options}

    def merit(name: str) -> tuple[int, Fraction]:
        own = (0, Fraction(0))
        if votes[name] and not costs[name]:
            own = (2, Fraction(0))
        elif votes[name]:
            own = (1, Fraction(votes[name], costs[name] if rule == "greedy_card" else 1))
        return min([own, *(merit(other) for one, other in instance.needs if one == name)])

    left, told, stopped = instance.limit, {}, False
    while len(told) < len(costs):
        ready = [
            name
            for name in ties
            if name not in told
            and all(other in told for one, other in instance.needs if one == name)
        ]
        name = max(ready, key=merit)  # the first of several in the tie order
        funded = {one for one, (decision, _) in told.items() if decision == "funded"}
        if votes[name] < minimum_votes:
            decision = "too_few_votes"
        elif stopped:
            decision = "after_the_stop"
        elif any(name in rivals and funded & set(rivals) for rivals in instance.rivals):
            decision = "rival_funded"
        elif not all(other in funded for one, other in instance.needs if one == name):
            decision = "partner_missing"
        elif costs[name] <= left:
            decision = "funded"
            left -= costs[name]
        else:
            decision = "does_not_fit"
            stopped = stop
        told[name] = decision, merit(name)
    return told


@given(elections(), rules, terms)
def test_greedy_is_what_its_page_says(election, rule, terms):
    instance, ballots = election
    profile = Profile.of("approval", instance, ballots)
    outcome = count(rule, instance, profile, **terms)
    told = naive(rule, instance, ballots, by_id(instance), **terms)
    assert [(turn.option, str(turn.decision)) for turn in outcome.rounds] == [
        (name, decision) for name, (decision, _) in told.items()
    ]
    for turn in outcome.rounds:
        kind, number = told[turn.option][1]
        assert turn.key == (None if kind == 2 else number)
        assert turn.support == profile.votes()[instance.index[turn.option]]
    assert Outcome.from_json(outcome.to_json()) == outcome


@given(elections(), rules, terms)
def test_the_limit_the_rivals_and_the_needs_are_kept(election, rule, terms):
    instance, ballots = election
    outcome = count(rule, instance, Profile.of("approval", instance, ballots), **terms)
    funded = set(outcome.funded)
    assert outcome.spent <= instance.limit
    assert sorted(turn.option for turn in outcome.rounds) == sorted(instance.index)
    assert all(len(funded & set(rivals)) <= 1 for rivals in instance.rivals)
    assert all(other in funded for name, other in instance.needs if name in funded)


@given(elections(), rules, st.randoms(use_true_random=False))
def test_the_order_of_voters_and_options_changes_nothing(election, rule, random):
    instance, ballots = election
    shuffled = random.sample(ballots, len(ballots))
    options = tuple(random.sample(instance.options, len(instance.options)))
    other = replace(instance, options=options)
    mine = count(rule, instance, Profile.of("approval", instance, ballots))
    theirs = count(rule, other, Profile.of("approval", other, shuffled))
    assert mine == theirs


@given(elections(), rules, st.fractions(min_value=Fraction(1, 7), max_value=9))
def test_scaling_all_money_changes_nothing(election, rule, factor):
    instance, ballots = election
    options = tuple(Option(o.id, o.cost * factor) for o in instance.options)
    scaled = replace(instance, options=options, limit=instance.limit * factor)
    mine = count(rule, instance, Profile.of("approval", instance, ballots))
    theirs = count(rule, scaled, Profile.of("approval", scaled, ballots))
    assert mine.funded == theirs.funded


@given(elections(), rules)
def test_more_support_never_drops_a_funded_option(election, rule):
    instance, ballots = election
    before = count(rule, instance, Profile.of("approval", instance, ballots))
    for name in before.funded:
        after = count(rule, instance, Profile.of("approval", instance, [*ballots, [name]]))
        assert name in after.funded


@given(elections(), rules, st.binary(min_size=16, max_size=20))
def test_a_tie_order_settles_ties_and_nothing_else(election, rule, seed):
    instance, ballots = election
    profile = Profile.of("approval", instance, ballots)
    one = count(rule, instance, profile, by_id(instance))
    other = count(rule, instance, profile, by_cost(instance, tie_order(seed, list(instance.index))))
    assert sorted(turn.support for turn in one.rounds) == sorted(t.support for t in other.rounds)
    if not any(tie.mattered for tie in one.ties) and not any(tie.mattered for tie in other.ties):
        assert set(one.funded) == set(other.funded)


def others(ties: tuple[str, ...], options: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Every tie order that differs from `ties` in the order of these options only."""
    places = [ties.index(name) for name in options]
    for order in permutations(options):
        lot = list(ties)
        for place, name in zip(places, order, strict=True):
            lot[place] = name
        yield tuple(lot)


@given(elections(), rules, terms)
def test_a_tie_matters_just_where_some_order_funds_another_set(election, rule, terms):
    instance, ballots = election
    profile = Profile.of("approval", instance, ballots)
    outcome = count(rule, instance, profile, **terms)
    for tie in outcome.ties:
        if len(tie.options) <= 4:
            orders = list(others(by_id(instance), tie.options))
            funded = {frozenset(count(rule, instance, profile, o, **terms).funded) for o in orders}
            assert (len(funded) > 1) == tie.mattered, tie


@given(elections(), rules, terms)
def test_every_order_that_could_have_been_otherwise_is_told_as_a_tie(election, rule, terms):
    instance, ballots = election
    lot = by_id(instance)
    outcome = count(rule, instance, Profile.of("approval", instance, ballots), **terms)
    told = naive(rule, instance, ballots, lot, **terms)
    levels: dict = {}
    for name, (decision, merit) in told.items():
        if decision != "too_few_votes":
            levels.setdefault(merit, []).append(name)
    expected = []
    for names in levels.values():
        orders = set()
        for other in others(lot, tuple(names)):
            again = naive(rule, instance, ballots, other, **terms)
            orders.add(tuple(name for name in again if name in names))
        expected += [tuple(names)] if len(orders) > 1 else []
    assert [tie.options for tie in outcome.ties] == expected


@given(elections(), st.integers(0, 6), st.booleans())
def test_the_reserve_is_what_was_refused_for_want_of_money_in_order(election, size, stop):
    instance, ballots = election
    outcome = count("greedy_cost", instance, Profile.of("approval", instance, ballots), stop=stop)
    wanting = [
        turn.option
        for turn in outcome.rounds
        if turn.decision in (Decision.DOES_NOT_FIT, Decision.AFTER_THE_STOP)
    ]
    assert reserve(outcome, size) == tuple(wanting[:size])
    assert not set(reserve(outcome)) & set(outcome.funded)


@given(elections())
def test_every_rule_tells_each_decision_and_keeps_the_bonds_or_refuses_them(election):
    instance, ballots = election
    for rule in RULES.values():
        if "approval" in rule.kinds:
            try:
                outcome = count(rule.id, instance, Profile.of("approval", instance, ballots))
            except InstanceError:
                assert instance.rivals or instance.needs
                continue
            funded = [t for t in outcome.rounds if t.decision is Decision.FUNDED]
            assert all(turn.decision in Decision for turn in outcome.rounds)
            assert all(turn.cost <= turn.left for turn in funded)
            assert all(len({*outcome.funded} & {*rivals}) <= 1 for rivals in instance.rivals)
            assert all(b in outcome.funded for a, b in instance.needs if a in outcome.funded)


def test_needs_in_a_circle_are_refused_and_say_which():
    options = tuple(Option(name, 1) for name in "abc")
    instance = Instance(options, 3, needs=(("a", "b"), ("b", "a"), ("c", "a")))
    with pytest.raises(
        InstanceError, match="circle, make it one option: (a needs b needs a|b needs a needs b)"
    ):
        count("greedy_cost", instance, Profile.of("approval", instance, []))


def test_an_option_that_excludes_what_it_needs_is_never_funded_and_makes_no_tie_matter():
    options = tuple(Option(name, 1) for name in "abc")
    instance = Instance(options, 3, rivals=(("a", "b"),), needs=(("a", "b"),))
    outcome = count("greedy_cost", instance, Profile.of("approval", instance, [["a", "b", "c"]]))
    assert outcome.funded == ("b", "c")
    assert [(tie.options, tie.mattered) for tie in outcome.ties] == [(("b", "a", "c"), False)]


def test_only_a_rule_that_walks_has_a_reserve():
    with pytest.raises(UnknownRuleError, match="no order of turns"):
        reserve(Outcome("envelopes", (), 0, 0, (), ()))


@pytest.mark.parametrize(("file", "expected"), variants("rivals_and_needs_by_hand", "greedy"))
def test_rivals_and_needs_counted_by_hand(file, expected):
    slate = file.instance()
    bonds = ([tuple(names) for names in expected[kind]] for kind in ("rivals", "needs"))
    instance = Instance(slate.options, slate.limit, *map(tuple, bonds))
    outcome = count("greedy_cost", instance, file.profile())
    assert {turn.option: str(turn.decision) for turn in outcome.rounds} == expected["decisions"]
    assert [turn.option for turn in outcome.rounds] == list(expected["decisions"])
    assert {turn.option: turn.key for turn in outcome.rounds} == expected["keys"]
    assert list(outcome.ties) == expected["ties"]
