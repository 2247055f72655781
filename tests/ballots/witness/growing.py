"""A log as a witness sees it: what it signs at each size, with the proofs between them."""

import hashlib
from functools import cached_property

from ballots.board.checkpoint import Checkpoint
from ballots.board.merkle import consistency_proof, leaf_hash, node_hash, root
from ballots.board.notes import LOG, Key, Note, Signer
from ballots.board.submission import Submission
from ballots.witness.witness import Witness

NOON = 1_790_000_000  # seconds since 1970


class GrowingLog:
    """A log of made-up leaves; `forked_at` makes another history from that leaf on."""

    def __init__(self, origin: str = "city.example/pb/2026", *, forked_at: int = 10**9) -> None:
        self.signer = Signer.of(origin, LOG, hashlib.sha256(origin.encode()).digest())
        self.forked_at = forked_at

    @property
    def key(self) -> Key:
        return self.signer.key

    @cached_property
    def hashes(self) -> list[bytes]:
        return [leaf_hash(b"%d/%d" % (at, at >= self.forked_at)) for at in range(80)]

    def tree(self, size: int) -> Checkpoint:
        return Checkpoint(self.signer.name, size, root(self.hashes[:size]))

    def note(self, size: int) -> Note:
        text = str(self.tree(size))
        return Note(text, (self.signer.sign(text),))

    def proof(self, old: int, size: int) -> tuple[bytes, ...]:
        return tuple(consistency_proof(self._node, old, size)) if old else ()

    def submission(self, old: int, size: int) -> bytes:
        return str(Submission(old, self.proof(old, size), self.note(size))).encode()

    def _node(self, level: int, place: int) -> bytes:
        hashes = self.hashes[place << level : place + 1 << level]
        while len(hashes) > 1:
            hashes = [node_hash(*pair) for pair in zip(hashes[::2], hashes[1::2], strict=True)]
        return hashes[0]


def following(folder, *logs: GrowingLog, name: str = "witness.example/w1") -> Witness:
    """A new witness of these logs."""
    witness = Witness.create(folder, name)
    for log in logs:
        witness.follow(log.key, f"https://{log.signer.name}")
    return witness
