"""What a clerk types, and what it means."""

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ballots.errors import (
    OverFundError,
    RepeatedOptionError,
    TooManyPicksError,
    UnknownOptionError,
)
from ballots.kinds import BallotRule, SlateLine
from ballots.paper import entry
from ballots.paper.errors import NothingTypedError, UnreadableEntryError

SLATE = {number: SlateLine(cost_minor=10 * number, field=None) for number in range(1, 13)}
APPROVAL = BallotRule("approval", SLATE, max_picks=3)
RULES = {
    kind: BallotRule(kind, SLATE, fund_minor=60)
    for kind in ("approval", "knapsack", "choose_one", "ordinal", "cumulative", "scored")
}


@pytest.mark.parametrize(
    ("kind", "typed", "reading"),
    [
        ("approval", "3 1", '{"a":[1,3]}'),
        ("approval", " 3.12,1. ", '{"a":[1,3,12]}'),
        ("approval", "３　１", '{"a":[1,3]}'),
        ("approval", "0", "blank"),
        ("approval", "*", "spoiled"),
        ("approval", "＊", "spoiled"),
        ("knapsack", "2 4", '{"a":[2,4]}'),
        ("choose_one", "7", '{"a":[7]}'),
        ("ordinal", "3 1 2", '{"r":[[3],[1],[2]]}'),
        ("cumulative", "3/5 1/2", '{"s":[[1,2],[3,5]]}'),
        ("scored", "3=5 1-0", '{"s":[[1,0],[3,5]]}'),
    ],
)
def test_what_is_typed_is_read(kind, typed, reading):
    assert entry.read(RULES[kind], typed) == reading


@pytest.mark.parametrize(
    ("kind", "typed", "error"),
    [
        ("approval", "", NothingTypedError),
        ("approval", " . ", NothingTypedError),
        ("approval", "1 x", UnreadableEntryError),
        ("approval", "1 *", UnreadableEntryError),
        ("approval", "-1", UnreadableEntryError),
        ("approval", "123456", UnreadableEntryError),
        ("approval", "1/5", UnreadableEntryError),
        ("approval", "0 1", UnknownOptionError),
        ("approval", "13", UnknownOptionError),
        ("approval", "1 1", RepeatedOptionError),
        ("knapsack", "1 6", OverFundError),
        ("choose_one", "1 2", TooManyPicksError),
        ("cumulative", "1 2", UnreadableEntryError),
    ],
)
def test_what_cannot_be_is_refused(kind, typed, error):
    with pytest.raises(error):
        entry.read(RULES[kind], typed)


def test_more_than_the_rule_allows_is_not_read_as_spoiled():
    with pytest.raises(TooManyPicksError):
        entry.read(APPROVAL, "1 2 3 4")


def test_the_examples():
    assert doctest.testmod(entry).failed == 0


@given(st.permutations(range(1, 13)), st.integers(0, 12), st.sampled_from(sorted(RULES)))
def test_a_reading_shown_and_typed_again_is_the_same(order, length, kind):
    numbers = order[:length] if kind != "choose_one" else order[:1]
    rule = BallotRule(kind, SLATE, fund_minor=10**6)
    typed = " ".join(f"{n}/{n}" if kind in ("cumulative", "scored") else str(n) for n in numbers)
    reading = entry.read(rule, typed or "0")
    assert entry.read(rule, entry.shown(reading)) == reading
    assert entry.state(reading) == ("typed" if typed else "blank")
