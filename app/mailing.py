"""Letters written and sent beside the site: a thread where one process serves, else a command."""

import smtplib
import threading
from dataclasses import dataclass
from email.headerregistry import Address, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime, parseaddr
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.routing import MapAdapter

from accounts.models import Account
from app import sentences
from app.beside import again_and_again, in_a_thread
from app.config import Config
from app.logs import log
from app.relay import Relay
from core import clock
from core.db import Database
from core.journal import JournalEntry
from core.words import gettext as _
from core.words import moment, ngettext, speaking
from proposals.mail import queries, queue
from proposals.mail.links import Links
from proposals.mail.models import CONFIRM, Letter
from proposals.mail.queries import News
from proposals.mail.queue import Claim
from proposals.notices.views import PLACES

PAUSE = 10.0  # seconds between two looks
# A server's codes for an address that takes no mail; but 5.7 is what it thinks of us.
NO_SUCH = frozenset({550, 551, 553})
OUR_FAULT = b"5.7."


class UnwritableError(Exception):
    """No letter can be written to this address."""


class _Unfolded(UnstructuredHeader):
    """A header in one line however long: a link that is folded is none to mail programs."""

    def fold(self, *, policy: EmailPolicy) -> str:
        """The line."""
        return f"{self.name}: {self}{policy.linesep}"  # type: ignore[attr-defined]  # by the registry


HEADERS = HeaderRegistry()
HEADERS.map_to_type("list-unsubscribe", _Unfolded)  # type: ignore[arg-type]  # it adds the base itself


@dataclass(frozen=True)
class Office:
    """What letters are made of and how they leave: the site's pages, words and mail server."""

    app: Flask
    relay: Relay
    sender: str  # as mail shows it: 광장 <square@city.example>
    site: str  # https://square.city.example

    @classmethod
    def of(cls, app: Flask, config: Config) -> "Office | None":
        """The office of a site; None if the city sends no mail."""
        if not config.smtp_url:
            return None
        return cls(app, Relay.of(config.smtp_url), config.mail_from, config.site)

    def write(self, session: Session, letter: Letter) -> EmailMessage | None:
        """The letter as it is sent; None if there is nothing to say to anybody any more."""
        reader = queries.recipient(session, letter, links=self._links)
        if reader is None:
            return None
        with speaking(reader.language):
            if letter.kind == CONFIRM:
                return self._confirming(reader, letter)
            news = queries.news(session, letter)
            return self._telling(reader, letter, news) if news else None

    def _confirming(self, reader: Account, letter: Letter) -> EmailMessage:
        token = self._links.to_confirm(reader.id, reader.email)
        said = self._said(
            "confirm", site=self.site, confirm=self._address("mail_links.confirm", token=token)
        )
        return self._message(reader, letter, _("Confirm your address"), said)

    def _telling(self, reader: Account, letter: Letter, news: News) -> EmailMessage:
        lines = [self._line(one.entry, news, reader.language) for one in news.notices]
        stop = self._address("mail_links.stop", token=self._links.to_stop(reader.id))
        said = self._said(
            "news", lines=lines, more=news.more, all=self._address("notices.index"), stop=stop,
            choose=self._address("mail.choose"),
        )  # fmt: skip
        number = len(lines) + news.more
        title = lines[0][0] if number == 1 else ""
        subject = title or ngettext("%(num)s notice", "%(num)s notices", number)
        message = self._message(reader, letter, subject, said)
        message["List-Unsubscribe"] = f"<{stop}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        return message

    def _line(
        self, entry: JournalEntry, news: News, language: str
    ) -> tuple[str, str, str, str | None]:
        """What one notice is about, what happened, when, and where to read on."""
        proposal = news.proposals.get(entry.about_id) if entry.about_id else None
        endpoint, name = PLACES[entry.about]
        if proposal is not None:
            title = proposal.title_in(language)
        elif entry.about == "cycle":
            title = str(entry.values.get(f"title_{language}", ""))
        else:
            return _("A proposal that is not public now"), "", moment(entry.at), None
        where = self._address(endpoint, **{name: entry.about_id})
        return title, sentences.of_entry(entry), moment(entry.at), where

    def _message(self, reader: Account, letter: Letter, subject: str, said: str) -> EmailMessage:
        message = EmailMessage(policy=SMTP.clone(header_factory=HEADERS))
        name, address = parseaddr(self.sender)
        message["From"] = Address(name, addr_spec=address)
        message["To"] = _addressed(reader.email)
        message["Subject"] = " ".join(subject.split())  # a title with line ends is no header
        message["Date"] = format_datetime(letter.made_at)
        message["Message-ID"] = f"<{letter.id}@{address.partition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        message["Content-Language"] = reader.language
        message.set_content(said)
        return message

    def _said(self, template: str, **values: Any) -> str:
        found = self.app.jinja_env.get_template(f"proposals/mail/{template}.txt")
        return found.render(**values)

    def _address(self, endpoint: str, **values: Any) -> str:
        return self._urls.build(endpoint, values, force_external=True)

    @property
    def _urls(self) -> MapAdapter:
        parts = urlsplit(self.site)
        return self.app.url_map.bind(parts.netloc, url_scheme=parts.scheme)

    @property
    def _links(self) -> Links:
        return Links(self.app.config["SECRET_KEY"])


def _addressed(email: str) -> Address:
    """The address as any server takes it: a domain of other letters in its ASCII form."""
    local, _at, domain = email.rpartition("@")
    try:
        local.encode("ascii")
        return Address(username=local, domain=domain.encode("idna").decode())
    except (ValueError, IndexError) as error:  # letters before the @ that few servers take
        raise UnwritableError from error


def turn(database: Database, office: Office) -> int:
    """Make the letters that are due and send what can be sent; how many were tried."""
    while queue.gather(database, now=clock.now()) == queue.BATCH:
        pass
    claims = queue.claim(database, now=clock.now())
    if not claims:
        return 0
    left, is_there = list(claims), False
    try:
        with office.relay.opened() as server:
            is_there = True
            while left:
                _send(database, office, server, left[0])
                del left[0]
    except (OSError, smtplib.SMTPException) as error:
        # If it goes away at a letter, that one may be why: the others do not wait for it.
        failed = left[:1] if is_there else left
        for claim in failed:
            _put_off(database, claim, error)
        for claim in left[len(failed) :]:
            queue.release(database, claim, now=clock.now())
    return len(claims)


def _send(database: Database, office: Office, server: smtplib.SMTP, claim: Claim) -> None:
    """Send one letter and say what became of it; raises if the server went away.

    Whatever else is wrong is wrong with this letter: the others must not wait for it.
    """
    try:
        with database.reading() as session:
            message = office.write(session, session.get_one(Letter, claim.letter_id))
        if message is not None:
            server.send_message(message)
    except smtplib.SMTPServerDisconnected:
        raise
    except UnwritableError:
        queue.end(database, claim, "refused", now=clock.now())
    except smtplib.SMTPRecipientsRefused as error:
        code, said = next(iter(error.recipients.values()))
        if code in NO_SUCH and OUR_FAULT not in said:
            queue.end(database, claim, "refused", now=clock.now())
        else:
            _put_off(database, claim, error)
    except smtplib.SMTPException as error:
        _put_off(database, claim, error)
    except OSError:  # the server's connection, or the database's
        raise
    except Exception as error:  # a fault of this letter alone must not hold up the others
        _put_off(database, claim, error)
    else:
        queue.end(database, claim, "sent" if message else "empty", now=clock.now())


def _put_off(database: Database, claim: Claim, error: Exception) -> None:
    _complain(error)
    if queue.put_off(database, claim, now=clock.now()):
        log.error("mail given up", letter=str(claim.letter_id))


def _complain(error: Exception) -> None:
    """Tell the operator what the server said, but not what it said of whom."""
    log.warning("mail", error=type(error).__name__, code=getattr(error, "smtp_code", None))


def start_mailing(app: Flask, config: Config) -> threading.Event | None:
    """Send mail in a thread, where the city sends any; set the event to end it."""
    office = Office.of(app, config)
    if office is None:
        return None
    return in_a_thread(partial(run, app.extensions["database"], office))


def run(database: Database, office: Office, stopped: threading.Event) -> None:
    """Send what is due, a look every ten seconds."""
    again_and_again(partial(turn, database, office), stopped, pause=PAUSE, failed=report)


def report(error: Exception) -> None:
    """Tell the operator, by the log; without its words, which may name an address."""
    log.error("mail", error=type(error).__name__)
