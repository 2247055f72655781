"""Batches: declared by one clerk, confirmed by another, closed before the vote is.

Every act that writes to the log first holds the contest, as a cast does, so that a close waits for
it; then the batch; then the board.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ballots import entries, log, pending
from ballots.errors import LogHaltedError
from ballots.log import Head
from ballots.models import Board, Contest
from ballots.paper import journal, queries
from ballots.paper.errors import (
    BallotsBeyondRollError,
    BatchMovedError,
    NoSuchStationError,
    OpenBatchesError,
    PaperNotOpenError,
    SamePersonError,
)
from ballots.paper.models import Batch
from core.journal import Actor


def declare(
    session: Session, contest: Contest, *, station: str, seal: str, sheets: int, clerk_id: UUID
) -> Batch:
    """Say what came out of a sealed box, before anything is typed. It waits for a second clerk.

    Raises
    ------
    PaperNotOpenError, NoSuchStationError
    """
    hold(session, contest)
    made = Batch(
        contest_id=contest.id, station=station, seal=seal, sheets=sheets, declared_by=clerk_id
    )
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError as error:
        raise NoSuchStationError(station=station) from error
    return made


def confirm(
    session: Session, contest: Contest, batch: Batch, *, clerk_id: UUID, actor: Actor, now: datetime
) -> None:
    """The second clerk's word: the batch gets its number and stands in the log.

    Raises
    ------
    SamePersonError : who declared it cannot confirm it.
    BatchMovedError : it is confirmed already.
    PaperNotOpenError, LogHaltedError
    """
    hold(session, contest)
    lock(session, batch)
    if batch.number is not None:
        raise BatchMovedError
    if batch.declared_by == clerk_id:
        raise SamePersonError
    board = head(session, contest.id)
    last = select(func.max(Batch.number)).where(Batch.contest_id == contest.id)
    batch.number = (session.scalar(last) or 0) + 1
    batch.confirmed_by = clerk_id
    by = (str(batch.declared_by), str(clerk_id))
    leaf = entries.batch(board.election, batch.number, batch.station, batch.seal, batch.sheets, by)
    session.flush()
    log.append(session.connection(), board, [leaf])
    journal.record(session, actor, "paper.declared", contest, batch, now=now, station=batch.station)


def withdraw(session: Session, batch: Batch) -> None:
    """Forget a batch that was declared wrongly, before it is confirmed. Raises BatchMovedError."""
    lock(session, batch)
    if batch.number is not None:
        raise BatchMovedError
    session.delete(batch)
    session.flush()


def check_closed(session: Session, contest_id: UUID) -> None:
    """Make sure that every batch is closed and adds up.

    Raises
    ------
    OpenBatchesError
    BallotsBeyondRollError : with the ballots by web, there are more than there are voters.
    """
    still_open = queries.open_stations(session, contest_id)
    if still_open:
        raise OpenBatchesError(stations=", ".join(still_open))
    ballots, voters = queries.ballots_and_voters(session, contest_id)
    if ballots > voters:
        raise BallotsBeyondRollError(ballots=ballots, voters=voters)


def hold(session: Session, contest: Contest) -> None:
    """Keep the contest from being closed until the commit. Raises PaperNotOpenError."""
    held = select(Contest.id).where(Contest.id == contest.id).with_for_update(read=True)
    session.execute(held)
    session.refresh(contest, ["opened_at", "closed_at"])
    if contest.opened_at is None or contest.closed_at is not None:
        raise PaperNotOpenError


def lock(session: Session, batch: Batch) -> None:
    """Be the only one at this batch, and see it as it is now."""
    session.refresh(batch, with_for_update=True)


def head(session: Session, contest_id: UUID) -> Head:
    """The board, with all that waits in it, for appending to. Raises LogHaltedError."""
    session.flush()
    board = pending.integrate(session.connection(), contest_id)
    if session.scalar(select(Board.is_halted).where(Board.contest_id == contest_id)):
        raise LogHaltedError
    return board
