"""A WebSocket as the server holds it, before a peer that is friendly or is not."""

import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from wsproto import ConnectionType, WSConnection
from wsproto.events import (
    AcceptConnection,
    BytesMessage,
    CloseConnection,
    Event,
    Ping,
    Pong,
    Request,
    TextMessage,
)

from proposals.writing.socket import Connection, accept

LONGEST = 1000


@dataclass
class Peer:
    """The other side."""

    stream: socket.socket
    protocol: WSConnection

    def send(self, event: Event) -> None:
        self.stream.sendall(self.protocol.send(event))

    def events(self) -> Iterator[Event]:
        """What comes, until the connection ends."""
        self.stream.settimeout(10)
        while data := self.stream.recv(65536):
            self.protocol.receive_data(data)
            yield from self.protocol.events()


@pytest.fixture
def pair() -> Iterator[tuple[Connection, Peer]]:
    ours, theirs = socket.socketpair()
    peer = Peer(theirs, WSConnection(ConnectionType.CLIENT))
    asked = peer.protocol.send(Request(host="x", target="/")).decode().split("\r\n")[1:]
    headers = dict(line.split(": ", 1) for line in asked if line)
    environ = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
    connection = accept({**environ, "gunicorn.socket": ours}, threading.Event(), longest=LONGEST)
    assert connection is not None
    with connection:
        events = peer.events()
        assert isinstance(next(events), AcceptConnection)
        yield connection, peer
    theirs.close()


def come(connection: Connection) -> list[str]:
    """The messages that come next."""
    found: list[str] = []
    while not found and connection.is_open:
        assert connection.turn(10)
        found = connection.messages()
    return found


def test_messages_go_both_ways(pair):
    connection, peer = pair
    peer.send(TextMessage(data="안녕 👋"))
    assert come(connection) == ["안녕 👋"]
    long = "답" * 400_000  # more than the system's buffer holds at once
    sending = threading.Thread(target=connection.send, args=(long,))
    sending.start()
    text = ""
    for event in peer.events():
        text += event.data
        if event.message_finished:
            break
    sending.join()
    assert text == long


def test_a_message_in_pieces_is_one(pair):
    connection, peer = pair
    peer.send(TextMessage(data="하나", message_finished=False))
    peer.send(TextMessage(data="둘", message_finished=True))
    assert come(connection) == ["하나둘"]


def test_a_ping_is_answered(pair):
    connection, peer = pair
    peer.send(Ping(payload=b"?"))
    assert connection.turn(10)
    (pong,) = [event for _, event in zip(range(1), peer.events(), strict=False)]
    assert pong == Pong(payload=b"?")


@pytest.mark.parametrize(
    "data",
    [b"\xff" * 40, b"\x00" * 40, b"GET / HTTP/1.1\r\n\r\n"],
)
def test_garbage_ends_the_connection(pair, data):
    connection, peer = pair
    peer.stream.sendall(data)
    while connection.is_open:
        assert connection.turn(10)
    assert connection.messages() == []


@pytest.mark.parametrize(
    "event",
    [BytesMessage(data=b"\x01\x02"), TextMessage(data="x" * (LONGEST + 1), message_finished=False),
     TextMessage(data="x" * (LONGEST + 1)), CloseConnection(code=1000)],
)  # fmt: skip
def test_what_is_not_spoken_here_ends_the_connection(pair, event):
    connection, peer = pair
    peer.send(event)
    while connection.is_open:
        assert connection.turn(10)
    assert all(len(message) <= LONGEST for message in connection.messages())


def test_more_messages_than_are_answered_end_the_connection(pair):
    connection, peer = pair
    for number in range(60):
        peer.send(TextMessage(data=str(number)))
    while connection.is_open:
        assert connection.turn(10)
    assert len(connection.messages()) < 60


def test_a_peer_that_goes_is_noticed_and_sending_is_no_fault(pair):
    connection, peer = pair
    peer.stream.close()
    while connection.is_open:
        assert connection.turn(10)
    connection.send("nobody hears this")


def test_a_reason_is_told_at_the_end(pair):
    connection, peer = pair
    connection.close(4000, "why")
    (said,) = [event for event in peer.events() if isinstance(event, CloseConnection)]
    assert (said.code, said.reason) == (4000, "why")


@pytest.mark.parametrize("changes", [{"HTTP_UPGRADE": ""}, {"gunicorn.socket": None}])
def test_what_is_no_socket_is_not_accepted(changes):
    ours, theirs = socket.socketpair()
    environ = {
        "HTTP_HOST": "x", "HTTP_UPGRADE": "websocket", "HTTP_CONNECTION": "Upgrade",
        "HTTP_SEC_WEBSOCKET_VERSION": "13", "gunicorn.socket": ours,
    }  # fmt: skip
    assert accept({**environ, **changes}, threading.Event(), longest=LONGEST) is None
    ours.close()
    theirs.close()
