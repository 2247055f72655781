"""Joining a proposal by invitation, and leaving it. Nobody is put in or out by anybody else.

Requests are in `proposals/people/requests.py`, merges in `proposals/merging`.
"""

import secrets
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core import codes, journal
from core.journal import CITIZEN, Actor
from proposals.errors import InvitationUsedError, NotYourProposalError, OwnInvitationError
from proposals.models import Proposal
from proposals.people import queries
from proposals.people.models import COAUTHOR, Invitation, JoinRequest, Membership


def invite(
    session: Session, proposal: Proposal, role: str, *, author_id: UUID, now: datetime
) -> str:
    """The code of a new invitation, which is shown this once: only its hash is kept.

    Raises
    ------
    NotYourProposalError : only the author invites.
    """
    if proposal.author_id != author_id:
        raise NotYourProposalError
    code = secrets.token_urlsafe(16)
    session.add(
        Invitation(proposal_id=proposal.id, role=role, code_hash=codes.hash_of(code), made_at=now)
    )
    session.flush()
    return code


def join(session: Session, code: str, *, account_id: UUID, now: datetime) -> UUID:
    """Accept an invitation; gives the proposal's id. Who belongs already uses nothing up.

    Raises
    ------
    InvitationUsedError : it was used, has lapsed, or never was.
    OwnInvitationError : the author's own.
    """
    found = queries.invitation(session, code, now=now)
    if found is None:
        raise InvitationUsedError
    proposal = session.get_one(Proposal, found.proposal_id)
    if proposal.author_id == account_id:
        raise OwnInvitationError
    member = session.get(Membership, (proposal.id, account_id))
    if member and member.role in (COAUTHOR, found.role):
        return proposal.id
    try:
        with session.begin_nested():
            _use(session, found, now)
            if member is None:
                member = Membership(proposal_id=proposal.id, account_id=account_id, joined_at=now)
                session.add(member)
            member.role = found.role
    except IntegrityError:  # joined by another link at the same moment
        return proposal.id
    _tell(session, "proposal.joined", proposal.id, account_id, role=found.role, now=now)
    return proposal.id


def _use(session: Session, invitation: Invitation, now: datetime) -> None:
    """Use an invitation up; InvitationUsedError if somebody was quicker."""
    unused = update(Invitation).where(Invitation.id == invitation.id, Invitation.used_at.is_(None))
    used = session.execute(unused.values(used_at=now).returning(Invitation.id))
    if used.scalar() is None:
        raise InvitationUsedError


def leave(session: Session, proposal: Proposal, *, account_id: UUID, now: datetime) -> None:
    """Leave a proposal for good; what one wrote stays, under one's name.

    Raises
    ------
    NotYourProposalError : one does not belong to it, or is its author.
    """
    member = session.get(Membership, (proposal.id, account_id))
    if member is None:
        raise NotYourProposalError
    session.delete(member)
    session.flush()
    _tell(session, "proposal.left", proposal.id, account_id, role=member.role, now=now)


def admit(session: Session, proposal_id: UUID, account_id: UUID, *, now: datetime) -> str | None:
    """Make a co-author of somebody who has agreed to it.

    Gives what the person was before: "" for nothing; None, if a co-author already.
    """
    member = session.get(Membership, (proposal_id, account_id), populate_existing=True)
    if member is not None:
        before = None if member.role == COAUTHOR else member.role
        member.role = COAUTHOR
        session.flush()
        return before
    try:
        with session.begin_nested():
            session.add(
                Membership(
                    proposal_id=proposal_id, account_id=account_id, role=COAUTHOR, joined_at=now
                )
            )
    except IntegrityError:  # joined by a link at the same moment
        return admit(session, proposal_id, account_id, now=now)
    return ""


def put_back(session: Session, proposal_id: UUID, account_id: UUID, before: str) -> None:
    """Undo `admit`, which gave `before`; whoever has left meanwhile stays away."""
    member = session.get(Membership, (proposal_id, account_id), populate_existing=True)
    if member is not None and before:
        member.role = before
    elif member is not None:
        session.delete(member)
    session.flush()


def forget(session: Session, proposal_id: UUID) -> None:
    """Delete the invitations and requests to a draft that is deleted."""
    for table in (Invitation, JoinRequest):
        session.execute(delete(table).where(table.proposal_id == proposal_id))


def _tell(
    session: Session, act: str, proposal_id: UUID, account_id: UUID, *, role: str, now: datetime
) -> None:
    actor = Actor(CITIZEN, account_id)
    journal.record(session, actor, act, about="proposal", about_id=proposal_id, now=now, role=role)
