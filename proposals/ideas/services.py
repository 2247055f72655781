"""Writing an idea, supporting it, and making a proposal of it.

The session is the caller's; nothing here commits.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from proposals import services as proposals
from proposals.ideas import queries
from proposals.ideas.errors import IdeaGoneError, IdeaUsedError, NotYourIdeaError
from proposals.ideas.models import Idea, IdeaSupport, IdeaUse
from proposals.models import Proposal
from proposals.people import requests
from proposals.services import KEY_BITS, Text


@dataclass(frozen=True)
class Wish:
    """What somebody writes into the box."""

    title: str
    text: str
    neighbourhood: str | None = None
    field: str | None = None


def put(
    session: Session, account_id: UUID, wish: Wish, *, now: datetime,
    shuffle_key: int | None = None, is_demo: bool = False,
) -> Idea:  # fmt: skip
    """A new idea, which everyone reads at once."""
    idea = Idea(
        id=uuid4(), author_id=account_id, title=wish.title, text=wish.text,
        letters=queries.letters(f"{wish.title} {wish.text}"), neighbourhood=wish.neighbourhood,
        field=wish.field, written_at=now, is_demo=is_demo,
        shuffle_key=secrets.randbits(KEY_BITS) if shuffle_key is None else shuffle_key,
    )  # fmt: skip
    session.add(idea)
    session.flush()
    return idea


def withdraw(session: Session, idea: Idea, *, account_id: UUID, now: datetime) -> None:
    """Take one's own idea back; it is not shown any more.

    Raises
    ------
    NotYourIdeaError
    IdeaUsedError : a proposal was made of it, which gives it credit.
    """
    if idea.author_id != account_id:
        raise NotYourIdeaError
    session.refresh(idea, ["withdrawn_at"], with_for_update=True)
    if session.scalar(select(IdeaUse.proposal_id).where(IdeaUse.idea_id == idea.id).limit(1)):
        raise IdeaUsedError
    idea.withdrawn_at = now
    session.flush()


def give(session: Session, idea: Idea, *, account_id: UUID, now: datetime) -> None:
    """Support an idea; doing so again changes nothing. Raises IdeaGoneError."""
    if idea.withdrawn_at is not None:
        raise IdeaGoneError
    try:
        with session.begin_nested():
            session.add(IdeaSupport(idea_id=idea.id, account_id=account_id, at=now))
    except IntegrityError:
        return


def take_back(session: Session, idea: Idea, *, account_id: UUID) -> None:
    """No longer support it."""
    session.execute(
        delete(IdeaSupport).where(
            IdeaSupport.idea_id == idea.id, IdeaSupport.account_id == account_id
        )
    )


def make_proposal(session: Session, idea: Idea, *, account_id: UUID, now: datetime) -> Proposal:
    """A draft with the idea's words; whoever had the idea is asked to be a co-author.

    Raises
    ------
    IdeaGoneError
    """
    session.refresh(idea, ["withdrawn_at"], with_for_update=True)
    if idea.withdrawn_at is not None:
        raise IdeaGoneError
    text = Text(
        title=idea.title, need=idea.text, neighbourhood=idea.neighbourhood, field=idea.field
    )
    draft = proposals.begin_draft(session, account_id, text, now=now, is_demo=idea.is_demo)
    session.add(IdeaUse(proposal_id=draft.id, idea_id=idea.id))
    session.flush()
    if idea.author_id != account_id:
        requests.offer(session, draft, idea.author_id, author_id=account_id, now=now)
    return draft
