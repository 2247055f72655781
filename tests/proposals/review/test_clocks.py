"""Terms in working days."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proposals.review import clocks

CHUSEOK = {date(2026, 9, day) for day in (24, 25, 26)}
DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31))
HOLIDAYS = st.sets(DAYS, max_size=40)
TERMS = st.integers(1, 30)


@pytest.mark.parametrize(
    ("began", "days", "last"),
    [
        (date(2026, 9, 1), 10, date(2026, 9, 14)),  # a Tuesday is the first day
        (date(2026, 9, 5), 1, date(2026, 9, 7)),  # a Saturday is not
        (
            date(2026, 9, 21),
            10,
            date(2026, 10, 6),
        ),  # over Chuseok; the first of October is a Thursday
        (date(2026, 9, 25), 1, date(2026, 9, 28)),
    ],
)
def test_a_term_skips_weekends_and_holidays(began, days, last):
    assert clocks.due(began, days, CHUSEOK) == last


@given(began=DAYS, days=TERMS, holidays=HOLIDAYS)
def test_a_deadline_is_a_working_day_and_the_term_has_just_so_many(began, days, holidays):
    last = clocks.due(began, days, holidays)
    whole = [began + timedelta(days=n) for n in range((last - began).days + 1)]
    assert clocks.working_day(last, holidays)
    assert sum(clocks.working_day(day, holidays) for day in whole) == days


@given(began=DAYS, days=TERMS, holidays=HOLIDAYS, another=DAYS)
def test_another_holiday_or_a_longer_term_never_ends_earlier(began, days, holidays, another):
    last = clocks.due(began, days, holidays)
    assert clocks.due(began, days, holidays | {another}) >= last
    assert clocks.due(began, days + 1, holidays) > last


def test_a_deadline_is_late_from_the_day_after():
    day = date(2026, 9, 14)
    assert [clocks.days_over(day, day + timedelta(days=n)) for n in (-1, 0, 1, 40)] == [0, 0, 1, 40]
