"""What pages read of the idea box."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import Session, joinedload

from accounts.models import THERE, Account
from proposals import search, workflow
from proposals.ideas.models import Idea, IdeaSupport, IdeaUse
from proposals.models import Proposal
from proposals.queries import Filters, around
from proposals.similar import korean

PAGE = 12
_AUTHOR = joinedload(Idea.author).lazyload(Account.grants)


@dataclass(frozen=True)
class Page:
    """Some ideas, how many support each, and the key after which the next page starts."""

    ideas: Sequence[Idea]
    supports: Mapping[UUID, int]
    after: int | None


def letters(text: str) -> str:
    """The text in one form of writing, in small letters, without blanks.

    >>> letters("바닥형 보행 신호")
    '바닥형보행신호'
    """
    return "".join(unicodedata.normalize("NFC", text).casefold().split())


def page(
    session: Session, filters: Filters, *, start: int, after: int | None = None, size: int = PAGE
) -> Page:
    """Ideas in the reader's own order."""
    shown, following = around(
        session, _wanted(filters), Idea.shuffle_key, start=start, after=after, size=size
    )
    return Page(shown, counts(session, [idea.id for idea in shown]), following)


def _wanted(filters: Filters) -> Select[Idea]:
    query = select(Idea).options(_AUTHOR).where(Idea.withdrawn_at.is_(None))
    if filters.field:
        query = query.where(Idea.field == filters.field)
    if filters.neighbourhood:
        query = query.where(Idea.neighbourhood == filters.neighbourhood)
    for word in filters.query[: search.LONGEST_QUERY].split():
        asked = letters(korean.without_particle(unicodedata.normalize("NFC", word)))
        query = query.where(Idea.letters.contains(asked, autoescape=True))
    return query


def counts(session: Session, idea_ids: Sequence[UUID]) -> Mapping[UUID, int]:
    """How many people support each of these ideas, by one statement; none who are gone."""
    query = select(IdeaSupport.idea_id, func.count()).where(IdeaSupport.idea_id.in_(idea_ids))
    query = query.join(Account, Account.id == IdeaSupport.account_id).where(THERE)
    rows = session.execute(query.group_by(IdeaSupport.idea_id))
    found = {row[0]: row[1] for row in rows}
    return {id_: found.get(id_, 0) for id_ in idea_ids}


def one(session: Session, idea_id: UUID) -> Idea | None:
    """The idea with its author, unless it was taken back; None if there is none."""
    query = select(Idea).options(_AUTHOR).where(Idea.id == idea_id, Idea.withdrawn_at.is_(None))
    return session.scalar(query)


def supported_by(session: Session, idea_id: UUID, account_id: UUID) -> bool:
    """Whether the person supports the idea."""
    return session.get(IdeaSupport, (idea_id, account_id)) is not None


def made_of(session: Session, idea_id: UUID) -> Sequence[Proposal]:
    """The public proposals that were made of the idea, the oldest first."""
    query = select(Proposal).join(IdeaUse, IdeaUse.proposal_id == Proposal.id)
    query = query.where(IdeaUse.idea_id == idea_id, Proposal.status.in_(workflow.PUBLIC))
    return session.scalars(query.order_by(Proposal.created_at, Proposal.id)).all()


def any_of(proposal_id: UUID) -> ColumnElement[bool]:
    """Whether the proposal was made of an idea."""
    return exists().where(IdeaUse.proposal_id == proposal_id)


def source_of(session: Session, proposal_id: UUID) -> Idea | None:
    """The idea that the proposal was made of; None if of none."""
    query = select(Idea).options(_AUTHOR).join(IdeaUse, IdeaUse.idea_id == Idea.id)
    return session.scalar(query.where(IdeaUse.proposal_id == proposal_id))
