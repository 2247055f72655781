"""A witness in its folder: it never signs what contradicts what it signed, whatever happens."""

import os
import signal
import stat
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ballots.board.checkpoint import Checkpoint
from ballots.board.notes import LOG, WITNESS, NoteError, Signer
from ballots.witness.decision import Conflict, Fork, Refusal
from ballots.witness.records import name_of
from ballots.witness.witness import DamagedError, Witness
from core import disk
from tests.ballots.witness.growing import NOON, GrowingLog, following

LOG_OF_CITY = GrowingLog()
ORIGIN = LOG_OF_CITY.signer.name


@pytest.fixture
def witness(tmp_path):
    return following(tmp_path / "w", LOG_OF_CITY)


def size_of(witness, origin=ORIGIN):
    note = witness.last(origin)
    return Checkpoint.read(note.text).size if note else 0


def test_its_key_is_private_kept_and_never_replaced(tmp_path):
    made = Witness.create(tmp_path / "w", "witness.example/w1")
    assert stat.S_IMODE((tmp_path / "w" / "key").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "w").stat().st_mode) == 0o700
    assert Witness.at(tmp_path / "w").signer.key == made.signer.key
    assert made.signer.key.kind == WITNESS
    with pytest.raises(FileExistsError):
        Witness.create(tmp_path / "w", "witness.example/w1")
    with pytest.raises(NoteError, match="no blanks"):
        Witness.create(tmp_path / "x", "two words")
    with pytest.raises(FileNotFoundError):
        Witness.at(tmp_path / "nowhere")


def test_it_signs_growth_and_keeps_both_signatures(witness):
    for old, size in ((0, 3), (3, 7), (7, 7), (7, 70)):
        signature = witness.add_checkpoint(LOG_OF_CITY.submission(old, size), NOON + size)
        assert signature.moment == NOON + size
        note = witness.last(ORIGIN)
        keys = [LOG_OF_CITY.key, witness.signer.key]
        assert note.signed_by(keys) == tuple(keys)
        assert note.text == LOG_OF_CITY.note(size).text
    (sight,) = witness.sights()
    assert (sight.signed, sight.moment, sight.fork) == (LOG_OF_CITY.tree(70), NOON + 70, None)


def test_nothing_is_kept_of_what_it_refuses(witness):
    witness.add_checkpoint(LOG_OF_CITY.submission(0, 7), NOON)
    before = witness.last(ORIGIN)
    forked = GrowingLog(forked_at=5)
    for data in (
        LOG_OF_CITY.submission(0, 3), LOG_OF_CITY.submission(3, 5), LOG_OF_CITY.submission(7, 7)[:-9],
        forked.submission(7, 9), b"old 9\n\n" + str(LOG_OF_CITY.note(7)).encode(),
    ):  # fmt: skip
        with pytest.raises(Refusal):
            witness.add_checkpoint(data, NOON)
    assert witness.last(ORIGIN) == before
    assert witness.sights()[0].fork is None  # anybody can send a wrong proof of a true checkpoint


def test_a_fork_is_kept_as_evidence_and_shown(witness):
    forked = GrowingLog(forked_at=5)
    witness.add_checkpoint(LOG_OF_CITY.submission(0, 7), NOON)
    for _ in range(2):
        with pytest.raises(Fork):
            witness.add_checkpoint(forked.submission(7, 7), NOON)
    (sight,) = Witness.at(witness.folder).sights()
    assert (sight.signed, sight.fork) == (
        LOG_OF_CITY.tree(7),
        (LOG_OF_CITY.tree(7), forked.tree(7)),
    )
    signed, other = witness.records.fork(name_of(ORIGIN))
    assert signed.signed_by([LOG_OF_CITY.key, witness.signer.key])[1] == witness.signer.key
    assert other.signed_by([LOG_OF_CITY.key]) == (LOG_OF_CITY.key,)
    witness.add_checkpoint(LOG_OF_CITY.submission(7, 9), NOON)  # the first history goes on
    assert witness.sights()[0].fork == (LOG_OF_CITY.tree(7), forked.tree(7))


def test_its_own_time_never_goes_back(witness):
    moments = [
        witness.add_checkpoint(LOG_OF_CITY.submission(old, size), now).moment
        for old, size, now in ((0, 3, NOON), (3, 5, NOON - 86_400), (5, 9, NOON + 1))
    ]
    assert moments == [NOON, NOON, NOON + 1]


def test_logs_are_apart(tmp_path):
    other = GrowingLog("other.example/pb/2026")
    witness = following(tmp_path / "w", LOG_OF_CITY, other)
    witness.add_checkpoint(LOG_OF_CITY.submission(0, 7), NOON)
    witness.add_checkpoint(other.submission(0, 3), NOON)
    assert (size_of(witness), size_of(witness, other.signer.name)) == (7, 3)
    assert [sight.key for sight in witness.sights()] == [LOG_OF_CITY.key, other.key]


def test_a_log_can_be_followed_while_it_serves_and_only_a_log(witness):
    other = GrowingLog("other.example/pb/2026")
    with pytest.raises(Refusal, match="does not follow"):
        witness.add_checkpoint(other.submission(0, 3), NOON)
    Witness.at(witness.folder).follow(other.key)
    Witness.at(witness.folder).follow(other.key)
    witness.add_checkpoint(other.submission(0, 3), NOON)
    lines = (witness.folder / "logs").read_text()
    assert lines.count("\n") == 2
    for key, url in ((witness.signer.key, ""), (GrowingLog("a.example").key, "two words")):
        with pytest.raises(DamagedError):
            witness.follow(key, url)
    assert (witness.folder / "logs").read_text() == lines


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20), st.booleans()), max_size=12))
def test_whatever_is_asked_it_follows_one_history(tmp_path_factory, asked):
    """A model: the last tree, which only grows, and only by our history or the first fork's."""
    folder = tmp_path_factory.mktemp("w") / "w"
    histories = (LOG_OF_CITY, GrowingLog(forked_at=5))
    following(folder, LOG_OF_CITY)
    last = None
    for old, size, is_forked in asked:
        log = histories[is_forked]
        witness = Witness.at(folder)  # as after a start
        fits = old == (last.size if last else 0) and old <= size
        fits = fits and (not old or log.tree(old) == last)
        data = (
            log.submission(old, size) if old <= size else f"old {old}\n\n{log.note(size)}".encode()
        )
        try:
            witness.add_checkpoint(data, NOON)
        except Refusal:
            assert not fits
        else:
            assert fits
            last = log.tree(size)
        note = witness.last(ORIGIN)
        assert (Checkpoint.read(note.text) if note else None) == last


def test_of_many_at_once_each_growth_is_signed_once(witness):
    """Of all who say that they follow size 0, one is first; the next must know that one's size."""
    start = threading.Barrier(8)

    def ask(size):
        start.wait()
        try:
            return witness.add_checkpoint(LOG_OF_CITY.submission(0, size), NOON)
        except Conflict:
            return None

    with ThreadPoolExecutor(8) as threads:
        signed = [one for one in threads.map(ask, range(10, 18)) if one]
    assert len(signed) == 1
    assert 10 <= size_of(witness) < 18


STEPS = ("before", "after")


@pytest.mark.parametrize("when", STEPS)
@pytest.mark.parametrize("call", ["open", "fsync", "replace", "folder"])
def test_killed_at_any_step_it_remembers_the_old_or_the_new(witness, call, when):
    """What it remembers is one of the two; what it answered, it remembers."""
    witness.add_checkpoint(LOG_OF_CITY.submission(0, 3), NOON)
    heard, said = os.pipe()
    child = os.fork()
    if not child:
        _die_at(call, when)
        witness.add_checkpoint(LOG_OF_CITY.submission(3, 7), NOON)
        os.write(said, b"signed")
        os._exit(0)
    os.close(said)
    _, status = os.waitpid(child, 0)
    with os.fdopen(heard, "rb") as pipe:
        answered = pipe.read()
    assert os.WIFSIGNALED(status)
    assert not answered
    again = Witness.at(witness.folder)
    size = size_of(again)
    assert size == (
        7
        if (call, when) in {("replace", "after"), ("folder", "before"), ("folder", "after")}
        else 3
    )
    again.add_checkpoint(LOG_OF_CITY.submission(size, 9), NOON)
    with pytest.raises(Conflict):
        again.add_checkpoint(LOG_OF_CITY.submission(3, 9), NOON)


def _die_at(call, when):
    """Kill this process before or after a step of writing the record."""
    owner, name, nth = {
        "open": (disk.os, "open", 1),
        "fsync": (disk.os, "fsync", 1),
        "replace": (disk.Path, "replace", 1),
        "folder": (disk.os, "fsync", 2),
    }[call]
    original, calls = getattr(owner, name), 0

    def deadly(*args, **kwargs):
        nonlocal calls
        calls += 1
        if calls == nth and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        found = original(*args, **kwargs)
        if calls == nth:
            os.kill(os.getpid(), signal.SIGKILL)
        return found

    setattr(owner, name, deadly)


def test_killed_under_load_it_never_forgets_what_it_answered(witness):
    """Twenty rounds: a witness signs one leaf more after the other until it is killed."""
    for serial in range(20):
        heard, said = os.pipe()
        size = size_of(witness)
        child = os.fork()
        if not child:
            while size < 79:
                witness.add_checkpoint(LOG_OF_CITY.submission(size, size + 1), NOON)
                size += 1
                os.write(said, bytes([size]))
            os._exit(0)
        os.close(said)
        first = os.read(heard, 1)
        threading.Event().wait(serial * 7 % 10 / 1000)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        with os.fdopen(heard, "rb") as pipe:
            answered = (first + pipe.read())[-1:]
        told = answered[0] if answered else size
        assert size_of(Witness.at(witness.folder)) in (told, told + 1)


def test_a_damaged_record_is_never_taken_for_none(witness):
    witness.add_checkpoint(LOG_OF_CITY.submission(0, 7), NOON)
    record = witness.folder / "signed" / name_of(ORIGIN)
    good = record.read_bytes()
    other = (
        GrowingLog("other.example")
        .note(3)
        .with_signatures([witness.signer.sign(GrowingLog("other.example").note(3).text, NOON)])
    )
    for bad in (
        b"", good[:-20], good.replace(b"\n7\n", b"\n3\n"), str(LOG_OF_CITY.note(7)).encode(),
        str(other).encode(),
    ):  # fmt: skip
        record.write_bytes(bad)
        with pytest.raises(DamagedError):
            witness.add_checkpoint(LOG_OF_CITY.submission(0, 9), NOON)
        with pytest.raises(DamagedError):
            Witness.at(witness.folder)
        assert record.read_bytes() == bad
    record.write_bytes(good)
    (record.parent / f"{record.name}.fork-1").write_bytes(b"torn")
    with pytest.raises(DamagedError, match="no|note"):
        Witness.at(witness.folder)


def test_a_damaged_key_or_list_of_logs_stops_the_start(tmp_path, witness):
    key = witness.folder / "key"
    good = key.read_text()
    wrong = Signer.of("witness.example/w1", LOG, bytes(32)).key.id.hex()
    name, rest = good[:-45], good[-45:-1]  # base64 may hold a plus itself
    assert name.endswith("+")
    for bad in (
        "", "nonsense", good.replace("w1", "w2"), f"{name}AAAA", f"{name}****", f"{name}{rest[4:]}",
        f"PRIVATE+KEY+witness.example/w1+{wrong}+AQ{'A' * 42}",
    ):  # fmt: skip
        key.write_text(bad)
        with pytest.raises(DamagedError, match="key"):
            Witness.at(witness.folder)
    key.write_text(good)
    (witness.folder / "logs").write_text("log nonsense\n")
    with pytest.raises(DamagedError, match="line 1"):
        Witness.at(witness.folder)
