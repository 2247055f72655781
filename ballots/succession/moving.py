"""What voters, clerks and officers hold of a contest, moved to the one in which its vote goes on.

The log stays where it is: its tables only grow. The roll and the stations are copied, since others
lean on their rows; what leans on them, and the slate, is moved.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import Table, delete, insert, literal, select, update
from sqlalchemy.orm import Session

from ballots.models import Contest

COPIED = ("roll_entries", "poll_stations")
MOVED = ("listed_voters", "options", "batches")
FORGOTTEN = ("booth_permits", "hourly_counts")  # good for minutes, or of the older log alone


def move(session: Session, contest: Contest, *, now: datetime, until: datetime | None) -> Contest:
    """The contest in which the vote goes on; the older one is over from now on."""
    columns = {column.key: getattr(contest, column.key) for column in Contest.__table__.columns}
    fresh = Contest(**columns | {"id": uuid4()})
    if until is not None:
        fresh.closes_at, fresh.stopped_at = until, None
    session.add(fresh)
    contest.closed_at = now
    session.flush()
    for table in _tables(COPIED):
        _copy(session, table, contest.id, fresh.id)
    for table in _tables(MOVED):
        moved = update(table).where(table.c.contest_id == contest.id)
        session.execute(moved.values(contest_id=fresh.id))
    for table in _tables(FORGOTTEN):
        session.execute(delete(table).where(table.c.contest_id == contest.id))
    session.expire_all()
    return fresh


def _tables(names: Iterable[str]) -> Iterator[Table]:
    return (Contest.metadata.tables[name] for name in names)


def _copy(session: Session, table: Table, old: UUID, fresh: UUID) -> None:
    names = [column.name for column in table.columns if column.name != "contest_id"]
    identity = literal(fresh, type_=table.c.contest_id.type)
    rows = select(identity, *(table.c[name] for name in names)).where(table.c.contest_id == old)
    session.execute(insert(table).from_select(["contest_id", *names], rows))
