"""The mix: ballots by token wait for each other, so that the moment of casting tells nobody whose.

They go into the log together, no sooner than a window of time after the last ones did and only if
there are enough; when voting is over, all go in. So no row needs to say when a ballot came.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, func, or_, select, update

from ballots.models import Board, Contest, PendingLeaf
from ballots.tokens.mix import Mix


def ripe(connection: Connection, mix: Mix, now: datetime) -> list[UUID]:
    """The contests of which leaves wait and may go into the log; none that is halted."""
    waiting = (
        select(func.count())
        .where(PendingLeaf.contest_id == Board.contest_id)
        .correlate(Board)
        .scalar_subquery()
    )
    is_over = or_(
        Contest.stopped_at.is_not(None), Contest.closed_at.is_not(None), Contest.closes_at <= now
    )
    is_mixed = (Board.mixed_at <= now - mix.window) & (waiting >= mix.ballots)
    query = (
        select(Board.contest_id)
        .join(Contest, Contest.id == Board.contest_id)
        .where(waiting > 0, ~Board.is_halted, Board.mixed_at.is_(None) | is_over | is_mixed)
    )
    return list(connection.scalars(query.order_by(Board.contest_id)))


def begin_anew(connection: Connection, contest_id: UUID, now: datetime) -> None:
    """The next window begins, where ballots are mixed at all."""
    begun = update(Board).where(Board.contest_id == contest_id, Board.mixed_at.is_not(None))
    connection.execute(begun.values(mixed_at=now))
