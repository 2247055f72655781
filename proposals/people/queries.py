"""Who belongs to a proposal."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, exists, func, or_, select
from sqlalchemy.orm import Session, joinedload

from accounts.models import THERE, Account
from core import codes
from proposals.models import Proposal
from proposals.people.models import AUTHOR, COAUTHOR, Invitation, JoinRequest, Membership

VALID_FOR = timedelta(days=14)

# Tables instead of classes, built once: this runs for each keystroke of everybody.
_PROPOSALS, _MEMBERS = (
    Proposal.metadata.tables[name] for name in ("proposals", "proposal_members")
)
CIRCLES = (
    select(*_PROPOSALS.c["id", "status", "author_id"], *_MEMBERS.c["account_id", "role"])
    .outerjoin_from(_PROPOSALS, _MEMBERS, _MEMBERS.c.proposal_id == _PROPOSALS.c.id)
    .where(_PROPOSALS.c.id.in_(bindparam("ids", expanding=True)))
)


@dataclass(frozen=True)
class Writer:
    """Somebody who writes the proposal, by name."""

    account_id: UUID
    name: str


@dataclass
class Circle:
    """A proposal's status as it is now, and who writes on it."""

    status: str
    writers: set[UUID]


def members(session: Session, proposal_id: UUID) -> Sequence[Membership]:
    """All but the author, in the order in which they joined."""
    account = joinedload(Membership.account).lazyload(Account.grants)
    query = select(Membership).options(account).where(Membership.proposal_id == proposal_id)
    return session.scalars(query.order_by(Membership.joined_at, Membership.account_id)).all()


def role_in(
    proposal: Proposal, members: Sequence[Membership], account_id: UUID | None
) -> str | None:
    """What this person is in the proposal, of which all `members` are given; None: nothing."""
    if account_id is None:
        return None
    if proposal.author_id == account_id:
        return AUTHOR
    return next((one.role for one in members if one.account_id == account_id), None)


def may_read(session: Session, proposal: Proposal, account_id: UUID) -> bool:
    """Whether the person belongs to the proposal, and so reads its draft."""
    return proposal.author_id == account_id or _role(session, proposal.id, account_id) is not None


def may_write(session: Session, proposal: Proposal, account_id: UUID) -> bool:
    """Whether the person is the author or a co-author."""
    return proposal.author_id == account_id or _role(session, proposal.id, account_id) == COAUTHOR


def writers(session: Session, proposal: Proposal) -> Sequence[Writer]:
    """The author first, then the co-authors; without those who have deleted their accounts."""
    joined = select(Membership.account_id).where(
        Membership.proposal_id == proposal.id, Membership.role == COAUTHOR
    )
    query = (
        select(Account.id, Account.name)
        .where(or_(Account.id == proposal.author_id, Account.id.in_(joined)))
        .where(THERE)
        .order_by(Account.id != proposal.author_id, Account.name, Account.id)
    )
    return [Writer(*row) for row in session.execute(query)]


def circles(session: Session, proposal_ids: Sequence[UUID]) -> Mapping[UUID, Circle]:
    """Status and writers of each of these proposals, by one statement."""
    return circles_of(session.connection().execute(CIRCLES, {"ids": list(proposal_ids)}))


def circles_of(rows: Iterable[Any]) -> Mapping[UUID, Circle]:
    """The circles that rows of `CIRCLES` tell."""
    found: dict[UUID, Circle] = {}
    for row in rows:
        circle = found.setdefault(row.id, Circle(row.status, {row.author_id} - {None}))
        if row.role == COAUTHOR:
            circle.writers.add(row.account_id)
    return found


def was_asked(proposal_id: UUID, account_id: UUID) -> ColumnElement[bool]:
    """Whether the person once asked to write it, or was asked to."""
    return exists().where(
        JoinRequest.proposal_id == proposal_id, JoinRequest.account_id == account_id
    )


def writes(proposal_id: UUID, account_id: UUID) -> ColumnElement[bool]:
    """Whether the person is a co-author."""
    return exists().where(
        Membership.proposal_id == proposal_id, Membership.account_id == account_id,
        Membership.role == COAUTHOR,
    )  # fmt: skip


def shared_with(session: Session, account_id: UUID) -> Sequence[Proposal]:
    """The proposals of others that a person belongs to, newest first."""
    query = select(Proposal).join(Membership, Membership.proposal_id == Proposal.id)
    query = query.options(joinedload(Proposal.receipt), joinedload(Proposal.author))
    query = query.where(Membership.account_id == account_id)
    return session.scalars(query.order_by(Membership.joined_at.desc())).unique().all()


def others(session: Session, proposal_id: UUID) -> int:
    """How many belong to the proposal beside its author."""
    query = select(func.count()).select_from(Membership)
    return session.scalar(query.where(Membership.proposal_id == proposal_id)) or 0


def invitation(session: Session, code: str, *, now: datetime) -> Invitation | None:
    """The invitation of that code that may still be used; None if there is none."""
    query = select(Invitation).where(
        Invitation.code_hash == codes.hash_of(code),
        Invitation.used_at.is_(None),
        Invitation.made_at > now - VALID_FOR,
    )
    return session.scalar(query)


def open_invitations(session: Session, proposal_id: UUID, *, now: datetime) -> int:
    """How many invitations to the proposal may still be used."""
    query = select(func.count()).select_from(Invitation)
    query = query.where(
        Invitation.proposal_id == proposal_id,
        Invitation.used_at.is_(None),
        Invitation.made_at > now - VALID_FOR,
    )
    return session.scalar(query) or 0


def _role(session: Session, proposal_id: UUID, account_id: UUID) -> str | None:
    return session.scalar(
        select(Membership.role).where(
            Membership.proposal_id == proposal_id, Membership.account_id == account_id
        )
    )
