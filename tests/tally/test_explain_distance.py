"""Distances hold: the changed election, counted again, funds the option, and one step less not."""

from fractions import Fraction
from functools import partial
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tally import (
    BallotError,
    Decision,
    Instance,
    InstanceError,
    Option,
    Outcome,
    Profile,
    UnknownRuleError,
    by_id,
    count,
)
from tally.explain import changes, distance, distance_shares
from tally.explain.distance import Claim, Question
from tally.explain.search import Search

NAMES = ("a", "b", "c", "d", "e")
Ballots = list[list[str]]


@st.composite
def elections(draw: st.DrawFn, voters: int = 7, options: int = 5) -> tuple[Instance, Ballots]:
    names = NAMES[: draw(st.integers(2, options))]
    listed = tuple(Option(name, draw(st.integers(0, 9))) for name in names)
    instance = Instance(listed, draw(st.integers(0, 16)))
    ballot = st.lists(st.sampled_from(names), unique=True)
    return instance, draw(st.lists(ballot, max_size=voters))


rules = st.sampled_from(["greedy_cost", "greedy_card"])
terms = st.fixed_dictionaries({"minimum_votes": st.integers(0, 3), "stop": st.booleans()})


def lowered(instance: Instance, name: str, cost: int) -> Instance:
    return changes.with_cost(instance, name, cost)


def fund(rule: str, instance: Instance, ballots: Ballots, **terms: int) -> tuple[str, ...]:
    return count(rule, instance, Profile.of("approval", instance, ballots), **terms).funded


def answers(found: tuple[distance.Distance, ...]) -> dict[str, dict[Question, distance.Distance]]:
    told: dict[str, dict[Question, distance.Distance]] = {}
    for answer in found:
        told.setdefault(answer.option, {})[answer.question] = answer
    return told


@given(elections(), rules, terms)
def test_distances_of_greedy_are_those_found_by_changing_and_counting_again(election, rule, terms):
    instance, ballots = election
    profile = Profile.of("approval", instance, ballots)
    outcome = count(rule, instance, profile, **terms)
    told = answers(distance.greedy(instance, profile, outcome, by_id(instance)))
    assert set(told) == set(instance.index) - set(outcome.funded)
    for name, found in told.items():
        cost = instance.options[instance.index[name]].cost
        lower = [
            c
            for c in range(cost)
            if name in fund(rule, lowered(instance, name, c), ballots, **terms)
        ]
        assert found[Question.COST].figure == max(lower, default=None)
        others = [at for at, ballot in enumerate(ballots) if name not in ballot]
        enough = [
            number
            for number in range(1, len(others) + 1)
            for who in combinations(others, number)
            if name in fund(
                rule, instance,
                [[*b, name] if at in who else b for at, b in enumerate(ballots)], **terms,
            )
        ]  # fmt: skip
        least = min(enough, default=None)
        assert found[Question.OPTIMIST].figure == found[Question.PESSIMIST].figure == least
        new = (
            n
            for n in range(1, 75)  # 7 voters of an option of cost 1 are 63 of one of cost 9
            if name in fund(rule, instance, [*ballots, *[[name]] * n], **terms)
        )
        assert found[Question.SINGLETON].figure == next(new, None)
        assert all(answer.claim is Claim.EXACT for answer in found.values())


@given(elections(), st.data())
def test_costs_under_points_are_those_found_by_counting_again(election, data):
    instance, ballots = election
    points = [[data.draw(st.integers(0, 3)) for _ in ballot] for ballot in ballots]
    profile = Profile.of("cumulative", instance, ballots, points)
    rule = data.draw(st.sampled_from(["greedy_cost", "greedy_card", "greedy_score"]))
    outcome = count(rule, instance, profile)
    for answer in distance.greedy(instance, profile, outcome, by_id(instance)):
        cost = instance.options[instance.index[answer.option]].cost
        lower = [
            c
            for c in range(cost)
            if answer.option in count(rule, lowered(instance, answer.option, c), profile).funded
        ]
        assert (answer.question, answer.figure) == (Question.COST, max(lower, default=None))


SHARES = ("mes_card", "mes_cost", "mes_score", "mes_card_u", "mes_cost_u", "mes_score_u")


@given(elections(voters=10), st.sampled_from(SHARES), st.integers(0, 2), st.data())
def test_costs_under_equal_shares_are_those_found_by_counting_again(election, rule, minimum, data):
    instance, ballots = election
    kind, points, weights = (
        "approval",
        None,
        [data.draw(st.sampled_from([1, 2, Fraction(1, 2)])) for _ in ballots],
    )
    if "score" in rule:
        kind, points = (
            "cumulative",
            [[data.draw(st.integers(0, 3)) for _ in ballot] for ballot in ballots],
        )
    profile = Profile.of(kind, instance, ballots, points, weights)
    outcome = count(rule, instance, profile, minimum_votes=minimum)
    found = distance_shares.equal_shares(instance, profile, outcome, by_id(instance))
    assert {answer.option for answer in found} == set(instance.index) - set(outcome.funded)
    for answer in found:
        cost = instance.options[instance.index[answer.option]].cost
        lower = [
            c
            for c in range(cost)
            if answer.option
            in count(
                rule, lowered(instance, answer.option, c), profile, minimum_votes=minimum
            ).funded
        ]
        assert (answer.figure, answer.claim) == (max(lower, default=None), Claim.EXACT)


def test_a_cost_below_what_its_supporters_have_left_would_do():
    instance = Instance((Option("a", 3), Option("b", 4)), 3)
    profile = Profile.of("approval", instance, [["a"], [], ["a", "b"]])
    outcome = count("mes_card", instance, profile)
    found = distance_shares.equal_shares(instance, profile, outcome, by_id(instance))
    assert {answer.option: answer.figure for answer in found} == {"a": 2, "b": 1}


def test_a_lower_cost_that_stands_level_with_a_price_is_settled_by_the_tie_order():
    options = (Option("hall", 6), Option("pool", 10))
    instance = Instance(options, 12)
    ballots = [["hall", "pool"]] * 3
    profile = Profile.of("approval", instance, ballots)
    for ties, figure in ((("hall", "pool"), 6), (("pool", "hall"), 6)):
        outcome = count("mes_card", instance, profile, ties)
        [pool] = distance_shares.equal_shares(instance, profile, outcome, ties)
        assert pool.figure == figure  # 6 are left after the hall; in the first round 6 is level
    tight = Instance((Option("hall", 6), Option("pool", 10)), 6)
    for ties, figure in ((("hall", "pool"), 5), (("pool", "hall"), 6)):
        outcome = count("mes_card", tight, profile, ties)
        [pool] = distance_shares.equal_shares(tight, profile, outcome, ties)
        assert pool.figure == figure


def test_the_formula_of_equal_shares_refuses_what_it_does_not_know():
    instance = Instance((Option("a", 1), Option("b", 3)), 2)
    profile = Profile.of("approval", instance, [["a"]])
    many = count("mes_cost_add1", instance, profile)
    with pytest.raises(UnknownRuleError, match="no known distances"):
        distance_shares.equal_shares(instance, profile, many, by_id(instance))
    bound = Instance(instance.options, 2, rivals=(("a", "b"),))
    one = count("mes_cost", bound, profile)
    with pytest.raises(InstanceError, match="untrue"):
        distance_shares.equal_shares(bound, profile, one, by_id(bound))
    few = count("mes_cost", instance, profile, minimum_votes=2)
    found = distance_shares.equal_shares(instance, profile, few, by_id(instance))
    assert [answer.figure for answer in found] == [None, None]
    assert {turn.decision for turn in few.rounds} == {Decision.TOO_FEW_VOTES, Decision.UNAFFORDABLE}


def equal_money(instance: Instance, profile: Profile) -> Outcome:
    """A rule that is not monotone: the option with most votes gets everything if it costs most."""
    return count("greedy_cost", instance, profile, stop=True)


@given(elections(voters=4, options=3), rules)
def test_a_full_search_finds_what_trying_everything_finds(election, rule):
    instance, ballots = election
    profile = Profile.of("approval", instance, ballots)
    counted = partial(count, rule)
    outcome = counted(instance, profile)
    exact = answers(distance.greedy(instance, profile, outcome, by_id(instance)))
    for name, by_formula in exact.items():
        search = Search(counted, instance, profile, outcome, name, full=True)
        quick = Search(counted, instance, profile, outcome, name)
        assert search.cost() == by_formula[Question.COST]
        assert search.optimist() == by_formula[Question.OPTIMIST]
        assert search.pessimist() == by_formula[Question.PESSIMIST]
        assert quick.cost().figure == by_formula[Question.COST].figure
        assert quick.optimist().figure == by_formula[Question.OPTIMIST].figure
        assert quick.pessimist().claim is Claim.IN_ORDER
        single = by_formula[Question.SINGLETON]
        assert quick.singleton(60).figure == single.figure
        if single.figure is not None:
            assert search.singleton(60) == single
        else:
            assert search.singleton(60).claim is Claim.MONOTONE
        fans = [at for at, ballot in enumerate(ballots) if name in ballot and len(ballot) > 1]
        enough = [
            number
            for number in range(1, len(fans) + 1)
            for who in combinations(fans, number)
            if name
            in fund(rule, instance, [[name] if at in who else b for at, b in enumerate(ballots)])
        ]
        assert search.rivalry().figure == min(enough, default=None)
        rivalry = quick.rivalry()
        if rivalry.figure is not None:
            assert enough
            assert rivalry.figure >= min(enough)


@given(elections(), st.data())
def test_a_figure_found_by_search_will_do_and_one_step_less_will_not(election, data):
    instance, ballots = election
    profile = Profile.of("approval", instance, ballots)
    outcome = equal_money(instance, profile)
    losers = sorted(set(instance.index) - set(outcome.funded))
    if not losers:
        return
    search = Search(equal_money, instance, profile, outcome, data.draw(st.sampled_from(losers)))
    found = search.singleton(20)
    if found.figure is not None:
        for number, funded in ((found.figure, True), (found.figure - 1, False)):
            more = changes.with_new_voters(profile, search.place, number)
            assert (found.option in equal_money(instance, more).funded) == funded


def test_changes_make_the_election_that_they_say():
    instance = Instance(tuple(Option(name, 1) for name in "abc"), 2)
    profile = Profile.of("approval", instance, [["a"], ["a"], ["b", "c"], []])

    def made(ballots: Ballots) -> Profile:
        return Profile.of("approval", instance, ballots)

    groups = [len(ballot) for ballot, _ in profile.rows()]
    assert groups == [1, 2, 0]
    one_each = changes.first_voters(profile.weights, [0, 2], 2)
    assert one_each.tolist() == [2, 0, 0]
    assert changes.with_support(profile, 1, one_each) == made(
        [["a", "b"], ["a", "b"], ["b", "c"], []]
    )
    one = changes.first_voters(profile.weights, [0], 1)
    assert changes.with_support(profile, 2, one) == made([["a"], ["a", "c"], ["b", "c"], []])
    fan = changes.first_voters(profile.weights, [1], 1)
    assert changes.named_alone(profile, 1, fan) == made([["a"], ["a"], ["b"], []])
    assert changes.named_alone(profile, 1, fan * 0) == profile
    assert changes.with_new_voters(profile, 0, 2) == made([*[["a"]] * 4, ["b", "c"], []])
    assert changes.with_new_voters(profile, 0, 0) == profile


def test_what_has_no_one_way_to_be_changed_is_refused():
    instance = Instance((Option("a", 1), Option("b", 3)), 2)
    points = Profile.of("cumulative", instance, [["a"]], [[2]])
    halves = Profile.of("approval", instance, [["a"]], weights=[Fraction(1, 2)])
    for profile in (points, halves):
        with pytest.raises(BallotError, match="cannot be changed"):
            changes.with_new_voters(profile, 0, 1)
        outcome = count("greedy_cost", instance, profile)
        with pytest.raises(BallotError, match="cannot be changed"):
            Search(partial(count, "greedy_cost"), instance, profile, outcome, "b").rivalry()
    with pytest.raises(InstanceError, match="is funded"):
        Search(partial(count, "greedy_cost"), instance, halves, outcome, "a")


def test_the_formula_refuses_what_it_does_not_know():
    instance = Instance((Option("a", 1), Option("b", 3)), 2)
    profile = Profile.of("choose_one", instance, [["a"]])
    outcome = count("greedy_cost", instance, profile)
    found = answers(distance.greedy(instance, profile, outcome, by_id(instance)))
    assert set(found["b"]) == {Question.COST, Question.SINGLETON}
    other = Outcome("mes_cost", (), 2, 1, (), ())
    with pytest.raises(UnknownRuleError, match="no greedy rule"):
        distance.greedy(instance, profile, other, by_id(instance))
    bound = Instance(instance.options, 2, rivals=(("a", "b"),))
    with pytest.raises(InstanceError, match="untrue"):
        distance.greedy(bound, profile, outcome, by_id(bound))


def test_an_option_without_cost_that_is_out_needs_votes_only():
    instance = Instance((Option("a", 0), Option("b", 3)), 3)
    profile = Profile.of("approval", instance, [["a"], ["b"], ["b"], []])
    outcome = count("greedy_cost", instance, profile, minimum_votes=2)
    found = answers(distance.greedy(instance, profile, outcome, by_id(instance)))
    assert found["a"][Question.OPTIMIST].figure == 1
    assert found["a"][Question.COST].figure is None


def test_a_distance_is_told_in_figures_and_codes():
    answer = distance.Distance("a", Question.COST, Fraction(5, 2), Claim.EXACT)
    assert answer.to_json() == '{"claim":"exact","figure":"5/2","option":"a","question":"cost"}'
