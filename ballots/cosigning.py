"""Witnesses' signatures under a vote's checkpoints: gathered, kept, and needed at the end."""

from pathlib import Path
from uuid import UUID

from sqlalchemy import Connection, select, update

from ballots import log
from ballots.board.checkpoint import Checkpoint
from ballots.board.merkle import consistency_proof
from ballots.board.notes import Note, NoteError
from ballots.board.policy import NONE, Policy
from ballots.errors import NotWitnessedError
from ballots.models import Board, SignedCheckpoint
from ballots.witnesses import Gathering, Inquiry
from core.db import Database


def gather(
    database: Database, contest_id: UUID, *, evidence: Path, current: Policy | None = None
) -> Gathering:
    """Ask the vote's witnesses to sign its last checkpoint, and keep what they signed.

    No transaction is open while they are waited for.

    Parameters
    ----------
    evidence : folder for answers that speak against the log
    current : where witnesses are to be found today, if they have moved since the vote was opened

    Raises
    ------
    NotWitnessedError : the log has not been opened, or its first checkpoint not been signed yet.
    """
    with database.reading() as session:
        connection = session.connection()
        note = log.last_checkpoint(connection, contest_id)
        if note is None:
            raise NotWitnessedError(size=0, signed="")
        policy = _policy(connection, contest_id)
        names = [key.name for key, _ in policy.witnesses.values()]
        known = {name: _signed_by(connection, contest_id, name) for name in names}
    size = Checkpoint.read(note.text).size

    def prove(old: int) -> list[bytes]:
        with database.reading() as session:
            nodes = log.nodes(session.connection(), contest_id, size)
            return consistency_proof(nodes, old, size)

    urls = dict(current.witnesses.values()) if current else {}
    found = Inquiry(policy, note, prove, evidence, urls, known).gather()
    with database.writing_rows() as connection:
        keep(connection, contest_id, size, found.note)
    return found


def certified(connection: Connection, contest_id: UUID) -> None:
    """Make sure that as many witnesses as the vote's policy asks for have signed the whole log.

    Raises
    ------
    NotWitnessedError : they have not.
    """
    policy = _policy(connection, contest_id)
    if policy.quorum == NONE:
        return
    size = log.head(connection, contest_id).edge.size
    note = _note(connection, contest_id, size)
    if note is None:
        raise NotWitnessedError(size=size, signed="")
    try:
        policy.check(note)
    except NoteError:
        have = note.signed_by(key for key, _ in policy.witnesses.values())
        raise NotWitnessedError(size=size, signed=", ".join(key.name for key in have)) from None


def is_witnessed(connection: Connection, contest_id: UUID, position: int) -> bool:
    """Whether enough witnesses have signed a tree that has this leaf; so where none are needed."""
    policy = _policy(connection, contest_id)
    keys = {name: key.name for name, (key, _) in policy.witnesses.items()}
    signed = {
        name for name, key in keys.items() if _signed_by(connection, contest_id, key) > position
    }
    return policy.is_met(signed)


def _policy(connection: Connection, contest_id: UUID) -> Policy:
    query = select(Board.policy).where(Board.contest_id == contest_id)
    return Policy.read(connection.scalars(query).one())


def _note(
    connection: Connection, contest_id: UUID, size: int, *, alone: bool = False
) -> Note | None:
    query = select(SignedCheckpoint.note).where(
        SignedCheckpoint.contest_id == contest_id, SignedCheckpoint.size == size
    )
    note = connection.scalar(query.with_for_update() if alone else query)
    return None if note is None else Note.read(note.encode())


def _signed_by(connection: Connection, contest_id: UUID, name: str) -> int:
    """The leaves of the largest tree that a witness has signed; 0 if none."""
    query = (
        select(SignedCheckpoint.size)
        .where(SignedCheckpoint.contest_id == contest_id)
        .where(SignedCheckpoint.note.contains(f"\n— {name} ", autoescape=True))
        .order_by(SignedCheckpoint.size.desc())
        .limit(1)
    )
    return connection.scalar(query) or 0


def keep(connection: Connection, contest_id: UUID, size: int, note: Note) -> None:
    """Add a note's signatures to those that are kept, of which somebody else may have gathered."""
    kept = _note(connection, contest_id, size, alone=True)
    merged = note if kept is None else kept.with_signatures(note.signatures)
    connection.execute(
        update(SignedCheckpoint)
        .where(SignedCheckpoint.contest_id == contest_id, SignedCheckpoint.size == size)
        .values(note=str(merged))
    )
