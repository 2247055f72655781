"""Who owes what by when, while a proposal is at a status: a pure table, and the counting of days.

Laws: a deadline is never on a Saturday, a Sunday or a holiday; more days never end earlier; another
holiday never brings a deadline forward.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType

from core.clock import SEOUL
from core.words import LazyString
from core.words import lazy_gettext as _l

_DAY = timedelta(days=1)
_SATURDAY = 5
# An objection is possible this long after "not eligible", counted in days of the calendar.
OBJECTION_WINDOW = timedelta(days=14)
# How long an author may be given to add what was asked for, in days of the calendar.
LEAST_SUPPLEMENT, USUAL_SUPPLEMENT, MOST_SUPPLEMENT = 7, 14, 60


@dataclass(frozen=True)
class Clock:
    """One kind of duty: what is owed, by whom, within how many working days."""

    name: LazyString
    owed_by: LazyString
    days: int


# Kind of duty -> its clock.
CLOCKS: Mapping[str, Clock] = MappingProxyType(
    {
        "formal": Clock(_l("Formal review"), _l("Budget office"), 10),
        "substance": Clock(_l("Department's review"), _l("Department"), 20),
        "supplement": Clock(_l("More information"), _l("The author"), USUAL_SUPPLEMENT),
        "objection": Clock(_l("Decision on the objection"), _l("Budget office"), 10),
    }
)
# The steps of a review, each with a card of questions.
STEPS = ("formal", "substance")
# Status -> the duty that runs as long as a proposal is there.
DUTY_AT: Mapping[str, str] = MappingProxyType(
    {
        "received": "formal",
        "dept_review": "substance",
        "supplement": "supplement",
        "objection": "objection",
    }
)


def working_day(day: date, holidays: Collection[date]) -> bool:
    """Whether the city's offices are open: no weekend, and no holiday, temporary ones included."""
    return day.weekday() < _SATURDAY and day not in holidays


def due(began: date, days: int, holidays: Collection[date]) -> date:
    """The last day of a term of `days` working days; the first day counts if it is one.

    So days are counted for terms of six days and more in the civil petitions decree (민원처리법
    시행령).

    Parameters
    ----------
    days : 1 or more
    """
    day, left = began, days
    while True:
        left -= working_day(day, holidays)
        if left == 0:
            return day
        day += _DAY


def open_day(day: date, holidays: Collection[date]) -> date:
    """`day`, or the first working day after it: a term never ends on a holiday."""
    return due(day, 1, holidays)


def days_over(due_on: date, today: date) -> int:
    """By how many days of the calendar a deadline has passed; 0 on the day itself and before."""
    return max(0, (today - due_on).days)


def day_of(moment: datetime) -> date:
    """The day in Seoul."""
    return moment.astimezone(SEOUL).date()
