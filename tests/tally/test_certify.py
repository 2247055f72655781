"""Certificates: what is right is proved, and whatever is changed in it is found."""

import json
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tally import RULES, Decision, Instance, Option, Outcome, Profile, Round, Tie, by_id, count
from tally.axioms import priceability
from tally.certify import Check, certify, checks
from tally.claims import ClaimError, read

NAMES = ("a", "b", "c", "d")
INSTANCE = Instance(
    tuple(Option(name, cost) for name, cost in zip(NAMES, (6, 5, 4, 3), strict=True)), 10
)
BALLOTS = [["a"], ["a", "b"], ["b", "c"], ["c"], ["a", "d"]]
PROFILE = Profile.of("approval", INSTANCE, BALLOTS)
TIES = by_id(INSTANCE)
GREEDY = count("greedy_cost", INSTANCE, PROFILE)
SHARES = count("mes_cost_u", INSTANCE, PROFILE)


@st.composite
def elections(draw):
    options = tuple(Option(name, draw(st.integers(0, 9))) for name in NAMES)
    instance = Instance(options, draw(st.integers(0, 20)))
    kind = draw(st.sampled_from(["approval", "ordinal", "cumulative"]))
    ballots = draw(st.lists(st.lists(st.sampled_from(NAMES), unique=True), max_size=6))
    points = None
    if kind == "cumulative":
        points = [[draw(st.integers(0, 3)) for _ in ballot] for ballot in ballots]
    return instance, Profile.of(kind, instance, ballots, points)


def kinds_of(faults) -> list[str]:
    return [str(fault.check) for fault in faults]


@given(elections(), st.sampled_from(sorted(RULES)), st.integers(0, 2))
def test_every_outcome_of_every_rule_is_proved(election, rule, votes):
    instance, profile = election
    assume(profile.kind in RULES[rule].kinds)
    given_ = {"minimum_votes": votes} if "minimum_votes" in RULES[rule].parameters else {}
    outcome = count(rule, instance, profile, **given_)
    assert certify(instance, profile, outcome, by_id(instance)) == ()
    (claim,) = read(outcome.to_json())
    assert claim.outcome == outcome
    assert claim.faults == ()


@given(elections(), st.sampled_from(sorted(RULES)), st.data())
def test_no_changed_round_is_proved(election, rule, data):
    instance, profile = election
    assume(profile.kind in RULES[rule].kinds)
    outcome = count(rule, instance, profile)
    place = data.draw(st.integers(0, len(NAMES) - 1))
    turn = outcome.rounds[place]
    changed = data.draw(
        st.builds(
            Round,
            st.sampled_from((*NAMES, "x")) | st.just(turn.option),
            st.integers(0, 3) | st.just(turn.support),
            st.integers(0, 9) | st.just(turn.cost),
            st.integers(0, 9) | st.just(turn.left),
            st.sampled_from(list(Decision)) | st.just(turn.decision),
            st.none() | st.integers(-1, 3) | st.just(turn.key),
            st.just(turn.stage),
        )
    )
    assume(changed != turn)
    rounds = [*outcome.rounds[:place], changed, *outcome.rounds[place + 1 :]]
    assert certify(instance, profile, replace(outcome, rounds=tuple(rounds)), by_id(instance))


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"limit": 11}, "instance"),
        ({"ballots": 6}, "instance"),
        ({"rounds": (replace(GREEDY.rounds[0], cost=5), *GREEDY.rounds[1:])}, "instance"),
        ({"rounds": (replace(GREEDY.rounds[0], support=9), *GREEDY.rounds[1:])}, "support"),
        ({"rounds": GREEDY.rounds[1:]}, "options"),
        ({"rounds": (*GREEDY.rounds, GREEDY.rounds[0])}, "options"),
        ({"rounds": (*GREEDY.rounds, replace(GREEDY.rounds[0], option="x"))}, "options"),
        ({"rounds": tuple(replace(turn, decision=Decision.FUNDED) for turn in GREEDY.rounds)}, "budget"),
        ({"rounds": tuple(replace(turn, left=9) for turn in GREEDY.rounds)}, "sums"),
        ({"rounds": GREEDY.rounds[:1] + GREEDY.rounds[:0:-1]}, "count"),
        ({"rounds": GREEDY.rounds + GREEDY.rounds}, "count"),
        ({"ties": (Tie(("a", "b"), True),)}, "count"),
        ({"facts": (("luck", 1),)}, "count"),
        ({"parameters": (("minimum_votes", 9), ("stop", False))}, "count"),
        ({"parameters": (("minimum_votes", 0), ("stop", 0))}, "count"),
        ({"rule": "dice"}, "count"),
        ({"rule": "greedy_score"}, "count"),
    ],
)  # fmt: skip
def test_each_check_finds_what_it_is_for(change, found):
    assert found in kinds_of(certify(INSTANCE, PROFILE, replace(GREEDY, **change), TIES))


def test_a_fault_names_the_round_the_option_and_both_figures():
    rounds = (GREEDY.rounds[0], replace(GREEDY.rounds[1], key=Fraction(1, 2)), *GREEDY.rounds[2:])
    (fault,) = certify(INSTANCE, PROFILE, replace(GREEDY, rounds=rounds), TIES)
    assert (fault.check, fault.place, fault.option) == (Check.COUNT, 2, GREEDY.rounds[1].option)
    assert (fault.field, fault.said, fault.found) == ("key", "1/2", str(GREEDY.rounds[1].key))
    assert json.loads(fault.to_json())["check"] == "count"


def test_where_another_order_was_announced_the_count_goes_another_way():
    level = Profile.of("approval", INSTANCE, [["a", "b"]])
    outcome = count("greedy_cost", INSTANCE, level, ("b", "a", "c", "d"))
    assert not certify(INSTANCE, level, outcome, ("b", "a", "c", "d"))
    assert kinds_of(certify(INSTANCE, level, outcome, TIES)) == ["count"]


def test_payments_that_are_none_are_found_besides():
    paid = [turn for turn in SHARES.rounds if turn.key]
    for key, said in ((paid[0].key / 2, "not_the_cost"), (-paid[0].key, "key")):
        rounds = tuple(
            replace(turn, key=key) if turn == paid[0] else turn for turn in SHARES.rounds
        )
        faults = certify(INSTANCE, PROFILE, replace(SHARES, rounds=rounds), TIES)
        assert kinds_of(faults)[0] == "count"
        assert {fault.field for fault in faults if fault.check is Check.PAYMENTS} >= {said}


def test_options_kept_out_may_have_rich_supporters():
    instance = Instance((Option("a", 1), Option("b", 5)), 10)
    profile = Profile.of("approval", instance, [["a"], ["b"], ["b"]])
    outcome = count("mes_cost", instance, profile, minimum_votes=2)
    assert outcome.rounds[1].decision is Decision.TOO_FEW_VOTES
    assert certify(instance, profile, outcome, by_id(instance)) == ()
    opened = tuple(
        replace(turn, decision=Decision.UNAFFORDABLE) if turn.option == "a" else turn
        for turn in outcome.rounds
    )
    faults = certify(instance, profile, replace(outcome, rounds=opened), by_id(instance))
    assert faults[-1].field == priceability.Fault.MONEY_LEFT


def test_what_is_proved_depends_on_the_rule():
    assert Check.PAYMENTS in checks(SHARES)
    assert Check.PAYMENTS not in checks(GREEDY)
    assert Check.SUPPORT in checks(GREEDY)
    moving = replace(GREEDY, rule="cstv_ewt")
    assert Check.SUPPORT not in checks(moving)
    assert Check.SUPPORT not in [fault.check for fault in certify(INSTANCE, PROFILE, moving, TIES)]


def body(**changes):
    return {**json.loads(SHARES.to_json()), **changes}


def first_round(**changes):
    said = body()
    return body(rounds=[{**said["rounds"][0], **changes}, *said["rounds"][1:]])


@pytest.mark.parametrize(
    ("said", "field"),
    [
        (body(arithmetic="floats"), "arithmetic"),
        (body(funded=["a"]), "funded"),
        (body(spent=3), "spent"),
        (body(left="3/1"), "left"),
        (body(limit="20/2"), "limit"),
        (first_round(cost="12/2"), "rounds.1.cost"),
        ({"outcome": body(), "winners": ["a"]}, "winners"),
        ({"outcome": body(), "rule": "greedy_cost"}, "rule"),
        ({"outcome": body(), "ties": [1]}, "ties"),
        ({"outcome": body(), "cost": "1"}, "cost"),
        ({"outcome": body(), "left": "much"}, "left"),
    ],
)  # fmt: skip
def test_what_is_said_twice_must_be_the_same(said, field):
    (claim,) = read(json.dumps(said))
    assert claim.outcome == SHARES
    assert [(fault.check, fault.field) for fault in claim.faults] == [(Check.STATED, field)]


def without(key):
    said = body()
    del said[key]
    return said


@pytest.mark.parametrize(
    ("said", "where", "code"),
    [
        ([], "", "object"),
        (body(rounds={}), "rounds", "list"),
        (body(rounds=[1]), "rounds.1", "object"),
        (without("limit"), "limit", "key"),
        (body(note="x"), "note", "no key"),
        (body(limit=1.5), "limit", "amount"),
        (body(limit=True), "limit", "amount"),
        (body(limit="1e99"), "limit", "amount"),
        (body(limit="1/0"), "limit", "amount"),
        (body(spent=None), "spent", "amount"),
        (body(facts={"endowment": "x"}), "facts.endowment", "amount"),
        (body(parameters={"stop": None}), "parameters.stop", "parameter"),
        (body(rule=3), "rule", "text"),
        (body(ties=[{"options": ["a"], "mattered": 1}]), "ties.1.mattered", "true or false"),
        (first_round(key=0.5), "rounds.1.key", "amount or null"),
        (first_round(decision="won"), "rounds.1.decision", "decision"),
    ],
)  # fmt: skip
def test_what_is_no_outcome_is_refused_with_its_place(said, where, code):
    with pytest.raises(ClaimError) as caught:
        read(json.dumps(said))
    assert (caught.value.where, caught.value.code) == (where, code)


@pytest.mark.parametrize(
    ("text", "code"),
    [("", "json"), ("{", "json"), ("[" * 100_000, "json"), ('{"a":1,"a":2}', "each key once"), ("{}\n{", "key"), ("[\n", "json")],
)  # fmt: skip
def test_what_is_no_json_is_refused(text, code):
    with pytest.raises(ClaimError) as caught:
        read(text)
    assert caught.value.code == code


def test_sums_of_hostile_fractions_are_refused():
    nine = "9" * 3900
    rounds = [
        {**turn, "cost": f"1/{nine[:-at]}{at}"} for at, turn in enumerate(body()["rounds"], 1)
    ]
    with pytest.raises(ClaimError, match="digits"):
        read(json.dumps(body(rounds=rounds)))


def test_a_line_that_says_what_its_outcome_says_is_no_contradiction():
    line = {
        "outcome": body(),
        "rule": "mes_cost_u",
        "winners": list(SHARES.funded),
        "ties": [],
        "cost": str(SHARES.spent),
        "left": "0.0",
    }
    (claim,) = read(json.dumps(line))
    assert claim.faults == ()


def test_an_outcome_may_be_a_line_one_of_many_or_over_many_lines():
    lines = [
        json.dumps({"file": "x.pb", "outcome": json.loads(said.to_json())})
        for said in (GREEDY, SHARES)
    ]
    assert [claim.outcome for claim in read("\n".join(lines))] == [GREEDY, SHARES]
    assert [claim.outcome for claim in read(json.dumps(body(), indent=2))] == [SHARES]
    assert isinstance(read(SHARES.to_json())[0].outcome, Outcome)
