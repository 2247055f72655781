"""The test house keeps its own promises."""

import socket

import pytest
from sqlalchemy import select, text

from core.city import Field
from core.db import Database
from core.journal import THE_SYSTEM, record
from tests import factories

ELSEWHERE = "203.0.113.7"  # an address kept for documents (RFC 5737)


@pytest.mark.parametrize("call", ["connect", "connect_ex"])
def test_another_machine_is_not_called(call: str):
    with socket.socket() as caller, pytest.raises(RuntimeError, match="outside world"):
        getattr(caller, call)((ELSEWHERE, 443))


def test_another_machine_is_not_even_looked_up():
    with pytest.raises(RuntimeError, match="outside world"):
        socket.getaddrinfo("city.example", 443)


def test_this_machine_may_be_called():
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()


@pytest.mark.parametrize("turn", [1, 2])
def test_each_test_begins_with_empty_tables_and_first_numbers(database: Database, now, turn: int):
    with database.writing() as session:
        assert session.scalar(select(Field.slug).limit(1)) is None
        entry = record(session, THE_SYSTEM, "cycle.call", about="cycle", about_id=None, now=now)
        assert entry.id == 1
        factories.city(session)


@pytest.mark.only_on("sqlite")
def test_a_test_may_ask_for_one_database(database: Database):
    assert database.is_sqlite


def test_statements_are_counted_and_told(database: Database, count_queries):
    with count_queries() as seen, database.reading() as session:
        session.execute(text("SELECT 1"))
    with database.reading() as session:
        session.execute(text("SELECT 2"))
    assert [statement for statement in seen if statement != "BEGIN"] == ["SELECT 1"]


def test_both_languages_reach_the_page(client, both_languages: str):
    assert f'<html lang="{both_languages}"' in client.get("/").text
