"""What weighing the channels promises for every election."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tally import BallotError, Instance, InstanceError, Option, Outcome, Profile, by_id, count
from tally.rules.channels import PRESETS, Channel, by_channels, citizens_first, times
from tests.tally.city import (
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
def channel_elections(draw: st.DrawFn) -> tuple[Instance, dict[str, tuple[int, list[list[str]]]]]:
    """An instance, and channels by name with weight and ballots."""
    weights = draw(st.sampled_from(sorted(PRESETS.values())))
    ways = {f"c{at}": (weight, draw(ballots_of)) for at, weight in enumerate(weights)}
    return draw(instances()), ways


@given(channel_elections(), terms)
def test_channels_is_what_its_page_says(election, how):
    instance, ways = election
    outcome = by_channels(instance, channels_of(instance, ways), by_id(instance), **how)
    votes = votes_in([ballot for _, ballots in ways.values() for ballot in ballots])
    citizens = votes_in(next(iter(ways.values()))[1])
    cost = {option.id: option.cost for option in instance.options}
    lot = sorted(NAMES, key=lambda name: (-citizens[name], cost[name], name))
    scores = {name: score_of(name, ways) for name in NAMES}
    few = [name for name in NAMES if votes[name] < how["minimum_votes"]]
    assert list(outcome.funded) == plain(instance, scores, lot, out=few, stop=how["stop"])
    first = {name: not scores[name] or cost[name] > 0 for name in NAMES}
    order = sorted(lot, key=lambda name: (first[name], -scores[name] if first[name] else 0))
    assert [turn.option for turn in outcome.rounds] == order
    for turn in outcome.rounds:
        assert turn.support == votes[turn.option]
        assert turn.key in (scores[turn.option], None)
        assert (turn.key is None) == (turn.cost == 0 and scores[turn.option] > 0)
    assert outcome.ballots == sum(len(ballots) for _, ballots in ways.values())
    assert Outcome.from_json(outcome.to_json()) == outcome


@given(channel_elections())
def test_every_score_can_be_reckoned_again_from_the_outcome_alone(election):
    instance, ways = election
    outcome = by_channels(instance, channels_of(instance, ways), by_id(instance))
    facts, how = dict(outcome.facts), dict(outcome.parameters)
    for turn in outcome.rounds:
        score = sum(
            Fraction(how[f"weight:{name}"]) * facts[f"votes:{name}:{turn.option}"] / valid
            for name in ways
            if (valid := facts[f"valid:{name}"])
        )
        assert turn.key in (score, None)
    for name, (weight, ballots) in ways.items():
        picked = sum(len(ballot) for ballot in ballots)
        assert sum(facts[f"votes:{name}:{option}"] for option in NAMES) == picked
        valid = facts[f"valid:{name}"]
        assert facts.get(f"worth:{name}") == (Fraction(weight) / valid if valid else None)


@given(channel_elections(), st.integers(2, 10), st.integers(0, 2))
def test_more_ballots_of_the_same_kind_do_not_make_a_channel_heavier(election, factor, which):
    instance, ways = election
    name = list(ways)[which % len(ways)]
    more = {**ways, name: (ways[name][0], ways[name][1] * factor)}
    one = by_channels(instance, channels_of(instance, ways), by_id(instance))
    other = by_channels(instance, channels_of(instance, more), by_id(instance))
    assert one.funded == other.funded
    assert [turn.key for turn in one.rounds] == [turn.key for turn in other.rounds]


@given(channel_elections(), ballots_of)
def test_a_channel_without_weight_or_without_valid_ballots_changes_no_score(election, ballots):
    instance, ways = election
    lot = by_id(instance)
    one = by_channels(instance, channels_of(instance, ways), lot)
    for way in ((0, ballots), (50, [[]]), (50, [])):
        other = by_channels(instance, channels_of(instance, {**ways, "more": way}), lot)
        assert [(t.option, t.key, t.decision) for t in one.rounds] == [
            (t.option, t.key, t.decision) for t in other.rounds
        ]


@given(instances(), ballots_of, terms)
def test_one_channel_alone_is_greedy_by_votes_with_the_citizens_tie_order(instance, ballots, how):
    profile = Profile.of("approval", instance, ballots)
    channel = Channel("online", 7, profile)
    one = by_channels(instance, [channel], by_id(instance), **how)
    order = citizens_first(instance, channel, by_id(instance))
    assert one.funded == count("greedy_cost", instance, profile, order, **how).funded


@given(channel_elections(), st.integers(0, 2), st.integers(0, 8))
def test_a_valid_ballot_that_names_a_funded_option_in_addition_never_drops_it(
    election, which, place
):
    instance, ways = election
    name = list(ways)[which % len(ways)]
    weight, ballots = ways[name]
    lot = by_id(instance)
    outcome = by_channels(instance, channels_of(instance, ways), lot)
    if place < len(ballots) and ballots[place]:
        for option in outcome.funded:
            said = list(dict.fromkeys([*ballots[place], option]))
            more = {**ways, name: (weight, [*ballots[:place], said, *ballots[place + 1 :]])}
            assert option in by_channels(instance, channels_of(instance, more), lot).funded


def test_one_more_ballot_can_drop_what_it_names_as_the_page_warns():
    costs = {"p": 50, "q": 60, "r": 40, "x": 10}
    slate = Instance(tuple(Option(*pair) for pair in costs.items()), 100)
    table = [["q", "r"]] * 40 + [["q"]] * 56 + [["x"]] + [["p"]] * 3
    before = {"online": (50, [["p"]] * 10), "table": (50, table)}
    after = {**before, "online": (50, [["p"]] * 10 + [["x"]])}
    outcomes = [
        by_channels(slate, channels_of(slate, way), by_id(slate)) for way in (before, after)
    ]
    assert [outcome.funded for outcome in outcomes] == [("p", "r", "x"), ("q", "r")]


@given(channel_elections())
def test_only_the_first_channel_has_a_special_place(election):
    instance, ways = election
    first, *rest = channels_of(instance, ways)
    lot = by_id(instance)
    one = by_channels(instance, [first, *rest], lot)
    assert one == by_channels(instance, [first, *reversed(rest)], lot)


def test_a_committee_members_vote_is_worth_thirty_voters_as_in_geumcheon_in_2018():
    pool = Instance((Option("pool", 1),), 1)
    ways = {"committee": (50, [["pool"]] * 40), "online": (50, [["pool"]] * 1200), "hall": (0, [])}
    committee, online, hall = channels_of(pool, ways)
    assert times(committee, online) == 30
    assert times(online, committee) == Fraction(1, 30)
    assert times(online, hall) is None
    assert times(hall, online) is None
    assert (online.worth, hall.worth) == (Fraction(1, 24), None)


def test_a_city_may_divide_by_all_ballots_and_not_by_fewer_than_name_an_option():
    pool = Instance((Option("pool", 1),), 1)
    profile = Profile.of("approval", pool, [["pool"], [], []])
    assert Channel("online", 60, profile).worth == 60
    assert Channel("online", 60, profile, said_valid=profile.ballots).worth == 20
    with pytest.raises(BallotError, match="more ballots name"):
        Channel("online", 60, profile, said_valid=Fraction(1, 2))


def test_channels_that_cannot_be_counted_are_refused():
    pool = Instance((Option("pool", 1),), 1)
    online = Channel("online", 50, Profile.of("approval", pool, []))
    two = Instance((Option("pool", 1), Option("tree", 1)), 1)
    for channels, said in (
        ([online, online], "twice"),
        ([Channel("a:b", 1, online.profile)], "colon"),
        ([], "must have a weight"),
        ([Channel("online", 0, online.profile)], "must have a weight"),
    ):
        with pytest.raises(InstanceError, match=said):
            by_channels(pool, channels, ("pool",))
    with pytest.raises(BallotError, match="other options"):
        by_channels(two, [online], ("pool", "tree"))
    with pytest.raises(InstanceError, match="negative"):
        Channel("online", -1, online.profile)


@pytest.mark.parametrize(("file", "expected"), variants("channels_by_hand", "channels"))
def test_channels_counted_by_hand(file, expected):
    instance = file.instance()
    ways = {
        name: (weight, [vote.choices for vote in file.votes if vote.rest["voting_method"] == name])
        for name, weight in expected["weights"].items()
    }
    outcome = by_channels(instance, channels_of(instance, ways), by_id(instance))
    assert list(outcome.funded) == expected["funded"]
    assert [[list(tie.options), tie.mattered] for tie in outcome.ties] == expected["ties"]
    assert {t.option: t.key for t in outcome.rounds} == {
        name: Fraction(score) for name, score in expected["scores"].items()
    }
    for name, worth in expected["worth"].items():
        assert dict(outcome.facts)[f"worth:{name}"] == Fraction(worth)
