"""Equal shares against its small reference, by its laws, and leaping against plain repetition."""

import json
from fractions import Fraction
from itertools import product
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tally import Decision, Instance, Option, Profile, UnknownRuleError, by_id
from tally.formats import pabulib
from tally.reference.equal_shares import equal_shares
from tally.rules import equal_shares as rule
from tally.rules.equal_shares import COMPLETIONS, MEASURES, by_measure

UTILITY = {"card": "cardinality", "cost": "cost", "score": "points"}
SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "pabulib"


@st.composite
def elections(draw: st.DrawFn, *, most: int = 30) -> tuple[Instance, list[dict[str, int]]]:
    """A few options with small numbers, so that many prices and purses are level."""
    names = [str(at) for at in range(1, draw(st.integers(1, 7)) + 1)]
    costs = draw(st.lists(st.integers(0, 12), min_size=len(names), max_size=len(names)))
    options = tuple(Option(name, cost) for name, cost in zip(names, costs, strict=True))
    points = st.dictionaries(st.sampled_from(names), st.integers(0, 3), max_size=len(names))
    return Instance(options, draw(st.integers(0, most))), draw(st.lists(points, max_size=9))


# Whom the price empties is in doubt for floats: 2/9 each, of which the points ask 1, 2 or 3 tenths.
DOUBTFUL = (
    Instance((Option("1", 1),), 2),
    [{}, {}, {}, {}, {"1": 1}, {"1": 2}, {"1": 2}, {"1": 2}, {"1": 3}],
)
LEVEL = Instance(tuple(Option(name, 1) for name in "123"), 1), [dict.fromkeys("123", 1)]


def profile_of(instance: Instance, ballots: list[dict[str, int]], measure: str) -> Profile:
    kind = "scored" if measure == "score" else "approval"
    points = [list(ballot.values()) for ballot in ballots] if measure == "score" else None
    return Profile.of(kind, instance, [list(ballot) for ballot in ballots], points)


def plain(ballots: list[dict[str, int]], measure: str) -> list[dict[str, int]]:
    return ballots if measure == "score" else [dict.fromkeys(ballot, 1) for ballot in ballots]


@example(DOUBTFUL, "score", "none", False, False)
@given(
    elections(),
    st.sampled_from(MEASURES),
    st.sampled_from(COMPLETIONS),
    st.booleans(),
    st.booleans(),
)
def test_it_funds_what_the_reference_funds(election, measure, completion, exhaustive, integral):
    instance, ballots = election
    ties = by_id(instance)
    outcome = by_measure(
        instance, profile_of(instance, ballots, measure), ties, measure=measure,
        completion=completion, exhaustive=exhaustive, integral=integral,
    )  # fmt: skip
    expected = equal_shares(
        {option.id: option.cost for option in instance.options}, instance.limit,
        plain(ballots, measure), list(ties), UTILITY[measure], completion=completion,
        exhaustive=exhaustive, integral=integral,
    )  # fmt: skip
    assert list(outcome.funded) == expected
    assert sorted(turn.option for turn in outcome.rounds) == sorted(instance.index)
    assert outcome.spent <= instance.limit or completion == "none"


@example(LEVEL, "card", False)
@given(elections(most=120), st.sampled_from(MEASURES), st.booleans())
def test_leaping_over_increments_is_the_same_as_trying_each(election, measure, exhaustive):
    instance, ballots = election
    profile, ties = profile_of(instance, ballots, measure), by_id(instance)
    setting = rule.Setting.of(instance, profile, ties, measure=measure)
    share = Fraction(instance.limit, len(ballots) or 1)
    leaping = rule._add1(setting, share, Fraction(1, 7), exhaustive=exhaustive)
    stepping = rule._natural(setting, share)
    while not rule._ends(setting, stepping, exhaustive=exhaustive):
        more = rule._natural(setting, stepping.endowment + Fraction(1, 7))
        if rule._cost(setting, more) > setting.limit:
            break
        stepping = more
    assert leaping.endowment == stepping.endowment
    assert leaping.options == stepping.options
    assert leaping.purses.prices() == stepping.purses.prices()


@given(elections(), st.sampled_from(MEASURES))
def test_payments_are_exact_and_nobody_pays_more_than_the_purse(election, measure):
    instance, ballots = election
    outcome = by_measure(
        instance, profile_of(instance, ballots, measure), by_id(instance), measure=measure
    )
    purses = [Fraction(instance.limit, len(ballots) or 1)] * len(ballots)
    for turn in outcome.rounds:
        if turn.decision is not Decision.FUNDED:
            continue
        worth = {"card": 1, "cost": turn.cost}.get(measure)
        paid = [
            min(purse, turn.key * (ballot.get(turn.option, 0) if worth is None else worth))
            if turn.option in ballot
            else 0
            for purse, ballot in zip(purses, ballots, strict=True)
        ]
        assert sum(paid) == turn.cost
        purses = [purse - part for purse, part in zip(purses, paid, strict=True)]


@given(elections(), st.sampled_from(MEASURES), st.randoms(use_true_random=False))
def test_the_order_of_voters_and_options_changes_nothing(election, measure, random):
    instance, ballots = election
    other = Instance(tuple(random.sample(instance.options, len(instance.options))), instance.limit)
    shuffled = random.sample(ballots, len(ballots))
    mine = by_measure(
        instance, profile_of(instance, ballots, measure), by_id(instance), measure=measure
    )
    theirs = by_measure(other, profile_of(other, shuffled, measure), by_id(other), measure=measure)
    assert mine == theirs


@given(elections(), st.sampled_from(MEASURES), st.fractions(Fraction(1, 9), 9))
def test_scaling_all_money_changes_nothing(election, measure, factor):
    instance, ballots = election
    options = tuple(Option(option.id, option.cost * factor) for option in instance.options)
    scaled = Instance(options, instance.limit * factor)
    mine = by_measure(
        instance, profile_of(instance, ballots, measure), by_id(instance), measure=measure
    )
    theirs = by_measure(
        scaled, profile_of(scaled, ballots, measure), by_id(scaled), measure=measure
    )
    assert mine.funded == theirs.funded


@given(elections(), st.sampled_from(MEASURES), st.integers(2, 5), st.sampled_from(["none", "add1"]))
def test_a_weight_is_so_many_voters(election, measure, weight, completion):
    instance, ballots = election
    profile = profile_of(instance, ballots, measure)
    heavy = Profile.of(
        profile.kind, instance, [list(ballot) for ballot in ballots],
        [list(ballot.values()) for ballot in ballots] if measure == "score" else None,
        [weight] * len(ballots),
    )  # fmt: skip
    many = profile_of(instance, ballots * weight, measure)
    terms = {"measure": measure, "completion": completion}
    assert by_measure(instance, heavy, by_id(instance), **terms) == by_measure(
        instance, many, by_id(instance), **terms
    )


@given(elections(), st.sampled_from(["card", "cost"]))
def test_halving_every_weight_changes_prices_and_nothing_else(election, measure):
    instance, ballots = election
    ids = [list(ballot) for ballot in ballots]
    whole = Profile.of("approval", instance, ids)
    half = Profile.of("approval", instance, ids, weights=[Fraction(1, 2)] * len(ids))
    one = by_measure(instance, whole, by_id(instance), measure=measure)
    other = by_measure(instance, half, by_id(instance), measure=measure)
    assert one.funded == other.funded
    assert [turn.key and turn.key * 2 for turn in one.rounds] == [t.key for t in other.rounds]
    assert dict(other.facts) == {name: figure * 2 for name, figure in one.facts}


@given(elections(), st.sampled_from(MEASURES))
def test_a_tie_matters_just_where_another_order_funds_another_set(election, measure):
    instance, ballots = election
    profile, ties = profile_of(instance, ballots, measure), by_id(instance)
    outcome = by_measure(instance, profile, ties, measure=measure)
    if not outcome.ties:
        return
    first = outcome.ties[0]
    sets = {frozenset(outcome.funded)}
    for name in first.options[1:]:
        order = (name, *(other for other in ties if other != name))
        sets.add(frozenset(by_measure(instance, profile, order, measure=measure).funded))
    if first.mattered:
        assert len(sets) > 1
    if len(sets) > 1:
        assert any(tie.mattered for tie in outcome.ties)


def test_rivals_exclude_and_partners_wait():
    options = (Option("a", 4), Option("b", 4), Option("c", 4), Option("d", 4))
    instance = Instance(options, 16, rivals=(("a", "b"),), needs=(("c", "a"), ("d", "b")))
    profile = Profile.of("approval", instance, [["a", "b", "c", "d"]] * 4)
    outcome = by_measure(instance, profile, by_id(instance), measure="cost")
    assert outcome.funded == ("a", "c")
    decisions = {turn.option: turn.decision for turn in outcome.rounds}
    assert decisions["b"] is Decision.RIVAL_FUNDED
    assert decisions["d"] is Decision.PARTNER_MISSING
    for completion in ("add1", "utilitarian", "add1u"):
        again = by_measure(
            instance, profile, by_id(instance), measure="cost", completion=completion
        )
        assert again.funded == ("a", "c")
        assert {turn.option: turn.decision for turn in again.rounds} == decisions


@given(elections(), st.sampled_from(MEASURES), st.sampled_from(COMPLETIONS), st.data())
def test_rivals_and_needs_are_kept_by_every_completion(election, measure, completion, data):
    instance, ballots = election
    names = st.lists(st.sampled_from(sorted(instance.index)), min_size=2, max_size=2, unique=True)
    if len(instance.options) < 2:
        return
    rivals = tuple(tuple(pair) for pair in data.draw(st.lists(names, max_size=2)))
    needs = tuple((max(pair), min(pair)) for pair in data.draw(st.lists(names, max_size=2)))
    bound = Instance(instance.options, instance.limit, rivals, needs)
    outcome = by_measure(
        bound, profile_of(bound, ballots, measure), by_id(bound), measure=measure,
        completion=completion,
    )  # fmt: skip
    funded = set(outcome.funded)
    assert all(len(funded & set(pair)) <= 1 for pair in rivals)
    assert all(need in funded for name, need in needs if name in funded)
    assert sorted(turn.option for turn in outcome.rounds) == sorted(instance.index)


def test_too_few_votes_keep_an_option_out():
    instance = Instance((Option("a", 2), Option("b", 2), Option("c", 1)), 10)
    profile = Profile.of("approval", instance, [["a"], ["a", "b"]])
    outcome = by_measure(
        instance, profile, by_id(instance), measure="card", minimum_votes=2, completion="add1u"
    )
    assert outcome.funded == ("a",)
    assert {turn.option: turn.decision for turn in outcome.rounds}["b"] is Decision.TOO_FEW_VOTES
    plain_outcome = by_measure(instance, profile, by_id(instance), measure="card", minimum_votes=2)
    assert [turn.decision for turn in plain_outcome.rounds[1:]] == [
        Decision.TOO_FEW_VOTES, Decision.UNAFFORDABLE,
    ]  # fmt: skip


def test_nobody_voted():
    instance = Instance((Option("a", 2), Option("b", 0)), 10)
    outcome = by_measure(
        instance, Profile.of("approval", instance, []), by_id(instance), measure="cost"
    )
    assert (outcome.funded, outcome.facts) == ((), ())


@pytest.mark.parametrize("terms", [{"measure": "luck"}, {"measure": "card", "completion": "luck"}])
def test_an_unknown_measure_or_completion_is_refused(terms):
    instance = Instance((Option("a", 2),), 10)
    with pytest.raises(UnknownRuleError):
        by_measure(instance, Profile.of("approval", instance, []), by_id(instance), **terms)


def test_purses_that_differ_by_less_than_a_float_can_tell_are_told_apart():
    """Costs so large and so near to each other that every comparison is below the rounding."""
    huge = 3**40
    options = (Option("a", huge), Option("b", huge + 1), Option("c", 2 * huge - 1))
    instance = Instance(options, 4 * huge)
    for kinds in product((["a", "c"], ["b", "c"], ["a"], ["b"]), repeat=3):
        ballots = [dict.fromkeys(ids, 1) for ids in kinds]
        for measure in ("card", "cost"):
            for completion in ("none", "utilitarian"):
                ties = by_id(instance)
                outcome = by_measure(
                    instance, profile_of(instance, ballots, measure), ties, measure=measure,
                    completion=completion,
                )  # fmt: skip
                costs = {option.id: option.cost for option in options}
                assert list(outcome.funded) == equal_shares(
                    costs, instance.limit, ballots, list(ties), UTILITY[measure],
                    completion=completion,
                )  # fmt: skip


REFERENCE = SHARED / "reference.json"
CITIES = {
    "Poland_Swiecie_2023.pb": ({"exhaustive": True}, 17),
    "Netherlands_Assen_2024.pb": ({"exhaustive": True}, 9),
    "Poland_Wieliczka_2023_Green_Budget.pb": ({"exhaustive": False}, 30),
}


@pytest.mark.shared
@pytest.mark.skipif(
    not REFERENCE.exists(), reason="the shared elections are not at hand; extra tests"
)
@pytest.mark.parametrize("name", CITIES)
def test_cities_that_use_it_come_out_as_they_announced(name: str):
    terms, number = CITIES[name]
    file = pabulib.read_bytes((SHARED / name).read_bytes())
    instance = file.instance()
    outcome = by_measure(
        instance, file.profile(), by_id(instance), measure="cost", completion="add1", **terms
    )
    announced = {row.id for row in file.projects if row.rest.get("selected") == "1"}
    assert set(outcome.funded) == announced
    assert len(announced) == number
    known = json.loads(REFERENCE.read_text())["files"][name]
    assert known["ballots"] == outcome.ballots
