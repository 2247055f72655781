"""What the counting room refuses, and that it says so."""

from fractions import Fraction

import pytest

from tally import (
    BallotError,
    Instance,
    InstanceError,
    Option,
    Profile,
    ShortSeedError,
    UnknownRuleError,
    by_cost,
    count,
    tie_order,
)
from tally.formats import pabulib

TWO = Instance((Option("a", 3), Option("b", 2)), 4)
EMPTY = Profile.of("approval", TWO, [])


def test_an_instance_needs_distinct_ids_and_no_negative_money():
    with pytest.raises(InstanceError, match="twice"):
        Instance((Option("a", 1), Option("a", 2)), 3)
    with pytest.raises(InstanceError, match="negative"):
        Instance((Option("a", -1),), 3)


@pytest.mark.parametrize(
    ("kind", "ballot", "points", "said"),
    [
        ("secret", ["a"], None, "no such kind"),
        ("approval", ["x"], None, "unknown option"),
        ("approval", ["a", "a"], None, "twice"),
        ("scored", ["a"], None, "points"),
        ("cumulative", ["a", "b"], [1], "points"),
    ],
)
def test_a_ballot_that_its_kind_does_not_allow(kind, ballot, points, said):
    with pytest.raises(BallotError, match=said):
        Profile.of(kind, TWO, [ballot], None if points is None else [points])


def test_counting_needs_a_known_rule_fitting_ballots_known_parameters_and_a_whole_tie_order():
    with pytest.raises(UnknownRuleError, match="no rule"):
        count("dice", TWO, EMPTY)
    with pytest.raises(UnknownRuleError, match="does not take"):
        count("greedy_score", TWO, EMPTY)
    with pytest.raises(UnknownRuleError, match="knows no"):
        count("greedy_cost", TWO, EMPTY, luck=1)
    with pytest.raises(InstanceError, match="once"):
        count("greedy_cost", TWO, EMPTY, ("a",))
    with pytest.raises(InstanceError, match="once"):
        by_cost(TWO, ("a", "a"))


def test_a_lot_needs_a_long_seed_and_distinct_options():
    with pytest.raises(ShortSeedError, match="16 bytes"):
        tie_order(b"short", ["a"])
    with pytest.raises(InstanceError, match="twice"):
        tie_order(bytes(16), ["a", "a"])


def test_whole_points_are_the_same_ballot_however_written():
    one = Profile.of("scored", TWO, [["a"]], [[Fraction(2)]])
    assert one == Profile.of("scored", TWO, [["a"]], [[2]])
    assert one.scores() == [2, 0]


def test_a_third_has_no_decimal():
    with pytest.raises(ValueError, match="no finite decimal"):
        pabulib.number(Fraction(1, 3))
    assert pabulib.number(Fraction(-5, 4)) == "-1.25"
