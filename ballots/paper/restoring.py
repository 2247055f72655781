"""The tables of paper brought up to leaves that came back into the log from its mirror."""

import hashlib
from collections.abc import Callable, Mapping
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from ballots.board.leaves import Leaf
from ballots.paper import entry
from ballots.paper.models import (
    Batch,
    KeyedSheet,
    Keying,
    KeyingRecord,
    LoggedSheet,
    PollStation,
    Reopening,
)


def restore(
    session: Session, contest_id: UUID, position: int, leaf: Leaf, keyings: Mapping[int, str]
) -> None:
    """Do to the tables what the act did that wrote this leaf; nothing for leaves without paper.

    Parameters
    ----------
    keyings : place of a `batch-close` leaf -> the record of its keying

    Raises
    ------
    KeyError, ValueError : the record of a keying is missing, or is not the one the leaf names.
    """
    act = _ACTS.get(leaf["t"])
    if act is not None:
        act(session, contest_id, position, leaf, keyings)
        session.flush()


def _batch(
    session: Session, contest_id: UUID, _position: int, leaf: Leaf, _keyings: Mapping[int, str]
) -> None:
    """Confirm the batch as it was declared, or declare it, if the backup is older than that."""
    declared_by, confirmed_by = map(UUID, leaf["by"])
    if session.get(PollStation, (contest_id, leaf["station"])) is None:
        session.add(PollStation(contest_id=contest_id, name=leaf["station"]))
        session.flush()
    query = select(Batch).where(
        Batch.contest_id == contest_id, Batch.number.is_(None), Batch.station == leaf["station"],
        Batch.seal == leaf["seal"], Batch.sheets == leaf["sheets"],
        Batch.declared_by == declared_by,
    )  # fmt: skip
    batch = session.scalar(query.limit(1))
    if batch is None:
        batch = Batch(
            contest_id=contest_id, station=leaf["station"], seal=leaf["seal"],
            sheets=leaf["sheets"], declared_by=declared_by,
        )  # fmt: skip
        session.add(batch)
    batch.number, batch.confirmed_by = leaf["b"], confirmed_by


def _sheet(
    session: Session, contest_id: UUID, position: int, leaf: Leaf, _keyings: Mapping[int, str]
) -> None:
    batch = _numbered(session, contest_id, leaf["b"])
    state = leaf.get("u", entry.TYPED)
    session.add(LoggedSheet(batch_id=batch.id, sheet=leaf["s"], position=position, state=state))


def _close(
    session: Session, contest_id: UUID, position: int, leaf: Leaf, keyings: Mapping[int, str]
) -> None:
    batch, body = _numbered(session, contest_id, leaf["b"]), keyings[position]
    if hashlib.sha256(body.encode()).hexdigest() != leaf["keying"]:
        raise ValueError(f"leaf {position} names another record of its keying")
    session.add(KeyingRecord(batch_id=batch.id, position=position, body=body))
    for table in (KeyedSheet, Keying):
        session.execute(delete(table).where(table.batch_id == batch.id))
    batch.is_closed = True


def _void(
    session: Session, contest_id: UUID, _position: int, leaf: Leaf, _keyings: Mapping[int, str]
) -> None:
    numbered = select(Batch.id).where(Batch.contest_id == contest_id)
    gone = delete(LoggedSheet).where(
        LoggedSheet.batch_id.in_(numbered), LoggedSheet.position == leaf["i"]
    )
    batch_id = session.scalars(gone.returning(LoggedSheet.batch_id)).one()
    session.execute(update(Batch).where(Batch.id == batch_id).values(is_closed=False))
    session.execute(delete(Reopening).where(Reopening.batch_id == batch_id))


def _numbered(session: Session, contest_id: UUID, number: int) -> Batch:
    query = select(Batch).where(Batch.contest_id == contest_id, Batch.number == number)
    return session.scalars(query).one()


_Act = Callable[[Session, UUID, int, Leaf, Mapping[int, str]], None]
_ACTS: Mapping[str, _Act] = MappingProxyType(
    {"batch": _batch, "paper": _sheet, "batch-close": _close, "void": _void}
)
