"""The keys that sign the logs of votes, and what each has signed last: outside the database.

A log must never say two things. Before a checkpoint is signed, the guard makes sure that its tree
is the last signed one with leaves added: it keeps that tree's edge and grows it itself. So a
database that was set back, or changed by hand, is found out by a file that it cannot reach.
"""

import fcntl
import json
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from ballots.board.checkpoint import Checkpoint
from ballots.board.merkle import Edge
from ballots.board.notes import LOG, Note, Signer
from ballots.errors import RollbackError
from core import disk

_SEED_BYTES = 32
_BEAT = "integrator"
# (first, last) -> the hashes of the leaves from `first` to before `last`.
Hashes = Callable[[int, int], Iterable[bytes]]


@dataclass(frozen=True)
class Signers:
    """The keys of logs in a private folder, and a guard for each in another.

    Attributes
    ----------
    folder : made with mode 0700 if it is not there
    guards : on another disk than the database, so that no backup sets both back
    origin : what the names of all logs begin with
    """

    folder: Path
    guards: Path
    origin: str

    def election(self, name: str) -> str:
        """The name of a log of this city."""
        return f"{self.origin}/{name}"

    def create(self, contest_id: UUID, election: str) -> Signer:
        """The key of a new log; one that is there is never replaced."""
        path = self._key(contest_id)
        if not path.exists():
            for folder in (self.folder, self.guards):
                folder.mkdir(mode=disk.PRIVATE_FOLDER, parents=True, exist_ok=True)
            disk.replace(path, secrets.token_bytes(_SEED_BYTES))
        return self.signer(contest_id, election)

    def signer(self, contest_id: UUID, election: str) -> Signer:
        """Who signs this log; raises FileNotFoundError where its key is not at hand."""
        return Signer.of(election, LOG, self._key(contest_id).read_bytes())

    def contests(self) -> list[UUID]:
        """The votes of which anything was signed."""
        return [UUID(path.stem) for path in sorted(self.guards.glob("*.guard"))]

    def last(self, contest_id: UUID) -> Edge:
        """The tree that was signed last; an empty one if none was."""
        path = self._guard(contest_id)
        if not path.exists():
            return Edge()
        body = json.loads(path.read_bytes())
        return Edge(body["size"], tuple(map(bytes.fromhex, body["hashes"])))

    def last_note(self, contest_id: UUID, election: str) -> Note:
        """The last checkpoint once more: Ed25519 gives the very bytes that were signed then.

        Raises
        ------
        FileNotFoundError : the key is not at hand.
        """
        edge = self.last(contest_id)
        text = str(Checkpoint(election, edge.size, edge.root))
        return Note(text, (self.signer(contest_id, election).sign(text),))

    def sign(self, contest_id: UUID, tree: Checkpoint, hashes: Hashes) -> Note:
        """The signed checkpoint; the guard remembers it before anybody has it.

        Raises
        ------
        RollbackError : the tree is smaller than the last signed one, or does not grow out of it;
            nothing was signed.
        FileNotFoundError : the key is not at hand.
        """
        signer = self.signer(contest_id, tree.origin)
        with self._alone(contest_id):
            last = self.last(contest_id)
            if tree.size < last.size:
                raise RollbackError(size=tree.size, signed=last.size, by="guard")
            edge = last.grown(hashes(last.size, tree.size))
            if (edge.size, edge.root) != (tree.size, tree.root):
                raise RollbackError(size=tree.size, signed=last.size, by="guard")
            state = {"size": edge.size, "hashes": [hashed.hex() for hashed in edge.hashes]}
            disk.replace(self._guard(contest_id), json.dumps(state).encode())
            return Note(str(tree), (signer.sign(str(tree)),))

    def beat(self) -> None:
        """Leave a mark that the integrator has just done its work; nobody's ballot shows in it."""
        self.guards.mkdir(mode=disk.PRIVATE_FOLDER, parents=True, exist_ok=True)
        (self.guards / _BEAT).touch(mode=disk.PRIVATE_FILE)

    def last_beat(self) -> datetime | None:
        """When it did last; None if it never has."""
        path = self.guards / _BEAT
        return datetime.fromtimestamp(path.stat().st_mtime, UTC) if path.exists() else None

    @contextmanager
    def _alone(self, contest_id: UUID) -> Iterator[None]:
        """One signer at a time, among all processes that see the folder."""
        with (self.guards / f"{contest_id}.lock").open("wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _key(self, contest_id: UUID) -> Path:
        return self.folder / f"{contest_id}.log"

    def _guard(self, contest_id: UUID) -> Path:
        return self.guards / f"{contest_id}.guard"
