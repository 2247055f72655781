"""`gwangjang log continue`, as typed."""

import pytest
from click.testing import CliRunner

from app.cli import root
from app.config import Config
from app.keys import keys_of
from ballots import services
from ballots.integrator import Integrator
from ballots.kinds import Choices
from ballots.mirror import sealing
from ballots.services import Paper
from budget.models import Cycle
from tests import factories
from tests.backups import Backup

GIVEN = ("--document", "2027-14", "--by", "A. Kim", "B. Lee")


@pytest.fixture
def settings(config, tmp_path, monkeypatch):
    """A city that mirrors; the auditors' key lies beside."""
    private = sealing.new_key()
    (tmp_path / "auditors.pem").write_bytes(sealing.private_pem(private))
    (tmp_path / "mirror").mkdir()
    given = {
        "DATABASE_URL": config.database_url, "SECRET_KEY": config.secret_key,
        "KEYS_DIR": str(config.keys_dir), "ORIGIN": config.origin,
        "MIRROR_DIR": str(tmp_path / "mirror"),
        "MIRROR_KEY": sealing.public_text(private.public_key()),
    }  # fmt: skip
    named = {f"GWANGJANG_{name}": value for name, value in given.items()}
    for name, value in named.items():
        monkeypatch.setenv(name, value)
    return Config.from_environ(named)


def run(*arguments):
    return CliRunner().invoke(root, ["log", "continue", *map(str, arguments), "--lang", "en"])


@pytest.fixture
def vote(database, settings, now):
    """An open vote; casting by numbers of voters."""
    keys = keys_of(settings)
    with database.writing() as session:
        cycle = factories.cycle(session, now, keys=keys, roll_kind="listed")
        services.enrol(session, cycle.contest_id, [f"v{serial}" for serial in range(9)])

    def do(*voters):
        with database.writing_rows() as connection:
            papers = [Paper(f"v{voter}", Choices((1,))) for voter in voters]
            services.cast(connection, cycle.contest_id, papers, keys=keys, now=now)
        Integrator(database, keys).turn()

    Integrator(database, keys).turn()
    do.slug, do.keys, do.cycle_id, do.contest_id = cycle.slug, keys, cycle.id, cycle.contest_id
    return do


@pytest.fixture
def lost(vote, database, tmp_path):
    """The same vote, of whose log two of five entries are lost, and one is in the mirror alone."""
    vote(1)
    backup = Backup(database)
    vote(2)
    (path,) = (tmp_path / "mirror").iterdir()
    whole = path.read_bytes()
    vote(3)
    vote(4)
    path.write_bytes(whole)
    backup.restore()
    with pytest.raises(ExceptionGroup):
        Integrator(database, vote.keys).check()
    return vote


def test_a_vote_goes_on_by_command(database, lost, tmp_path):
    unread = run(lost.slug, *GIVEN)
    assert (unread.exit_code, "Name the auditors' key" in unread.output) == (1, True)
    done = run(lost.slug, *GIVEN, "--key", tmp_path / "auditors.pem", "--until", "2099-01-02T18:00")
    assert done.exit_code == 0, done.output
    assert "3 entries were kept and 2 are lost. 0 voters are not marked" in done.output
    assert "It ends on Fri 2 Jan 2099, 18:00." in done.output
    assert "mark them by the lists of the polling stations" in done.output
    with database.reading() as session:
        contest_id = session.get_one(Cycle, lost.cycle_id).contest_id
    assert contest_id != lost.contest_id
    assert lost.keys.signers.last(contest_id).size == 3
    again = run(lost.slug, *GIVEN)
    assert (again.exit_code, "is not halted" in again.output) == (1, True)


def test_an_end_that_is_not_later_and_a_decision_by_nobody_are_refused(lost):
    early = run(lost.slug, *GIVEN, "--until", "2026-09-01T10:00")
    assert (early.exit_code, "must be later than the one announced" in early.output) == (1, True)
    assert run(lost.slug, "--document", "x").exit_code == 2


def test_two_different_officers_are_named(lost, tmp_path):
    told = run(lost.slug, "--document", "x", "--by", "A", "A", "--key", tmp_path / "auditors.pem")
    assert (told.exit_code, "two different officers" in told.output) == (1, True)


def test_voters_who_are_gone_are_counted(database, vote, settings, now, tmp_path):
    with database.writing() as session:
        cycle = factories.cycle(session, now, keys=vote.keys)
    backup = Backup(database)
    integrator = Integrator(database, vote.keys)
    with database.writing() as session:
        factories.cast(session, cycle.contest_id, [[1]], keys=vote.keys, now=now)
    integrator.turn()
    path = tmp_path / "mirror" / f"{cycle.contest_id}.mirror"
    whole = path.read_bytes()
    with database.writing() as session:
        factories.cast(session, cycle.contest_id, [[2]], keys=vote.keys, now=now)
    integrator.turn()
    path.write_bytes(whole)
    backup.restore()
    with pytest.raises(ExceptionGroup):
        Integrator(database, vote.keys).check()
    told = run(cycle.slug, *GIVEN, "--key", tmp_path / "auditors.pem")
    assert "1 ballots are by voters who are on the roll no more" in told.output, told.output
