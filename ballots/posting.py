"""One request by HTTP to a server that is not trusted: it can keep us neither long nor busy."""

import socket
import threading
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPSConnection
from urllib.parse import urlsplit

PATIENCE = 10.0  # seconds to connect, and again from there to the end of the answer
MOST_BYTES = 64 * 1024
_CONNECTIONS = {"http": HTTPConnection, "https": HTTPSConnection}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said.

    Attributes
    ----------
    kind : its content type
    body : its first `MOST_BYTES` bytes
    """

    status: int
    kind: str
    body: bytes


def post(url: str, body: bytes, *, patience: float = PATIENCE) -> Answer:
    """Send a body and read the answer. A redirect is an answer, and not followed.

    Raises
    ------
    OSError : the server cannot be reached; TimeoutError if it took too long, be it byte by byte.
    HTTPException : what it answers is no HTTP.
    """
    parts = urlsplit(url)
    if parts.scheme not in _CONNECTIONS or not parts.hostname:
        raise OSError(f"no address by http or https: {url}")
    connection = _CONNECTIONS[parts.scheme](parts.hostname, parts.port, timeout=patience)
    is_late = threading.Event()
    try:
        connection.connect()
        # A timeout of the socket begins anew with each byte that comes; this one does not.
        clock = threading.Timer(patience, _cut, [connection.sock, is_late])
        clock.start()
        try:
            answer = _exchange(connection, parts.path, body)
        finally:
            clock.cancel()
    except Exception:
        if not is_late.is_set():
            raise
    finally:
        connection.close()
    if (
        is_late.is_set()
    ):  # even if nothing was raised: an answer without a length ends where it is cut
        raise TimeoutError(f"no whole answer in {patience:g} seconds")
    return answer


def _exchange(connection: HTTPConnection, path: str, body: bytes) -> Answer:
    connection.request("POST", path, body, {"Content-Type": "text/plain; charset=utf-8"})
    with connection.getresponse() as response:
        kind = response.headers.get_content_type()
        return Answer(response.status, kind, response.read(MOST_BYTES))


def _cut(sock: socket.socket, is_late: threading.Event) -> None:
    """End a connection under whoever reads from it."""
    is_late.set()
    with suppress(OSError):  # the plain shutdown, which leaves the reader of a TLS socket alone
        socket.socket.shutdown(sock, socket.SHUT_RDWR)
