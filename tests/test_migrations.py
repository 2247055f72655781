"""The tables: up, down, up again, equal to the models, and append-only where they must be."""

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError

from app import migrate
from core.db import Database
from core.journal import THE_SYSTEM, record


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
