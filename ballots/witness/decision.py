"""Whether a witness signs: a pure decision, in the order that C2SP tlog-witness gives.

A refusal has the status of HTTP that the standard asks for.
"""

from collections.abc import Iterable
from dataclasses import replace
from http import HTTPStatus

from ballots.board.checkpoint import Checkpoint
from ballots.board.merkle import EMPTY_ROOT, ProofError, check_consistency
from ballots.board.notes import Key, NoteError
from ballots.board.submission import Submission


class Refusal(Exception):  # noqa: N818 - an answer of the protocol, not a fault
    """The witness does not sign; says why, and with which status.

    Attributes
    ----------
    body : what the caller is sent
    """

    def __init__(self, status: HTTPStatus, why: str) -> None:
        super().__init__(why)
        self.status = status
        self.body = f"{why}\n"


class Conflict(Refusal):
    """The caller takes the witness for elsewhere; `body` is the size that was signed last."""

    def __init__(self, size: int) -> None:
        super().__init__(HTTPStatus.CONFLICT, str(size))


class Fork(Refusal):
    """The log has signed two trees of one size: the two notes prove it, whoever sent them."""

    def __init__(self, size: int) -> None:
        super().__init__(
            HTTPStatus.UNPROCESSABLE_ENTITY, f"this log has signed another tree of {size} leaves"
        )


def admit(data: bytes, logs: Iterable[Key]) -> Submission:
    """The submission in a request's body, if its checkpoint is signed by a log that is followed.

    Its note has the signatures of that log alone: those of others are nobody's word here.

    Raises
    ------
    Refusal : 400 it cannot be read, 404 nobody follows this log, 403 the log has not signed it.
    """
    try:
        submission = Submission.read(data)
    except NoteError as error:
        raise Refusal(HTTPStatus.BAD_REQUEST, str(error)) from None
    origin = submission.checkpoint.origin
    keys = [key for key in logs if key.name == origin]
    if not keys:
        raise Refusal(HTTPStatus.NOT_FOUND, f"this witness does not follow {origin}")
    try:
        signed = submission.note.signed_by(keys)
    except NoteError as error:
        raise Refusal(HTTPStatus.FORBIDDEN, str(error)) from None
    if not signed:
        raise Refusal(HTTPStatus.FORBIDDEN, f"{origin} has not signed this checkpoint")
    return replace(submission, note=submission.note.only(signed))


def judge(submission: Submission, last: Checkpoint | None) -> None:
    """Make sure that the checkpoint may be signed after `last`, None if none was signed.

    Raises
    ------
    Refusal : 400 the tree is smaller than the caller's own old one; 422 it is not proved to grow
        out of the last one.
    Conflict : another tree was signed last than the caller believes.
    Fork : the last one was as large and is another.
    """
    old, tree = submission.old, submission.checkpoint
    if old > tree.size:
        raise Refusal(HTTPStatus.BAD_REQUEST, f"{tree.size} leaves cannot follow {old}")
    if old != (last.size if last else 0):
        raise Conflict(last.size if last else 0)
    if tree.size == 0 and tree.root != EMPTY_ROOT:
        raise Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, "this is not the root of an empty tree")
    if last and old and old == tree.size and last.root != tree.root:
        raise Fork(old)
    try:
        _check_growth(submission, last)
    except ProofError as error:
        raise Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, str(error)) from None


def _check_growth(submission: Submission, last: Checkpoint | None) -> None:
    tree = submission.checkpoint
    if last and last.size:
        check_consistency(last.size, tree.size, submission.proof, last.root, tree.root)
    elif submission.proof:
        raise ProofError("from no leaves on, nothing is to prove")
