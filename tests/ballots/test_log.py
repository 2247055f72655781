"""The log in the database: places without gaps, tiles, proofs, and a guard that is not in it."""

import hashlib
import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from ballots import entries, log, pending
from ballots.board import leaves
from ballots.board.checkpoint import Checkpoint
from ballots.board.merkle import (
    Edge,
    check_consistency,
    check_inclusion,
    consistency_proof,
    leaf_hash,
    root,
)
from ballots.board.notes import Key
from ballots.board.tiles import Tile, bundles, tiles_of
from ballots.errors import LogHaltedError, RollbackError
from ballots.integrator import Integrator
from ballots.log import Entry
from ballots.models import Board, PendingLeaf
from tests import factories

CHOICES = '{"a":[1,3]}'


@pytest.fixture
def contest_id(database, now, keys):
    with database.writing() as session:
        return factories.cycle(session, now, keys=keys).contest_id


def made(serial: int, voter: bytes = b"p" * 16) -> Entry:
    return entries.ballot("city/pb/x", "web", voter, serial.to_bytes(32), CHOICES)


def grow(connection, contest_id, number: int) -> None:
    board = log.head(connection, contest_id, alone=True)
    log.append(connection, board, [made(board.edge.size + at) for at in range(number)])


def wait(session, contest_id, *rows: tuple[Entry, int]) -> None:
    session.add_all(
        PendingLeaf(
            contest_id=contest_id, hash=entry.hash, leaf=entry.leaf, kind=entry.kind,
            voter=entry.voter, turn=turn,
        )
        for entry, turn in rows
    )  # fmt: skip
    session.flush()


def test_a_ballot_is_written_as_the_grammar_writes_it():
    leaf = leaves.read(made(7).leaf)
    assert leaves.write(leaf) == made(7).leaf
    assert (leaf["c"], leaf["p"], leaf["x"]) == ("web", b"p".hex() * 16, {"a": [1, 3]})


def test_the_first_leaf_tells_what_was_promised(database, contest_id, keys):
    with database.reading() as session:
        connection = session.connection()
        board = session.get_one(Board, contest_id)
        (first,) = map(leaves.read, log.leaves(connection, contest_id))
    assert (first["t"], first["e"], first["log"]) == ("open", board.election, board.log_key)
    assert first["manifest"] == hashlib.sha256(board.manifest.encode()).hexdigest()
    assert first["policy"] == hashlib.sha256(board.policy.encode()).hexdigest()
    assert first["linkhash"] == keys.linker.key_hash(contest_id)
    assert json.loads(board.manifest)


@pytest.mark.parametrize("sizes", [(254, 1, 1, 1), (700,), (65_535, 1, 300)])
def test_tiles_are_those_of_the_tree(database, contest_id, sizes):
    for number in sizes:
        with database.writing_rows() as connection:
            grow(connection, contest_id, number)
    with database.reading() as session:
        connection = session.connection()
        board = log.head(connection, contest_id)
        hashes = list(log.hashes(connection, contest_id))
        assert board.edge == Edge().grown(hashes)
        rows = [hashes]
        while len(rows[-1]) >= 256:
            low = rows[-1]
            rows.append([root(low[at : at + 256]) for at in range(0, len(low) // 256 * 256, 256)])
        for tile in tiles_of(board.edge.size):
            first = tile.index * 256
            told = log.tile(connection, contest_id, tile)
            assert told == b"".join(rows[tile.level][first : first + tile.width])
        for tile in list(bundles(0, board.edge.size))[-2:]:
            assert log.tile(connection, contest_id, tile).count(b'"t":') == tile.width
        with pytest.raises(LookupError):
            log.tile(
                connection, contest_id, Tile(0, 0, 256) if len(hashes) < 256 else Tile(3, 0, 1)
            )


def test_proofs_of_a_log_over_three_levels_of_tiles(database, contest_id):
    with database.writing_rows() as connection:
        grow(connection, contest_id, 65_800)
    with database.reading() as session:
        connection = session.connection()
        board = log.head(connection, contest_id)
        hashes = list(log.hashes(connection, contest_id))
        log.keep_checkpoint(connection, contest_id, board.edge.size, fake_note(board.checkpoint))
        for position in (0, 255, 256, 65_535, 65_536, 65_800):
            receipt = log.receipt(connection, contest_id, position)
            check_inclusion(
                hashes[position], position, board.edge.size, receipt.proof, board.edge.root
            )
        assert log.receipt(connection, contest_id, 65_801) is None
        nodes = log.nodes(connection, contest_id, board.edge.size)
        for old in (1, 256, 300, 65_536, 65_790):
            proof = consistency_proof(nodes, old, board.edge.size)
            check_consistency(old, board.edge.size, proof, root(hashes[:old]), board.edge.root)


def fake_note(checkpoint):
    from ballots.board.notes import LOG, Note, Signer  # noqa: PLC0415 - for this one

    return Note(str(checkpoint), (Signer.of("city/pb/x", LOG, bytes(32)).sign(str(checkpoint)),))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 99)), min_size=1, max_size=12, unique=True)
)
def test_of_one_voter_the_later_turn_stands_later(database, contest_id, cast):
    with database.reading() as session:
        connection = session.connection()
        rows = [
            (made(serial, bytes([voter]) * 16), turn) for turn, (voter, serial) in enumerate(cast)
        ]
        before = log.head(connection, contest_id).edge.size
        wait(session, contest_id, *rows)
        pending.integrate(connection, contest_id)
        placed = list(log.leaves(connection, contest_id, before))
        assert sorted(placed) == sorted(entry.leaf for entry, _ in rows)
        for voter in range(4):
            own = [entry.leaf for entry, _ in rows if entry.voter == bytes([voter]) * 16]
            assert [leaf for leaf in placed if leaf in own] == own
        hashes = list(log.hashes(connection, contest_id, before))
        lone = [
            hashed for hashed, leaf in zip(hashes, placed, strict=True)
            if [voter for voter, _ in cast].count(bytes.fromhex(json.loads(leaf)["p"])[0]) == 1
        ]  # fmt: skip
        assert lone == sorted(lone)
        session.rollback()


def test_a_leaf_that_is_in_the_log_is_not_put_in_again(database, contest_id, integrate):
    for _ in range(2):
        with database.writing() as session:
            wait(session, contest_id, (made(1), 1))
        integrate()
    with database.reading() as session:
        assert log.kinds(session.connection(), contest_id) == {"open": 1, "ballot": 1}


@pytest.mark.parametrize(
    "statement",
    ["UPDATE log_leaves SET kind = 'x'", "DELETE FROM log_leaves", "DELETE FROM boards",
     "DELETE FROM checkpoints", "UPDATE log_nodes SET position = 9", "UPDATE boards SET size = 0"],
)  # fmt: skip
def test_the_database_refuses_to_change_the_log(database, contest_id, integrate, statement):
    with database.writing_rows() as connection:
        grow(connection, contest_id, 256)
    integrate()
    with pytest.raises(DBAPIError, match="append-only|only grow"), database.writing() as session:
        session.execute(text(statement))


def test_every_turn_signs_what_grows_out_of_the_last(database, contest_id, keys, integrate):
    assert integrate() == 1  # the opening
    assert integrate() == 0
    for serial in range(3):
        with database.writing() as session:
            wait(session, contest_id, (made(serial), 1))
        assert integrate() == 1
    with database.reading() as session:
        connection = session.connection()
        notes = list(log.checkpoints(connection, contest_id))
        key = Key.read(session.get_one(Board, contest_id).log_key)
        hashes = list(log.hashes(connection, contest_id))
        assert str(log.last_checkpoint(connection, contest_id)) == str(notes[-1])
    trees = [Checkpoint.read(note.text) for note in notes]
    assert [tree.size for tree in trees] == [1, 2, 3, 4]
    assert all(note.signed_by([key]) == (key,) for note in notes)
    assert [tree.root for tree in trees] == [root(hashes[:size]) for size in (1, 2, 3, 4)]


def test_a_crash_before_signing_is_made_good_with_the_same_bytes(database, contest_id, keys):
    integrator = Integrator(database, keys)
    with database.writing_rows() as connection:
        grow(connection, contest_id, 3)  # and then the power went
    integrator.turn()
    with database.reading() as session:
        note = log.last_checkpoint(session.connection(), contest_id)
        board = log.head(session.connection(), contest_id)
        again = keys.signers.sign(contest_id, board.checkpoint, lambda *_: [])
    assert str(again) == str(note)  # a crash after the guard has written


@pytest.mark.parametrize("harm", ["restored", "forked", "changed"])
def test_a_log_that_does_not_grow_out_of_the_signed_one_is_not_signed(
    database, contest_id, keys, integrate, harm
):
    with database.writing_rows() as connection:
        grow(connection, contest_id, 5)
    integrate()
    last = keys.signers.last(contest_id)
    with database.reading() as session:
        board = log.head(session.connection(), contest_id)
        hashes = list(log.hashes(session.connection(), contest_id))
    if harm == "restored":
        edge = Edge().grown(hashes[:4])
    else:
        edge = Edge().grown([*hashes[:3], b"x" * 32, *hashes[4 if harm == "changed" else 3 :]])
    tree = Checkpoint(board.election, edge.size, edge.root)
    with pytest.raises(RollbackError):
        keys.signers.sign(contest_id, tree, lambda first, last: hashes[first:last])
    assert keys.signers.last(contest_id) == last


def test_one_log_that_rests_does_not_stop_the_others(database, now, keys, contest_id, caplog):
    integrator = Integrator(database, keys)
    with database.writing() as session:
        other = factories.cycle(session, now, keys=keys).contest_id
    keys.signers._key(contest_id).unlink()
    with pytest.raises(ExceptionGroup) as failed:
        integrator.turn()
    assert [type(error) for error in failed.value.exceptions] == [FileNotFoundError]
    with database.reading() as session:
        assert log.last_checkpoint(session.connection(), other) is not None
        assert log.last_checkpoint(session.connection(), contest_id) is None


def test_two_integrators_leave_one_log_without_gaps(database, contest_id, keys):
    with database.writing() as session:
        wait(
            session, contest_id, *((made(serial, serial.to_bytes(16)), 1) for serial in range(200))
        )

    def turn(_: int) -> None:
        Integrator(database, keys).turn()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(turn, range(8)))
    with database.reading() as session:
        connection = session.connection()
        board = log.head(connection, contest_id)
        assert board.edge == Edge().grown(log.hashes(connection, contest_id))
        assert board.edge.size == 201
        tree = Checkpoint.read(log.last_checkpoint(connection, contest_id).text)
        assert tree == board.checkpoint


def test_a_writer_who_saw_an_older_log_writes_nothing(database, contest_id):
    with database.reading() as session:
        stale = log.head(session.connection(), contest_id)
    with database.writing_rows() as connection:
        grow(connection, contest_id, 1)
    with pytest.raises((AssertionError, DBAPIError)), database.writing_rows() as connection:
        log.append(connection, stale, [made(9)])
    with database.reading() as session:
        assert log.head(session.connection(), contest_id).edge.size == 2


def test_a_database_set_back_in_the_night_is_found_and_halts_the_vote(
    database, contest_id, keys, now, integrate
):
    integrator = Integrator(database, keys)
    assert integrator.check() == 1
    with database.writing_rows() as connection:
        grow(connection, contest_id, 4)
    integrate()
    assert integrator.check() == 1
    with database.writing() as session:
        kept = list(log.leaves(session.connection(), contest_id))[:3]
        _switch_triggers(session, database, "DISABLE")  # a backup asks no trigger
        session.execute(text("DELETE FROM log_leaves WHERE position > 2"))
        board = session.get_one(Board, contest_id)
        edge = Edge().grown(map(leaf_hash, kept))
        board.size, board.edge = edge.size, b"".join(edge.hashes)
    try:
        with pytest.raises(ExceptionGroup) as failed:
            integrator.check()
        assert [type(error) for error in failed.value.exceptions] == [RollbackError]
        with pytest.raises(LogHaltedError), database.writing() as session:
            factories.cast(session, contest_id, [[1]], keys=keys, now=now)
        assert integrate() == 0
    finally:
        with database.writing() as session:
            _switch_triggers(session, database, "ENABLE")


def _switch_triggers(session, database, word):
    if not database.is_sqlite:
        for table in ("boards", "log_leaves"):
            session.execute(text(f"ALTER TABLE {table} {word} TRIGGER ALL"))
    elif word == "DISABLE":  # this database is thrown away
        session.execute(text("DROP TRIGGER boards_only_grow"))
        session.execute(text("DROP TRIGGER log_leaves_no_delete"))


def test_a_guard_of_another_tree_is_found(database, contest_id, keys, integrate):
    with database.writing_rows() as connection:
        grow(connection, contest_id, 4)
    integrate()
    keys.signers._guard(contest_id).write_text(
        json.dumps({"size": 5, "hashes": ["00" * 32, "11" * 32]})
    )
    with pytest.raises(ExceptionGroup):
        Integrator(database, keys).check()


def test_what_fails_is_told_and_tried_again(database, contest_id, keys):
    stopped, told = threading.Event(), []
    integrator = Integrator(database, keys)
    key = keys.signers._key(contest_id)
    body = key.read_bytes()
    key.unlink()

    def failed(error: Exception) -> None:
        told.append(error)
        if len(told) == 2:
            key.write_bytes(body)
            stopped.set()

    integrator.run(stopped, failed)
    assert len(told) == 2
    assert integrator.turn() == 1
