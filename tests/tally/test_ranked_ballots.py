"""Ranked ballots in flat arrays: from tables, and equal ones kept once."""

from collections import Counter
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tally.errors import BallotError
from tally.ranked import Rankings

SIZE = 5
CELLS = st.sampled_from([0, 1, 2, 3, 4, 255])
TABLES = st.lists(st.lists(CELLS, min_size=4, max_size=4), max_size=12)
TIERS = st.lists(st.sets(st.integers(0, SIZE), max_size=3), max_size=4)  # SIZE: untold


def table(rows):
    return np.array(rows, dtype=np.uint8).reshape(len(rows), 4)


@given(TABLES)
def test_a_table_holds_what_its_rows_say(rows):
    rankings = Rankings.of_table(table(rows), SIZE)
    said = [tuple(() if cell == 255 else (cell,) for cell in row) for row in rows]
    assert list(rankings.rows()) == [(closed(tiers), 1) for tiers in said]


def closed(tiers):
    """Without the ranks left out at the end, which nobody can know."""
    while tiers and not tiers[-1]:
        tiers = tiers[:-1]
    return tiers


def test_a_table_without_gaps_needs_no_ranks():
    rows = [[0, 1, 255, 255], [255] * 4, [4, 3, 2, 1]]
    rankings = Rankings.of_table(table(rows), SIZE, weights=np.array([3, 1, 2]))
    assert rankings.ranks is None
    assert rankings.ballots == 6
    assert Rankings.of_table(table([[255, 0, 255, 255]]), SIZE).ranks.tolist() == [2]


def test_a_table_with_nobody_or_nothing_in_it_is_refused():
    with pytest.raises(BallotError, match="candidate 7 is none of the 5"):
        Rankings.of_table(table([[7, 0, 1, 2]]), SIZE)
    with pytest.raises(BallotError, match="above zero: 0"):
        Rankings.of_table(table([[0, 1, 2, 3]]), SIZE, weights=np.array([0]))


@given(st.lists(st.tuples(TIERS, st.fractions(1, 9, max_denominator=3)), max_size=12))
def test_grouped_ballots_are_the_same_ballots_each_of_them_once(cast):
    ballots = [(tuple(tuple(sorted(tier)) for tier in tiers), weight) for tiers, weight in cast]
    rankings = Rankings.of_groups(SIZE, ballots)
    grouped = rankings.grouped()
    assert grouped == rankings
    rows = [tiers for tiers, _ in grouped.rows()]
    assert len(set(rows)) == len(rows)
    again = Rankings.of_groups(SIZE, reversed(ballots)).grouped()
    assert list(again.rows()) == list(grouped.rows())


def test_many_marks_take_several_words():
    rows = [tuple((place,) for place in range(40)), tuple((place,) for place in range(39))]
    rankings = Rankings.of_groups(40, [(rows[0], 2), (rows[1], 1), (rows[0], Fraction(1, 2))])
    assert Counter(dict(rankings.grouped().rows())) == {rows[0]: Fraction(5, 2), rows[1]: 1}


def test_ballots_with_other_points_are_other_ballots():
    plain = Rankings.of_groups(3, [(((0,), (1,)), 1)] * 3)
    scored = replace(plain, scores=np.array([5, 4, 5, 3, 5, 4], dtype=np.int64))
    grouped = scored.grouped()
    assert grouped == scored
    assert sorted(zip(grouped.scores.tolist(), np.repeat(grouped.weights, 2).tolist(), strict=True)) == [
        (3, 1), (4, 2), (5, 1), (5, 2)
    ]  # fmt: skip
    other = replace(plain, scores=np.array([5, 4, 5, 4, 5, 4], dtype=np.int64))
    assert other != scored
    assert len(other.grouped().weights) == 1
