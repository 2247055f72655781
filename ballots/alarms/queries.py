"""What speaks of a vote that goes wrong while it is open. Each is a reason to look, not a proof."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, func, select
from sqlalchemy.orm import Session

from accounts.models import Account
from ballots import log
from ballots.alarms import hours
from ballots.board import leaves
from ballots.board.notes import Note
from ballots.board.policy import NONE, Policy
from ballots.keys import Keys
from ballots.log import BALLOT, REVOKE
from ballots.models import Board, Contest, LogLeaf, SignedCheckpoint
from core.journal import JournalEntry

SILENCE = timedelta(minutes=5)  # of the integrator
LAG = timedelta(hours=1)  # of a witness
SURGE = 5  # times the usual number of ballots cast again
REPLACED = 200  # one in so many ballots replaced within an hour
REVOKED = 50  # one in so many ballots by web was taken back for paper
CLERK = 3  # times as many sheets as the median of all clerks
FEW = 10  # so many are no surge, whatever is usual


@dataclass(frozen=True)
class Alarm:
    """A reason to look; `values` are for its sentence."""

    name: str
    values: Mapping[str, Any] = field(default_factory=dict)


def alarms(session: Session, contest: Contest, *, keys: Keys, now: datetime) -> list[Alarm]:
    """All alarms of an open vote; none of one that is not open."""
    if contest.opened_at is None or contest.closed_at is not None:
        return []
    return [
        *_log(session, contest.id, keys, now), *_witnesses(session, contest.id, now),
        *_paper(session, contest.id), *_pace(session, contest.id),
    ]  # fmt: skip


def _log(session: Session, contest_id: UUID, keys: Keys, now: datetime) -> Iterator[Alarm]:
    if session.get_one(Board, contest_id).is_halted:
        yield Alarm("halted")
    beat = keys.signers.last_beat()
    if beat is None or now - beat > SILENCE:
        yield Alarm("silent", {"since": beat})


def _witnesses(session: Session, contest_id: UUID, now: datetime) -> Iterator[Alarm]:
    """Witnesses that have not signed for an hour."""
    policy = Policy.read(session.get_one(Board, contest_id).policy)
    if policy.quorum == NONE:
        return
    for key, _ in policy.witnesses.values():
        moment = _signed_at(session.connection(), contest_id, key.name)
        if moment is None or now - moment > LAG:
            yield Alarm("witness", {"name": key.name, "since": moment})


def _signed_at(connection: Connection, contest_id: UUID, name: str) -> datetime | None:
    """When a witness signed last, by its own clock; None if it never has."""
    query = (
        select(SignedCheckpoint.note)
        .where(SignedCheckpoint.contest_id == contest_id)
        .where(SignedCheckpoint.note.contains(f"\n— {name} ", autoescape=True))
        .order_by(SignedCheckpoint.size.desc())
        .limit(1)
    )
    note = connection.scalar(query)
    if note is None:
        return None
    signed = next(one for one in Note.read(note.encode()).signatures if one.name == name)
    return datetime.fromtimestamp(signed.moment, UTC)


def _paper(session: Session, contest_id: UUID) -> Iterator[Alarm]:
    unexplained = _voids(session, contest_id) - _documents(session, contest_id)
    if unexplained:
        yield Alarm("void", {"documents": ", ".join(sorted(unexplained))})
    kinds = log.kinds(session.connection(), contest_id)
    revoked, cast = kinds.get(REVOKE, 0), kinds.get(BALLOT, 0)
    if revoked > FEW and revoked * REVOKED > cast:
        yield Alarm("revoked", {"revoked": revoked, "cast": cast})
    handed_out = _handed_out(session, contest_id)
    usual = median(handed_out.values()) if handed_out else 0
    for account_id, sheets in handed_out.items():
        if len(handed_out) > 1 and sheets > FEW and sheets > CLERK * usual:
            account = session.get(Account, account_id)
            yield Alarm("clerk", {"name": account.name if account else "?", "sheets": sheets})


def _voids(session: Session, contest_id: UUID) -> set[str]:
    """The documents that the log names for sheets made void."""
    query = select(LogLeaf.leaf).where(LogLeaf.contest_id == contest_id, LogLeaf.kind == "void")
    return {leaves.read(leaf)["document"] for leaf in session.scalars(query)}


def _documents(session: Session, contest_id: UUID) -> set[str]:
    """The documents that the journal names for the same."""
    query = select(JournalEntry).where(
        JournalEntry.about_id == contest_id, JournalEntry.act == "paper.reopened"
    )
    return {entry.values["document"] for entry in session.scalars(query)}


def _handed_out(session: Session, contest_id: UUID) -> dict[UUID, int]:
    """Clerk -> sheets handed out, by the journal."""
    query = select(JournalEntry.account_id, func.count().label("sheets")).where(
        JournalEntry.about_id == contest_id, JournalEntry.act == "roll.paper",
        JournalEntry.account_id.is_not(None),
    )  # fmt: skip
    rows = session.execute(query.group_by(JournalEntry.account_id))
    return {row.account_id: row.sheets for row in rows}


def _pace(session: Session, contest_id: UUID) -> Iterator[Alarm]:
    found = hours.pace(session, contest_id)
    if found is None or found.again <= FEW:
        return
    values = {"again": found.again, "usual": found.usual, "voters": found.voters}
    if found.again > SURGE * found.usual:
        yield Alarm("surge", values)
    if found.again * REPLACED > found.voters:
        yield Alarm("replaced", values)
