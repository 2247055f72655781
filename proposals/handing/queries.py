"""What pages read of proposals handed in for others."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from proposals.handing.models import AgreedText, Contact, HandedIn


def any_of(proposal_id: UUID) -> ColumnElement[bool]:
    """Whether it was entered in somebody's name."""
    return exists().where(HandedIn.proposal_id == proposal_id)


def of(session: Session, proposal_id: UUID) -> HandedIn | None:
    """In whose name the proposal was entered; None if its author wrote it."""
    return session.get(HandedIn, proposal_id)


def agreed_texts(session: Session, proposal_id: UUID) -> Sequence[AgreedText]:
    """The versions that the desk entered in the person's name since, the oldest first."""
    query = select(AgreedText).where(AgreedText.proposal_id == proposal_id)
    return session.scalars(query.order_by(AgreedText.version)).all()


def reach(session: Session, proposal_id: UUID) -> str:
    """How the office reaches that person: for the desk alone. Empty once it is claimed."""
    found = session.get(Contact, proposal_id)
    return found.reach if found else ""
