"""The small reference implementations, by hand."""

from fractions import Fraction

import pytest

from tally.reference.bos import bos
from tally.reference.cstv import cstv
from tally.reference.equal_shares import equal_shares
from tally.reference.exact_equal_shares import exact_equal_shares
from tally.reference.greedy import greedy
from tally.reference.pb_ear import pb_ear
from tally.reference.phragmen import phragmen
from tally.reference.priceability import faults
from tests.tally.small_elections import approve

# Greedy


def test_greedy_skips_what_does_not_fit_or_stops_there():
    election = {"a": 8, "b": 7, "c": 2}, 10, approve("ab", "abc", "a"), ["a", "b", "c"]
    assert greedy(*election) == ["a", "c"]
    assert greedy(*election, stop=True) == ["a"]
    assert greedy(*election, minimum_votes=2) == ["a"]


def test_greedy_goes_by_votes_or_by_what_money_buys():
    election = {"a": 8, "b": 3, "c": 0}, 10, [{"a": 1, "b": 9}, {"a": 1}], ["a", "b", "c"]
    assert greedy(*election, "votes") == ["a", "c"]
    assert greedy(*election, "votes_per_cost") == ["b", "c"]
    assert greedy(*election, "points_per_cost") == ["b", "c"]


# Equal shares


def test_equal_shares_buys_the_cheapest_price_and_drops_what_supporters_cannot_pay():
    # purses of 8/3: a costs each of three 5/3, c then 1; b (6) was out of reach after a.
    election = {"a": 5, "b": 6, "c": 3}, 8, approve("abc", "abc", "abc"), ["a", "b", "c"]
    assert equal_shares(*election) == ["a", "c"]
    assert equal_shares(*election, "cardinality") == ["c", "a"]


def test_who_has_less_than_the_price_pays_the_rest_of_her_purse():
    # purses of 4: b takes 3 of the second voter; a (5) is then paid with 4 and her last 1.
    election = {"a": 5, "b": 6}, 12, approve("a", "ab", "b"), ["b", "a"]
    assert equal_shares(*election) == ["b", "a"]
    assert equal_shares({"a": 6, "b": 6}, *election[1:]) == ["b"]


def test_points_weigh_what_each_pays():
    # a's supporters pay 3 and 1 of purses of 3; b's price is 4/3 a point, then out of reach.
    ballots = [{"a": 3, "b": 1}, {"a": 1, "b": 2}]
    assert equal_shares({"a": 4, "b": 4}, 6, ballots, ["b", "a"], "points") == ["a"]


def test_add1_ends_where_the_outcome_is_exhaustive_or_goes_on_until_it_costs_too_much():
    # purses 8/3: b; 11/3: a instead, level with b at 1/2; 14/3: both, 12 of 8.
    election = {"a": 7, "b": 5}, 8, approve("b", "a", "ab"), ["a", "b"]
    assert equal_shares(*election, completion="add1") == ["b"]
    assert equal_shares(*election, completion="add1", exhaustive=False) == ["a"]


def test_add1_starts_from_the_purse_or_from_the_whole_number_below():
    # purses 2/3: c, and b (3) does not fit; from 0: nothing, and at 1 b for 3 of 2.
    election = {"a": 6, "b": 3, "c": 1}, 2, approve("ab", "bc", "bc"), ["a", "b", "c"]
    assert equal_shares(*election, completion="add1") == ["c"]
    assert equal_shares(*election, completion="add1", integral=True) == []


def test_the_utilitarian_step_spends_what_is_left_by_votes():
    election = {"a": 6, "b": 5, "c": 4}, 10, approve("a", "a", "b"), ["c", "b", "a"]
    assert equal_shares(*election) == ["a"]
    assert equal_shares(*election, completion="utilitarian") == ["a", "c"]


# Phragmén


def test_phragmen_funds_where_the_load_is_least_and_stops_where_one_does_not_fit():
    # loads: a 3, b 3 (level, a first), then b 3 with 6 of 4 left: stop, though c fits.
    election = {"a": 6, "b": 6, "c": 4}, 10, approve("a", "a", "b", "b", "c"), ["a", "b", "c"]
    assert phragmen(*election) == ["a"]


def test_phragmen_stops_where_any_of_the_level_options_does_not_fit():
    # f at load 1; then a and e level at 2, and e costs 10 of 9.
    election = {"f": 1, "a": 4, "e": 10}, 10, approve("f", "a", "a", *"eeeee"), ["f", "a", "e"]
    assert phragmen(*election) == ["f"]


def test_phragmen_leaves_unsupported_options_to_the_end():
    election = {"a": 1, "b": 3, "c": 3}, 6, approve("a"), ["c", "b", "a"]
    assert phragmen(*election) == ["a", "c"]


# Bounded overspending


def test_bos_funds_the_great_majority_s_project_that_equal_shares_leaves_out():
    # 403 of 414 voters hold 301,763 of 310,000.
    costs, ballots = {"a": 310_000, "b": 6_000}, approve(*["a"] * 403, *["b"] * 11)
    assert equal_shares(costs, 310_000, ballots, ["a", "b"]) == ["b"]
    assert bos(costs, 310_000, ballots, ["a", "b"]) == ["a"]


def test_bos_charges_the_whole_price_for_a_part():
    # c at 1/3; then a: alpha 7/10, rho 1/3, so 8/3 each: all three purses are empty, and b,
    # though it still fits, has no supporter with money (a seventh of a purse would do).
    costs, ballots = {"a": 8, "b": 2, "c": 1}, approve("", "c", "ac", "abc", "ab")
    assert bos(costs, 11, ballots, ["a", "b", "c"]) == ["c", "a"]


def test_bos_counts_ten_voters_as_the_field_s_library_does():
    costs = {"a": 300, "b": 400, "c": 300, "d": 240, "e": 170, "f": 100}
    ballots = approve("a", "abce", "abc", "abc", "abc", "abf", "de", "de", "def", "cdf")
    assert sorted(bos(costs, 1000, ballots, list("abcdef"))) == ["a", "c", "d", "f"]


# Exact equal shares


def test_add_opt_takes_the_next_purse_at_which_the_outcome_changes():
    # c is within reach of its four supporters at purses of 5/2, before b's turn
    costs, ballots = {"a": 2, "b": Fraction(16, 5), "c": 6}, approve("a", "ac", "bc", "bc", "c")
    election = costs, 10, ballots, ["a", "b", "c"]
    assert exact_equal_shares(*election, "cardinality") == ["a", "b"]
    for completion in ("add_opt", "add_opt_skip"):
        for yes in (True, False):
            funded = exact_equal_shares(
                *election, "cardinality", completion=completion, to_the_end=yes
            )
            assert funded == ["a", "c"]


# Cumulative support transfers


def test_excess_and_eliminated_money_moves_on():
    # coins of 5: a 15/4, b 15/4, c 5/2; c leaves, both others then have their 5.
    ballots = [{"a": 3, "c": 1}, {"b": 3, "c": 1}]
    for by in ("excess", "support", "support_per_cost"):
        funded = cstv(
            {"a": 5, "b": 5, "c": 5}, 10, ballots, ["c", "a", "b"], by, transfer="elimination"
        )
        assert funded == ["a", "b"]


def test_of_equals_the_last_in_the_tie_order_is_eliminated():
    costs = {"a": 3, "b": 3, "c": 9}
    assert cstv(costs, 4, [{"a": 1, "b": 1}], ["a", "b", "c"], transfer="elimination") == ["a"]
    assert cstv(costs, 4, [{"a": 1, "b": 1}], ["b", "a", "c"], transfer="elimination") == ["b"]


def test_minimal_transfers_raise_all_by_one_factor_up_to_all_they_have():
    # coins of 4: a 3 + 1, cost 7: threefold would be 9, so all 4, and 3 of the second voter.
    ballots = [{"a": 3, "b": 1}, {"a": 1, "b": 3}]
    assert cstv({"a": 7, "b": 9}, 8, ballots, ["a", "b"], "excess") == ["a"]
    # b is nearer: 3 + 2 of 6, each 6/5 of it; what lies on a then is 2.
    ballots = [{"a": 1, "b": 3}, {"a": 1, "b": 1}]
    assert cstv({"a": 6, "b": 6}, 8, ballots, ["a", "b"]) == ["b"]


def test_who_has_nothing_elsewhere_pays_first():
    # coins of 2: a has 3, cost 2, paid by its only-supporter; the other's 1 goes to b, which
    # so has its 2 before c's turn comes.
    costs = {"a": 2, "b": 2, "c": Fraction(5, 2)}
    ballots = [{"a": 1}, {"a": 1, "b": 1}, {"c": 1}]
    assert cstv(costs, 6, ballots, ["a", "b", "c"]) == ["a", "b"]


def test_money_of_under_supported_options_is_gone_when_they_are_funded():
    # coins of 7/2, nobody can pay: c has 7/16 of its cost, a and b 7/20 of theirs; with c goes
    # what lay on b, so that a is next and takes the last 10.
    ballots = [{"b": 1, "c": 1}, {"a": 1}, {}, {}]
    assert cstv({"a": 10, "b": 5, "c": 4}, 14, ballots, ["b", "a", "c"]) == ["c", "a"]


# Expanding approvals


def test_expanding_approvals_serve_solid_coalitions():
    # nine voters, quota 3: a at rank 1 takes half of six; at rank 2 b their rest; then c has 3.
    rankings = [*["abcd"] * 6, *["dcba"] * 2, "cabd"]
    funded = pb_ear(dict.fromkeys("abcd", 1), 3, [list(r) for r in rankings], list("abcd"))
    assert funded == ["a", "b", "c"]


def test_unranked_options_have_no_support_or_stand_last():
    election = {"a": 5, "c": 5}, 10, [["a"], ["a"]], ["a", "c"]
    assert pb_ear(*election) == ["a"]
    assert pb_ear(*election, unranked_last=True) == ["a", "c"]


def test_the_option_that_takes_the_least_part_of_its_supporters_weight_is_first():
    # need 1 and 2 of 4; a would take 1/2 of two voters, b 2/3 of three.
    election = {"a": 2, "b": 4}, 8, [["b"], ["b"], ["a", "b"], ["a"]], ["b", "a"]
    assert pb_ear(*election) == ["a", "b"]
    assert pb_ear({"z": 0, **election[0]}, *election[1:3], ["b", "a", "z"]) == ["z", "a", "b"]


def test_without_voters_nothing_is_funded():
    nobody = {"a": 1, "z": 0}, 5, [], ["a", "z"]
    assert pb_ear(*nobody) == equal_shares(*nobody) == bos(*nobody) == []


# Price systems

PAID = [{"a": 3}, {"a": 3, "b": 1}, {"b": 2}, {}]
VOTERS = approve("a", "abz", "bz", "c")


@pytest.mark.parametrize(
    ("changes", "purse", "fault"),
    [
        ({}, 4, []),
        ({3: {"a": 1}, 0: {"a": 2}}, 4, ["C1 3"]),
        ({0: {"a": 2}, 1: {"a": 4, "b": 1}}, 4, ["C2 1"]),
        ({0: {"a": 3, "b": -1}, 2: {"b": 3}}, 4, ["C1 0", "C2 0"]),
        ({0: {"a": 2}}, 4, ["C3 a"]),
        ({0: {"a": 4}}, 4, ["C3 a"]),
        ({3: {"c": 1}}, 4, ["C4 c"]),
        ({}, 5, ["C5 c"]),
    ],
)
def test_each_condition_of_a_price_system_is_told(changes, purse, fault):
    payments = [changes.get(i, paid) for i, paid in enumerate(PAID)]
    assert faults({"a": 6, "b": 3, "c": 4, "z": 9}, VOTERS, ["a", "b"], payments, purse) == fault
