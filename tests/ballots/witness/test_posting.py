"""One request to a server that means no good: it gets so many seconds, and so many bytes."""

import socket
import threading
from contextlib import contextmanager

import pytest

from ballots.posting import MOST_BYTES, post

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\n"


@contextmanager
def server(*parts, pause=0.0):
    """Answers one request by these parts, with a pause after each; gives its address."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        ended = threading.Event()

        def answer():
            taken, _ = listening.accept()
            with taken:
                taken.recv(65536)
                try:
                    for part in parts:
                        taken.sendall(part)
                        if ended.wait(pause):
                            break
                except OSError:
                    pass  # the client has hung up

        thread = threading.Thread(target=answer)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/w"
        ended.set()
        thread.join()


def test_an_answer():
    with server(HEAD + b"Content-Length: 2\r\n\r\nhi") as url:
        found = post(url, b"body")
    assert (found.status, found.kind, found.body) == (200, "text/plain", b"hi")


def test_no_more_is_read_than_is_bearable():
    with server(HEAD + b"\r\n" + b"x" * (MOST_BYTES + 5)) as url:
        assert len(post(url, b"body").body) == MOST_BYTES


def test_a_redirect_is_not_followed():
    with server(
        b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"
    ) as url:
        assert post(url, b"").status == 302


@pytest.mark.parametrize(
    "parts",
    [
        [b""] * 99,  # connects, and says nothing
        [HEAD + b"Content-Length: 99\r\n\r\n", *[b"x"] * 99],
        [HEAD + b"\r\n", *[b"x"] * 99],  # would end only with the connection
        [b"HTTP/1.1 200 OK\r\nX: ", *[b"x"] * 99],
    ],
)
def test_who_answers_byte_by_byte_is_cut_off(parts):
    with server(*parts, pause=0.05) as url, pytest.raises(TimeoutError, match=r"0\.3 seconds"):
        post(url, b"body", patience=0.3)


def test_who_is_not_there_or_no_address():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    for url in (f"http://127.0.0.1:{port}", "ftp://127.0.0.1", "no address", "http://"):
        with pytest.raises(OSError):  # noqa: PT011 - any: the system words it
            post(url, b"body")
