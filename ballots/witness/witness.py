"""A witness in a folder of its own: its key, the logs that it follows, and what it has signed.

The folder holds ``key`` (private, mode 0600), ``logs`` (lines ``log KEY [URL]``, as in a policy)
and ``signed``. No more is needed to go on after a crash, and nothing of it may be set back.
"""

import base64
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from ballots.board.checkpoint import Checkpoint
from ballots.board.notes import WITNESS, Key, Note, NoteError, Signature, Signer
from ballots.board.policy import Policy
from ballots.board.submission import Submission
from ballots.witness.decision import Fork, admit, judge
from ballots.witness.records import Records, name_of
from core import disk

_KEY_FILE = re.compile(r"PRIVATE\+KEY\+([^+]+)\+([0-9a-f]{8})\+(.+)")
_SEED_BYTES = 32
Kept = TypeVar("Kept")


class DamagedError(Exception):
    """A file of the witness is not as it left it: it signs nothing until somebody has looked."""


@dataclass(frozen=True)
class Sight:
    """What a witness knows of one log.

    Attributes
    ----------
    signed, moment : the last checkpoint and when it was signed, in seconds since 1970; or None
    fork : two checkpoints of one size, of which the first was signed; or None
    """

    key: Key
    url: str
    signed: Checkpoint | None
    moment: int | None
    fork: tuple[Checkpoint, Checkpoint] | None


@dataclass(frozen=True)
class Witness:
    """Who signs what it has seen to grow."""

    folder: Path
    signer: Signer
    records: Records

    @classmethod
    def create(cls, folder: Path, name: str) -> "Witness":
        """A new witness; a key that is there is never replaced.

        Raises
        ------
        FileExistsError : there is one in this folder.
        NoteError : nobody can sign by this name.
        """
        signer = Signer.of(name, WITNESS, secrets.token_bytes(_SEED_BYTES))
        body = base64.b64encode(bytes([WITNESS]) + signer.private.private_bytes_raw()).decode()
        written = f"PRIVATE+KEY+{name}+{signer.key.id.hex()}+{body}\n"
        folder.mkdir(mode=disk.PRIVATE_FOLDER, parents=True, exist_ok=True)
        if (folder / "key").exists():
            raise FileExistsError(str(folder / "key"))
        (folder / "logs").touch()
        disk.replace(folder / "key", written.encode())
        return cls(folder, signer, Records(folder / "signed"))

    @classmethod
    def at(cls, folder: Path) -> "Witness":
        """The witness of a folder.

        Raises
        ------
        FileNotFoundError : there is none.
        DamagedError : its key or a line of its logs cannot be read, or what it signed is damaged.
        """
        witness = cls(folder, _signer((folder / "key").read_text()), Records(folder / "signed"))
        witness.sights()
        return witness

    def logs(self) -> Mapping[Key, str]:
        """The logs that it follows, with their addresses. Raises DamagedError."""
        return self._policy((self.folder / "logs").read_text()).logs

    def follow(self, key: Key, url: str = "") -> None:
        """Follow one log more, or do nothing if it is followed.

        Raises
        ------
        DamagedError : this is no key of a log, or no address.
        """
        path = self.folder / "logs"
        lines = path.read_text()
        if key not in self._policy(lines).logs:
            lines = f"{lines}log {key} {url}".rstrip() + "\n"
            self._policy(lines)
            disk.replace(path, lines.encode())

    def add_checkpoint(self, data: bytes, now: int) -> Signature:
        """Its signature under the checkpoint in a request's body; remembered before it is given.

        Parameters
        ----------
        now : seconds since 1970. It never signs an earlier moment than before, so a clock that
            is set back cannot make an old tree look newer than a later one.

        Raises
        ------
        Refusal : it does not sign.
        DamagedError : it cannot tell what it has signed.
        """
        submission = admit(data, self.logs())
        origin = submission.checkpoint.origin
        name = name_of(origin)
        with self.records.alone(name):
            last = self.last(origin)
            if last is None:
                judge(submission, None)
                before = 0
            else:
                self._judge_growth(submission, last)
                before = self._own(last).moment
            signature = self.signer.sign(submission.note.text, max(now, before))
            self.records.keep(name, submission.note.with_signatures([signature]))
        return signature

    def last(self, origin: str) -> Note | None:
        """What it has signed last of a log, with both signatures; None if nothing.

        Raises
        ------
        DamagedError : the record is damaged, or another witness's.
        """
        note = self._record(origin, self.records.last)
        if note is not None and not self._is_own(note, origin):
            raise DamagedError(f"the record of {origin} is not signed by this witness")
        return note

    def sights(self) -> list[Sight]:
        """All that it knows, log by log. Raises DamagedError."""
        return [self._sight(key, url) for key, url in self.logs().items()]

    def _sight(self, key: Key, url: str) -> Sight:
        last = self.last(key.name)
        if last is None:
            return Sight(key, url, None, None, None)
        notes = self._record(key.name, self.records.fork)
        fork = notes and (Checkpoint.read(notes[0].text), Checkpoint.read(notes[1].text))
        return Sight(key, url, Checkpoint.read(last.text), self._own(last).moment, fork)

    def _judge_growth(self, submission: Submission, last: Note) -> None:
        try:
            judge(submission, Checkpoint.read(last.text))
        except Fork:
            origin = submission.checkpoint.origin
            self.records.keep_fork(name_of(origin), last, submission.note)
            raise

    def _record(self, origin: str, read: Callable[[str], Kept]) -> Kept:
        try:
            return read(name_of(origin))
        except NoteError as error:
            raise DamagedError(f"the record of {origin}: {error}") from None

    def _is_own(self, note: Note, origin: str) -> bool:
        try:
            signed = note.signed_by([self.signer.key])
        except NoteError:
            return False
        return bool(signed) and Checkpoint.read(note.text).origin == origin

    def _own(self, note: Note) -> Signature:
        """Its own signature under a note that has one."""
        key = self.signer.key
        (found,) = (one for one in note.signatures if (one.name, one.id) == (key.name, key.id))
        return found

    def _policy(self, lines: str) -> Policy:
        try:
            return Policy.read(f"{lines}\nquorum none\n")
        except NoteError as error:
            raise DamagedError(f"{self.folder / 'logs'}: {error}") from None


def _signer(written: str) -> Signer:
    """The private key of its file; raises DamagedError."""
    found = _KEY_FILE.fullmatch(written.strip())
    if found is None:
        raise DamagedError("the file of the witness's key holds none")
    name, identity, encoded = found.groups()
    try:
        kind, *seed = base64.b64decode(encoded, validate=True)
        signer = Signer.of(name, kind, bytes(seed))
        key = signer.key
    except ValueError as error:
        raise DamagedError(f"the file of the witness's key: {error}") from None
    if kind != WITNESS or key.id.hex() != identity:
        raise DamagedError("the file of the witness's key holds another key")
    return signer
