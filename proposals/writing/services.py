"""Adding to a text that is written together. The session is the caller's; nothing here commits.

Each act locks the text's row first, so that updates are numbered in the order in which they are
kept: whoever has seen number n will never miss one below it.
"""

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, delete, func, insert, select
from sqlalchemy import update as update_
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from proposals import workflow
from proposals.errors import (
    ForgedWriterError,
    FrozenProposalError,
    FullTextError,
    LongUpdateError,
    NotYourProposalError,
    TooManyPagesError,
)
from proposals.models import Proposal
from proposals.people import queries as people
from proposals.writing import queries, texts, updates
from proposals.writing.models import (
    Writing,
    WritingClient,
    WritingPresence,
    WritingUpdate,
    WritingWhole,
)

LONGEST_UPDATE = 64 * 1024  # bytes; 20,000 Korean letters pasted at once are 60,000
LARGEST_TEXT = 4 * 1024 * 1024  # bytes of a text with all that was ever written in it
FOLD_EVERY = 128  # updates; more make opening slow, fewer make writing slow
MOST_CLIENTS = 4096  # pages on which one person ever wrote in one text
MOST_PAGES = 8  # pages that one person has open at once, of all texts
CLIENT_BITS = 32  # of a page's number, as Yjs draws it

# Tables instead of classes, built once: each keystroke of everybody comes this way. Objects of
# these rows are read anew where they are used.
_TABLES = Writing.metadata.tables
_WRITINGS, _CLIENTS = _TABLES["writings"], _TABLES["writing_clients"]
_HEAD = (
    select(*_WRITINGS.c["seq", "folded", "size"])
    .where(_WRITINGS.c.proposal_id == bindparam("id"))
    .with_for_update()
)
_KNOWN = select(*_CLIENTS.c["client", "account_id", "clock"]).where(
    _CLIENTS.c.proposal_id == bindparam("id"),
    _CLIENTS.c.client.in_(bindparam("clients", expanding=True)),
)
_BIND = insert(_CLIENTS)
_RISE = (
    update_(_CLIENTS)
    .where(_CLIENTS.c.proposal_id == bindparam("id"), _CLIENTS.c.client == bindparam("page"))
    .values(clock=bindparam("to"))
)
_ADD = insert(_TABLES["writing_updates"])
_GROW = (
    update_(_WRITINGS)
    .where(_WRITINGS.c.proposal_id == bindparam("id"))
    .values(seq=bindparam("to"), size=_WRITINGS.c.size + bindparam("more"))
)


@dataclass(frozen=True)
class Page:
    """An open page of somebody's: its own name, and the field in which the caret is."""

    name: str
    field: str = ""


def opened(session: Session, proposal: Proposal) -> Writing:
    """The text of a proposal, locked; begun with the words of its columns if need be."""
    found = _locked(session, proposal.id)
    if found is not None:
        return found
    client = secrets.randbits(CLIENT_BITS)
    words = queries.columns(proposal)
    first = texts.edit(texts.EMPTY, client, words) or texts.EMPTY
    head = Writing(proposal_id=proposal.id, seq=0, settled=0, folded=0, size=len(first))
    try:
        with session.begin_nested():
            session.add(head)
            session.flush()
            session.add(WritingWhole(proposal_id=proposal.id, data=first))
            if clock := updates.rises(updates.read(first), {}).get(client, 0):
                session.add(
                    WritingClient(
                        proposal_id=proposal.id, client=client, clock=clock,
                        account_id=proposal.author_id,
                    )
                )  # fmt: skip
    except IntegrityError:  # another page began it at the same moment
        return session.get_one(Writing, proposal.id, with_for_update=True, populate_existing=True)
    return head


def store(
    session: Session, proposal_id: UUID, update: bytes, *, account_id: UUID, now: datetime
) -> int | None:
    """Keep one update; gives its number, or None if it says nothing new and nothing was stored.

    Raises
    ------
    NotYourProposalError, FrozenProposalError : who, and when.
    UnreadableUpdateError, GapInUpdateError : it is no edit, or hangs on what is not there.
    ForgedWriterError : it writes as a page that is somebody else's.
    LongUpdateError, FullTextError : it, or the text, is too large.
    """
    if len(update) > LONGEST_UPDATE:
        raise LongUpdateError
    said = updates.read(update)
    head = session.connection().execute(_HEAD, {"id": proposal_id}).one_or_none()
    if head is None:
        opened(session, session.get_one(Proposal, proposal_id))
        head = session.connection().execute(_HEAD, {"id": proposal_id}).one()
    check_writer(session, proposal_id, account_id)
    known = _known(session, proposal_id, said.clients)
    risen = updates.rises(said, {client: clock for client, (_, clock) in known.items()})
    if any(known[client][0] != account_id for client in risen if client in known):
        raise ForgedWriterError
    if not risen and texts.holds(
        queries.whole(session, session.get_one(Writing, proposal_id, populate_existing=True)),
        update,
    ):
        return None
    new = risen.keys() - known.keys()
    if head.size + len(update) > LARGEST_TEXT or (
        new and _pages(session, proposal_id, account_id) + len(new) > MOST_CLIENTS
    ):
        raise FullTextError
    _count(session, proposal_id, risen, new, account_id=account_id)
    seq: int = head.seq + 1
    _append(session, proposal_id, seq, update, account_id=account_id, now=now)
    if seq - head.folded >= FOLD_EVERY:
        _fold(session, proposal_id)
    return seq


def write(
    session: Session,
    proposal: Proposal,
    words: Mapping[str, str],
    *,
    account_id: UUID,
    now: datetime,
) -> None:
    """Make the fields read like `words`, as this person's edit: what a plain form sends.

    Raises
    ------
    As `store`.
    """
    head = opened(session, proposal)
    client = secrets.randbits(CLIENT_BITS)
    update = texts.edit(queries.whole(session, head), client, words)
    if update is not None:
        store(session, proposal.id, update, account_id=account_id, now=now)


def settle(session: Session, proposal: Proposal) -> None:
    """Note that the proposal's own columns have the words as they stand."""
    head = opened(session, proposal)
    head.settled = head.seq
    session.flush()


def check_writer(session: Session, proposal_id: UUID, account_id: UUID) -> None:
    """Raise NotYourProposalError or FrozenProposalError unless this person may write now."""
    status, may_write = people.standing(session, proposal_id, account_id)
    if not may_write:
        raise NotYourProposalError
    if status not in workflow.EDITABLE:
        raise FrozenProposalError(status=status)


def be_present(
    session: Session, proposal_id: UUID, page: Page, *, account_id: UUID, now: datetime
) -> None:
    """Note that a page is open, and where its caret is.

    Raises
    ------
    TooManyPagesError : this person has too many open.
    """
    row = session.get(WritingPresence, (proposal_id, page.name))
    if row is None:
        session.execute(
            delete(WritingPresence).where(
                WritingPresence.account_id == account_id,
                WritingPresence.at <= now - queries.PRESENT_FOR,
            )
        )
        count = select(func.count()).where(WritingPresence.account_id == account_id)
        if (session.scalar(count) or 0) >= MOST_PAGES:
            raise TooManyPagesError(pages=MOST_PAGES)
        row = WritingPresence(proposal_id=proposal_id, page=page.name, account_id=account_id)
        session.add(row)
    elif row.account_id != account_id:
        raise ForgedWriterError
    row.field = page.field if page.field in updates.FIELDS else ""
    row.at = now
    session.flush()


def be_gone(session: Session, proposal_id: UUID, page: str, *, account_id: UUID) -> None:
    """Note that a page was closed."""
    session.execute(
        delete(WritingPresence).where(
            WritingPresence.proposal_id == proposal_id,
            WritingPresence.page == page,
            WritingPresence.account_id == account_id,
        )
    )


def forget(session: Session, proposal_id: UUID) -> None:
    """Delete a text with all its history, as its draft is deleted."""
    for table in (WritingPresence, WritingClient, WritingUpdate, WritingWhole, Writing):
        session.execute(delete(table).where(table.proposal_id == proposal_id))


def _locked(session: Session, proposal_id: UUID) -> Writing | None:
    query = select(Writing).where(Writing.proposal_id == proposal_id).with_for_update()
    return session.scalar(query.execution_options(populate_existing=True))


def _known(
    session: Session, proposal_id: UUID, clients: Collection[int]
) -> dict[int, tuple[UUID | None, int]]:
    """Whose each of these pages is, and how many units it wrote, as far as it ever wrote."""
    asked = {"id": proposal_id, "clients": list(clients)}
    found = session.connection().execute(_KNOWN, asked)
    return {row.client: (row.account_id, row.clock) for row in found}


def _pages(session: Session, proposal_id: UUID, account_id: UUID) -> int:
    """On how many pages this person ever wrote in this text."""
    query = select(func.count()).where(
        WritingClient.proposal_id == proposal_id, WritingClient.account_id == account_id
    )
    return session.scalar(query) or 0


def _count(
    session: Session,
    proposal_id: UUID,
    risen: Mapping[int, int],
    new: Collection[int],
    *,
    account_id: UUID,
) -> None:
    """Bind new pages to the person, and count the units of those that wrote."""
    for client, clock in risen.items():
        if client in new:
            row = {"proposal_id": proposal_id, "client": client, "account_id": account_id}
            session.connection().execute(_BIND, {**row, "clock": clock})
        else:
            risen_to = {"id": proposal_id, "page": client, "to": clock}
            session.connection().execute(_RISE, risen_to)


def _append(
    session: Session, proposal_id: UUID, seq: int, update: bytes, *, account_id: UUID, now: datetime
) -> None:
    row = {"proposal_id": proposal_id, "seq": seq, "account_id": account_id, "at": now}
    session.connection().execute(_ADD, {**row, "data": update})
    session.connection().execute(_GROW, {"id": proposal_id, "to": seq, "more": len(update)})


def _fold(session: Session, proposal_id: UUID) -> None:
    """Put the updates so far into the whole; who wrote what is told by the pages' numbers."""
    head = session.get_one(Writing, proposal_id, populate_existing=True)
    data = texts.folded(queries.whole(session, head))
    session.get_one(WritingWhole, proposal_id).data = data
    session.execute(delete(WritingUpdate).where(WritingUpdate.proposal_id == proposal_id))
    head.folded, head.size = head.seq, len(data)
    session.flush()
