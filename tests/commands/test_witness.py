"""`gwangjang witness` and `gwangjang cycle witness`, as the people who run them see them."""

import signal
import socket
import stat
import subprocess
import sys
import time

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from app.cli import root
from app.commands.cycle import Desk
from app.witness import Application
from ballots.board.notes import Key
from ballots.board.policy import Policy
from ballots.models import Board
from ballots.posting import post
from ballots.witness.records import name_of
from ballots.witness.witness import Witness
from tests import factories
from tests.ballots.witness.growing import NOON, GrowingLog, following
from tests.ballots.witness.test_witnesses import serving

CITY = GrowingLog()


def run(*arguments):
    return CliRunner().invoke(root, ["witness", *map(str, arguments), "--lang", "en"])


def test_a_key_is_made_once_and_printed_again(tmp_path):
    folder = tmp_path / "w"
    assert "needs a name" in run("key", folder).output
    made = run("key", folder, "--name", "witness.example/w1")
    assert Key.read(made.output.strip()) == Witness.at(folder).signer.key
    assert stat.S_IMODE((folder / "key").stat().st_mode) == 0o600
    assert run("key", folder).output == made.output
    other = run("key", folder, "--name", "witness.example/w2")
    assert (other.exit_code, other.output) == (
        1,
        "Error: This witness is called witness.example/w1.\n",
    )
    assert "no blanks" in run("key", tmp_path / "x", "--name", "two words").output


def test_a_log_is_followed_by_its_key(tmp_path):
    folder = tmp_path / "w"
    assert "make its key first" in run("follow", folder, CITY.key).output
    made = run("key", folder, "--name", "witness.example/w1").output.strip()
    for wrong in ("nonsense", made):
        answer = run("follow", folder, wrong)
        assert (answer.exit_code, answer.output) == (
            1,
            f"Error: This is no key of a log: {wrong}\n",
        )
    assert run("follow", folder, CITY.key, "https://city.example").exit_code == 0
    assert Witness.at(folder).logs() == {CITY.key: "https://city.example"}
    assert run("show", folder).output == f"{CITY.signer.name}\t0\n"


def test_it_shows_what_it_has_signed_and_a_fork(tmp_path):
    witness = following(tmp_path / "w", CITY)
    witness.add_checkpoint(CITY.submission(0, 7), NOON)
    shown = run("show", witness.folder)
    assert shown.exit_code == 0
    assert shown.output.startswith(
        f"{CITY.signer.name}\t7\t{str(CITY.tree(7)).splitlines()[2]}\tMon 21 Sep 2026"
    )
    other = GrowingLog(forked_at=5).note(7)
    witness.records.keep_fork(name_of(CITY.signer.name), CITY.note(7), other)
    shown = run("show", witness.folder)
    assert shown.exit_code == 1
    assert "two different roots" in shown.output
    (witness.folder / "key").write_text("torn")
    assert "holds none" in run("show", witness.folder).output


def test_it_is_served_and_remembers_after_a_kill(tmp_path):
    witness = following(tmp_path / "w", CITY)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        bind = f"127.0.0.1:{probe.getsockname()[1]}"
    for old, size, status in ((0, 7, 200), (0, 9, 409), (7, 9, 200)):
        served = subprocess.Popen(
            [sys.executable, "-c", "from app.cli import main; main()", "witness", "serve", str(witness.folder), "--bind", bind],
            stdout=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip
        answer = _when_up(f"http://{bind}/add-checkpoint", CITY.submission(old, size), served)
        served.send_signal(signal.SIGTERM if status == 409 else signal.SIGKILL)
        out, _ = served.communicate(timeout=20)
        assert answer.status == status
        assert b"127.0.0.1" not in out
        if status == 409:
            assert (answer.kind, answer.body) == ("text/x.tlog.size", b"7\n")


def _when_up(url, body, process):
    for _ in range(300):
        assert process.poll() is None
        try:
            return post(url, body)
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the witness did not come up")


@pytest.fixture
def office(database, config, now, tmp_path, monkeypatch):
    """A vote with two witnesses, of whom one is served and follows the log, by way of the settings."""
    first, second = (Witness.create(tmp_path / f"w{n}", f"w{n}.example") for n in (1, 2))
    with serving(Application(first)) as url:
        lines = [
            f"witness w1 {first.signer.key} {url}",
            f"witness w2 {second.signer.key} http://127.0.0.1:9",
            "group both all w1 w2", "quorum both",
        ]  # fmt: skip
        policy = tmp_path / "witnesses"
        policy.write_text("\n".join(lines))
        for name, value in {
            "DATABASE_URL": config.database_url, "SECRET_KEY": config.secret_key, "ORIGIN": config.origin,
            "KEYS_DIR": config.keys_dir, "WITNESSES": policy,
        }.items():  # fmt: skip
            monkeypatch.setenv(f"GWANGJANG_{name}", str(value))
        with Desk.opened() as desk:
            with database.writing() as session:
                slug = factories.cycle(session, now, keys=desk.keys).slug
            desk.settle()
        yield database, slug, first


def test_gathering_tells_each_witness_and_fails_without_enough(office):
    database, slug, witness = office
    asked = ["cycle", "witness", slug, "--lang", "en"]
    told = CliRunner().invoke(root, asked)
    assert told.exit_code == 1
    with database.reading() as session:
        (board,) = session.scalars(select(Board))
        key = board.log_key
        assert Policy.read(board.policy).quorum == "both"
    assert (
        f"w1 does not follow this log. Send the people who run it the log's key: {key}"
        in told.output
    )
    assert "w2 cannot be reached" in told.output
    witness.follow(Key.read(key))
    told = CliRunner().invoke(root, asked)
    assert "w1 has signed, at " in told.output
    assert "Too few witnesses have signed." in told.output


def test_a_vote_without_a_log_says_so(office, now):
    database, _, _ = office
    with database.writing() as session:
        slug = factories.cycle(session, now, phase="frozen").slug
    told = CliRunner().invoke(root, ["cycle", "witness", slug, "--lang", "en"])
    assert told.exit_code == 1
    assert "log of 0 entries" in told.output
