"""The mirror: every batch of the log once more, sealed, on a medium apart from the database.

It is written after the database has committed and before the guard signs. So at any moment, of
whatever stops, the database has at least the leaves of the mirror, the mirror at least those that
were signed, and those that were signed at least those that anybody has a receipt for.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from sqlalchemy import Connection

from ballots import log
from ballots.board.merkle import Edge, leaf_hash
from ballots.errors import RollbackError
from ballots.mirror import sealing
from ballots.mirror.errors import MirrorBehindError, MirrorFaultError, NoMirrorError
from ballots.mirror.medium import Medium, Tail
from ballots.mirror.sealing import Contents, Head
from ballots.paper import records

SUFFIX = ".mirror"
CHUNK = 5000  # leaves in one record at most


@dataclass
class Mirror:
    """A folder on another medium, a file each log.

    Attributes
    ----------
    folder : must be there: whatever is mounted in its place later is no mirror
    key : the auditors' public key; they alone can read
    """

    folder: Path
    key: X25519PublicKey
    _media: dict[UUID, Medium] = field(default_factory=dict, init=False, repr=False)

    def contests(self) -> list[UUID]:
        """The votes of which it has a file."""
        return [UUID(path.stem) for path in sorted(self.folder.glob(f"*{SUFFIX}"))]

    def end(self, contest_id: UUID) -> Edge:
        """The tree of all leaves that it has; raises MirrorFaultError."""
        last = self._medium(contest_id).tail().last
        return Edge() if last is None else sealing.head_of(last).edge

    def is_torn(self, contest_id: UUID) -> bool:
        """Whether its file ends in what is no record."""
        return self._medium(contest_id).tail().is_torn

    def read(self, contest_id: UUID) -> Iterator[tuple[Head, bytes]]:
        """Every record with its head, each where the one before ended.

        Raises
        ------
        MirrorFaultError : one does not.
        """
        size = 0
        for body in self._medium(contest_id).bodies():
            head = sealing.head_of(body)
            if head.first != size or head.contest_id != contest_id:
                raise MirrorFaultError(why=f"leaf {head.first} follows leaf {size - 1}")
            size = head.edge.size
            yield head, body

    def follow(self, connection: Connection, board: log.Head, *, signed: int) -> int:
        """Append what the log has more than the mirror; how many leaves that were.

        Parameters
        ----------
        signed : leaves that were signed, of which the mirror must not lack any; 0 for a new one

        Raises
        ------
        RollbackError : the log does not grow out of what is mirrored.
        MirrorBehindError : the mirror lacks what was signed.
        OSError : it cannot be written; what could not be is not there.
        """
        before = 0

        def make(tail: Tail) -> Iterable[bytes]:
            nonlocal before
            end = Edge() if tail.last is None else sealing.head_of(tail.last).edge
            before = end.size
            if end.size < signed or (tail.is_torn and not signed):
                raise MirrorBehindError(size=end.size, signed=signed)
            _insist(connection, board, end)
            return self._records(connection, board, end)

        self._medium(board.contest_id).extend(make)
        return board.edge.size - before

    def _records(self, connection: Connection, board: log.Head, edge: Edge) -> Iterator[bytes]:
        told = log.leaves(connection, board.contest_id, edge.size, board.edge.size)
        keyings = records.by_position(connection, board.contest_id, edge.size)
        while leaves := list(islice(told, CHUNK)):
            first, edge = edge.size, edge.grown(map(leaf_hash, leaves))
            within = {at: body for at, body in keyings.items() if first <= at < edge.size}
            head = Head(board.contest_id, board.election, first, edge)
            yield sealing.seal(head, Contents(leaves, within), self.key)

    def _medium(self, contest_id: UUID) -> Medium:
        if contest_id not in self._media:
            self._media[contest_id] = Medium(self.folder / f"{contest_id}{SUFFIX}")
        return self._media[contest_id]


def needed(mirror: Mirror | None) -> Mirror:
    """The mirror; raises NoMirrorError where there is none."""
    if mirror is None:
        raise NoMirrorError
    return mirror


def _insist(connection: Connection, board: log.Head, end: Edge) -> None:
    """Make sure that the log's leaves themselves grow out of what is mirrored."""
    if board.edge.size >= end.size:
        fresh = log.leaves(connection, board.contest_id, end.size, board.edge.size)
        if end.grown(map(leaf_hash, fresh)) == board.edge:
            return
    raise RollbackError(size=board.edge.size, signed=end.size, by="mirror")
