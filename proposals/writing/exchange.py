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
from proposals.writing.hub import Hub
from proposals.writing.models import Writing, WritingPresence
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

    What is answered is committed: `stored` is said of nothing that could still be lost.

    Raises
    ------
    As `services.store`.
    TooManyPagesError : this person has too many pages open.
    """
    with database.reading() as session:
        is_new = message.update is not None or queries.head(session, proposal_id) is None
        shown = session.get(WritingPresence, (proposal_id, message.page.name))
        is_silent = (
            shown is None or shown.field != message.page.field or now - shown.at >= SIGN_EVERY
        )
    if is_new or is_silent:
        with database.writing() as session:
            _keep(session, hub, proposal_id, message, account_id=account_id, now=now)
    with database.reading() as session:
        return answer(session, proposal_id, message.after, message.state, account_id, now=now)


def answer(
    session: Session,
    proposal_id: UUID,
    after: int,
    state: bytes,
    account_id: UUID,
    *,
    now: datetime,
) -> Mapping[str, Any]:
    """What a page lacks that has seen all up to `after`, and who is there."""
    proposal = session.get_one(Proposal, proposal_id)
    services.check_writer(session, proposal, account_id)
    writing = session.get_one(Writing, proposal_id)  # opened by the first exchange
    since = queries.since(session, writing, after, state)
    here: dict[UUID, dict[str, Any]] = {}
    for person in queries.present(session, proposal_id, now=now):
        one = here.setdefault(
            person.account_id,
            {"name": person.name, "fields": [], "is_you": person.account_id == account_id},
        )
        if person.field:
            one["fields"].append(person.field)
    return {
        "seq": since.seq,
        "updates": [b64encode(update).decode() for update in since.updates],
        "people": list(here.values()),
    }


def _keep(
    session: Session,
    hub: Hub,
    proposal_id: UUID,
    message: Message,
    *,
    account_id: UUID,
    now: datetime,
) -> None:
    proposal = session.get(Proposal, proposal_id)
    if proposal is None:
        raise NotYourProposalError
    services.check_writer(session, proposal, account_id)
    services.be_present(session, proposal_id, message.page, account_id=account_id, now=now)
    services.opened(session, proposal)
    if message.update is not None:
        services.store(session, proposal, message.update, account_id=account_id, now=now)
    hub.tell(session, proposal_id)
