"""A page without a browser: it speaks the page's protocol to a real server, under gevent."""

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import gevent
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from pycrdt import Doc, Text, merge_updates
from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, Request, TextMessage

from proposals.writing import updates

SECRET = "b" * 40
Sign = tuple[int, int, str]  # client, clock, and what was typed
# What each message says, in base64: the one who sends it reads it, so that a bench measures the
# server more than its own reading.
_SAID: dict[str, list[Sign]] = {}


@dataclass
class Typist:
    """One page: a document, a socket, and what it was told."""

    proposal_id: UUID
    account_id: UUID
    cookie: str
    client: int
    seen: Callable[
        [int, int, str], None
    ]  # called with each syllable of others: client, clock, sign
    after: int = -1
    typed: str = ""
    acknowledged: int = 0  # syllables of `typed` that the server has told to be stored
    unsent: list[bytes] = field(default_factory=list)
    sent: list[bytes] = field(default_factory=list)  # and not answered yet
    refused: str = ""
    is_open: bool = False
    is_ready: bool = False  # accepted, and nothing waits for an answer

    def __post_init__(self) -> None:
        self.page = secrets.token_hex(6)
        self.document = Doc(client_id=self.client)
        self.text = self.document.get("need", type=Text)

    def connect(self, port: int) -> None:
        """Open the socket; what was not answered on the last one goes out again."""
        self.protocol = WSConnection(ConnectionType.CLIENT)
        self.stream = socket.create_connection(("127.0.0.1", port))
        self.stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        host = f"127.0.0.1:{port}"
        headers = [
            (b"Origin", f"http://{host}".encode()), (b"Cookie", f"session={self.cookie}".encode())
        ]  # fmt: skip
        path = f"/proposals/{self.proposal_id}/writing/socket"
        request = Request(host=host, target=path, extra_headers=headers)
        self.unsent, self.sent = [*self.sent, *self.unsent], []
        self.is_open, self.is_ready = True, False
        self.stream.sendall(self.protocol.send(request))
        self.reader = gevent.spawn(self._read)

    def close(self) -> None:
        self.is_open = False
        self.stream.close()
        self.reader.join(1)
        self.reader.kill()

    def type(self, sign: str, place: int) -> int:
        """Write one syllable; gives its clock."""
        before = self.document.get_state()
        said = str(self.text)
        self.text.insert(len(said[: min(place, len(said))].encode()), sign)
        self.typed += sign
        self.unsent.append(self.document.get_update(before))
        return len(self.typed) - 1

    def flush(self, *, asks: bool = False) -> None:
        """One exchange, if none is under way; with `asks` even if nothing was typed."""
        if not self.is_ready or not (self.unsent or asks):
            return
        self.is_ready = False
        message = {
            "page": self.page, "field": "need", "after": self.after,
            "state": b64encode(self.document.get_state()).decode(),
        }  # fmt: skip
        if self.unsent:
            update = self.unsent[0] if len(self.unsent) == 1 else merge_updates(*self.unsent)
            message["update"] = b64encode(update).decode()
            _SAID[message["update"]] = _signs(update)
        self.sent, self.unsent = self.unsent, []
        try:
            self.stream.sendall(self.protocol.send(TextMessage(data=json.dumps(message))))
        except OSError:
            self.is_open = False

    def _read(self) -> None:
        message = ""
        try:
            while data := self.stream.recv(65536):
                self.protocol.receive_data(data)
                for event in self.protocol.events():
                    if isinstance(event, AcceptConnection):
                        self.is_ready = True
                        self.flush(asks=True)
                    elif isinstance(event, TextMessage):
                        message += event.data
                        if event.message_finished:
                            self._take(json.loads(message))
                            message = ""
        except OSError:
            pass  # the server was killed
        self.is_open = False

    def _take(self, said: dict) -> None:
        if "error" in said:
            self.refused = said["error"]
            return
        for coded in said["updates"]:
            update = b64decode(coded)
            if self.after >= 0:
                for client, clock, sign in _SAID.get(coded) or _signs(update):
                    if client != self.client:
                        self.seen(client, clock, sign)
            self.document.apply_update(update)
        self.after = said["seq"]
        if said.get("answers"):
            self.acknowledged += len(self.sent)  # one syllable each
            self.sent, self.is_ready = [], True


def _signs(update: bytes) -> list[Sign]:
    return [
        (struct.client, struct.clock + at, sign)
        for struct in updates.read(update).structs
        for at, sign in enumerate(struct.text or "")
    ]


def cookie(app: Flask, account_id: UUID) -> str:
    """A signed session of the account."""
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert signer is not None
    return str(signer.dumps({"_user_id": f"{account_id}.0", "_fresh": True}))


@contextmanager
def server(url: str, keys: Path, port: int, workers: int) -> Iterator[subprocess.Popen]:
    """Gunicorn as we serve in production, in a process group of its own; killed at the end."""
    environ = {
        "GWANGJANG_DATABASE_URL": url, "GWANGJANG_KEYS_DIR": str(keys), "GWANGJANG_HTTPS": "0",
        "GWANGJANG_SECRET_KEY": SECRET, "GWANGJANG_ORIGIN": "localhost/pb",
        "GWANGJANG_LOG_LEVEL": "ERROR",
    }  # fmt: skip
    command = [
        sys.executable, "-m", "gunicorn", "--config", "python:app.server", "-w", str(workers),
        "-b", f"127.0.0.1:{port}", "--log-level", "critical",
    ]  # fmt: skip
    running = subprocess.Popen(command, env=os.environ | environ, start_new_session=True)
    try:
        for _ in range(600):
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                time.sleep(0.05)
        yield running
    finally:
        kill(running)


def kill(running: subprocess.Popen) -> None:
    """SIGKILL to all processes of a server."""
    with suppress(ProcessLookupError):  # it is gone already
        os.killpg(running.pid, signal.SIGKILL)
    running.wait()
