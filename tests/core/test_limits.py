"""How often is too often."""

from datetime import timedelta

import pytest

from core.limits import Pace, TooManyAttemptsError


def test_a_pace_is_kept_and_begins_anew_each_minute(now):
    pace = Pace(3)
    for _ in range(3):
        pace.step(now)
    with pytest.raises(TooManyAttemptsError):
        pace.step(now + timedelta(seconds=59))
    for _ in range(3):
        pace.step(now + timedelta(seconds=60))
    with pytest.raises(TooManyAttemptsError):
        pace.step(now + timedelta(seconds=61))
