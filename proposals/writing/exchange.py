"""One exchange between a page and the text: what the page wrote against what it lacks.

The same message goes by POST or by socket: JSON, with bytes in base64.
"""

import binascii
import re
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from core.db import Database
from core.errors import RoomError
from core.together import Together
from proposals.errors import UnreadableUpdateError
from proposals.models import Proposal
from proposals.people import queries as people
from proposals.people.queries import Circle
from proposals.writing import queries, services, storing
from proposals.writing.hub import Hub, People
from proposals.writing.models import Writing, WritingPresence
from proposals.writing.queries import Since
from proposals.writing.services import Page
from proposals.writing.storing import Sent

SIGN_EVERY = timedelta(seconds=14)  # between two signs of one page that are written down
GATHER = 0.01  # seconds in which updates of all texts are gathered into one transaction
_PAGE = re.compile(r"[0-9a-z]{6,16}")


@dataclass(frozen=True)
class Message:
    """What a page sends: who it is, what it has seen, and what it wrote."""

    page: Page
    after: int
    state: bytes
    update: bytes | None

    @classmethod
    def read(cls, said: Any) -> "Message":
        """The message in JSON values; UnreadableUpdateError if it is none."""
        try:
            name, field, after = said["page"], said.get("field", ""), said["after"]
            update = said.get("update")
            if not (isinstance(name, str) and _PAGE.fullmatch(name) and isinstance(field, str)):
                raise UnreadableUpdateError
            if isinstance(after, bool) or not isinstance(after, int):
                raise UnreadableUpdateError
            return cls(
                page=Page(name, field),
                after=after,
                state=b64decode(said["state"], validate=True),
                update=None if update is None else b64decode(update, validate=True),
            )
        except (AttributeError, KeyError, TypeError, ValueError, binascii.Error):
            raise UnreadableUpdateError from None


@dataclass(frozen=True)
class Act:
    """What to keep of a message: its update, and that the page is there, if that `is_due`."""

    proposal_id: UUID
    message: Message
    account_id: UUID
    now: datetime
    is_due: bool


class Exchange:
    """The exchanges of one process. Those that come at the same time share a transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.hub = Hub(database)
        self.keep: Together[Act, None] = Together(self._keep, pause=GATHER)

    def __call__(
        self, proposal_id: UUID, message: Message, *, account_id: UUID, now: datetime
    ) -> Mapping[str, Any]:
        """Keep what was written, note that the page is there, and tell what it lacks.

        What is answered is committed: nothing is called stored that could still be lost.

        Raises
        ------
        As `storing.store`.
        TooManyPagesError : this person has too many pages open.
        """
        with self._database.reading() as session:
            services.check_writer(session, proposal_id, account_id)
            shown = session.get(WritingPresence, (proposal_id, message.page.name))
            writing = queries.head(session, proposal_id)
        is_due = (
            writing is None
            or shown is None
            or shown.account_id != account_id
            or shown.field != message.page.field
            or now - shown.at >= SIGN_EVERY
        )
        if message.update is not None or is_due:
            self.keep(Act(proposal_id, message, account_id, now, is_due))
        with self._database.reading() as session:
            since = since_of(session, proposal_id, message.after, message.state)
            here = queries.gathering(session, proposal_id, now=now)
        return answer(since, here, account_id)

    def announce(self, session: Session, proposal_id: UUID) -> None:
        """Tell open pages of a text what was done to it by another way than an exchange."""
        if writing := queries.head(session, proposal_id):
            self.hub.grown(session, proposal_id, writing.seq)
            self.hub.moved(session, proposal_id)
            self.hub.send(session)

    def _keep(self, acts: Sequence[Act]) -> Sequence[Exception | None]:
        """Do some acts in one transaction; a refused one changes nothing, also not for others."""
        answers: dict[int, RoomError] = {}
        with self._database.writing() as session:
            for at in self._strange(session, acts):  # first: of a page too many nothing is stored
                try:
                    self._be_present(session, acts[at])
                except RoomError as refusal:
                    answers[at] = refusal
            sent = {
                at: Sent(act.proposal_id, act.account_id, act.message.update, act.now)
                for at, act in enumerate(acts)
                if act.message.update is not None and at not in answers
            }
            stored = storing.store_all(session, list(sent.values()))
            for at, number in zip(sent, stored, strict=True):
                if isinstance(number, RoomError):
                    answers[at] = number
                elif number is not None:
                    self.hub.grown(session, acts[at].proposal_id, number, sent[at].update)
            self.hub.send(session)
        return [answers.get(at) for at in range(len(acts))]

    def _strange(self, session: Session, acts: Sequence[Act]) -> Sequence[int]:
        """Which signs are of pages that are new, have moved, or may be refused; others are kept."""
        due = [at for at, act in enumerate(acts) if act.is_due]
        if not due:
            return ()
        circles = people.circles(session, sorted({acts[at].proposal_id for at in due}))
        fine = [at for at in due if _is_fine(circles.get(acts[at].proposal_id), acts[at])]
        pages = {
            (acts[at].proposal_id, acts[at].message.page.name): (
                acts[at].account_id, acts[at].message.page.field,
            )
            for at in fine
        }  # fmt: skip
        known = services.renew(session, pages, now=acts[due[-1]].now) if pages else set()
        renewed = {at for at in fine if (acts[at].proposal_id, acts[at].message.page.name) in known}
        return sorted({*due} - renewed, key=lambda at: acts[at].proposal_id)

    def _be_present(self, session: Session, act: Act) -> None:
        services.check_writer(session, act.proposal_id, act.account_id)
        page = act.message.page
        services.be_present(session, act.proposal_id, page, account_id=act.account_id, now=act.now)
        if queries.head(session, act.proposal_id) is None:
            services.opened(session, session.get_one(Proposal, act.proposal_id))
        self.hub.moved(session, act.proposal_id)


def _is_fine(circle: Circle | None, act: Act) -> bool:
    try:
        services.check_circle(circle, act.account_id)
    except RoomError:
        return False
    return True


def since_of(session: Session, proposal_id: UUID, after: int, state: bytes) -> Since:
    """What somebody lacks who has seen all up to `after`, and has `state`."""
    writing = session.get_one(Writing, proposal_id)
    return queries.since(session, writing, after, state)


def told(since: Since) -> Mapping[str, Any]:
    """What a page is told that knows who is here."""
    return {
        "seq": since.seq,
        "updates": [b64encode(update).decode() for update in since.updates],
    }


def answer(since: Since, people: People, account_id: UUID) -> Mapping[str, Any]:
    """What a page is told."""
    me = str(account_id)
    return {
        **told(since),
        "people": [
            {"name": one["name"], "fields": one["fields"], "is_you": one["id"] == me}
            for one in people
        ],
    }
