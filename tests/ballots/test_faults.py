"""The table of failures in docs/faults.md, a test for each of its rows."""

import json
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.exc import IntegrityError

from app.integrating import report
from app.witness import Application
from ballots import cosigning, log, pending, services
from ballots.alarms.models import HourlyCount
from ballots.board.checkpoint import Checkpoint
from ballots.board.merkle import Edge, ProofError
from ballots.board.notes import Key
from ballots.board.receipt import Receipt
from ballots.board.tiles import Tile, bundles, tiles_of
from ballots.errors import (
    BallotInBoxError,
    ContestClosedError,
    LogHaltedError,
    NotWitnessedError,
    RollbackError,
)
from ballots.integrator import Integrator
from ballots.kinds import Choices
from ballots.models import Board, Contest, LogLeaf, LogNode, PendingLeaf, RollEntry
from ballots.services import Paper
from ballots.signers import Signers
from ballots.witness.witness import Witness
from budget import services as budget
from core import clock, disk
from tests import factories
from tests.backups import Backup
from tests.ballots.witness.test_witnesses import serving


class PowerCutError(Exception):
    """The process ends here."""


@pytest.fixture
def cycle(database, now, keys, integrate):
    with database.writing() as session:
        made = factories.cycle(session, now, keys=keys, max_picks=2)
    integrate()
    return made


@pytest.fixture
def contest_id(cycle):
    return cycle.contest_id


@pytest.fixture
def cast(database, contest_id, keys, now):
    """Cast a ballot; the code."""

    def do(voter="v1", choice=1, nonce=b"n" * 32, at=now):
        with database.writing_rows() as connection:
            paper = Paper(voter, Choices((choice,)), nonce)
            return services.cast(connection, contest_id, [paper], keys=keys, now=at)[0]

    return do


@contextmanager
def power_cut_at(monkeypatch, owner, name, *, after=False):
    """The process ends before or after this call."""
    original = getattr(owner, name)

    def deadly(*args, **kwargs):
        if after:
            original(*args, **kwargs)
        raise PowerCutError

    with monkeypatch.context() as patch:
        patch.setattr(owner, name, deadly)
        yield


def counted(database, contest_id):
    """Leaves that wait, leaves in the log, voters who are marked."""
    with database.reading() as session:
        return tuple(
            len(session.scalars(query.where(table.contest_id == contest_id)).all())
            for table, query in (
                (PendingLeaf, select(PendingLeaf.hash)),
                (LogLeaf, select(LogLeaf.position).where(LogLeaf.kind == "ballot")),
                (RollEntry, select(RollEntry.voter_id)),
            )
        )


def proof(database, contest_id, code):
    """The receipt by the last checkpoint."""
    with database.reading() as session:
        found = log.find(session.connection(), contest_id, code)
        return found, log.receipt(session.connection(), contest_id, found.position)


def note(database, contest_id):
    with database.reading() as session:
        return log.last_checkpoint(session.connection(), contest_id)


def test_crash_before_pending_commit(database, contest_id, cast, monkeypatch, integrate):
    with power_cut_at(monkeypatch, pending, "submit", after=True), pytest.raises(PowerCutError):
        cast()
    assert counted(database, contest_id) == (0, 0, 0)
    cast()  # the same page once more
    integrate()
    assert counted(database, contest_id) == (0, 1, 1)


def test_crash_after_pending_commit(database, contest_id, cast, keys):
    code = cast()  # and nobody was answered
    integrator = Integrator(database, keys)
    integrator.check()
    integrator.turn()
    found, receipt = proof(database, contest_id, code)
    with pytest.raises(BallotInBoxError) as told:
        cast()
    assert told.value.codes == [code]
    integrator.turn()
    assert proof(database, contest_id, code) == (found, receipt)
    assert counted(database, contest_id) == (0, 1, 1)


def test_crash_after_integrating_before_signing(database, contest_id, cast, keys, monkeypatch):
    cast()
    integrator, before = Integrator(database, keys), keys.signers.last(contest_id)
    with power_cut_at(monkeypatch, Signers, "sign"), pytest.raises(ExceptionGroup):
        integrator.turn()
    assert counted(database, contest_id) == (0, 1, 1)
    assert keys.signers.last(contest_id) == before
    assert Integrator(database, keys).turn() == 1
    with database.reading() as session:
        board = log.head(session.connection(), contest_id)
    again = keys.signers.sign(contest_id, board.checkpoint, lambda *_: [])
    assert str(again) == str(note(database, contest_id))  # Ed25519: the same bytes


def test_crash_between_guard_and_publishing(database, contest_id, cast, keys, monkeypatch):
    cast()
    integrator = Integrator(database, keys)
    with power_cut_at(monkeypatch, log, "keep_checkpoint"), pytest.raises(ExceptionGroup):
        integrator.turn()
    guarded = keys.signers.last(contest_id)
    assert guarded.size == 2
    assert Checkpoint.read(note(database, contest_id).text).size == 1
    integrator.turn()
    tree = Checkpoint.read(note(database, contest_id).text)
    assert (tree.size, tree.root) == (guarded.size, guarded.root)


def test_half_written_tile(database, contest_id, keys, monkeypatch):
    """Tiles are rows of the same commit as the leaves: they are there with all of them, or not."""
    entries = [log.Entry(b"%d" % serial, "ballot", b"p" * 16) for serial in range(600)]

    def refuse(_mapper, *_rest):
        if "log_nodes" in _rest[1]:
            raise PowerCutError

    def append():
        with database.writing_rows() as connection:
            log.append(connection, log.head(connection, contest_id, alone=True), entries)

    event.listen(database.writer, "before_cursor_execute", refuse)
    with pytest.raises(PowerCutError):
        append()
    event.remove(database.writer, "before_cursor_execute", refuse)
    with database.reading() as session, pytest.raises(LookupError):
        log.tile(session.connection(), contest_id, Tile(0, 0, 256))
    append()
    with database.reading() as session:
        connection = session.connection()
        hashes = list(log.hashes(connection, contest_id))
        tiles = [*tiles_of(len(hashes)), *bundles(0, len(hashes))]
        assert all(log.tile(connection, contest_id, tile) for tile in tiles)
        nodes = session.scalars(select(LogNode.hash)).all()
    assert nodes == [Edge().grown(hashes[at : at + 256]).root for at in (0, 256)]


def test_two_integrators(database, contest_id, keys, cast):
    for serial in range(40):
        cast(f"v{serial}", nonce=serial.to_bytes(32))
    begun = threading.Barrier(4)

    def turn(_):
        begun.wait()
        Integrator(database, keys).turn()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(turn, range(4)))
    assert counted(database, contest_id) == (0, 40, 40)
    with database.reading() as session:
        board = log.head(session.connection(), contest_id)
        assert board.edge == Edge().grown(log.hashes(session.connection(), contest_id))
    assert keys.signers.last(contest_id) == board.edge
    stale = log.Head(contest_id, board.election, Edge())  # one that slept through all of it
    with pytest.raises((AssertionError, IntegrityError)), database.writing_rows() as connection:
        log.append(connection, stale, [log.Entry(b"{}", "ballot")])
    with pytest.raises(RollbackError):  # and, if both let it pass, the guard
        keys.signers.sign(contest_id, stale.checkpoint, lambda *_: [])


@contextmanager
def full_disk(database):
    """The database's own error, met by whoever writes: its file may not grow any more."""
    if database.is_sqlite:

        def refuse(_cursor, statement, *_rest):
            if statement.startswith(("INSERT INTO pending_leaves", "INSERT INTO log_leaves")):
                raise sqlite3.OperationalError("database or disk is full")

        for name in ("do_execute", "do_executemany"):
            event.listen(database.writer, name, refuse)
        try:
            yield
        finally:
            for name in ("do_execute", "do_executemany"):
                event.remove(database.writer, name, refuse)
        return
    act = "RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'"
    with database.writing_rows() as connection:
        connection.execute(text(f"CREATE FUNCTION full_disk() RETURNS trigger AS $$ BEGIN {act}; END $$ LANGUAGE plpgsql"))  # fmt: skip
        for table in ("pending_leaves", "log_leaves"):
            connection.execute(text(f"CREATE TRIGGER full_disk BEFORE INSERT ON {table} EXECUTE FUNCTION full_disk()"))  # fmt: skip
    try:
        yield
    finally:
        with database.writing_rows() as connection:
            connection.execute(text("DROP FUNCTION full_disk CASCADE"))


def test_disk_full_while_a_ballot_is_cast(client, database, cycle, sign_in, now, integrate, capsys):
    with database.writing() as session:
        sign_in(factories.account(session, now))
    base = f"/votes/{cycle.contest_id}"
    sent = {"choice": ["1", "3"], "nonce": "ab" * 32}
    with full_disk(database):
        answer = client.post(f"{base}/cast", data=sent)
        assert answer.status_code == 503
        assert "Your ballot was NOT recorded" in answer.text
        assert "receipt=" not in answer.headers.get("Set-Cookie", "")
        assert client.get(f"{base}/receipt").status_code == 302  # there is none
    assert counted(database, cycle.contest_id) == (0, 0, 0)
    told = capsys.readouterr().out
    assert "full" in told or "No space left" in told
    assert '"a":[1,3]' not in told.replace("\\", "")
    assert "ab" * 32 not in told
    assert client.post(f"{base}/cast", data=sent).status_code == 302
    integrate()
    assert counted(database, cycle.contest_id) == (0, 1, 1)


@pytest.mark.parametrize("where", ["database", "guard"])
def test_disk_full_while_a_batch_is_integrated(
    database, contest_id, cast, keys, monkeypatch, integrate, where
):
    code = cast()
    before = str(note(database, contest_id))
    if where == "database":
        with full_disk(database), pytest.raises(ExceptionGroup):
            integrate()
        assert counted(database, contest_id) == (1, 0, 1)
    else:
        with monkeypatch.context() as patch, pytest.raises(ExceptionGroup):
            patch.setattr(disk, "replace", _no_space)
            integrate()
        assert proof(database, contest_id, code)[1] is None  # in the log, and not signed yet
    assert str(note(database, contest_id)) == before
    integrate()
    assert proof(database, contest_id, code)[1] is not None


def _no_space(*_args):
    raise OSError(28, "No space left on device")


def test_restore_from_an_old_backup(
    database, client, sign_in, cycle, cast, keys, now, integrate, capsys
):
    contest_id = cycle.contest_id
    cast()
    with database.writing() as session:
        person = factories.account(session, now)
    integrate()
    backup = Backup(database)
    cast("v2", nonce=b"m" * 32)
    integrate()
    backup.restore()
    with pytest.raises(ExceptionGroup) as told:
        Integrator(database, keys).check()
    report(told.value)
    said = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert said["event"] == "ROLLBACK"
    assert (said["size"], said["signed"], said["by"]) == (2, 3, "guard")
    with pytest.raises(LogHaltedError):
        cast("v3", nonce=b"o" * 32)
    sign_in(person)
    answer = client.post(f"/votes/{contest_id}/cast", data={"choice": ["1"], "nonce": "00" * 32})
    assert (answer.status_code, "NOT recorded" in answer.text) == (503, True)
    assert integrate() == 0  # nothing is signed


def test_a_backup_from_before_the_opening(database, now, keys):
    with database.writing() as session:
        cycle = factories.cycle(session, now, keys=keys, phase="frozen")
    backup = Backup(database)
    with database.writing() as session:
        made = session.merge(cycle)
        budget.open_vote(session, made, actor=factories.SYSTEM, keys=keys, now=now)
    Integrator(database, keys).turn()
    backup.restore()
    with pytest.raises(ExceptionGroup) as told:
        Integrator(database, keys).check()
    (error,) = told.value.exceptions
    assert error.values == {"size": 0, "signed": 1, "by": "guard"}


def test_witness_down(database, client, sign_in, now, keys, config, tmp_path):
    witness = Witness.create(tmp_path / "w", "w.example")
    lines = f"witness w {witness.signer.key} http://127.0.0.1:9/\nquorum w\n"
    keys = type(keys).of(config.keys_dir, config.guards, config.origin, lines)
    with database.writing() as session:
        contest_id = factories.cycle(session, now, keys=keys, max_picks=2).contest_id
        sign_in(factories.account(session, now))
    integrator = Integrator(database, keys)
    integrator.turn()
    assert integrator.check() == 1  # who does not answer says nothing
    client.post(f"/votes/{contest_id}/cast", data={"choice": ["1"], "nonce": "00" * 32})
    integrator.turn()
    page = client.get(f"/votes/{contest_id}/receipt").text
    assert "Your ballot is in the box" in page
    assert "Not yet witnessed" in page
    gathered = cosigning.gather(database, contest_id, evidence=tmp_path / "evidence")
    assert not gathered.is_met
    with database.reading() as session, pytest.raises(NotWitnessedError):
        cosigning.certified(session.connection(), contest_id)


@pytest.mark.parametrize("harm", ["ahead", "forked", "behind", "silenced"])
def test_a_witness_that_has_seen_more(
    database, contest_id, cast, now, keys, config, tmp_path, harm
):
    """Database and guard were set back together: only the witness knows."""
    witness = Witness.create(tmp_path / "w", "w.example")
    with serving(Application(witness)) as url:
        named = f"witness w {witness.signer.key} %s\nquorum w\n"
        keys = type(keys).of(config.keys_dir, config.guards, config.origin, named % url)
        with database.writing() as session:
            contest_id = factories.cycle(session, now, keys=keys).contest_id
            witness.follow(Key.read(session.get_one(Board, contest_id).log_key))
        integrator, guard = Integrator(database, keys), keys.signers._guard(contest_id)
        integrator.turn()
        backup, kept = Backup(database), guard.read_bytes()

        def vote(voter):
            with database.writing() as session:
                paper = Paper(voter, Choices((1,)))
                services.cast(session.connection(), contest_id, [paper], keys=keys, now=now)
            integrator.turn()

        vote("v1")
        gathered = cosigning.gather(database, contest_id, evidence=tmp_path / "evidence")
        assert gathered.is_met
        if harm != "behind":
            backup.restore()
            guard.write_bytes(kept)
        if harm == "forked":
            vote("v2")
        if harm == "silenced":  # an officer has looked, and does not ask it any more
            object.__setattr__(keys, "witnesses", named % "")
        if harm in ("behind", "silenced"):
            assert integrator.check() > 0
            return
        with pytest.raises(ExceptionGroup) as told:
            integrator.check()
        (error,) = told.value.exceptions
        assert isinstance(error, RollbackError)
        assert error.values["by"] == "w"
        with pytest.raises(LogHaltedError):
            vote("v3")


def test_receipt_mismatch_reported(database, contest_id, cast, integrate):
    """A leaf that is not under the signed root: checkpoint and proof are the evidence."""
    code = cast()
    integrate()
    found, receipt = proof(database, contest_id, code)
    with database.reading() as session:
        key = Key.read(session.get_one(Board, contest_id).log_key)
    receipt.check(found.hash, key)
    kept = Receipt.read(str(receipt).encode())
    with pytest.raises(ProofError):
        kept.check(b"x" * 32, key)
    assert kept.note.signed_by([key]) == (key,)  # and the server cannot deny what it signed


def test_clock_jumps_around_the_close(database, contest_id, cast, keys, now, integrate):
    with database.reading() as session:
        closes_at = session.get_one(Contest, contest_id).closes_at
    cast("v1", at=closes_at - timedelta(microseconds=1))
    for late in (closes_at, closes_at + timedelta(days=400)):
        with pytest.raises(ContestClosedError):
            cast("v2", nonce=b"m" * 32, at=late)
    cast("v2", nonce=b"m" * 32, at=closes_at - timedelta(hours=1))  # the clock was set right again
    with pytest.raises(ContestClosedError):  # or far too early
        cast("v3", nonce=b"o" * 32, at=now - timedelta(days=400))
    with database.writing() as session:
        contest = session.get_one(Contest, contest_id)
        found = services.close_contest(session, contest, keys=keys, now=closes_at)
        assert found.ballots == 2
    integrate()
    with pytest.raises(ContestClosedError):  # a close is an act: no clock takes it back
        cast("v3", nonce=b"o" * 32, at=closes_at - timedelta(days=1))
    assert counted(database, contest_id) == (0, 2, 2)


def test_clock_jumps_around_a_checkpoint(database, contest_id, cast, keys, now, monkeypatch):
    """No moment is in the log, so none can put it out of order."""
    integrator = Integrator(database, keys)
    for serial, hours in enumerate((0, -30, 5, -1, 24 * 400)):
        moment = now + timedelta(hours=hours)
        monkeypatch.setattr(clock, "now", lambda moment=moment: moment)
        cast(f"v{serial}", nonce=serial.to_bytes(32))
        integrator.turn()
        integrator.tick(clock.now())
    integrator.check()
    with database.reading() as session:
        notes = list(log.checkpoints(session.connection(), contest_id))
        hours = session.scalars(select(HourlyCount.hour)).all()
    assert [Checkpoint.read(one.text).size for one in notes] == [1, 2, 3, 4, 5, 6]
    assert len(set(hours)) == len(hours) == 5
