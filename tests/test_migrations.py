"""The tables: up, down, up again, equal to the models, and append-only where they must be."""

from dataclasses import replace

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError

from app import migrate
from core.db import Database
from core.journal import THE_SYSTEM, record
from proposals.versions import queries as versions
from tests import factories
from tests.factories import TEXT

pytestmark = pytest.mark.usefixtures("older_tables")


def test_tables_go_down_and_up_and_equal_the_models(database: Database):
    migrate.check(database.writer)
    migrate.downgrade(database.writer)
    assert set(inspect(database.writer).get_table_names()) <= {"alembic_version"}
    migrate.upgrade(database.writer)
    migrate.check(database.writer)


@pytest.mark.parametrize("statement", ["UPDATE journal SET act = 'x'", "DELETE FROM journal"])
def test_the_journal_takes_no_change(database: Database, now, statement: str):
    with database.writing() as session:
        record(session, THE_SYSTEM, "cycle.call", about="cycle", about_id=None, now=now)
    with pytest.raises(DBAPIError, match="append-only"), database.writing() as session:
        session.execute(text(statement))


def test_what_was_handed_in_before_there_were_versions_has_a_first_one(database: Database, now):
    with database.writing() as session:
        old = "어두워요.\r\n넘어져요."  # as browsers once sent it
        made = factories.proposal(session, now, status="received", text=replace(TEXT, need="x"))
        made.need = old
        draft, id_ = factories.proposal(session, now).id, made.id
    migrate.downgrade(database.writer, "0014")
    migrate.upgrade(database.writer)
    with database.reading() as session:
        first = versions.one(session, id_, 1)
        assert first is not None
        assert (first.kind, first.made_at) == ("published", now)
        assert versions.text_of(first) == replace(TEXT, need="어두워요.\n넘어져요.")
        assert versions.one(session, draft, 1) is None
