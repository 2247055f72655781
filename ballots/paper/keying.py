"""Blind double keying: two clerks type every sheet, a third settles where they differ.

Nobody sees another's typing before both are finished; then the third sees what differs, and no
more. When nothing differs any more, every sheet goes into the log, with the close of the batch.
"""

import hashlib
import secrets
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ballots import entries, log, services
from ballots.entries import NONCE_BYTES
from ballots.models import Contest
from ballots.paper import entry, journal, queries, records
from ballots.paper.batches import head, hold, lock
from ballots.paper.errors import (
    BatchMovedError,
    KeyingDoneError,
    NoSuchSheetError,
    SamePersonError,
    SheetsMissingError,
)
from ballots.paper.models import (
    FIRST,
    SECOND,
    THIRD,
    Batch,
    KeyedSheet,
    Keying,
    KeyingRecord,
    LoggedSheet,
)
from core.journal import Actor


def begin(session: Session, contest: Contest, batch: Batch, *, clerk_id: UUID) -> Keying:
    """Take the next place at a batch: first, second, or third where the two differ.

    Raises
    ------
    SamePersonError : this account has a place in it already.
    BatchMovedError : there is nothing to be typed now.
    PaperNotOpenError
    """
    hold(session, contest)
    lock(session, batch)
    state = queries.state(session, batch)
    if state.next_place is None:
        raise BatchMovedError
    made = Keying(batch_id=batch.id, place=state.next_place, clerk_id=clerk_id)
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError as error:  # the database keeps the accounts apart, not a look before
        raise SamePersonError from error
    return made


def key(
    session: Session,
    contest: Contest,
    keying: Keying,
    *,
    sheet: int,
    typed: str,
) -> str:
    """Keep what was typed for one sheet, in place of what was typed before; gives the reading.

    Raises
    ------
    KeyingDoneError, NoSuchSheetError, NothingTypedError, UnreadableEntryError, PaperNotOpenError
    InvalidBallotError : it breaks the rule; the clerk decides whether it is spoiled.
    """
    hold(session, contest)
    session.refresh(keying, with_for_update=True)
    if keying.is_done:
        raise KeyingDoneError
    if sheet not in queries.sheets_due(session, keying):
        raise NoSuchSheetError(sheet=sheet)
    rule = services.ballot_rule(session, contest)
    reading = entry.read(rule, typed)
    session.merge(
        KeyedSheet(batch_id=keying.batch_id, place=keying.place, sheet=sheet, reading=reading)
    )
    session.flush()
    return reading


def finish(
    session: Session, contest: Contest, batch: Batch, keying: Keying, *, actor: Actor, now: datetime
) -> None:
    """Say that all sheets are typed. The last to say so closes the batch.

    Raises
    ------
    SheetsMissingError, KeyingDoneError, PaperNotOpenError, LogHaltedError
    """
    hold(session, contest)
    lock(session, batch)
    session.refresh(keying, with_for_update=True)
    if keying.is_done:
        raise KeyingDoneError
    due = queries.sheets_due(session, keying)
    missing = sorted(set(due) - queries.readings(session, batch.id, keying.place).keys())
    if missing:
        raise SheetsMissingError(missing=len(missing), sheets=len(due), first=missing[0])
    keying.is_done = True
    session.flush()
    if queries.state(session, batch).is_settled:
        _close(session, contest, batch)
        journal.record(
            session, actor, "paper.closed", contest, batch, now=now, station=batch.station
        )


def discard(
    session: Session, contest: Contest, batch: Batch, place: int, *, actor: Actor, now: datetime
) -> None:
    """Throw a typing away that its clerk cannot finish, so that another account begins anew.

    Raises
    ------
    BatchMovedError : there is no such typing, or it is finished.
    PaperNotOpenError
    """
    hold(session, contest)
    lock(session, batch)
    keying = session.get(Keying, (batch.id, place))
    if keying is None or keying.is_done:
        raise BatchMovedError
    session.delete(keying)  # with its sheets
    session.flush()
    journal.record(session, actor, "paper.discarded", contest, batch, now=now)


def _close(session: Session, contest: Contest, batch: Batch) -> None:
    """Put every sheet that was due, and the close of the batch, into the log."""
    first, second, third = (
        queries.readings(session, batch.id, place) for place in (FIRST, SECOND, THIRD)
    )
    final = first | third
    board = head(session, contest.id)
    number = batch.number or 0
    record = records.written(
        number,
        secrets.token_bytes(NONCE_BYTES),
        queries.clerks(session, batch.id),
        [first, second, third],
    )
    rows = [
        {
            "batch_id": batch.id, "sheet": sheet, "position": position,
            "state": entry.state(final[sheet]),
        }
        for position, sheet in enumerate(sorted(final), board.edge.size)
    ]  # fmt: skip
    session.execute(insert(LoggedSheet), rows)
    counts = session.scalars(select(LoggedSheet.state).where(LoggedSheet.batch_id == batch.id))
    leaves = [
        entries.paper(
            board.election, number, sheet, secrets.token_bytes(NONCE_BYTES), _said(final[sheet])
        )
        for sheet in sorted(final)
    ]
    digest = hashlib.sha256(record.encode()).hexdigest()
    leaves.append(entries.batch_closed(board.election, number, Counter(counts), len(third), digest))
    grown = log.append(session.connection(), board, leaves)
    session.add(KeyingRecord(batch_id=batch.id, position=grown.edge.size - 1, body=record))
    session.execute(delete(KeyedSheet).where(KeyedSheet.batch_id == batch.id))
    session.execute(delete(Keying).where(Keying.batch_id == batch.id))
    batch.is_closed = True
    session.flush()


def _said(reading: str) -> Mapping[str, object]:
    """The members of a leaf that tell a reading."""
    return {"x" if entry.state(reading) == entry.TYPED else "u": entry.member(reading)}
