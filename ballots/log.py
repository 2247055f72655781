"""The log of a contest in the database: leaves wait, are appended, and are read as tiles.

Whoever appends holds the board's row until the commit, so that places have no gaps and one leaf has
one place. Tiles are not stored: those of hashes are rows of `LogLeaf` and `LogNode` side by side.
"""

import itertools
import json
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Connection,
    func,
    insert,
    null,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from ballots import receipts
from ballots.board.checkpoint import Checkpoint
from ballots.board.merkle import HASH_BYTES, Edge, Nodes, inclusion_proof, leaf_hash
from ballots.board.notes import Note
from ballots.board.receipt import Receipt
from ballots.board.tiles import HEIGHT, Tile, bundle, nodes_of
from ballots.models import (
    Board,
    Contest,
    LogLeaf,
    LogNode,
    PendingLeaf,
    SignedCheckpoint,
    Succession,
)

BALLOT, REVOKE = "ballot", "revoke"
CHUNK = 5000
UPSERT: Mapping[str, Callable[..., Any]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A leaf with what the database must know of it.

    Attributes
    ----------
    leaf : its canonical bytes
    kind : as in the leaf
    voter : pseudonym or serial of a token, of ballots and what concerns one
    """

    leaf: bytes
    kind: str
    voter: bytes | None = None

    @property
    def hash(self) -> bytes:
        """The hash of its leaf."""
        return leaf_hash(self.leaf)


@dataclass(frozen=True, slots=True)
class Head:
    """A board as far as its log has grown."""

    contest_id: UUID
    election: str
    edge: Edge

    @property
    def checkpoint(self) -> Checkpoint:
        """What is signed of it."""
        return Checkpoint(self.election, self.edge.size, self.edge.root)


@dataclass(frozen=True, slots=True)
class Found:
    """A leaf that was looked up by its receipt code.

    Attributes
    ----------
    position : None while it waits
    state : "waiting", "in", "replaced" by a later ballot, or "revoked"
    """

    position: int | None
    hash: bytes
    leaf: bytes
    state: str


def head(connection: Connection, contest_id: UUID, *, alone: bool = False) -> Head:
    """The board's state; `alone` keeps every other writer of the log away until the commit.

    Raises
    ------
    NoResultFound : the contest has never been opened.
    """
    query = select(Board.election, Board.size, Board.edge).where(Board.contest_id == contest_id)
    if alone:  # but not casts, whose foreign key needs the row's key alone
        query = query.with_for_update(key_share=True)
    election, size, hashes = connection.execute(query).one()
    return Head(contest_id, election, Edge(size, tuple(_cut(hashes))))


def append(connection: Connection, board: Head, entries: Sequence[Entry]) -> Head:
    """Put leaves at the end of the log; `board` was read `alone`."""
    if not entries:
        return board
    nodes: list[dict[str, Any]] = []

    def keep(level: int, place: int, hashed: bytes) -> None:
        row, between = divmod(level, HEIGHT)
        if not between:
            nodes.append(
                {"contest_id": board.contest_id, "level": row, "position": place, "hash": hashed}
            )

    hashes = [entry.hash for entry in entries]
    edge = board.edge.grown(hashes, keep)
    rows = [
        {
            "contest_id": board.contest_id, "position": position, "leaf": entry.leaf,
            "hash": hashed, "kind": entry.kind, "voter": entry.voter,
        }
        for position, entry, hashed in zip(itertools.count(board.edge.size), entries, hashes)
    ]  # fmt: skip
    connection.execute(insert(LogLeaf), rows)
    if nodes:
        connection.execute(insert(LogNode), nodes)
    grown = (
        update(Board)
        .where(Board.contest_id == board.contest_id, Board.size == board.edge.size)
        .values(size=edge.size, edge=b"".join(edge.hashes))
    )
    if connection.execute(grown).rowcount != 1:
        raise AssertionError(f"{board.election}: two writers of one log")
    return Head(board.contest_id, board.election, edge)


def leaves(
    connection: Connection, contest_id: UUID, first: int = 0, last: int | None = None
) -> Generator[bytes, None, None]:
    """The leaves from `first` to before `last`, or to the end."""
    return _column(connection, LogLeaf.leaf, contest_id, first, last)


def hashes(
    connection: Connection, contest_id: UUID, first: int = 0, last: int | None = None
) -> Iterator[bytes]:
    """Their hashes, as the log was built from."""
    return _column(connection, LogLeaf.hash, contest_id, first, last)


def tile(connection: Connection, contest_id: UUID, wanted: Tile) -> bytes:
    """A tile of a size that the log has; level None gives the leaves themselves.

    Raises
    ------
    LookupError : the log has no such tile, or not yet.
    """
    first, last = wanted.index << HEIGHT, (wanted.index << HEIGHT) + wanted.width
    if wanted.level:
        query = (
            select(LogNode.hash)
            .where(LogNode.contest_id == contest_id, LogNode.level == wanted.level)
            .where(LogNode.position >= first, LogNode.position < last)
            .order_by(LogNode.position)
        )
        parts = list(connection.scalars(query))
    else:
        read = leaves if wanted.level is None else hashes
        parts = list(read(connection, contest_id, first, last))
    if len(parts) != wanted.width:
        raise LookupError(wanted.path)
    return bundle(parts) if wanted.level is None else b"".join(parts)


def nodes(connection: Connection, contest_id: UUID, size: int) -> Nodes:
    """The hashes of the tree of `size` leaves, of which proofs are made."""
    return nodes_of(partial(tile, connection, contest_id), size)


def keep_checkpoint(connection: Connection, contest_id: UUID, size: int, note: Note) -> None:
    """Publish a signed checkpoint; the same one twice is no harm."""
    statement = UPSERT[connection.dialect.name](SignedCheckpoint).on_conflict_do_nothing()
    connection.execute(statement, {"contest_id": contest_id, "size": size, "note": str(note)})


def checkpoints(connection: Connection, contest_id: UUID) -> Iterator[Note]:
    """Every checkpoint that was signed, the smallest tree first."""
    query = select(SignedCheckpoint.note).where(SignedCheckpoint.contest_id == contest_id)
    for note in connection.scalars(query.order_by(SignedCheckpoint.size)):
        yield Note.read(note.encode())


def last_checkpoint(connection: Connection, contest_id: UUID) -> Note | None:
    """The checkpoint of the largest tree; None before the first was signed."""
    query = select(SignedCheckpoint.note).where(SignedCheckpoint.contest_id == contest_id)
    note = connection.scalar(query.order_by(SignedCheckpoint.size.desc()).limit(1))
    return None if note is None else Note.read(note.encode())


def checkpoint(connection: Connection, contest_id: UUID, size: int) -> Note | None:
    """The checkpoint of the tree of `size` leaves; None if none was signed."""
    query = select(SignedCheckpoint.note).where(
        SignedCheckpoint.contest_id == contest_id, SignedCheckpoint.size == size
    )
    note = connection.scalar(query)
    return None if note is None else Note.read(note.encode())


def known(connection: Connection, contest_id: UUID, wanted: Sequence[bytes]) -> set[bytes]:
    """Which of these hashes the log has."""
    found: set[bytes] = set()
    for first in range(0, len(wanted), CHUNK):
        query = select(LogLeaf.hash).where(
            LogLeaf.contest_id == contest_id, LogLeaf.hash.in_(wanted[first : first + CHUNK])
        )
        found.update(connection.scalars(query))
    return found


def find(connection: Connection, contest_id: UUID, code: str) -> Found | None:
    """The ballot with this receipt code, waiting or in the log; None if there is none."""
    low, high = receipts.hashes_of(code)
    for table, place in ((LogLeaf, LogLeaf.position), (PendingLeaf, null())):
        query = select(place, table.hash, table.leaf, table.voter).where(
            table.contest_id == contest_id, table.hash.between(low, high), table.kind == BALLOT
        )
        row: Any = connection.execute(query).first()
        if row is not None:
            position, hashed, leaf, voter = row
            waits = position is None
            state = "waiting" if waits else _state(connection, contest_id, position, voter)
            return Found(position, hashed, leaf, state)
    return None


def receipt(connection: Connection, contest_id: UUID, position: int) -> Receipt | None:
    """The proof that a leaf is in the log; None while no signed checkpoint holds it.

    After the result it is still by the checkpoint of the close, which the bundle has.
    """
    note = last_checkpoint(connection, contest_id)
    if note is not None and _ends_with_result(connection, contest_id, note):
        note = checkpoint(connection, contest_id, Checkpoint.read(note.text).size - 1)
    if note is None:
        return None
    size = Checkpoint.read(note.text).size
    if position >= size:
        return None
    proof = inclusion_proof(nodes(connection, contest_id, size), position, size)
    return Receipt(position, tuple(proof), note)


def roll_told(connection: Connection, contest_id: UUID) -> tuple[int, str]:
    """How many voters the roll has, and its hash, as the log told them last."""
    query = (
        select(LogLeaf.leaf)
        .where(LogLeaf.contest_id == contest_id, LogLeaf.kind.in_(("open", "roll-change")))
        .order_by(LogLeaf.position)
    )
    voters, rollhash = 0, ""
    for data in connection.scalars(query):
        leaf = json.loads(data)
        voters += sum(leaf.get("roll", {}).values())
        voters += leaf.get("added", 0) - leaf.get("removed", 0)
        rollhash = leaf["rollhash"]
    return voters, rollhash


def kinds(connection: Connection, contest_id: UUID) -> dict[str, int]:
    """How many leaves of each kind the log has."""
    query = select(LogLeaf.kind, func.count().label("leaves")).where(
        LogLeaf.contest_id == contest_id
    )
    return {row.kind: row.leaves for row in connection.execute(query.group_by(LogLeaf.kind))}


def halt(connection: Connection, contest_id: UUID, *, is_halted: bool) -> None:
    """Let nobody cast any more, or again."""
    halted = update(Board).where(Board.contest_id == contest_id, Board.is_halted != is_halted)
    connection.execute(halted.values(is_halted=is_halted))


def running(connection: Connection) -> list[UUID]:
    """The contests whose vote is open."""
    query = select(Contest.id).where(Contest.opened_at.is_not(None), Contest.closed_at.is_(None))
    return list(connection.scalars(query.order_by(Contest.id)))


def ended(connection: Connection) -> set[UUID]:
    """The contests whose logs were lost, and go on under another name."""
    return set(connection.scalars(select(Succession.predecessor_id)))


def sizes(connection: Connection) -> dict[UUID, int]:
    """The leaves of every log, but of those that were lost."""
    query = select(Board.contest_id, Board.size)
    rows = connection.execute(
        query.where(Board.contest_id.not_in(select(Succession.predecessor_id)))
    )
    return {row.contest_id: row.size for row in rows}


def unsigned(connection: Connection) -> list[UUID]:
    """The contests whose log has grown since it was signed last; none that is halted."""
    signed = (
        select(func.max(SignedCheckpoint.size))
        .where(SignedCheckpoint.contest_id == Board.contest_id)
        .scalar_subquery()
    )
    query = select(Board.contest_id).where(Board.size > func.coalesce(signed, 0), ~Board.is_halted)
    return list(connection.scalars(query.order_by(Board.contest_id)))


def _ends_with_result(connection: Connection, contest_id: UUID, note: Note) -> bool:
    query = select(LogLeaf.kind).where(
        LogLeaf.contest_id == contest_id, LogLeaf.position == Checkpoint.read(note.text).size - 1
    )
    return connection.scalar(query) == "result"


def _state(connection: Connection, contest_id: UUID, position: int, voter: bytes) -> str:
    """What became of a ballot in the log, told by the same voter's last leaf."""
    query = (
        select(LogLeaf.position, LogLeaf.kind)
        .where(LogLeaf.contest_id == contest_id, LogLeaf.voter == voter)
        .order_by(LogLeaf.position.desc())
        .limit(1)
    )
    last, kind = connection.execute(query).one()
    if last == position:
        return "in"
    return "replaced" if kind == BALLOT else "revoked"


def _column(
    connection: Connection, column: Any, contest_id: UUID, first: int, last: int | None
) -> Generator[bytes, None, None]:
    query = select(column).where(LogLeaf.contest_id == contest_id, LogLeaf.position >= first)
    if last is not None:
        query = query.where(LogLeaf.position < last)
    query = query.order_by(LogLeaf.position).execution_options(yield_per=CHUNK)
    with closing(connection.scalars(query)) as rows:  # whoever stops early leaves no cursor open
        yield from rows


def _cut(hashes: bytes) -> Iterator[bytes]:
    return (hashes[at : at + HASH_BYTES] for at in range(0, len(hashes), HASH_BYTES))
