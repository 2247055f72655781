"""The recount bundle of a counted cycle, from the database: docs/bundle.md says what is in it."""

import json
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryFile
from uuid import UUID

from sqlalchemy.orm import Session

from ballots import log, queries, verifiers
from ballots.board import bundle, canonical, recount
from ballots.board.bundle import Spool
from ballots.board.checkpoint import Checkpoint
from ballots.board.manifest import PATH as MANIFEST
from ballots.board.manifest import Manifest
from ballots.board.notes import Signer
from ballots.board.reading import Reading, replay
from ballots.keys import Keys
from ballots.models import Board
from ballots.paper import records
from ballots.succession import queries as successions
from budget import files
from budget.audit import files as audit_files
from budget.errors import (
    LogUnsignedError,
    SigningKeyMissingError,
    WrongPhaseError,
)
from budget.models import Cycle, CycleOutcome
from budget.phases import has_reached
from budget.recount import funded_numbers
from tally import Outcome
from tally.formats import pabulib

TOKENS = "tokens.json"


def write(
    session: Session, cycle: Cycle, path: Path, *, keys: Keys, for_auditors: bool = False
) -> None:
    """Write the bundle to a file, whole or not at all; raises as `pieces` does."""
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with TemporaryFile() as aside, os.fdopen(_new(fresh), "wb") as file:
            spool = Spool(aside)
            file.writelines(pieces(session, cycle, spool, keys=keys, for_auditors=for_auditors))
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


def shelve(session: Session, cycle: Cycle, folder: Path, *, keys: Keys) -> Path:
    """Make the public bundle of a counted cycle anew in `folder`; raises as `pieces` does."""
    path = _place(session, cycle, folder, "public")
    write(session, cycle, path, keys=keys)
    return path


def shelved(
    session: Session, cycle: Cycle, folder: Path, *, keys: Keys, for_auditors: bool = False
) -> Path:
    """The bundle of a published cycle as a file in `folder`, which is made if it is not there.

    It stays as it is: the log has its digest.
    """
    path = _place(session, cycle, folder, "auditors" if for_auditors else "public")
    if not path.exists():
        write(session, cycle, path, keys=keys, for_auditors=for_auditors)
    return path


def pieces(
    session: Session, cycle: Cycle, spool: Spool, *, keys: Keys, for_auditors: bool = False
) -> Iterator[bytes]:
    """The bytes of the bundle; all that is read of the database lies in `spool` before the first.

    Parameters
    ----------
    for_auditors : with the leaves, also where the vote is sealed

    Raises
    ------
    WrongPhaseError : it is not counted yet.
    LogUnsignedError : the log is not signed up to its end yet.
    SigningKeyMissingError : the log's key is not at hand.
    """
    if not has_reached(cycle.phase, "counted"):
        raise WrongPhaseError(phase=cycle.phase, act="bundle")
    board = session.get_one(Board, cycle.contest_id)
    signer = _signer(keys, board)
    manifest = Manifest.read(board.manifest.encode())
    with_leaves = for_auditors or manifest.publication == "open"
    reading = replay(map(json.loads, log.leaves(session.connection(), board.contest_id)))
    size = reading.closed["size"] + 1  # a result names this bundle, and so cannot be in it
    spool.add(MANIFEST, [board.manifest.encode()])
    spool.add("policy.txt", [board.policy.encode()])
    _add_checkpoints(session, board.contest_id, size, spool)
    _add_before(session, board.contest_id, reading, spool)
    tiles = recount.tile_files(
        log.leaves(session.connection(), board.contest_id, 0, size), with_leaves=with_leaves
    )
    for path, content in tiles:
        spool.add(path, [content])
    if with_leaves:
        _add_paper(session, board, spool)
    for path, content in audit_files.files_of(session, cycle, reading, with_leaves=with_leaves):
        spool.add(path, [content])
    spool.add(recount.BALLOTS, recount.ballot_lines(reading.votes.values()))
    if reading.opened["tokens"]:
        spool.add(TOKENS, [board.tokens.encode()])
    marks = queries.marks(session, board.contest_id)
    spool.add(recount.ROLL, [recount.roll_summary(marks, reading.rollhash)])
    _add_outcome(session, cycle, manifest, reading, spool)
    spool.add("election.pb", [pabulib.write(files.export_cycle(session, cycle)).encode()])
    promised = reading.opened["verifiers"]
    for name, body in verifiers.kept(session.connection(), promised).items():
        spool.add(name, [body])
    return bundle.written(spool.files, signer)


def _add_checkpoints(session: Session, contest_id: UUID, size: int, spool: Spool) -> None:
    """Those of trees up to and with the close."""
    told = log.checkpoints(session.connection(), contest_id)
    notes = [note for note in told if Checkpoint.read(note.text).size <= size]
    signed = Checkpoint.read(notes[-1].text).size if notes else 0
    if signed != size:
        raise LogUnsignedError(size=size, signed=signed)
    spool.add("checkpoint", [str(notes.pop()).encode()])
    spool.add("checkpoints.txt", [bundle.joined(notes).encode()])


def _add_before(session: Session, contest_id: UUID, reading: Reading, spool: Spool) -> None:
    """Of the logs that this one continues: what its opening tells, and what they signed.

    That is the last checkpoint that the database had of each, and the last of all.
    """
    if "after" not in reading.opened:
        return
    spool.add("after/logs.json", [canonical.dumps(reading.opened["after"])])
    notes = [
        note
        for one in successions.lost_logs(session, contest_id)
        for note in (one.kept, one.last)
        if note
    ]
    spool.add("after/checkpoints.txt", [bundle.joined(notes).encode()])


def _add_paper(session: Session, board: Board, spool: Spool) -> None:
    """Who typed what of each batch: as telling as the leaves, so only beside them."""
    for path, lines in (
        ("paper/batches.jsonl", records.batches_jsonl(session, board.contest_id)),
        ("paper/adjudications.jsonl", records.adjudications_jsonl(session, board.contest_id)),
    ):
        told = [line.encode() for line in lines]
        if told:
            spool.add(path, told)


def _add_outcome(
    session: Session, cycle: Cycle, manifest: Manifest, reading: Reading, spool: Spool
) -> None:
    body = session.get_one(CycleOutcome, cycle.id).body
    told = body.encode()
    funded = funded_numbers(manifest, Outcome.from_json(body))
    result = recount.result(
        told, ballots=len(reading.votes), funded=funded, seed=cycle.tie_seed or ""
    )
    spool.add(recount.TALLY, [told])
    spool.add(recount.RESULT, [result])


def _signer(keys: Keys, board: Board) -> Signer:
    try:
        return keys.signers.signer(board.contest_id, board.election)
    except FileNotFoundError:
        raise SigningKeyMissingError from None


def _place(session: Session, cycle: Cycle, folder: Path, copy: str) -> Path:
    stored = session.get_one(CycleOutcome, cycle.id)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder / f"{cycle.contest_id}-{stored.digest[:16]}-{copy}.tar"


def _new(path: Path) -> int:
    """A file that was not there, for its owner alone."""
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
