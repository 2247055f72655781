"""`gwangjang mirror`, as typed: a key, a new mirror, a check, and a log that comes back."""

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from app.cli import root
from app.config import Config
from app.keys import keys_of
from ballots import services
from ballots.integrator import Integrator
from ballots.kinds import Choices
from ballots.mirror import sealing
from ballots.services import Paper
from core.journal import JournalEntry
from tests import factories
from tests.backups import Backup


@pytest.fixture
def settings(config, tmp_path, monkeypatch):
    """The auditors' key beside the settings of a city that mirrors."""
    made = run("key", tmp_path / "auditors.pem")
    (tmp_path / "mirror").mkdir()
    given = {
        "DATABASE_URL": config.database_url, "SECRET_KEY": config.secret_key,
        "KEYS_DIR": str(config.keys_dir), "ORIGIN": config.origin,
        "MIRROR_DIR": str(tmp_path / "mirror"), "MIRROR_KEY": made.output.strip(),
    }  # fmt: skip
    named = {f"GWANGJANG_{name}": value for name, value in given.items()}
    for name, value in named.items():
        monkeypatch.setenv(name, value)
    return Config.from_environ(named)


def run(*arguments):
    return CliRunner().invoke(root, ["mirror", *map(str, arguments), "--lang", "en"])


@pytest.fixture
def vote(database, settings, now, monkeypatch):
    """An open vote, and ballots for it."""
    keys = keys_of(settings)
    with database.writing() as session:
        cycle = factories.cycle(session, now, keys=keys, roll_kind="listed")
        services.enrol(session, cycle.contest_id, [f"v{serial}" for serial in range(9)])

    def do(*voters):
        with database.writing_rows() as connection:
            papers = [Paper(f"v{voter}", Choices((1,))) for voter in voters]
            services.cast(connection, cycle.contest_id, papers, keys=keys, now=now)
        Integrator(database, keys).turn()

    do.slug = cycle.slug
    return do


def test_a_key_is_made_once_and_kept_private(tmp_path):
    path = tmp_path / "auditors.pem"
    made = run("key", path)
    assert sealing.public_text(sealing.private_key(path.read_bytes()).public_key()) == (
        made.output.strip()
    )
    assert path.stat().st_mode & 0o077 == 0
    again = run("key", path)
    assert (again.exit_code, "is there already" in again.output) == (1, True)


def test_a_log_comes_back_by_command(database, vote, tmp_path):
    key = tmp_path / "auditors.pem"
    vote(1, 2)
    checked = run("check", "--key", key)
    assert (checked.exit_code, "database 3, mirror 3, signed 3" in checked.output) == (0, True)
    backup = Backup(database)
    vote(3)
    backup.restore()
    checked = run("check")
    assert checked.exit_code == 1
    assert "database 3, mirror 4, signed 4" in checked.output
    assert "1 log is not what was mirrored or signed" in checked.output
    back = run("replay", vote.slug, key)
    assert back.exit_code == 0
    assert "1 entries were put back; the log has 4. 1 marks" in back.output
    assert "mark them by the lists of the polling stations" in back.output
    with database.reading() as session:
        query = select(JournalEntry.values).where(JournalEntry.act == "log.replayed")
        (told,) = session.scalars(query)
    assert told["leaves"] == 1
    assert run("check", "--key", key).exit_code == 0
    vote(4)


def test_a_new_mirror_is_begun_by_command(database, vote, settings):
    vote(1)
    (path,) = settings.mirror_dir.iterdir()
    path.unlink()
    with pytest.raises(ExceptionGroup, match="rest"):
        vote(2)
    begun = run("begin")
    assert (begun.exit_code, begun.output.split("\t")[1]) == (0, "+3\n")
    vote(3)


@pytest.mark.parametrize("name", ["MIRROR_DIR", "MIRROR_KEY"])
def test_without_a_mirror_the_commands_say_so(settings, vote, monkeypatch, name):
    monkeypatch.delenv(f"GWANGJANG_{name}")
    assert "belong together" in str(run("check").exception)
    for other in ("MIRROR_DIR", "MIRROR_KEY"):
        monkeypatch.delenv(f"GWANGJANG_{other}", raising=False)
    for command in (("check",), ("begin",)):
        told = run(*command)
        assert (told.exit_code, "There is no mirror" in told.output) == (1, True)


def test_voters_who_are_gone_are_counted(database, vote, settings, now, tmp_path):
    with database.writing() as session:
        keys = keys_of(settings)
        cycle = factories.cycle(session, now, keys=keys)
    backup = Backup(database)
    with database.writing() as session:
        factories.cast(session, cycle.contest_id, [[1]], keys=keys, now=now)
    Integrator(database, keys).turn()
    backup.restore()
    back = run("replay", cycle.slug, tmp_path / "auditors.pem")
    assert "1 ballots are by voters who are on the roll no more" in back.output


def test_a_key_that_is_none_is_refused(vote, tmp_path):
    wrong = tmp_path / "x.pem"
    wrong.write_text("no key")
    told = run("replay", vote.slug, wrong)
    assert (told.exit_code, "not the key of this mirror" in told.output) == (1, True)
