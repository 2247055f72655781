"""Notices made from the journal: in order, each entry once, by any number of processes.

The cursor moves in the transaction that writes the notices of the entries it passes. So a process
that dies between leaves neither, and another one begins where the last commit stood.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    and_,
    exists,
    func,
    insert,
    literal,
    select,
    text,
    union,
)
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from accounts.models import THERE, Account
from core.db import Database
from core.journal import JournalEntry
from proposals import workflow
from proposals.models import Proposal
from proposals.notices.models import (
    CYCLE,
    FIELD,
    NEIGHBOURHOOD,
    PROPOSAL,
    Cursor,
    Follow,
    Notice,
)
from proposals.people.models import COAUTHOR, Membership
from proposals.supports.models import Support
from proposals.supports.queries import family

BATCH = 100
# Of all that happens to its proposals, who follows a neighbourhood or a field hears of this alone.
WIDE = frozenset({"proposal.moved"})


def turn(database: Database) -> int:
    """Tell of the next entries of the journal; how many that were."""
    with database.reading() as session:
        newest = session.scalar(select(func.max(JournalEntry.id)))
        if newest is None or newest <= session.get_one(Cursor, 1).entry_id:
            return 0
    last = _settled(database)
    if last is None:
        return 0
    with database.writing() as session:
        cursor = session.get_one(Cursor, 1, with_for_update=True)
        query = select(JournalEntry).where(
            JournalEntry.id > cursor.entry_id, JournalEntry.id <= last
        )
        entries = session.scalars(query.order_by(JournalEntry.id).limit(BATCH)).all()
        for entry in entries:
            _tell(session, entry)
            cursor.entry_id = entry.id
        return len(entries)


def _settled(database: Database) -> int | None:
    """The newest entry behind which none can appear any more; None if there is none, or not now.

    PostgreSQL deals numbers out before the commit, so a lower one may come to light after a higher
    one was read. A moment's lock waits for all who are writing; then what is there is all there is.
    It is given up at once, before anybody is told, so that nobody waits for both.
    """
    newest = select(func.max(JournalEntry.id))
    if database.is_sqlite:  # one writer: numbers come in the order of the commits
        with database.reading() as session:
            return session.scalar(newest)
    try:
        with database.writing() as session:
            session.execute(text("SET LOCAL lock_timeout = '100ms'"))
            session.execute(text("LOCK TABLE journal IN SHARE MODE"))
            return session.scalar(newest)
    except OperationalError:  # somebody writes for long: the next turn will do
        return None


def _tell(session: Session, entry: JournalEntry) -> None:
    if entry.about_id is None:
        return
    people: Select[UUID] | CompoundSelect[UUID]
    if entry.about == CYCLE:
        people = _following(CYCLE, entry.about_id.hex)
    elif entry.about == PROPOSAL:
        proposal = session.get(Proposal, entry.about_id)
        if proposal is None:
            return
        people = _of_proposal(proposal, entry.act)
    else:
        return
    heard = people.subquery()
    told = select(Account.id, literal(entry.id), literal(False)).where(
        Account.id.in_(select(heard.c.account_id)),
        THERE,
        ~_said_no(entry.about, entry.about_id),
    )
    if entry.account_id is not None:  # who did it knows
        told = told.where(Account.id != entry.account_id)
    columns = ("account_id", "entry_id", "is_read")
    session.execute(insert(Notice).from_select(columns, told))


def _of_proposal(proposal: Proposal, act: str) -> CompoundSelect[UUID]:
    """Whom an act at a proposal concerns: of one that is not public, only who writes it."""
    writers: list[Select[Any]] = [
        select(Proposal.author_id.label("account_id")).where(Proposal.id == proposal.id),
        select(Membership.account_id).where(
            Membership.proposal_id == proposal.id, Membership.role == COAUTHOR
        ),
    ]
    if proposal.status in workflow.HIDDEN:
        return union(*writers)
    supported = select(family(proposal.id).c.id)
    heard = [*writers, select(Support.account_id).where(Support.proposal_id.in_(supported))]
    heard.append(_following(PROPOSAL, proposal.id.hex))
    for kind, slug in ((NEIGHBOURHOOD, proposal.neighbourhood), (FIELD, proposal.field)):
        if slug and act in WIDE:
            heard.append(_following(kind, slug))
    return union(*heard)


def _following(kind: str, key: str) -> Select[UUID]:
    return select(Follow.account_id).where(
        Follow.kind == kind, Follow.key == key, Follow.is_on.is_(True)
    )


def _said_no(kind: str, about_id: UUID) -> ColumnElement[bool]:
    return exists().where(
        and_(
            Follow.account_id == Account.id,
            Follow.kind == kind,
            Follow.key == about_id.hex,
            Follow.is_on.is_(False),
        )
    )
