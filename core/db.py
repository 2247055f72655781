"""Tables' common base, and the one value that opens sessions on SQLite or PostgreSQL.

SQLite is used as one writer beside many readers: the writing engine begins IMMEDIATE, so that two
read-then-write transactions wait for each other instead of failing with "database is locked", and
a lock of this process queues the writers fairly, so that none sleeps inside SQLite's own wait
(which would stop every greenlet of the process).
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime
from threading import Lock
from typing import Any

from sqlalchemy import (
    Connection,
    DateTime,
    Dialect,
    Engine,
    MetaData,
    TypeDecorator,
    create_engine,
    event,
    make_url,
)
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry

NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, kept in UTC. A naive one is refused: its meaning would be a guess."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To the database: UTC; without the zone where the database cannot keep one."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment needs its time zone: {value!r}")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """From the database: always aware, always UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Base of all tables; every constraint has a name that is the same on both databases."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {datetime: UtcDateTime}  # noqa: RUF012 - read by SQLAlchemy as a class attribute


class Database:
    """Engines and sessions of one database; open one per process and pass it on.

    Parameters
    ----------
    url : an SQLAlchemy URL, ``sqlite:///path`` or ``postgresql+psycopg://…``
    pool_size : connections kept open for each engine
    """

    def __init__(self, url: str, *, pool_size: int = 8) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.writer = self._engine(pool_size, begin="BEGIN IMMEDIATE")
        self.reader = self._engine(pool_size, begin="BEGIN") if self.is_sqlite else self.writer
        # For one statement alone, which needs no BEGIN and, on PostgreSQL, no two journeys more.
        self.single = (
            self.reader
            if self.is_sqlite
            else self.writer.execution_options(isolation_level="AUTOCOMMIT")
        )
        self._write_lock: AbstractContextManager[Any] = Lock() if self.is_sqlite else nullcontext()
        self._write_sessions = sessionmaker(self.writer, expire_on_commit=False)
        self._read_sessions = sessionmaker(self.reader, autoflush=False, expire_on_commit=False)

    def _engine(self, pool_size: int, *, begin: str) -> Engine:
        # A fault is written to the service's logs: never with the ballot that met it.
        engine = create_engine(
            self.url, pool_size=pool_size, max_overflow=pool_size, hide_parameters=True
        )
        if self.is_sqlite:
            event.listen(engine, "connect", _prepare_sqlite)
            # The dialect's own hook; a listener to "begin" would make every statement look for
            # listeners, which costs a cast 60 µs.
            engine.dialect.do_begin = lambda connection: _run(connection, begin)  # type: ignore[method-assign,assignment]
        else:
            event.listen(engine, "connect", _prepare_postgresql)
        return engine

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session whose work is committed if the block ends well, and undone if it does not.

        Acts handed to `after_commit` follow once the work is kept.
        """
        with self._write_lock, self._write_sessions.begin() as session:
            yield session
        for act in session.info.pop("after_commit", ()):
            act()

    @contextmanager
    def writing_rows(self) -> Iterator[Connection]:
        """As `writing`, for statements without objects, where every microsecond is paid often."""
        with self._write_lock, self.writer.begin() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session for one consistent look; what it changed by mistake is thrown away."""
        with self._read_sessions() as session:
            yield session

    def dispose(self) -> None:
        """Close every connection."""
        self.writer.dispose()
        self.reader.dispose()


@contextmanager
def opened(url: str) -> Iterator[Database]:
    """A database for one command, closed at the end."""
    database = Database(url)
    try:
        yield database
    finally:
        database.dispose()


def after_commit(session: Session, act: Callable[[], None]) -> None:
    """Run `act` once the work of `session` is safely kept; never if it is undone."""
    session.info.setdefault("after_commit", []).append(act)


def _run(connection: Any, statement: str) -> None:
    connection.execute(statement)


def _prepare_postgresql(connection: Any, record: ConnectionPoolEntry) -> None:  # noqa: ARG001 - SQLAlchemy's signature
    """Plan for disks without a moving arm, and for what mostly lies in memory anyway.

    The server's default of 4, made for disks that turn, reads all of a city's texts for a word
    that the index finds ten times as quickly (docs/benchmarks.md).
    """
    connection.execute("SET random_page_cost = 1.1")
    connection.commit()


def _prepare_sqlite(connection: Any, record: ConnectionPoolEntry) -> None:  # noqa: ARG001 - SQLAlchemy's signature
    """Durable at power loss (FULL), readers beside a writer (WAL), foreign keys kept.

    What is deleted is overwritten: a ballot that waited beside its voter's mark must not stay. The
    cache, used as needed, holds the inner pages of the log's index by hash, which is written at
    random places.
    """
    connection.isolation_level = (
        None  # we say BEGIN ourselves: the driver's own is late and implicit
    )
    for pragma in (
        "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000",
        "secure_delete=ON", "cache_size=-65536",
    ):  # fmt: skip
        connection.execute(f"PRAGMA {pragma}")
