"""What expanding approvals promise for every election, and that they are what their page says."""

from dataclasses import replace
from fractions import Fraction
from itertools import chain, combinations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tally import Decision, Instance, InstanceError, Option, Profile, Tie
from tally.reference.pb_ear import pb_ear as reference
from tally.rules.expanding_approvals import pb_ear
from tests.tally.polls import Poll, first_tie_matters_as_told, polls, scaled, shuffled, told_soundly

elections = polls("ordinal")


def rankings(poll: Poll) -> list[list[str]]:
    rows = zip(poll.ballots, poll.times, strict=True)
    return [list(row) for row, many in rows for _ in range(many)]


@example(Poll.of("ordinal", dict.fromkeys("abcd", 2), 2, "", "", ties="acbd"), True)
@given(elections, st.booleans())
def test_expanding_approvals_are_what_their_page_says(poll, unranked_last):
    outcome = poll.run(pb_ear, unranked_last=unranked_last)
    told_soundly(poll, outcome)
    assert list(outcome.funded) == reference(
        poll.costs,
        poll.instance.limit,
        rankings(poll),
        list(poll.ties),
        unranked_last=unranked_last,
    )


@given(elections, st.booleans(), st.lists(st.integers(), min_size=6, max_size=6))
def test_the_order_of_voters_and_options_changes_nothing(poll, unranked_last, order):
    mine = poll.run(pb_ear, unranked_last=unranked_last)
    assert shuffled(poll, order).run(pb_ear, unranked_last=unranked_last) == mine


@given(elections, st.fractions(min_value=Fraction(1, 7), max_value=9))
def test_scaling_all_money_changes_nothing(poll, factor):
    assert scaled(poll, factor).run(pb_ear).funded == poll.run(pb_ear).funded


@given(elections, st.booleans())
def test_a_tie_matters_where_another_first_funds_another_set(poll, unranked_last):
    first_tie_matters_as_told(poll, pb_ear, unranked_last=unranked_last)


@given(elections)
def test_with_all_ranks_counted_nothing_that_fits_is_left(poll):
    outcome = poll.run(pb_ear, unranked_last=True)
    if poll.ballots:
        assert all(turn.decision is not Decision.UNAFFORDABLE for turn in outcome.rounds)


def subsets(items):
    return chain.from_iterable(combinations(items, k) for k in range(1, len(items) + 1))


@given(polls("ordinal", options=4, ballots=4, most=2))
def test_solid_coalitions_get_what_they_deserve(poll):
    """Inclusion PSC, definition 5 of the paper, by trying all coalitions and all sets."""
    poll = replace(poll, scale=Fraction(1))
    funded = set(poll.run(pb_ear, unranked_last=True).funded)
    ranks = [
        {name: row.index(name) + 1 if name in row else len(row) + 1 for name in poll.ties}
        for row in poll.ballots
    ]
    money = Fraction(poll.instance.limit) / (sum(poll.times) or 1)
    for coalition in subsets(range(len(ranks))):
        share = money * sum(poll.times[at] for at in coalition)
        for wanted in subsets(poll.ties):
            others = [name for name in poll.ties if name not in wanted]
            pairs = [(a, b) for a in wanted for b in others]
            if all(ranks[at][a] <= ranks[at][b] for at in coalition for a, b in pairs):
                near = {n for n in poll.ties for at in coalition if ranks[at][n] <= len(wanted)}
                got = sum(poll.costs[name] for name in near & funded)
                for name in set(wanted) - funded:
                    assert got + poll.costs[name] > share


def votes(instance: Instance, *ballots: str) -> Profile:
    return Profile.of("ordinal", instance, [list(ballot) for ballot in ballots])


def test_parts_and_weights_by_hand():
    names = {"p": "pool", "t": "trees", "b": "bench", "l": "lamp"}
    instance = Instance(
        (Option("pool", 60), Option("trees", 40), Option("bench", 40), Option("lamp", 20)), 120
    )
    ballots = [[names[x] for x in ballot] for ballot in ("pl", "pt", "tp", "tb", "t", "lb")]
    profile = Profile.of("ordinal", instance, ballots)
    ties = ("bench", "lamp", "pool", "trees")
    outcome = pb_ear(instance, profile, ties)
    assert [(t.option, t.support, t.key, str(t.decision)) for t in outcome.rounds] == [
        ("trees", 3, Fraction(2, 3), "funded"),
        ("lamp", 1, 1, "funded"),
        ("bench", Fraction(1, 3), None, "unaffordable"),
        ("pool", Fraction(7, 3), None, "unaffordable"),
    ]
    whole = pb_ear(instance, profile, ties, unranked_last=True)
    assert whole.funded == ("trees", "lamp", "bench")


def test_a_tie_is_told_once_and_whether_it_mattered():
    instance = Instance((Option("a", 2), Option("b", 2), Option("c", 2)), 4)
    tight = pb_ear(instance, votes(instance, "ab", "ba"), ("b", "a", "c"))
    assert tight.ties == (Tie(("b", "a"), mattered=False),)
    both = pb_ear(instance, votes(instance, "ab", "ab", "ba", "ba", "c", "c"), ("c", "b", "a"))
    assert both.funded == ("b",)
    assert both.ties == (Tie(("b", "a"), mattered=True),)


def test_numbers_that_floats_cannot_tell_apart_are_told_apart():
    far = 10**17
    instance = Instance((Option("a", far + 1), Option("b", far)), 2 * far)
    assert pb_ear(instance, votes(instance, "a", "b"), ("a", "b")).funded == ("b",)
    close = Instance((Option("a", far + 1), Option("b", far)), 3 * far)
    for ties in (("a", "b"), ("b", "a")):
        assert pb_ear(close, votes(close, "ab", "ba"), ties).rounds[0].option == "b"


def test_the_last_money_is_given_though_the_weights_could_not_be_written():
    # All costs together are the limit: at the end the weight left is just what the last one takes.
    names = [f"{at:02}" for at in range(24)]
    options = tuple(Option(name, 50 + at) for at, name in enumerate(names))
    instance = Instance(options, sum(option.cost for option in options))
    ballots = [names[at:] + names[: at // 3] for at in range(24)]
    profile = Profile.of("ordinal", instance, ballots)
    outcome = pb_ear(instance, profile, tuple(names), unranked_last=True)
    assert len(outcome.funded) == 24
    assert outcome.rounds[-1].key == 1
    assert outcome.left == 0


def test_without_voters_nothing_is_funded():
    instance = Instance((Option("a", 0), Option("b", 1)), 2)
    assert pb_ear(instance, votes(instance), ("a", "b")).funded == ()
    assert pb_ear(instance, votes(instance, ""), ("a", "b")).funded == ("a",)
    assert pb_ear(instance, votes(instance, ""), ("a", "b"), unranked_last=True).funded == (
        "a",
        "b",
    )


def test_rivals_and_needs_are_refused():
    instance = Instance((Option("a", 3), Option("b", 2)), 4, rivals=(("a", "b"),))
    with pytest.raises(InstanceError, match="rivals"):
        pb_ear(instance, votes(instance, "a"), ("a", "b"))
