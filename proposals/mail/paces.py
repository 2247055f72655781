"""How often letters are made, and when the next one is."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta

from core.clock import SEOUL
from core.words import LazyString
from core.words import lazy_gettext as _l

AT_ONCE, DAILY, WEEKLY = "at_once", "daily", "weekly"
PACES: Mapping[str, LazyString] = {
    AT_ONCE: _l("Soon after it happens, at most every ten minutes"),
    DAILY: _l("Once a day, at eight in the morning"),
    WEEKLY: _l("Once a week, on Monday at eight in the morning"),
}
MORNING = time(8)  # in the city
GAP = timedelta(minutes=10)  # between two letters of news at once
_DAY = timedelta(days=1)


def next_letter(pace: str, now: datetime) -> datetime:
    """Before when no further letter is made.

    Digests come at eight of the city's own clock, whatever that makes in UTC.
    """
    if pace == AT_ONCE:
        return now + GAP
    here = now.astimezone(SEOUL)
    day = here.date() + _DAY * (here.time() >= MORNING)
    if pace == WEEKLY:
        day += _DAY * (-day.weekday() % 7)
    return datetime.combine(day, MORNING, SEOUL)
