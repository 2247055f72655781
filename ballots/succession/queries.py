"""Which contests go on with the logs of others, and what was lost of these."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from ballots import log
from ballots.board.notes import Note
from ballots.models import Board, Succession

_BEFORE = select(Succession.predecessor_id).where(Succession.contest_id == bindparam("one"))
_FOLLOWING = select(Succession.contest_id).where(Succession.predecessor_id == bindparam("one"))


@dataclass(frozen=True)
class LostLog:
    """What a log that was lost has signed.

    Attributes
    ----------
    kept : the last checkpoint of what is left; None if there is none
    last : the last one of all
    """

    kept: Note | None
    last: Note


@dataclass(frozen=True)
class Loss:
    """That a log was lost, for everyone to read.

    Attributes
    ----------
    at : when the vote went on
    election : the name of the log in which it did
    kept : entries that are left; those from this one on were lost
    lost : entries
    document : the decision
    """

    at: datetime
    election: str
    kept: int
    lost: int
    document: str


def line(session: Session, contest_id: UUID) -> list[UUID]:
    """The contest, and those before it whose lost logs it continues, the last one first."""
    found = [contest_id]
    while (before := session.scalar(_BEFORE, {"one": found[-1]})) is not None:
        found.append(before)
    return found


def latest(session: Session, contest_id: UUID) -> UUID:
    """The contest in which this one goes on; mostly itself."""
    found = contest_id
    while (following := session.scalar(_FOLLOWING, {"one": found})) is not None:
        found = following
    return found


def losses(session: Session, contest_id: UUID) -> list[Loss]:
    """What was lost of the logs that a contest continues, the last loss first; mostly nothing."""
    found = []
    for one in line(session, contest_id)[:-1]:
        row, board = session.get_one(Succession, one), session.get_one(Board, one)
        lost = row.size - row.kept
        found.append(Loss(row.at, board.election, row.kept, lost, row.document))
    return found


def lost_logs(session: Session, contest_id: UUID) -> list[LostLog]:
    """The logs that a contest's log continues, the last one first."""
    found = []
    for one in line(session, contest_id)[:-1]:
        row = session.get_one(Succession, one)
        kept = log.last_checkpoint(session.connection(), row.predecessor_id)
        found.append(LostLog(kept, Note.read(row.note.encode())))
    return found
