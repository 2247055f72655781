"""The mail server that takes the city's letters."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import unquote, urlsplit

PATIENCE = 20  # seconds for each answer
PORTS = {"smtp": 25, "smtps": 465}
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True)
class Relay:
    """How to reach it.

    `smtps` speaks TLS from the first byte. `smtp` begins TLS where the server offers it; a password
    is never sent without.
    """

    scheme: str
    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)

    @classmethod
    def of(cls, url: str) -> Self:
        """Read `smtp://user:password@host:port`; ValueError if it is none."""
        parts = urlsplit(url)
        if parts.scheme not in PORTS or not parts.hostname or parts.path.strip("/"):
            raise ValueError("no address of a mail server")
        return cls(
            parts.scheme, parts.hostname, parts.port or PORTS[parts.scheme],
            unquote(parts.username or ""), unquote(parts.password or ""),
        )  # fmt: skip

    @contextmanager
    def opened(self) -> Iterator[smtplib.SMTP]:
        """A connection that takes letters; OSError or SMTPException if there is none."""
        with self._connected() as server:
            server.ehlo()
            if self.scheme == "smtp" and server.has_extn("starttls"):
                server.starttls(context=ssl.create_default_context())
                server.ehlo()
            elif self.scheme == "smtp" and self.user and self.host not in LOOPBACK:
                raise smtplib.SMTPNotSupportedError("no TLS, so no password is sent")
            if self.user:
                server.login(self.user, self.password)
            yield server

    def _connected(self) -> smtplib.SMTP:
        if self.scheme == "smtps":
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(self.host, self.port, timeout=PATIENCE, context=context)
        return smtplib.SMTP(self.host, self.port, timeout=PATIENCE)
