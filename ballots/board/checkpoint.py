"""What a log says of itself: its name, how many leaves it has, and the root of their tree.

C2SP tlog-checkpoint, without extension lines: nobody could audit them.
"""

import base64
import binascii
import re
from dataclasses import dataclass

from ballots.board.merkle import HASH_BYTES
from ballots.board.notes import NoteError

_LINES = 3
_SIZE = re.compile(r"(0|[1-9][0-9]{0,18})$")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A state of a log.

    Attributes
    ----------
    origin : the log's name, which is its key's too
    root : 32 bytes
    """

    origin: str
    size: int
    root: bytes

    @classmethod
    def read(cls, text: str) -> "Checkpoint":
        """The checkpoint of a note's text.

        Raises
        ------
        NoteError : it is none, or holds more.
        """
        lines = text.split("\n")
        if len(lines) != _LINES + 1 or lines[-1] or not lines[0]:
            raise NoteError("a checkpoint has three lines: origin, size, root")
        origin, size, encoded = lines[:_LINES]
        if not _SIZE.match(size):
            raise NoteError(f"no size of a log: {size}")
        return cls(origin, int(size), hash_of(encoded))

    def __str__(self) -> str:
        """The text of its note."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def hash_of(encoded: str) -> bytes:
    """The hash of its base64; raises NoteError."""
    try:
        found = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        found = b""
    if len(found) != HASH_BYTES or base64.b64encode(found).decode() != encoded:
        raise NoteError(f"no hash: {encoded}")
    return found
