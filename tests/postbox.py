"""Mail in tests: a server on this machine that keeps what it takes, and people who want news."""

import socket
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope
from aiosmtpd.smtp import Session as Connection
from sqlalchemy import select

from core import journal
from core.access import Role
from core.db import Database
from core.journal import Actor
from proposals.mail import services
from proposals.mail.links import Links
from proposals.mail.models import Letter, MailChoice
from proposals.mail.paces import AT_ONCE
from proposals.models import Proposal
from proposals.notices import making
from proposals.notices.models import Cursor
from tests import factories

OFFICE = Actor(Role.BUDGET_OFFICER)
TAKEN = "250 taken"
SECRET = "a secret of the tests, long enough to be one"
LINKS = Links(SECRET)


class Postbox:
    """What it took, in order; what it answers to a recipient or a letter can be changed."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.raw: list[bytes] = []
        self.recipient = self.letter = TAKEN
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = probe.getsockname()[1]
        self._controller = Controller(self, hostname="127.0.0.1", port=self._port)

    def __enter__(self) -> "Postbox":
        self._controller.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._controller.stop()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"smtp://127.0.0.1:{self._port}"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Connection, envelope: Envelope, address: str, _options: list
    ) -> str:
        if self.recipient == TAKEN:
            envelope.rcpt_tos.append(address)
        return self.recipient

    async def handle_DATA(self, _server: SMTP, _session: Connection, envelope: Envelope) -> str:  # noqa: N802 - the same
        if self.letter == TAKEN:
            self.raw.append(envelope.content)
            self.letters.append(message_from_bytes(envelope.content, policy=default))
        return self.letter


def wants(database: Database, now: datetime, pace: str = AT_ONCE, **account: str) -> Proposal:
    """A proposal, and its author who wants news of it by mail, the address confirmed."""
    with database.writing() as session:
        author = factories.account(session, now, **account)
        made = factories.proposal(session, now, status="received", author=author)
        session.refresh(made, ["author"])
        services.choose(session, author, pace, links=LINKS, now=now)
        assert services.confirm(session, author.id, LINKS.seal(author.email), links=LINKS)
        for letter in session.scalars(select(Letter).where(Letter.account_id == author.id)):
            letter.status = "sent"
    _tell(database)
    with database.writing() as session:  # what lies behind is no part of the test
        choice = session.get_one(MailChoice, author.id)
        choice.told_to = session.get_one(Cursor, 1).entry_id
    return made


def happen(database: Database, proposal: Proposal, now: datetime, count: int = 1) -> list[int]:
    """So many acts at the proposal, of which people were told; their numbers in the journal."""
    with database.writing() as session:
        done = [
            journal.record(
                session, OFFICE, "proposal.placed", about="proposal", about_id=proposal.id, now=now
            ).id
            for _ in range(count)
        ]
    _tell(database)
    return done


def _tell(database: Database) -> None:
    while making.turn(database):
        pass
