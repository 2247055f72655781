"""The proof that a leaf is in the log, as one text that needs no server (C2SP tlog-proof).

The leaf itself is not in it: who has the receipt knows where the ballot lies, not what it says.
"""

import base64
import re
from dataclasses import dataclass

from ballots.board.checkpoint import Checkpoint, hash_of
from ballots.board.merkle import check_inclusion
from ballots.board.notes import Key, Note, NoteError

HEAD = "c2sp.org/tlog-proof@v1"
_INDEX = re.compile(r"index (0|[1-9][0-9]{0,18})$")
_MOST_HASHES = 64


@dataclass(frozen=True, slots=True)
class Receipt:
    """Where a leaf lies, what proves it, and the checkpoint that it is proved against."""

    index: int
    proof: tuple[bytes, ...]
    note: Note

    @classmethod
    def read(cls, data: bytes) -> "Receipt":
        """The receipt of these bytes; nothing of it is believed yet.

        Raises
        ------
        NoteError : they are none.
        """
        head, parted, note = data.partition(b"\n\n")
        try:
            lines = head.decode().split("\n")
        except UnicodeDecodeError:
            raise NoteError("a receipt is text in UTF-8") from None
        if not parted or lines.pop(0) != HEAD:
            raise NoteError(f"a receipt begins with {HEAD}")
        if lines and lines[0].startswith("extra "):
            lines.pop(0)
        found = _INDEX.match(lines.pop(0)) if lines else None
        if found is None or len(lines) > _MOST_HASHES:
            raise NoteError("a receipt says the place of the leaf, and then hashes")
        return cls(int(found[1]), tuple(map(hash_of, lines)), Note.read(note))

    def __str__(self) -> str:
        """The whole text."""
        hashes = "".join(f"{base64.b64encode(hashed).decode()}\n" for hashed in self.proof)
        return f"{HEAD}\nindex {self.index}\n{hashes}\n{self.note}"

    def check(self, leaf: bytes, log: Key) -> Checkpoint:
        """Make sure that the hash of a leaf is in this log; the checkpoint that says so.

        Raises
        ------
        NoteError : the log has not signed this checkpoint, or it is another log's.
        ProofError : the leaf is not proved to be in its tree.
        """
        if not self.note.signed_by([log]):
            raise NoteError(f"{log.name} has not signed this checkpoint")
        checkpoint = Checkpoint.read(self.note.text)
        if checkpoint.origin != log.name:
            raise NoteError(f"this is a checkpoint of {checkpoint.origin}, not of {log.name}")
        check_inclusion(leaf, self.index, checkpoint.size, self.proof, checkpoint.root)
        return checkpoint
