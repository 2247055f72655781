"""The city's lists for reviews, and what lapses by the calendar."""

from datetime import date, timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from app.cli import root
from core import clock
from core.journal import THE_SYSTEM
from proposals import queries
from proposals import services as proposals
from proposals.review import queries as reviews
from proposals.review.models import Criterion, Holiday
from tests import factories
from tests.reviews import OFFICE

LISTS = """
[[department]]
slug = "roads"
ko = "도로과"
en = "Roads"

[[criterion]]
slug = "complete"
step = "formal"
ko = "내용"
en = "Content"
question_ko = "다 적혀 있나요?"
question_en = "Is everything told?"

[[criterion]]
slug = "lawful"
step = "substance"
ko = "법령"
en = "Law"
question_ko = "법령에 맞나요?"
question_en = "Is it lawful?"

[[holiday]]
day = 2026-10-05
ko = "개천절 대체공휴일"
en = "A day off for Foundation Day"
"""


@pytest.fixture
def run(config, monkeypatch):
    monkeypatch.setenv("GWANGJANG_DATABASE_URL", config.database_url)
    monkeypatch.setenv("GWANGJANG_SECRET_KEY", config.secret_key)
    monkeypatch.setenv("GWANGJANG_KEYS_DIR", str(config.keys_dir))
    monkeypatch.setenv("GWANGJANG_ORIGIN", config.origin)
    return lambda *arguments: CliRunner().invoke(root, [str(one) for one in arguments])


def test_the_lists_are_loaded_and_replaced(run, database, tmp_path):
    file = tmp_path / "lists.toml"
    file.write_text(LISTS, encoding="utf-8")
    assert run("city", "load", file).exit_code == 0
    with database.reading() as session:
        assert [one.slug for one in reviews.departments(session)] == ["roads"]
        assert [one.question("en") for one in reviews.criteria(session, "formal")] == [
            "Is everything told?"
        ]
        assert session.scalars(select(Holiday.day)).all() == [date(2026, 10, 5)]
    criteria = LISTS.split("[[criterion]]")
    for kept in (criteria[2], criteria[1]):
        file.write_text("[[criterion]]" + kept.partition("[[holiday]]")[0], encoding="utf-8")
        assert run("city", "load", file).exit_code == 0
    with database.reading() as session:
        assert [one.slug for one in reviews.criteria(session, "formal")] == ["complete"]
        assert reviews.criteria(session, "substance") == []
        assert len(session.scalars(select(Criterion)).all()) == 2


def test_a_question_that_lacks_something_changes_nothing(run, database, tmp_path):
    file = tmp_path / "lists.toml"
    file.write_text(LISTS.replace('question_en = "Is it lawful?"', ""), encoding="utf-8")
    answer = run("city", "load", file)
    assert answer.exit_code == 1
    assert "question_en" in answer.output
    with database.reading() as session:
        assert reviews.departments(session) == []


def test_what_nobody_answered_lapses(run, database, now, monkeypatch):
    with database.writing() as session:
        made = factories.proposal(session, now, status="received")
        proposals.move(session, made, "supplement", actor=OFFICE, now=now, reason="who?")
    monkeypatch.setattr(clock, "now", lambda: now)
    assert "0 proposals" in run("proposals", "lapse").output
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=15))
    assert "1 proposals" in run("proposals", "lapse").output
    assert "0 proposals" in run("proposals", "lapse").output
    with database.reading() as session:
        assert queries.history(session, made.id)[-1].role == THE_SYSTEM.role
