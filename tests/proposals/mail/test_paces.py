"""When the next letter is."""

from datetime import UTC, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from core.clock import SEOUL
from proposals.mail.paces import AT_ONCE, DAILY, WEEKLY, next_letter

MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - the strategy adds it


@given(MOMENTS)
def test_a_digest_comes_at_eight_of_the_citys_clock_and_a_day_apart(now):
    first = next_letter(DAILY, now)
    assert timedelta(0) < first - now <= timedelta(days=1)
    assert first.astimezone(SEOUL).time() == time(8)
    assert next_letter(DAILY, first) == first + timedelta(days=1)


@given(MOMENTS)
def test_a_weekly_one_comes_on_monday(now):
    first = next_letter(WEEKLY, now)
    assert timedelta(0) < first - now <= timedelta(days=7)
    assert (first.astimezone(SEOUL).weekday(), first.astimezone(SEOUL).time()) == (0, time(8))
    assert next_letter(WEEKLY, first) == first + timedelta(days=7)


@given(MOMENTS)
def test_at_once_is_not_more_often_than_every_ten_minutes(now):
    assert next_letter(AT_ONCE, now) - now == timedelta(minutes=10)
