"""The one value that opens sessions."""

from datetime import datetime
from threading import Thread

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import StatementError

from core.city import Field
from core.clock import now as real_now
from core.db import Database, after_commit
from core.journal import THE_SYSTEM, JournalEntry, record


def test_what_ends_well_is_kept_and_what_fails_is_undone(database: Database):
    with database.writing() as session:
        session.add(Field(slug="a", name_ko="가", name_en="A", position=1))
    with pytest.raises(RuntimeError), database.writing() as session:
        session.add(Field(slug="b", name_ko="나", name_en="B", position=2))
        session.flush()
        raise RuntimeError
    with database.reading() as session:
        assert session.scalars(select(Field.slug)).all() == ["a"]


def test_acts_after_the_commit_run_only_if_it_came(database: Database):
    done: list[str] = []
    with database.writing() as session:
        after_commit(session, lambda: done.append("kept"))
        assert done == []
    with pytest.raises(RuntimeError), database.writing() as session:
        after_commit(session, lambda: done.append("lost"))
        raise RuntimeError
    assert done == ["kept"]


def test_a_moment_without_its_zone_is_refused(database: Database):
    with pytest.raises(StatementError, match="time zone"), database.writing() as session:
        naive = datetime(2026, 1, 1)  # noqa: DTZ001 - that is the point
        record(session, THE_SYSTEM, "cycle.call", about="cycle", about_id=None, now=naive)


def test_moments_come_back_aware_and_in_utc(database: Database, now):
    with database.writing() as session:
        record(session, THE_SYSTEM, "cycle.call", about="cycle", about_id=None, now=now)
    with database.reading() as session:
        assert session.scalar(select(JournalEntry.at)) == now
    assert real_now().tzinfo is not None


def test_many_writers_wait_for_each_other(database: Database):
    """Read then write in each of 8 threads: plain BEGIN would fail with "database is locked"."""
    failed: list[Exception] = []

    def work(serial: int) -> None:
        try:
            for step in range(20):
                with database.writing() as session:
                    session.scalars(select(Field.slug)).all()
                    position = serial * 100 + step
                    row = {
                        "slug": f"{serial}-{step}",
                        "name_ko": "",
                        "name_en": "",
                        "position": position,
                    }
                    session.execute(insert(Field), [row])
        except Exception as error:
            failed.append(error)

    threads = [Thread(target=work, args=(serial,)) for serial in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    with database.reading() as session:
        assert len(session.scalars(select(Field.slug)).all()) == 160
