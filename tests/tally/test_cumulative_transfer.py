"""What cumulative support transfer voting promises, and that it is what its page says."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tally import Decision, Instance, InstanceError, Option, Profile, Tie
from tally.reference.cstv import cstv
from tally.rules import cumulative_transfer as rule
from tests.tally.polls import Poll, polls, scaled, shuffled, told_soundly

COUNTS = {
    ("excess", "elimination"): rule.elimination_by_excess,
    ("support", "elimination"): rule.elimination_by_support,
    ("support_per_cost", "elimination"): rule.elimination_per_cost,
    ("excess", "minimal"): rule.minimal_transfers_by_excess,
    ("support", "minimal"): rule.minimal_transfers_by_support,
    ("support_per_cost", "minimal"): rule.minimal_transfers_per_cost,
}
ways = st.sampled_from(sorted(COUNTS))
elections = polls("cumulative")


# A purchase is paid for in part: sums are compared as formulas from then on.
@example(
    Poll.of(
        "cumulative",
        dict.fromkeys("abcde", 2),
        7,
        {"a": 0, "b": 0, "c": 1, "d": 0, "e": 1},
        {"a": 1, "b": 7, "c": 1},
    ),
    ("excess", "elimination"),
)
@given(elections, ways)
def test_cstv_is_what_its_page_says(poll, way):
    outcome = poll.run(COUNTS[way])
    told_soundly(poll, outcome)
    assert list(outcome.funded) == cstv(
        poll.costs, poll.instance.limit, poll.voters(), list(poll.ties), way[0], transfer=way[1]
    )


@given(polls("approval"), ways)
def test_a_ballot_without_points_splits_its_coin_equally(poll, way):
    assert list(poll.run(COUNTS[way]).funded) == cstv(
        poll.costs, poll.instance.limit, poll.voters(), list(poll.ties), way[0], transfer=way[1]
    )


@given(elections, ways, st.lists(st.integers(), min_size=6, max_size=6))
def test_the_order_of_voters_and_options_changes_nothing(poll, way, order):
    assert shuffled(poll, order).run(COUNTS[way]) == poll.run(COUNTS[way])


@given(elections, ways, st.fractions(min_value=Fraction(1, 7), max_value=9))
def test_scaling_all_money_changes_nothing(poll, way, factor):
    assert scaled(poll, factor).run(COUNTS[way]).funded == poll.run(COUNTS[way]).funded


@given(elections, ways, st.lists(st.fractions(Fraction(1, 6), 5, max_denominator=6), min_size=6))
def test_scaling_a_voters_points_changes_nothing(poll, way, factors):
    points = tuple(
        tuple(point * factor for point in said)
        for said, factor in zip(poll.points, factors, strict=False)
    )
    assert replace(poll, points=points).run(COUNTS[way]) == poll.run(COUNTS[way])


@given(elections, ways)
def test_what_is_left_out_did_not_fit(poll, way):
    outcome = poll.run(COUNTS[way])
    for turn in outcome.rounds:
        if turn.decision is not Decision.FUNDED:
            assert turn.decision is Decision.DOES_NOT_FIT
            assert turn.cost > outcome.left


@given(elections, ways)
def test_a_first_tie_matters_where_another_way_funds_another_set(poll, way):
    outcome = poll.run(COUNTS[way])
    if not outcome.ties:
        return
    tie = outcome.ties[0]
    # Of those level at the bottom the last in the tie order leaves; its stage tells nothing, so try
    # both: one that goes before all others, or after them.
    last = poll.ties.index(tie.options[0]) > poll.ties.index(tie.options[1])
    sets = set()
    for name in tie.options[1:]:
        rest = tuple(other for other in poll.ties if other != name)
        order = (*rest, name) if last else (name, *rest)
        sets.add(frozenset(replace(poll, ties=order).run(COUNTS[way]).funded))
    assert tie.mattered == (sets != {frozenset(outcome.funded)})


def poll_of(instance: Instance, *ballots: dict[str, int]) -> Profile:
    points = [list(ballot.values()) for ballot in ballots]
    return Profile.of("cumulative", instance, [list(ballot) for ballot in ballots], points)


INSTANCE = Instance((Option("pool", 60), Option("trees", 40), Option("bench", 30)), 100)
BALLOTS = (
    {"pool": 3, "trees": 1},
    {"pool": 4},
    {"trees": 2, "bench": 2},
    {"bench": 3, "trees": 1},
)
TIES = ("bench", "pool", "trees")


def test_minimal_transfers_by_hand():
    outcome = rule.minimal_transfers_per_cost(INSTANCE, poll_of(INSTANCE, *BALLOTS), TIES)
    assert [(t.option, t.support, t.key, t.stage) for t in outcome.rounds] == [
        ("bench", Fraction(125, 4), Fraction(25, 24), "supported"),
        ("trees", Fraction(105, 4), Fraction(21, 32), "transfer"),
        ("pool", 30, Fraction(1, 2), "completion"),
    ]
    assert outcome.funded == ("bench", "trees")


def test_elimination_by_hand():
    outcome = rule.elimination_per_cost(INSTANCE, poll_of(INSTANCE, *BALLOTS), TIES)
    assert [(t.option, t.support, t.key, t.stage) for t in outcome.rounds] == [
        ("bench", Fraction(125, 4), Fraction(25, 24), "supported"),
        ("pool", 50, None, "completion"),
        ("trees", Fraction(105, 4), None, "completion"),
    ]
    assert outcome.funded == ("bench", "pool")


def test_ties_at_the_top_and_at_the_bottom():
    instance = Instance((Option("a", 4), Option("b", 4), Option("c", 4)), 6)
    top = rule.minimal_transfers_by_excess(
        instance, poll_of(instance, {"a": 1, "b": 1}, {"a": 1, "b": 1}), ("b", "c", "a")
    )
    assert top.funded == ("b",)
    assert top.ties[0] == Tie(("b", "a"), mattered=True)
    bottom = rule.elimination_by_support(
        instance, poll_of(instance, {"a": 1, "b": 1, "c": 1}, {"a": 1, "b": 1}), ("a", "c", "b")
    )
    assert bottom.funded == ("a",)
    assert bottom.ties == (Tie(("b", "a"), mattered=True),)


def test_numbers_that_floats_cannot_tell_apart_are_told_apart():
    far = 10**17
    instance = Instance((Option("a", far + 1), Option("b", far)), 2 * far)
    ballots = poll_of(instance, {"a": 1}, {"b": 1})
    for count in COUNTS.values():
        assert count(instance, ballots, ("a", "b")).funded == ("b",)
    level = Instance((Option("a", 3 * far), Option("b", 3 * far)), 4 * far)
    for count in COUNTS.values():
        whole = poll_of(level, {"a": 3 * far + 1, "b": far - 1}, {"a": far, "b": 3 * far})
        assert count(level, whole, ("b", "a")).funded == ("a",)
        assert count(level, whole, ("a", "b")).funded == ("a",)


def test_who_pays_just_all_has_nothing_left():
    # The first gives 1 of 2 to a, and pays 2 for the 4 that a costs: just all that there is.
    instance = Instance((Option("a", 4), Option("b", 3), Option("c", 9)), 6)
    ballots = poll_of(instance, {"a": 1, "b": 1}, {"a": 1, "c": 1}, {"b": 1, "c": 1})
    outcome = rule.minimal_transfers_by_support(instance, ballots, ("a", "b", "c"))
    assert outcome.funded == ("a",)
    assert [turn.stage for turn in outcome.rounds] == ["transfer", "completion", "completion"]


def test_thirty_rounds_are_counted_though_their_fractions_could_not_be_written():
    names = [f"{at:02}" for at in range(30)]
    options = tuple(Option(name, 50 + at) for at, name in enumerate(names))
    ballots = [
        {name: 1 + (at * 7 + place * 3) % 11 for place, name in enumerate(names)} for at in range(5)
    ]
    # With 1935 the last option's money is just its cost, which no enclosure could show.
    for (_, transfer), count in COUNTS.items():
        limit = 1935 if transfer == "minimal" else 2400
        instance = Instance(options, limit)
        outcome = count(instance, poll_of(instance, *ballots), tuple(names))
        assert len(outcome.funded) == 30
        assert outcome.rounds[-1].stage == "supported"
        assert outcome.rounds[-1].support == limit - 1935 + outcome.rounds[-1].cost
        long = [turn for turn in outcome.rounds if turn.support.denominator == 2**64]
        assert len(long) > 5


def test_without_voters_only_the_completion_funds():
    instance = Instance((Option("a", 0), Option("b", 1), Option("c", 9)), 3)
    for count in COUNTS.values():
        assert count(instance, poll_of(instance), ("c", "b", "a")).funded == ("a", "b")


def test_rivals_and_needs_are_refused():
    instance = Instance((Option("a", 3), Option("b", 2)), 4, rivals=(("a", "b"),))
    with pytest.raises(InstanceError, match="rivals"):
        rule.elimination_by_excess(instance, poll_of(instance, {"a": 1}), ("a", "b"))
