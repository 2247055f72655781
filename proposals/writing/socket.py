"""The quick path: a WebSocket on the connection of a request.

Two threads share it, a reader and the view's own. Only the view's own ever sends, so that no two
frames can run into each other; the reader hands it what came in.
"""

import socket
import threading
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from wsproto import ConnectionType, WSConnection
from wsproto.connection import ConnectionState
from wsproto.events import (
    AcceptConnection,
    BytesMessage,
    CloseConnection,
    Event,
    Ping,
    Request,
    TextMessage,
)
from wsproto.utilities import ProtocolError, RemoteProtocolError

_CHUNK = 16 * 1024
_MOST_WAITING = 16  # messages that came in and are not answered; more, and the page is cut off


class Connection:
    """One WebSocket, accepted. Used as a context manager, which closes it."""

    def __init__(
        self, stream: socket.socket, request: bytes, turn: threading.Event, *, longest: int
    ) -> None:
        self._stream, self._turn, self._longest = stream, turn, longest
        self._protocol = WSConnection(ConnectionType.SERVER)
        self._incoming: deque[str] = deque()
        self._lock = threading.Lock()  # of the protocol's state, which both threads change
        self._answers = b""  # to pings and to a close, which the reader may not send itself
        self.is_open = True
        self._protocol.receive_data(request)
        if not any(isinstance(event, Request) for event in self._protocol.events()):
            raise RemoteProtocolError("no request for a socket")
        self._stream.sendall(self._protocol.send(AcceptConnection()))
        self._reader = threading.Thread(target=self._read, daemon=True)

    def __enter__(self) -> "Connection":
        self._reader.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.close(1000)

    def turn(self, seconds: float) -> bool:
        """Wait until there is something to do, and send what the protocol owes; False: too long."""
        is_woken = self._turn.wait(seconds)
        self._turn.clear()
        with self._lock:
            owed, self._answers = self._answers, b""
        self._send(owed)
        return is_woken

    def messages(self) -> list[str]:
        """What came in since the last time."""
        with self._lock:
            found, self._incoming = list(self._incoming), deque()
        return found

    def send(self, text: str) -> None:
        """Send one message; nothing if the other side has gone."""
        with self._lock:
            if self._protocol.state is not ConnectionState.OPEN:
                return
            data = self._protocol.send(TextMessage(data=text))
        self._send(data)

    def close(self, code: int, reason: str = "") -> None:
        """Say goodbye, with the reason, and let go of the connection."""
        with self._lock:
            may_send = self._protocol.state in (
                ConnectionState.OPEN,
                ConnectionState.REMOTE_CLOSING,
            )
            data = self._protocol.send(CloseConnection(code, reason)) if may_send else b""
        self._send(data)
        self.is_open = False
        with suppress(OSError):  # the other side was quicker
            self._stream.shutdown(socket.SHUT_RDWR)
        self._stream.close()

    def _send(self, data: bytes) -> None:
        try:
            if data:
                self._stream.sendall(data)
        except OSError:
            self._end()

    def _end(self) -> None:
        self.is_open = False
        self._turn.set()

    def _read(self) -> None:
        parts: list[str] = []
        while self.is_open:
            try:
                data = self._stream.recv(_CHUNK)
                with self._lock:
                    self._protocol.receive_data(data or None)
                    is_fine = all(self._take(event, parts) for event in self._protocol.events())
            except (OSError, ProtocolError):
                is_fine = False
            if not is_fine:
                break
            self._turn.set()
        self._end()

    def _take(self, event: Event, parts: list[str]) -> bool:
        """Take in one event; False: the connection is to be ended."""
        if isinstance(event, Ping):
            self._answers += self._protocol.send(event.response())
        elif isinstance(event, TextMessage):
            parts.append(event.data)
            if sum(map(len, parts)) > self._longest or len(self._incoming) >= _MOST_WAITING:
                return False
            if event.message_finished:
                self._incoming.append("".join(parts))
                parts.clear()
        return not isinstance(event, CloseConnection | BytesMessage)


def accept(environ: Mapping[str, Any], turn: threading.Event, *, longest: int) -> Connection | None:
    """The WebSocket that a request asks for; None if it asks for none, or none can be had here.

    Parameters
    ----------
    turn : set by whoever has something for the connection's own thread to do
    longest : letters of a message; a longer one ends the connection
    """
    stream = environ.get("gunicorn.socket")
    if stream is None or environ.get("HTTP_UPGRADE", "").lower() != "websocket":
        return None
    names = {
        "Host": "HTTP_HOST", "Upgrade": "HTTP_UPGRADE", "Connection": "HTTP_CONNECTION",
        "Sec-WebSocket-Key": "HTTP_SEC_WEBSOCKET_KEY",
        "Sec-WebSocket-Version": "HTTP_SEC_WEBSOCKET_VERSION",
    }  # fmt: skip
    lines = [f"{name}: {environ.get(key, '')}" for name, key in names.items()]
    request = "\r\n".join(["GET / HTTP/1.1", *lines, "", ""])
    try:
        return Connection(stream, request.encode("latin-1"), turn, longest=longest)
    except ProtocolError:
        return None
