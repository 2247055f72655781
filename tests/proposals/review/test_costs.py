"""Exact sums of cost sheets."""

from contextlib import suppress
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proposals.review import costs
from proposals.review.costs import Line
from proposals.review.errors import CostSheetSizeError, UnevenLineError
from tests.reviews import LINES

QUANTITIES = st.integers(1, 10**9)


@given(
    st.lists(
        st.tuples(st.integers(1, 10**6), st.integers(0, 10**7)),
        min_size=1,
        max_size=costs.MOST_LINES,
    )
)
def test_the_sum_is_that_of_the_lines_to_the_last_won(drawn):
    lines = [Line("x", number * 1000, "개", price, "a", "b") for number, price in drawn]
    assert costs.total(lines) == sum(number * price for number, price in drawn)


@given(QUANTITIES)
def test_a_quantity_is_read_as_it_is_written(milli):
    assert costs.thousandths(costs.plain(milli)) == milli
    assert Fraction(costs.plain(milli).replace(",", "")) == Fraction(milli, 1000)


@given(st.text(max_size=12))
def test_what_is_no_quantity_is_refused_and_nothing_else_happens(text):
    with suppress(ValueError):
        assert costs.thousandths(text) > 0


@pytest.mark.parametrize("text", ["", "0", "-1", "1.0005", "two", "1e3", "٣", "1..2", "."])
def test_no_quantity(text):
    with pytest.raises(ValueError, match="quantity|number|thousandth|Fraction"):
        costs.thousandths(text)


@pytest.mark.parametrize(
    "lines",
    [
        [],
        [LINES[0]] * (costs.MOST_LINES + 1),
        [replace(LINES[0], quantity_milli=0)],
        [replace(LINES[0], price_minor=-1)],
        [replace(LINES[0], price_minor=costs.LARGEST_MINOR)],
    ],
)
def test_a_sheet_has_a_size(lines):
    with pytest.raises(CostSheetSizeError):
        costs.total(lines)


def test_half_a_won_is_no_amount():
    assert costs.total(LINES) == 8_250_000
    with pytest.raises(UnevenLineError) as caught:
        costs.total([LINES[0], replace(LINES[1], quantity_milli=2_500, price_minor=333)])
    assert caught.value.values == {"line": 2}
