"""What counting each field for itself promises for every election."""

from fractions import Fraction
from functools import partial

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tally import Instance, InstanceError, Option, Outcome, Profile, by_id, count
from tally.parts import cut, part_of
from tally.rules.channels import counting
from tally.rules.envelopes import Envelopes, by_field, count_fields
from tests.tally.city import (
    FIELDS,
    NAMES,
    ballots_of,
    channels_of,
    instances,
    plain,
    score_of,
    terms,
    variants,
    votes_in,
)


@st.composite
def field_elections(draw: st.DrawFn) -> tuple[Instance, Envelopes, list[list[str]]]:
    of = {name: draw(st.sampled_from(FIELDS)) for name in NAMES}
    instance = draw(instances(bound_within=of))
    share = st.integers(0, int(instance.limit) // len(FIELDS))
    return instance, Envelopes(of, {name: draw(share) for name in FIELDS}), draw(ballots_of)


SHUT_OUT = (
    Instance(tuple(Option(name, name == "a") for name in NAMES), 0, (("b", "a"),), (("c", "a"),)),
    Envelopes(dict.fromkeys(NAMES, "x"), dict.fromkeys(FIELDS, 0)),
    [],
)
ways_to_go_on = st.fixed_dictionaries({"floor": st.booleans(), "common": st.booleans()})


# Whoever needs what a rival has shut out is out as well, before the common stage begins.
@example(SHUT_OUT, {"floor": False, "common": True}, {"minimum_votes": 0, "stop": False})
@given(field_elections(), ways_to_go_on, terms)
def test_envelopes_is_what_its_page_says(election, go_on, how):
    instance, envelopes, ballots = election
    profile = Profile.of("approval", instance, ballots)
    votes, lot = votes_in(ballots), by_id(instance)
    merits = {name: Fraction(said) for name, said in votes.items()}
    few = [name for name in NAMES if votes[name] < how["minimum_votes"]]
    cost = {option.id: option.cost for option in instance.options}
    expected: dict[str, str] = {}
    for field, amount in envelopes.amounts.items():
        names = envelopes.of(field)
        found = plain(instance, merits, lot, limit=amount, names=names, out=few, stop=how["stop"])
        expected |= dict.fromkeys(found, f"field:{field}")
    left = instance.limit - sum(cost[name] for name in expected)
    pot = left
    if go_on["floor"]:
        best = sorted(NAMES, key=lambda name: (cost[name] > 0, -votes[name]))
        for name in best:
            bound = name in few or any(name == a for a, _ in instance.needs)
            field = envelopes.fields[name]
            if field in {envelopes.fields[n] for n in expected} or bound or not votes[name]:
                continue
            if cost[name] <= left:
                expected[name] = "floor"
                left -= cost[name]
    if go_on["common"]:
        rest = [name for name in NAMES if name not in expected]
        found = plain(
            instance, merits, lot, limit=left, names=rest, before=tuple(expected), out=few,
            stop=how["stop"],
        )  # fmt: skip
        expected |= dict.fromkeys(found, "common")
    outcome = count_fields("greedy_cost", instance, profile, lot, envelopes, **go_on, **how)
    funded = {turn.option: turn.stage for turn in outcome.rounds if turn.option in outcome.funded}
    assert list(funded.items()) == list(expected.items())
    assert sorted(turn.option for turn in outcome.rounds) == sorted(NAMES)
    assert dict(outcome.facts)["pot"] == pot
    assert all(turn.cost <= turn.left for turn in outcome.rounds if turn.option in outcome.funded)
    assert Outcome.from_json(outcome.to_json()) == outcome


@given(field_elections(), ways_to_go_on)
def test_no_field_spends_more_than_its_envelope_and_bonds_hold_over_all_stages(election, go_on):
    instance, envelopes, ballots = election
    profile = Profile.of("approval", instance, ballots)
    outcome = count_fields("greedy_card", instance, profile, by_id(instance), envelopes, **go_on)
    facts, funded = dict(outcome.facts), set(outcome.funded)
    for name, amount in envelopes.amounts.items():
        assert facts[f"spent:{name}"] <= amount == facts[f"envelope:{name}"]
    assert outcome.spent <= instance.limit
    assert all(len(funded & set(rivals)) <= 1 for rivals in instance.rivals)
    assert all(other in funded for name, other in instance.needs if name in funded)


@given(field_elections(), ways_to_go_on, st.permutations(FIELDS))
def test_the_order_of_the_fields_changes_nothing(election, go_on, order):
    instance, envelopes, ballots = election
    profile = Profile.of("approval", instance, ballots)
    turned = Envelopes(envelopes.fields, {name: envelopes.amounts[name] for name in order})
    run = partial(count_fields, "greedy_cost", instance, profile, by_id(instance), **go_on)
    assert set(run(envelopes).rounds) == set(run(turned).rounds)


@given(field_elections(), ways_to_go_on, terms, st.permutations(NAMES))
def test_where_no_tie_matters_no_other_tie_order_funds_another_set(election, go_on, how, lot):
    instance, envelopes, ballots = election
    profile = Profile.of("approval", instance, ballots)
    run = partial(count_fields, "greedy_cost", instance, profile, envelopes=envelopes)
    outcome = run(ties=by_id(instance), **go_on, **how)
    if not any(tie.mattered for tie in outcome.ties):
        assert set(outcome.funded) == set(run(ties=tuple(lot), **go_on, **how).funded)


@given(field_elections(), ways_to_go_on)
def test_any_registered_rule_counts_the_fields(election, go_on):
    instance, envelopes, ballots = election
    profile = Profile.of("approval", instance, ballots)
    lot = by_id(instance)
    outcome = count_fields("mes_cost", instance, profile, lot, envelopes, **go_on)
    for name, amount in envelopes.amounts.items():
        part = part_of(instance, envelopes.of(name), amount)
        alone = count("mes_cost", part, cut(profile, instance, part))
        told = [t.option for t in outcome.rounds if t.stage == f"field:{name}"]
        assert [option for option in told if option in outcome.funded] == list(alone.funded)
    assert dict(outcome.parameters)["rule"] == "mes_cost"


@given(instances(), ballots_of, st.sampled_from(["greedy_cost", "greedy_card"]), terms)
def test_one_field_with_the_whole_limit_is_counted_as_by_the_rule_alone(
    instance, ballots, rule, how
):
    profile = Profile.of("approval", instance, ballots)
    whole = Envelopes(dict.fromkeys(NAMES, "all"), {"all": instance.limit})
    lot = by_id(instance)
    one = count_fields(rule, instance, profile, lot, whole, **how)
    alone = count(rule, instance, profile, lot, **how)
    assert (one.funded, one.ties, one.ballots) == (alone.funded, alone.ties, alone.ballots)


@given(field_elections(), ballots_of, ways_to_go_on)
def test_fields_are_counted_by_channels_with_the_worth_of_a_vote_in_the_whole(
    election, others, go_on
):
    instance, envelopes, ballots = election
    ways = {"online": (50, ballots), "table": (50, others)}
    channels = channels_of(instance, ways)
    by = counting(instance, channels, by_id(instance))
    outcome = by_field(
        instance, envelopes, by,
        floor=by if go_on["floor"] else None, common=by if go_on["common"] else None,
    )  # fmt: skip
    for turn in outcome.rounds:
        bound = any(turn.option == name for name, _ in instance.needs)
        assert bound or turn.key in (score_of(turn.option, ways), None)
    assert outcome.spent <= instance.limit
    assert dict(outcome.parameters)["rule"] == "channels"


def test_envelopes_that_do_not_fit_are_refused():
    instance = Instance((Option("a", 1), Option("b", 1)), 2, needs=(("a", "b"),))
    one = {"a": "x", "b": "x"}
    for of, amounts, said in (
        ({"a": "x"}, {"x": 1}, "one field"),
        (one, {"y": 1}, "needs an envelope"),
        (one, {"x": 3}, "more than the limit"),
        (one, {"x": 2, "y": -1}, "less than nothing"),
        (one, {"x": 1, "y:z": 1}, "colon"),
        ({"a": "x", "b": "y"}, {"x": 1, "y": 1}, "bound together"),
    ):
        with pytest.raises(InstanceError, match=said):
            by_field(instance, Envelopes(of, amounts), pytest.fail)
    with pytest.raises(InstanceError, match="one at least"):
        by_field(Instance((), 1), Envelopes({}, {}), pytest.fail)


@given(
    instances(),
    st.sets(st.sampled_from(NAMES)),
    ballots_of,
    st.sampled_from(["approval", "ordinal", "scored"]),
)
def test_cut_ballots_are_the_ballots_with_the_other_options_struck_out(
    instance, kept, ballots, kind
):
    def points(rows):
        return [[ord(name) for name in row] for row in rows] if kind == "scored" else None

    part = part_of(instance, kept, 1)
    struck = [[name for name in ballot if name in kept] for ballot in ballots]
    whole = Profile.of(kind, instance, ballots, points(ballots))
    assert cut(whole, instance, part) == Profile.of(kind, part, struck, points(struck))


@pytest.mark.parametrize(("file", "expected"), variants("envelopes_by_hand", "envelopes"))
def test_envelopes_counted_by_hand(file, expected):
    instance, profile = file.instance(), file.profile()
    envelopes = Envelopes(
        {row.id: row.rest["category"] for row in file.projects}, expected["amounts"]
    )
    outcome = count_fields(
        "greedy_cost", instance, profile, by_id(instance), envelopes,
        floor=expected["floor"], common=expected["common"],
    )  # fmt: skip
    stages = {turn.option: turn.stage for turn in outcome.rounds}
    assert {name: stages[name] for name in outcome.funded} == expected["funded"]
    assert outcome.left == expected["left"]
