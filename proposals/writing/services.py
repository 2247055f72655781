"""Beginning a text that is written together, and who has it open.

The session is the caller's; nothing here commits. `proposals/writing/storing.py` adds to a text.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import String, Uuid, bindparam, delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.rows import ManyRows
from proposals import workflow
from proposals.errors import (
    ForgedWriterError,
    FrozenProposalError,
    NotYourProposalError,
    TooManyPagesError,
)
from proposals.models import Proposal
from proposals.people import queries as people
from proposals.people.queries import Circle
from proposals.writing import queries, texts, updates
from proposals.writing.models import (
    Writing,
    WritingClient,
    WritingPresence,
    WritingUpdate,
    WritingWhole,
)

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
    first = texts.edit(texts.EMPTY, client, queries.columns(proposal)) or texts.EMPTY
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


def settle(session: Session, proposal: Proposal) -> None:
    """Note that the proposal's own columns have the words as they stand."""
    head = opened(session, proposal)
    head.settled = head.seq
    session.flush()


def check_writer(session: Session, proposal_id: UUID, account_id: UUID) -> None:
    """Raise NotYourProposalError or FrozenProposalError unless this person may write now."""
    check_circle(people.circles(session, [proposal_id]).get(proposal_id), account_id)


def check_circle(circle: Circle | None, account_id: UUID | None) -> None:
    """As `check_writer`, of people that were looked up already; None: no such proposal."""
    if circle is None or account_id not in circle.writers:
        raise NotYourProposalError
    if circle.status not in workflow.EDITABLE:
        raise FrozenProposalError(status=circle.status)


def be_present(
    session: Session, proposal_id: UUID, page: Page, *, account_id: UUID, now: datetime
) -> None:
    """Note that a page is open, and where its caret is.

    Raises
    ------
    TooManyPagesError : this person has too many open.
    ForgedWriterError : the page is somebody else's.
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


def renew(
    session: Session, pages: Mapping[tuple[UUID, str], tuple[UUID, str]], *, now: datetime
) -> set[tuple[UUID, str]]:
    """Note that pages are still there, where nothing else is new; gives those of which it is so.

    Parameters
    ----------
    pages : proposal and page's name -> whose it is, and the field in which the caret is
    """
    row, connection = WritingPresence, session.connection()
    names = select(row.proposal_id, row.page, row.account_id, row.field).where(
        row.page.in_({name for _, name in pages})
    )
    known = {(found[0], found[1]): (found[2], found[3]) for found in connection.execute(names)}
    same = {key for key, shown in pages.items() if known.get(key) == shown}
    if same:
        _RENEW.rowcount(connection, [{"id": id_, "name": name} for id_, name in same], now=now)
    return same


_RENEW = ManyRows(
    lambda _dialect, given: (
        update(WritingPresence)
        .where(WritingPresence.proposal_id == given.c.id, WritingPresence.page == given.c.name)
        .values(at=bindparam("now", type_=WritingPresence.at.type))
        .execution_options(synchronize_session=False)
    ),
    id=Uuid(), name=String(),
)  # fmt: skip


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
