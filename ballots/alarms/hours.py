"""Keeping the hourly totals, and reading off them how often people vote again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from uuid import UUID

from sqlalchemy import Connection, delete, func, select
from sqlalchemy.orm import Session

from ballots import log
from ballots.alarms.models import HourlyCount
from ballots.log import UPSERT
from ballots.models import RollEntry

HOUR = timedelta(hours=1)
DAY = 24  # hours


@dataclass(frozen=True)
class Pace:
    """How often people voted again in the last full hour, beside the hours of the day before it.

    Attributes
    ----------
    usual : median of those hours
    voters : who had voted when the hour began
    """

    again: int
    usual: float
    voters: int


def note_hour(connection: Connection, now: datetime) -> None:
    """Keep the totals of each open vote, the first time in an hour that this is done."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    for contest_id in log.running(connection):
        kept = select(HourlyCount.hour).where(
            HourlyCount.contest_id == contest_id, HourlyCount.hour == hour
        )
        if connection.scalar(kept) is None:
            totals = select(
                func.count().filter(RollEntry.status != "none"),
                func.coalesce(func.sum(RollEntry.casts), 0),
            ).where(RollEntry.contest_id == contest_id)
            voters, casts = connection.execute(totals).one()
            connection.execute(
                UPSERT[connection.dialect.name](HourlyCount).on_conflict_do_nothing(),
                {"contest_id": contest_id, "hour": hour, "voters": voters, "casts": int(casts)},
            )


def forget(session: Session, contest_id: UUID) -> None:
    """Delete the totals of a vote, which nobody needs after its close."""
    session.execute(delete(HourlyCount).where(HourlyCount.contest_id == contest_id))


def pace(session: Session, contest_id: UUID) -> Pace | None:
    """The pace of the last full hour; None before two totals of neighbouring hours are kept."""
    query = select(HourlyCount).where(HourlyCount.contest_id == contest_id)
    latest = session.scalars(query.order_by(HourlyCount.hour.desc()).limit(DAY + 2)).all()
    again = _again(latest[::-1])
    if len(latest) < len(("before", "after")) or latest[0].hour - latest[1].hour != HOUR:
        return None
    *before, last = again
    return Pace(last, median(before) if before else 0, latest[1].voters)


def _again(counts: Sequence[HourlyCount]) -> list[int]:
    """Of each hour how many ballots came from people who had voted before."""
    return [
        (after.casts - before.casts) - (after.voters - before.voters)
        for before, after in pairwise(counts)
        if after.hour - before.hour == HOUR
    ]
