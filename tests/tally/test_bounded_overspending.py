"""What bounded overspending promises for every election, and that it is what its page says."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tally import Decision, Instance, InstanceError, Option, Profile, Tie
from tally.reference.bos import bos
from tally.rules.bounded_overspending import by_card, by_cost, by_points
from tests.tally.polls import Poll, first_tie_matters_as_told, polls, scaled, shuffled, told_soundly

COUNTS = {"cardinality": by_card, "cost": by_cost, "points": by_points}
utilities = st.sampled_from(sorted(COUNTS))
elections = st.one_of(polls("cumulative"), polls("approval"))


@given(elections, utilities)
def test_bounded_overspending_is_what_its_page_says(poll, utility):
    outcome = poll.run(COUNTS[utility])
    told_soundly(poll, outcome)
    voters = poll.voters()
    if utility != "points":
        voters = [dict.fromkeys(ballot, 1) for ballot in voters]
    assert list(outcome.funded) == bos(
        poll.costs, poll.instance.limit, voters, list(poll.ties), utility
    )


@given(elections, utilities, st.lists(st.integers(), min_size=6, max_size=6))
def test_the_order_of_voters_and_options_changes_nothing(poll, utility, order):
    assert shuffled(poll, order).run(COUNTS[utility]) == poll.run(COUNTS[utility])


@given(elections, utilities, st.fractions(min_value=Fraction(1, 7), max_value=9))
def test_scaling_all_money_changes_nothing(poll, utility, factor):
    assert scaled(poll, factor).run(COUNTS[utility]).funded == poll.run(COUNTS[utility]).funded


@given(elections, utilities)
def test_a_tie_matters_where_another_first_funds_another_set(poll, utility):
    first_tie_matters_as_told(poll, COUNTS[utility])


@given(elections, utilities)
def test_offers_get_no_better_and_nobody_who_could_pay_for_what_fits_keeps_money(poll, utility):
    outcome = poll.run(COUNTS[utility])
    keys = [turn.key for turn in outcome.rounds if turn.key is not None]
    assert keys == sorted(keys)
    parts = dict(outcome.facts)
    voters = poll.voters()
    purses = [Fraction(poll.instance.limit) / (poll.profile.ballots or 1)] * len(voters)
    worth = {name: 1 if utility != "cost" else cost for name, cost in poll.costs.items()}
    for turn in outcome.rounds:
        if turn.key is None:
            continue
        price = turn.key * parts.get(f"part of {turn.option}", 1)
        for at, ballot in enumerate(voters):
            if turn.option in ballot:
                points = ballot[turn.option] if utility == "points" else worth[turn.option]
                purses[at] = max(Fraction(0), purses[at] - price * points)
    for turn in outcome.rounds:
        if turn.decision is Decision.UNAFFORDABLE:
            backers = [
                purses[at]
                for at, ballot in enumerate(voters)
                if turn.option in ballot and (utility != "points" or ballot[turn.option])
            ]
            assert not any(backers)


def votes(instance: Instance, *ballots: str, times: tuple[int, ...] = ()) -> Profile:
    weights = times or [1] * len(ballots)
    return Profile.of("approval", instance, [list(ballot) for ballot in ballots], weights=weights)


def test_a_part_is_enough_and_supporters_pay_as_for_the_whole():
    instance = Instance((Option("a", 9), Option("b", 1)), 9)
    outcome = by_card(instance, votes(instance, "a", "ab", "b"), ("a", "b"))
    # b: two pay 1/2. a: 5/2 of two makes 5, 3 and 5/2 make 11/2; (3 : 11/18) : 11/18 = 972/121.
    assert outcome.funded == ("b",)
    instance = Instance((Option("a", 8), Option("b", 1)), 9)
    outcome = by_card(instance, votes(instance, "a", "ab", "b"), ("a", "b"))
    assert [turn.key for turn in outcome.rounds] == [Fraction(1, 2), 3 / Fraction(11, 16) ** 2]
    assert outcome.facts == (("endowment", 3), ("part of a", Fraction(11, 16)))


def test_of_equally_good_offers_the_greater_part_is_meant():
    # At 1/4 a point half of a's cost comes together, at 1 all of it: both are worth 1.
    instance = Instance((Option("a", 3), Option("b", 1)), 4)
    ballots, points = [["a"], ["a", "b"], ["a"], []], [[4], [1, 1], [1], []]
    outcome = by_points(instance, Profile.of("scored", instance, ballots, points), ("a", "b"))
    assert outcome.funded == ("a",)  # all three have paid all they had
    assert outcome.rounds[0].key == 1


def test_a_tie_is_told_once_and_whether_it_mattered():
    instance = Instance((Option("a", 4), Option("b", 4), Option("c", 4)), 9)
    outcome = by_card(instance, votes(instance, "a", "b", "c"), ("c", "a", "b"))
    assert outcome.funded == ("c", "a")
    assert outcome.ties == (Tie(("c", "a", "b"), mattered=True),)
    tight = Instance(instance.options, 7)
    shared = by_card(tight, votes(tight, "ab", "ab", "c"), ("b", "a", "c"))
    assert shared.funded == ("b",)
    assert shared.ties == (Tie(("b", "a"), mattered=True),)
    apart = Instance((Option("a", 4), Option("b", 4)), 9)
    assert by_card(apart, votes(apart, "a", "b"), ("a", "b")).ties == (
        Tie(("a", "b"), mattered=False),
    )


def test_numbers_that_floats_cannot_tell_apart_are_told_apart():
    far = 10**17
    instance = Instance((Option("a", far + 1), Option("b", far)), 2 * far + 1)
    outcome = by_card(instance, votes(instance, "a", "b", times=(1, 1)), ("a", "b"))
    assert outcome.funded == ("b", "a")
    little = Instance((Option("a", 2 * far - 1), Option("b", 1)), 2 * far)
    outcome = by_card(little, votes(little, "ab", "a"), ("a", "b"))
    assert [turn.key for turn in outcome.rounds] == [1, far]  # one has a little less, and pays all
    short = Instance((Option("a", 2 * far + 1),), 3 * far)
    facts = dict(by_card(short, votes(short, "a", "", times=(2, 1)), ("a",)).facts)
    assert facts["part of a"] == Fraction(2 * far, 2 * far + 1)
    heavy = Instance((Option("a", 3), Option("b", 2)), 4)
    many = votes(heavy, "a", "ab", "b", times=(2**60,) * 3)
    assert (
        by_cost(heavy, many, ("a", "b")).funded
        == by_cost(heavy, votes(heavy, "a", "ab", "b"), ("a", "b")).funded
    )


def test_long_numbers_are_rounded_down_in_the_report_only():
    # Each round divides by a sum of what was divided before: digits double.
    names = "abcdefghijklmn"
    options = tuple(Option(name, 1000 + 37 * at * at) for at, name in enumerate(names))
    instance = Instance(options, 16_000)
    ballots = [names[at:] + names[: at // 2] for at in range(len(names))]
    outcome = by_card(instance, votes(instance, *ballots), tuple(names))
    long = [t.key for t in outcome.rounds if t.key is not None and t.key.denominator == 2**64]
    assert outcome.spent <= 16_000
    assert all(key.denominator.bit_length() <= 1024 for key in long)


def test_without_voters_or_money_nothing_is_bought():
    instance = Instance((Option("a", 0), Option("b", 1)), 0)
    assert by_card(instance, votes(instance, "ab"), ("a", "b")).funded == ("a",)
    nobody = by_card(instance, votes(instance), ("a", "b"))
    assert (nobody.funded, nobody.facts) == ((), ())


def test_rivals_and_needs_are_refused():
    instance = Instance((Option("a", 3), Option("b", 2)), 4, rivals=(("a", "b"),))
    with pytest.raises(InstanceError, match="rivals"):
        by_cost(instance, votes(instance, "a"), ("a", "b"))


def test_the_poll_of_a_test_is_read_as_meant():
    instance = Instance((Option("a", 1),), 1)
    poll = Poll(instance, "approval", (("a",), ()), ((1,), ()), (2, 1), Fraction(1, 6), ("a",))
    assert poll.voters() == [{"a": 1}, {"a": 1}, {}]
    assert poll.profile.ballots == Fraction(1, 2)
