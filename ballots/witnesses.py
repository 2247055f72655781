"""Asks witnesses to sign a checkpoint, by C2SP tlog-witness, and tells what each of them said.

Whatever a witness answers, voting goes on; only certification waits for enough of them. An answer
that speaks against our own log is kept in a file: it is evidence, and not ours to lose.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from http import HTTPStatus
from http.client import HTTPException
from pathlib import Path

from ballots.board.checkpoint import Checkpoint
from ballots.board.notes import Key, Note, NoteError, Signature, signatures_in
from ballots.board.policy import Policy
from ballots.board.submission import Submission
from ballots.posting import Answer, post
from core import disk

_MOST_TRIES = 4  # the size that a witness has signed may change while we ask
_MOST_DIGITS = 19


class Outcome(StrEnum):
    """What came of asking a witness."""

    SIGNED = "signed"
    NO_ADDRESS = "no_address"
    SILENT = "silent"  # it cannot be reached, or took too long
    STRANGER = "stranger"  # it does not follow this log
    REFUSED = "refused"  # another answer that the standard does not give for us
    UNSIGNED = "unsigned"  # it answered, but not with its own signature under this checkpoint
    FORGETFUL = "forgetful"  # it has signed a larger tree once than it knows of now
    AHEAD = "ahead"  # it has signed a larger tree than ours: was our database set back?
    FORKED = "forked"  # what it signed is not the beginning of our log


ALARMS = frozenset({Outcome.FORGETFUL, Outcome.AHEAD, Outcome.FORKED})


@dataclass(frozen=True, slots=True)
class Told:
    """One witness and what came of asking it.

    Attributes
    ----------
    name : in the policy
    detail : in the witness's or the machine's own words
    size : leaves that the witness has signed, where it told
    evidence : the file of request and answer, where they speak against the log or the witness
    """

    name: str
    outcome: Outcome
    detail: str = ""
    size: int | None = None
    signature: Signature | None = None
    evidence: Path | None = None


@dataclass(frozen=True)
class Gathering:
    """What came of asking all: the note with what they signed, and whether that is enough."""

    policy: Policy
    note: Note
    told: tuple[Told, ...]
    is_met: bool

    @property
    def alarms(self) -> tuple[Told, ...]:
        """The answers that an officer must act on today."""
        return tuple(one for one in self.told if one.outcome in ALARMS)


@dataclass(frozen=True)
class Inquiry:
    """One checkpoint for which signatures are gathered.

    Attributes
    ----------
    policy : which witnesses, and how many of them
    note : the checkpoint as the log signed it, with the signatures that it has already
    prove : size -> the proof that the tree of this size is the beginning of the note's
    evidence : folder for answers that speak against the log; made when there is one
    urls : newer addresses than the policy's own; who has none there is not asked
    known : name of a witness's key -> leaves of the largest tree that it has signed for us
    """

    policy: Policy
    note: Note
    prove: Callable[[int], Sequence[bytes]]
    evidence: Path
    urls: Mapping[Key, str] = field(default_factory=dict)
    known: Mapping[str, int] = field(default_factory=dict)
    ask: Callable[[str, bytes], Answer] = post

    def gather(self) -> Gathering:
        """Ask all witnesses, one after the other."""
        told = tuple(self._asked(name) for name in self.policy.witnesses)
        note = self.note.with_signatures([one.signature for one in told if one.signature])
        try:
            self.policy.check(note)
        except NoteError:
            return Gathering(self.policy, note, told, is_met=False)
        return Gathering(self.policy, note, told, is_met=True)

    def _asked(self, name: str) -> Told:
        key, url = self.policy.witnesses[name]
        url = self.urls.get(key, url)
        if not url:
            return Told(name, Outcome.NO_ADDRESS)
        old, answer, submission = self.known.get(key.name, 0), None, ""
        for _ in range(_MOST_TRIES):
            submission = str(Submission(old, self._proof(old), self.note))
            try:
                answer = self.ask(f"{url.rstrip('/')}/add-checkpoint", submission.encode())
            except (OSError, HTTPException) as error:
                return Told(name, Outcome.SILENT, str(error) or type(error).__name__)
            signed = _size_in(answer)
            if signed is None:
                return self._judged(name, key, answer, submission)
            if signed > self._size:
                return self._against(name, Outcome.AHEAD, answer, submission, size=signed)
            if signed < self.known.get(key.name, 0):
                return self._against(name, Outcome.FORGETFUL, answer, submission, size=signed)
            old = signed
        return Told(name, Outcome.REFUSED, f"{HTTPStatus.CONFLICT} {_MOST_TRIES} times")

    def _judged(self, name: str, key: Key, answer: Answer, submission: str) -> Told:
        if answer.status == HTTPStatus.OK:
            return self._signed(name, key, answer, submission)
        if answer.status == HTTPStatus.UNPROCESSABLE_ENTITY:
            return self._against(name, Outcome.FORKED, answer, submission)
        missing = answer.status == HTTPStatus.NOT_FOUND
        return Told(name, Outcome.STRANGER if missing else Outcome.REFUSED, _words_of(answer))

    def _signed(self, name: str, key: Key, answer: Answer, submission: str) -> Told:
        """Its signature, if it is one: lines of other keys are passed over."""
        try:
            note = Note(self.note.text, signatures_in(answer.body.decode()))
            if note.signed_by([key]):
                (signature,) = note.only([key]).signatures
                if signature.moment:
                    return Told(name, Outcome.SIGNED, size=self._size, signature=signature)
            reason = f"no signature of {key.name}"
        except (NoteError, UnicodeDecodeError) as error:
            reason = str(error)
        return self._against(name, Outcome.UNSIGNED, answer, submission, detail=reason)

    def _against(
        self, name: str, outcome: Outcome, answer: Answer, submission: str, *,
        size: int | None = None, detail: str = "",
    ) -> Told:  # fmt: skip
        """What speaks against the log or the witness, kept in a file."""
        key, _ = self.policy.witnesses[name]
        heard = f"{key}\n{answer.status} {answer.kind}\n".encode() + answer.body
        body = heard + b"\n--\n" + submission.encode()
        self.evidence.mkdir(mode=disk.PRIVATE_FOLDER, parents=True, exist_ok=True)
        path = self.evidence / f"{outcome}-{hashlib.sha256(body).hexdigest()[:16]}.txt"
        disk.replace(path, body)
        return Told(name, outcome, detail or _words_of(answer), size, evidence=path)

    def _proof(self, old: int) -> tuple[bytes, ...]:
        return tuple(self.prove(old)) if old else ()

    @property
    def _size(self) -> int:
        return Checkpoint.read(self.note.text).size


def _size_in(answer: Answer) -> int | None:
    """The size that a witness says to have signed last; None if that is not what it answers."""
    if answer.status != HTTPStatus.CONFLICT:
        return None
    digits = answer.body.strip()
    if not digits.isdigit() or len(digits) > _MOST_DIGITS:
        return None
    return int(digits)


def _words_of(answer: Answer) -> str:
    return f"{answer.status} {answer.body.decode(errors='replace').strip()[:200]}".strip()
