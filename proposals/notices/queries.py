"""What pages read of notices and follows: the same number of statements, however many there are."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import CTE, ColumnElement, Connection, bindparam, exists, func, literal, or_, select
from sqlalchemy.orm import Session, joinedload

from core.journal import JournalEntry
from proposals import workflow
from proposals.models import Proposal
from proposals.notices.models import CYCLE, PROPOSAL, Follow, Notice
from proposals.people import queries as people
from proposals.people.models import Membership
from proposals.supports import queries as supports

PAGE = 30
MOST_COUNTED = 100  # a bell says "99+", and need not count further

# A table instead of a class, built once: every page of everybody signed in asks this.
_NOTICES = Notice.metadata.tables["notices"]
_UNREAD = select(func.count()).select_from(
    select(_NOTICES.c.entry_id)
    .where(_NOTICES.c.account_id == bindparam("account_id"), _NOTICES.c.is_read.is_(False))
    .limit(MOST_COUNTED)
    .subquery()
)


@dataclass(frozen=True)
class Page:
    """Notices, newest first, the proposals among them that the reader may see, and what follows."""

    notices: Sequence[Notice]
    proposals: Mapping[UUID, Proposal]
    before: int | None


def unread(connection: Connection, account_id: UUID) -> int:
    """How many notices wait, up to MOST_COUNTED."""
    found: int = connection.execute(_UNREAD, {"account_id": account_id}).scalar_one()
    return found


def page(session: Session, account_id: UUID, *, before: int | None = None) -> Page:
    """A person's notices; `before` is the last entry of the page before."""
    query = select(Notice).options(joinedload(Notice.entry))
    query = query.where(Notice.account_id == account_id)
    if before is not None:
        query = query.where(Notice.entry_id < before)
    found = session.scalars(query.order_by(Notice.entry_id.desc()).limit(PAGE + 1)).all()
    shown = found[:PAGE]
    return Page(
        shown,
        seen_by(session, account_id, [one.entry for one in shown]),
        shown[-1].entry_id if len(found) > PAGE else None,
    )


def seen_by(
    session: Session, account_id: UUID, entries: Iterable[JournalEntry]
) -> Mapping[UUID, Proposal]:
    """The proposals that these entries are about, as far as the person may see them now."""
    about = {entry.about_id for entry in entries if entry.about == PROPOSAL}
    seen = select(Proposal).where(
        Proposal.id.in_(about),
        or_(
            Proposal.status.not_in(workflow.HIDDEN),
            Proposal.author_id == account_id,
            exists().where(
                Membership.proposal_id == Proposal.id, Membership.account_id == account_id
            ),
        ),
    )
    return {one.id: one for one in session.scalars(seen)}


def entry(session: Session, account_id: UUID, entry_id: int) -> JournalEntry | None:
    """The act of which the person was told; None if not told of it."""
    query = select(Notice).options(joinedload(Notice.entry))
    found = session.scalar(
        query.where(Notice.account_id == account_id, Notice.entry_id == entry_id)
    )
    return found.entry if found else None


def follows(session: Session, account_id: UUID) -> Sequence[Follow]:
    """What a person said yes to."""
    query = select(Follow).where(Follow.account_id == account_id, Follow.is_on.is_(True))
    return session.scalars(query.order_by(Follow.kind, Follow.at)).all()


def follows_cycle(session: Session, account_id: UUID, cycle_id: UUID) -> bool:
    """Whether the person follows that cycle."""
    said = session.get(Follow, (account_id, CYCLE, cycle_id.hex))
    return said is not None and said.is_on


def is_followed(account_id: UUID, proposal: Proposal, family: CTE) -> ColumnElement[bool]:
    """Whether the person hears of the proposal, to be asked for among other things.

    What the person said counts; else whether they write it, or support it or any of its `family`.
    """
    said = select(Follow.is_on).where(
        Follow.account_id == account_id, Follow.kind == PROPOSAL, Follow.key == proposal.id.hex
    )
    by_itself = or_(
        literal(proposal.author_id == account_id),
        people.writes(proposal.id, account_id),
        supports.supports(family, account_id),
    )
    return func.coalesce(said.scalar_subquery(), by_itself)
