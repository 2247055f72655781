"""`gwangjang roll`, as typed: a file in, letters out, and nothing of it left in the end."""

import re

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from app.cli import root
from ballots import services as ballots
from ballots.models import Contest
from ballots.roll.models import ListedVoter
from budget import services as budget
from tests import factories

ROLL = (
    "number;name;birth date;dong\n1;Kim Hana;1990-03-01;haan-1\n2;Lee Duri;1985-12-24;Haan 1-dong\n"
)


@pytest.fixture
def run(config, monkeypatch):
    monkeypatch.setenv("GWANGJANG_DATABASE_URL", config.database_url)
    monkeypatch.setenv("GWANGJANG_SECRET_KEY", config.secret_key)
    monkeypatch.setenv("GWANGJANG_KEYS_DIR", str(config.keys_dir))
    monkeypatch.setenv("GWANGJANG_ORIGIN", config.origin)
    monkeypatch.setenv("GWANGJANG_HELPLINE", "02-123-4567")

    def do(*arguments: object):
        typed = [str(argument) for argument in arguments]
        return CliRunner().invoke(root, ["roll", *typed, "--lang", "en"])

    return do


@pytest.fixture
def cycle(database, now):
    with database.writing() as session:
        return factories.cycle(session, now, phase="frozen", roll_kind="listed", slug="listed")


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "roll.csv"
    path.write_text(ROLL, encoding="utf-8")
    return path


def voters(database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(ListedVoter))


def test_a_roll_is_checked_and_imported(run, database, cycle, file):
    dry = run("import", "listed", file, "--dry-run")
    assert "2 voters can be put on the roll. Nothing is written yet." in dry.output
    assert voters(database) == 0
    assert "2 voters are on the roll now" in run("import", "listed", file).output
    again = run("import", "listed", file)
    assert again.exit_code == 1
    assert "line 2, Number on the roll: The number 1 is on the roll already." in again.output
    assert "2 things are wrong: nothing was written" in again.output
    assert voters(database) == 2
    assert "no cycle nothing" in run("import", "nothing", file).output


def test_a_wrong_file_is_blamed_line_by_line(run, database, cycle, file):
    file.write_text(
        ROLL + "3;Park;2020-01-01;Haan 1-dong\n4;;1990-01-01;Nowhere\n", encoding="utf-8"
    )
    answer = run("import", "listed", file)
    assert answer.exit_code == 1
    assert "line 4, Birth date: Voters are 14 or older on" in answer.output
    assert "line 5, Name: Nothing is written here. Fill it in." in answer.output
    assert voters(database) == 0


def test_letters_are_a_file_of_their_own(run, database, cycle, file, tmp_path, keys):
    run("import", "listed", file)
    letters = tmp_path / "letters.html"
    answer = run("letters", "listed", letters, "--site", "https://city.example/", "--limit", "1")
    assert "1 letter is in" in answer.output
    page = letters.read_text(encoding="utf-8")
    assert letters.stat().st_mode & 0o077 == 0
    assert f"https://city.example/votes/{cycle.contest_id}/code" in page
    assert page.count('class="letter"') == 1
    assert "02-123-4567" in page
    assert "아무에게도 알려 주지 마세요" in page
    assert "Give the code to nobody" in page
    assert not re.search(r'(src|href)="(?!#)', page)
    code = re.search(r'class="code">([0-9A-Z-]{19})<', page)[1].replace("-", "")
    with database.reading() as session:
        kept = session.scalars(select(ListedVoter.code)).all()
    assert keys.roll.code(cycle.contest_id, code) in kept


def test_letters_that_cannot_be_written_are_not_made(run, database, cycle, file, tmp_path):
    run("import", "listed", file)
    answer = run("letters", "listed", tmp_path / "no" / "where.html", "--site", "https://x.example")
    assert answer.exit_code == 1
    with database.reading() as session:
        assert session.scalar(select(func.count(ListedVoter.code))) == 0


def test_a_closed_votes_roll_is_erased(run, database, cycle, file, keys, now):
    run("import", "listed", file)
    assert run("erase", "listed").exit_code == 1
    with database.writing() as session:
        budget.open_vote(session, session.merge(cycle), actor=factories.SYSTEM, keys=keys, now=now)
    with database.writing() as session:
        contest = session.get_one(Contest, cycle.contest_id)
        ballots.close_contest(session, contest, keys=keys, now=now)
    assert "The roll is erased" in run("erase", "listed").output
    assert voters(database) == 0
    assert not keys.roll.has(cycle.contest_id)
