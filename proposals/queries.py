"""What pages read of proposals. No page's cost grows with the city, only with what it shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload

from accounts.models import Account
from core import journal
from core.journal import JournalEntry
from proposals import search, workflow
from proposals.models import Proposal, Receipt

Row = TypeVar("Row")
PAGE, DESK_LIMIT = 12, 100
LONGEST_NUMBER = 9  # digits of a receipt number, within what the column holds


@dataclass(frozen=True)
class Filters:
    """What a reader asked to see; empty means everything."""

    query: str = ""
    field: str = ""
    neighbourhood: str = ""
    status: str = ""

    def as_query(self) -> dict[str, str]:
        """The part of an address that asks for the same."""
        asked = {
            "q": self.query, "field": self.field, "neighbourhood": self.neighbourhood,
            "status": self.status,
        }  # fmt: skip
        return {name: said for name, said in asked.items() if said}


@dataclass(frozen=True)
class Page:
    """Some proposals, and the shuffle key after which the next page starts; None: no more."""

    proposals: Sequence[Proposal]
    after: int | None


def page(
    session: Session, filters: Filters, *, start: int, after: int | None = None, size: int = PAGE
) -> Page:
    """Public proposals in the reader's own order, as `around` gives it."""
    query = select(Proposal).where(*conditions(session, filters))
    return Page(*around(session, query, Proposal.shuffle_key, start=start, after=after, size=size))


def around(
    session: Session, query: Select[Row], key: InstrumentedAttribute[int], *, start: int,
    after: int | None, size: int,
) -> tuple[Sequence[Row], int | None]:  # fmt: skip
    """Some rows in the reader's own order, and the key after which the next page starts.

    Each row has a random key; a reader's list begins at a place of the key circle that is the
    reader's own (`start`) and goes once round. So the order is stable over pages and costs one or
    two index ranges, whatever the size of the city; a full shuffle for each reader would sort all.
    The price: who follows whom is the same for all, and a row after a wide gap of keys comes
    first for more readers; with n rows the widest gap is about ln(n) times the mean.

    Parameters
    ----------
    key : the column of the random keys
    start : 0 ≤ start < 2⁶², the reader's place
    after : the last key shown, from the page before
    """
    past_zero = after is not None and after < start
    wanted = size + 1
    found: list[Row] = []
    if not past_zero:
        tail = query.where(key >= start if after is None else key > after)
        found += session.scalars(tail.order_by(key).limit(wanted))
    if len(found) < wanted:
        head = query.where(key < start)
        if past_zero:
            head = head.where(key > after)
        found += session.scalars(head.order_by(key).limit(wanted - len(found)))
    shown = found[:size]
    return shown, getattr(shown[-1], key.key) if len(found) > size else None


def conditions(session: Session, filters: Filters) -> list[ColumnElement[bool]]:
    """What holds of the public proposals that a reader asked to see."""
    if filters.status in workflow.PUBLIC:
        wanted = [Proposal.status == filters.status]
    else:
        # By exclusion, so that SQLite walks the keys in order instead of sorting 27 statuses.
        wanted = [Proposal.status.not_in(workflow.HIDDEN)]
    if filters.field:
        wanted.append(Proposal.field == filters.field)
    if filters.neighbourhood:
        wanted.append(Proposal.neighbourhood == filters.neighbourhood)
    if filters.query:
        condition = search.matching(session, filters.query)
        if condition is not None:
            wanted.append(condition)
    return wanted


def one(session: Session, proposal_id: UUID) -> Proposal | None:
    """The proposal with its author and receipt number; None if there is none."""
    author = joinedload(Proposal.author).lazyload(Account.grants)  # pages show but a name
    query = select(Proposal).options(author, joinedload(Proposal.receipt))
    return session.scalar(query.where(Proposal.id == proposal_id))


def history(session: Session, proposal_id: UUID) -> Sequence[JournalEntry]:
    """The proposal's public lines, oldest first; 200 are more than any way is long."""
    lines = journal.entries(session, about="proposal", about_id=proposal_id, limit=200)
    return list(reversed(lines))


def of_author(session: Session, author_id: UUID) -> Sequence[Proposal]:
    """A person's own proposals, drafts included, newest first."""
    query = select(Proposal).options(joinedload(Proposal.receipt))
    return (
        session.scalars(
            query.where(Proposal.author_id == author_id).order_by(Proposal.created_at.desc())
        )
        .unique()
        .all()
    )


def at_status(session: Session, status: str, *, limit: int = DESK_LIMIT) -> Sequence[Proposal]:
    """Proposals that wait at a status, longest waiting first."""
    query = select(Proposal).options(joinedload(Proposal.receipt))
    query = query.where(Proposal.status == status).order_by(Proposal.updated_at, Proposal.id)
    return session.scalars(query.limit(limit)).unique().all()


def by_number(session: Session, number: str) -> UUID | None:
    """The proposal received under that number; None if there is none."""
    if not (number.isdecimal() and len(number) <= LONGEST_NUMBER):
        return None
    return session.scalar(select(Receipt.proposal_id).where(Receipt.number == int(number)))
