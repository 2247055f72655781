"""What a witness has signed last of each log, in files that never go back.

A record is the checkpoint itself with the signatures of the log and of the witness: whoever asks
is given the file, and nothing else is remembered that could contradict it.
"""

import fcntl
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ballots.board.notes import Note
from core import disk


def name_of(origin: str) -> str:
    """By what a log's record is found (C2SP tlog-witness: the origin hash)."""
    return hashlib.sha256(origin.encode()).hexdigest()


@dataclass(frozen=True)
class Records:
    """The records in one folder of one witness.

    Attributes
    ----------
    folder : made with mode 0700 if it is not there
    """

    folder: Path

    def __post_init__(self) -> None:
        """Make the folder."""
        self.folder.mkdir(mode=disk.PRIVATE_FOLDER, parents=True, exist_ok=True)

    @contextmanager
    def alone(self, name: str) -> Iterator[None]:
        """Keep everybody else, threads and processes, from this log's record."""
        with (self.folder / f"{name}.lock").open("wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def last(self, name: str) -> Note | None:
        """What was signed last of a log; None if nothing was.

        Raises
        ------
        NoteError : the file is damaged. It is never taken for an absent one.
        """
        try:
            return Note.read((self.folder / name).read_bytes())
        except FileNotFoundError:
            return None

    def keep(self, name: str, note: Note) -> None:
        """Remember a note, for good, before anybody is answered."""
        disk.replace(self.folder / name, str(note).encode())

    def fork(self, name: str) -> tuple[Note, Note] | None:
        """The two checkpoints of one size by which a log has contradicted itself; or None.

        The first is the one that this witness has signed.
        """
        signed, other = self.last(f"{name}.fork-1"), self.last(f"{name}.fork-2")
        return (signed, other) if signed and other else None

    def keep_fork(self, name: str, signed: Note, other: Note) -> None:
        """Keep the first contradiction; a thousand more would prove no more."""
        if self.fork(name) is None:
            self.keep(f"{name}.fork-1", signed)
            self.keep(f"{name}.fork-2", other)
