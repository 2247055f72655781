"""Adding to a text that is written together. The session is the caller's; nothing here commits.

Each act locks the text's row first, so that updates are numbered in the order in which they are
kept: whoever has seen number n will never miss one below it.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select
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
    session: Session, proposal: Proposal, update: bytes, *, account_id: UUID, now: datetime
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
    head = opened(session, proposal)
    check_writer(session, proposal.id, account_id)
    known = {
        row.client: row
        for row in session.scalars(
            select(WritingClient).where(
                WritingClient.proposal_id == proposal.id, WritingClient.client.in_(said.clients)
            )
        )
    }
    risen = updates.rises(said, {client: row.clock for client, row in known.items()})
    if any(known[client].account_id != account_id for client in risen if client in known):
        raise ForgedWriterError
    if not risen and texts.holds(queries.whole(session, head), update):
        return None
    _check_room(session, head, len(update), account_id, new=len(risen.keys() - known.keys()))
    _count(session, head, known, risen, account_id)
    return _append(session, head, update, account_id=account_id, now=now)


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
        store(session, proposal, update, account_id=account_id, now=now)


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


def _check_room(session: Session, head: Writing, more: int, account_id: UUID, *, new: int) -> None:
    if head.size + more > LARGEST_TEXT:
        raise FullTextError
    if new:
        pages = select(func.count()).where(
            WritingClient.proposal_id == head.proposal_id, WritingClient.account_id == account_id
        )
        if (session.scalar(pages) or 0) + new > MOST_CLIENTS:
            raise FullTextError


def _count(
    session: Session,
    head: Writing,
    known: Mapping[int, WritingClient],
    risen: Mapping[int, int],
    account_id: UUID,
) -> None:
    """Bind new pages to the person, and count the units of those that wrote."""
    for client, clock in risen.items():
        if client in known:
            known[client].clock = clock
        else:
            session.add(
                WritingClient(
                    proposal_id=head.proposal_id, client=client, account_id=account_id, clock=clock
                )
            )


def _append(
    session: Session, head: Writing, update: bytes, *, account_id: UUID, now: datetime
) -> int:
    head.seq += 1
    head.size += len(update)
    session.add(
        WritingUpdate(
            proposal_id=head.proposal_id, seq=head.seq, account_id=account_id, at=now, data=update
        )
    )
    session.flush()
    if head.seq - head.folded >= FOLD_EVERY:
        _fold(session, head)
    return head.seq


def _fold(session: Session, head: Writing) -> None:
    """Put the updates so far into the whole; who wrote what is told by the pages' numbers."""
    data = texts.folded(queries.whole(session, head))
    session.get_one(WritingWhole, head.proposal_id).data = data
    session.execute(delete(WritingUpdate).where(WritingUpdate.proposal_id == head.proposal_id))
    head.folded, head.size = head.seq, len(data)
    session.flush()
