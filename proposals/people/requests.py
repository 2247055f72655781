"""Becoming a co-author by a request: a reader asks the author, or the author asks somebody.

The session is the caller's; nothing here commits.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from accounts.models import Account
from core import journal
from core.journal import CITIZEN, Actor
from proposals import workflow
from proposals.errors import (
    AlreadyAskedError,
    NotYourProposalError,
    OwnInvitationError,
    RequestAnsweredError,
)
from proposals.models import Proposal
from proposals.people import queries, services
from proposals.people.models import COAUTHOR, LONGEST_MESSAGE, JoinRequest


def ask(
    session: Session, proposal: Proposal, message: str, *, account_id: UUID, now: datetime
) -> JoinRequest:
    """Ask the author of a public proposal to write with them.

    Raises
    ------
    NotYourProposalError : it is not public, or has no author who could answer.
    OwnInvitationError : one's own.
    AlreadyAskedError : one was asked, or has asked, before.
    """
    if proposal.status not in workflow.BEFORE_BALLOT or proposal.author_id is None:
        raise NotYourProposalError
    if queries.may_write(session, proposal, account_id):
        raise OwnInvitationError
    return _keep(session, proposal, account_id, message, by_author=False, now=now)


def offer(
    session: Session, proposal: Proposal, account_id: UUID, *, author_id: UUID, now: datetime
) -> JoinRequest | None:
    """Ask somebody to be a co-author of one's own; None if that person is one, or was asked."""
    if proposal.author_id != author_id:
        raise NotYourProposalError
    if queries.may_write(session, proposal, account_id):
        return None
    try:
        return _keep(session, proposal, account_id, "", by_author=True, now=now)
    except AlreadyAskedError:
        return None


def answer(
    session: Session, proposal_id: UUID, account_id: UUID, *, accepts: bool, by: UUID, now: datetime
) -> None:
    """Accept or decline; `by` is whoever was asked.

    Raises
    ------
    RequestAnsweredError : there is none that waits.
    NotYourProposalError : somebody else is asked.
    """
    request = session.get(
        JoinRequest, (proposal_id, account_id), with_for_update=True, populate_existing=True
    )
    if request is None or request.answered_at is not None:
        raise RequestAnsweredError
    proposal = session.get_one(Proposal, proposal_id)
    if by != (account_id if request.by_author else proposal.author_id):
        raise NotYourProposalError
    request.accepted, request.answered_at = accepts, now
    session.flush()
    if accepts:
        services.admit(session, proposal_id, account_id, now=now)
        journal.record(
            session, Actor(CITIZEN, account_id), "proposal.joined", about="proposal",
            about_id=proposal_id, now=now, role=COAUTHOR,
        )  # fmt: skip


def may_ask(proposal: Proposal, account_id: UUID | None, *, was_asked: bool) -> bool:
    """Whether the person could ask; `was_asked` as `queries.was_asked` tells."""
    is_open = proposal.status in workflow.BEFORE_BALLOT and proposal.author_id is not None
    return is_open and account_id not in (None, proposal.author_id) and not was_asked


def waiting_for(session: Session, account_id: UUID) -> Sequence[JoinRequest]:
    """What this person is asked: by readers of the own proposals, and by authors of others."""
    person = joinedload(JoinRequest.account).lazyload(Account.grants)
    author = joinedload(JoinRequest.proposal).joinedload(Proposal.author).lazyload(Account.grants)
    query = select(JoinRequest).join(JoinRequest.proposal).options(person, author)
    query = query.where(
        JoinRequest.answered_at.is_(None),
        or_(
            JoinRequest.by_author & (JoinRequest.account_id == account_id),
            ~JoinRequest.by_author & (Proposal.author_id == account_id),
        ),
    )
    return session.scalars(query.order_by(JoinRequest.asked_at, JoinRequest.account_id)).all()


def _keep(
    session: Session, proposal: Proposal, account_id: UUID, message: str, *, by_author: bool,
    now: datetime,
) -> JoinRequest:  # fmt: skip
    if session.get(JoinRequest, (proposal.id, account_id)) is not None:
        raise AlreadyAskedError
    request = JoinRequest(
        proposal_id=proposal.id, account_id=account_id, by_author=by_author,
        message=message[:LONGEST_MESSAGE], asked_at=now,
    )  # fmt: skip
    session.add(request)
    session.flush()
    return request
