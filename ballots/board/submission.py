"""What a witness is asked: sign this checkpoint, for it grows out of what you signed last.

The body of C2SP tlog-witness's add-checkpoint: ``old SIZE``, the hashes of a consistency proof, an
empty line, and the checkpoint as its log signed it.
"""

import base64
import re
from dataclasses import dataclass

from ballots.board.checkpoint import Checkpoint, hash_of
from ballots.board.notes import Note, NoteError

_OLD = re.compile(r"old (0|[1-9][0-9]{0,18})")
_MOST_HASHES = 63


@dataclass(frozen=True, slots=True)
class Submission:
    """One request to a witness.

    Attributes
    ----------
    old : leaves of the tree that the witness signed last, as who asks believes; 0: none
    proof : that the tree of `old` leaves is the beginning of the note's
    """

    old: int
    proof: tuple[bytes, ...]
    note: Note

    @classmethod
    def read(cls, data: bytes) -> "Submission":
        """The submission of these bytes; nothing of it is believed yet.

        Raises
        ------
        NoteError : they are none, or the note is no checkpoint.
        """
        head, parted, rest = data.partition(b"\n\n")
        try:
            old, *hashes = head.decode().split("\n")
        except UnicodeDecodeError:
            raise NoteError("a submission is text in UTF-8") from None
        found = _OLD.fullmatch(old)
        if not parted or found is None or len(hashes) > _MOST_HASHES:
            raise NoteError(f"a submission is: old SIZE, up to {_MOST_HASHES} hashes, a note")
        note = Note.read(rest)
        Checkpoint.read(note.text)
        return cls(int(found[1]), tuple(map(hash_of, hashes)), note)

    def __str__(self) -> str:
        """The whole body."""
        hashes = "".join(f"{base64.b64encode(hashed).decode()}\n" for hashed in self.proof)
        return f"old {self.old}\n{hashes}\n{self.note}"

    @property
    def checkpoint(self) -> Checkpoint:
        """What the note says."""
        return Checkpoint.read(self.note.text)
