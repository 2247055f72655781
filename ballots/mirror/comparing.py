"""How database, mirror and guard stand to each other, told without changing any of them."""

from dataclasses import dataclass
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy import Connection

from ballots import log
from ballots.board.merkle import Edge, leaf_hash
from ballots.keys import Keys
from ballots.mirror import sealing
from ballots.mirror.errors import MirrorFaultError
from ballots.mirror.mirror import needed


@dataclass(frozen=True)
class Comparison:
    """The trees that are kept of one log.

    Attributes
    ----------
    election : the log's name
    database : the tree of its leaves, built anew
    mirrored : the tree of the mirror; empty where it has nothing
    signed : the tree that the guard remembers
    is_torn : whether the mirror ends in what is no record
    is_one : whether the smaller of them are beginnings of the larger ones, as far as can be told
    """

    election: str
    database: Edge
    mirrored: Edge
    signed: Edge
    is_torn: bool
    is_one: bool

    @property
    def is_whole(self) -> bool:
        """Whether nothing is missing: database, mirror and guard in the order they are written."""
        sizes = self.database.size, self.mirrored.size, self.signed.size
        return self.is_one and not self.is_torn and list(sizes) == sorted(sizes, reverse=True)


def compare(
    connection: Connection, contest_id: UUID, *, keys: Keys, private: X25519PrivateKey | None = None
) -> Comparison:
    """Compare what is kept of a log; with the auditors' key, every sealed leaf too.

    Raises
    ------
    NoMirrorError, MirrorKeyError, MirrorFaultError
    """
    mirror, signed = needed(keys.mirror), keys.signers.last(contest_id)
    board = log.head(connection, contest_id)
    database, is_one = Edge(), True
    sealed = Edge()
    for head, body in mirror.read(contest_id):
        part = log.leaves(connection, contest_id, head.first, head.edge.size)
        database = database.grown(map(leaf_hash, part))
        is_one &= database == head.edge or database.size < head.edge.size
        if private is not None:
            sealed = sealed.grown(map(leaf_hash, sealing.unseal(body, private).leaves))
            if sealed != head.edge:
                raise MirrorFaultError(why=f"leaves from {head.first} on: another tree")
    rest = log.leaves(connection, contest_id, database.size)
    database = database.grown(map(leaf_hash, rest))
    if signed.size <= database.size:
        is_one &= Edge().grown(log.hashes(connection, contest_id, 0, signed.size)) == signed
    return Comparison(
        board.election, database, mirror.end(contest_id), signed, mirror.is_torn(contest_id),
        is_one and database == board.edge,
    )  # fmt: skip
