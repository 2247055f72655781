"""One exchange between a page and the text: what the page wrote against what it lacks.

The same message goes by POST or by socket: JSON, with bytes in base64.
"""

import binascii
import re
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from core.db import Database
from proposals.errors import NotYourProposalError, UnreadableUpdateError
from proposals.models import Proposal
from proposals.writing import queries, services
from proposals.writing.hub import Hub, People
from proposals.writing.models import Writing, WritingPresence
from proposals.writing.queries import Since
from proposals.writing.services import Page

SIGN_EVERY = timedelta(seconds=10)  # between two signs of one page that are written down
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


def exchange(
    database: Database,
    hub: Hub,
    proposal_id: UUID,
    message: Message,
    *,
    account_id: UUID,
    now: datetime,
) -> Mapping[str, Any]:
    """Keep what was written, note that the page is there, and tell what it lacks.

    What is answered is committed: nothing is called stored that could still be lost.

    Raises
    ------
    As `services.store`.
    TooManyPagesError : this person has too many pages open.
    """
    with database.reading() as session:
        services.check_writer(session, proposal_id, account_id)
        shown = session.get(WritingPresence, (proposal_id, message.page.name))
        writing = queries.head(session, proposal_id)
    is_due = shown is None or shown.field != message.page.field or now - shown.at >= SIGN_EVERY
    if message.update is not None or writing is None or is_due:
        keep(database, hub, proposal_id, message, account_id=account_id, now=now, is_due=is_due)
    with database.reading() as session:
        since = since_of(session, proposal_id, message.after, message.state)
        people = queries.gathering(session, proposal_id, now=now)
    return answer(since, people, account_id)


def keep(
    database: Database,
    hub: Hub,
    proposal_id: UUID,
    message: Message,
    *,
    account_id: UUID,
    now: datetime,
    is_due: bool,
) -> None:
    """Store what a page wrote, and that it is there if that `is_due`."""
    with database.writing() as session:
        proposal = session.get(Proposal, proposal_id)
        if proposal is None:
            raise NotYourProposalError
        if message.update is None:
            services.check_writer(session, proposal_id, account_id)
            services.opened(session, proposal)
        else:
            seq = services.store(session, proposal, message.update, account_id=account_id, now=now)
            if seq is not None:
                hub.grown(session, proposal_id, seq, message.update)
        if is_due:
            services.be_present(session, proposal_id, message.page, account_id=account_id, now=now)
            hub.moved(session, proposal_id)


def since_of(session: Session, proposal_id: UUID, after: int, state: bytes) -> Since:
    """What somebody lacks who has seen all up to `after`, and has `state`."""
    writing = session.get_one(Writing, proposal_id)
    return queries.since(session, writing, after, state)


def answer(since: Since, people: People, account_id: UUID) -> Mapping[str, Any]:
    """What a page is told."""
    me = str(account_id)
    return {
        "seq": since.seq,
        "updates": [b64encode(update).decode() for update in since.updates],
        "people": [
            {"name": one["name"], "fields": one["fields"], "is_you": one["id"] == me}
            for one in people
        ],
    }
