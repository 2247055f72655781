"""Before a log is written to: whether it is what guard, mirror and witnesses have seen of it.

A database that was set back is smaller than what one of them remembers; one that was changed has
another tree. Either is a `RollbackError`, which names who remembers. docs/operating.md has what an
officer does then.
"""

from uuid import UUID

from sqlalchemy import Connection

from ballots import cosigning, log
from ballots.board.merkle import Edge, leaf_hash
from ballots.board.policy import Policy
from ballots.errors import NotWitnessedError, RollbackError
from ballots.keys import Keys
from ballots.witnesses import Outcome, Told
from core.db import Database

GUARD, MIRROR = "guard", "mirror"


def kept(keys: Keys) -> list[UUID]:
    """Every vote of which something is kept outside the database."""
    mirrored = keys.mirror.contests() if keys.mirror else []
    return sorted({*keys.signers.contests(), *mirrored})


def compare_size(size: int, contest_id: UUID, keys: Keys) -> None:
    """Make sure that a log is no smaller than what is kept of it; raises RollbackError."""
    for name, edge in remembered(contest_id, keys).items():
        if edge.size > size:
            raise RollbackError(size=size, signed=edge.size, by=name)


def compare(database: Database, contest_id: UUID, keys: Keys) -> None:
    """Read the log of an open vote from its first leaf, and compare.

    Witnesses are asked over the network, with no transaction open; who does not answer says
    nothing.

    Raises
    ------
    RollbackError : the log is smaller than what was kept of it, or another.
    MirrorBehindError, OSError : the mirror lacks leaves that were signed, or cannot be written.
    """
    with database.reading() as session:
        connection = session.connection()
        board = log.head(connection, contest_id)
        found = Edge().grown(map(leaf_hash, log.leaves(connection, contest_id)))
        if found != board.edge:
            raise RollbackError(size=found.size, signed=board.edge.size, by="database")
        for name, edge in remembered(contest_id, keys).items():
            if not is_beginning(connection, contest_id, edge):
                raise RollbackError(size=found.size, signed=edge.size, by=name)
        if keys.mirror is not None:
            keys.mirror.follow(connection, board, signed=keys.signers.last(contest_id).size)
    _ask(database, contest_id, keys)


def remembered(contest_id: UUID, keys: Keys) -> dict[str, Edge]:
    """Who keeps a log's tree on this side -> the tree."""
    found = {GUARD: keys.signers.last(contest_id)}
    if keys.mirror is not None:
        found[MIRROR] = keys.mirror.end(contest_id)
    return found


def is_beginning(connection: Connection, contest_id: UUID, edge: Edge) -> bool:
    """Whether this tree is the beginning of the log."""
    return Edge().grown(log.hashes(connection, contest_id, 0, edge.size)) == edge


def _ask(database: Database, contest_id: UUID, keys: Keys) -> None:
    """Show the log to its witnesses; one that has seen more, or another one, says so."""
    try:
        gathered = cosigning.gather(
            database, contest_id, evidence=keys.signers.guards / "evidence",
            current=Policy.read(keys.witnesses),
        )  # fmt: skip
    except NotWitnessedError:  # nothing was signed yet, so nobody can have seen it
        return
    with database.reading() as session:  # it may have grown while they were asked
        size = log.head(session.connection(), contest_id).edge.size
    for told in gathered.alarms:
        if _contradicts(told, size):
            raise RollbackError(size=size, signed=told.size or size, by=told.name)


def _contradicts(told: Told, size: int) -> bool:
    is_ahead = told.outcome == Outcome.AHEAD and (told.size or 0) > size
    return is_ahead or told.outcome == Outcome.FORKED
