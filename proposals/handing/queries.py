"""What pages read of proposals handed in for others."""

from uuid import UUID

from sqlalchemy import ColumnElement, exists
from sqlalchemy.orm import Session

from proposals.handing.models import Contact, HandedIn


def any_of(proposal_id: UUID) -> ColumnElement[bool]:
    """Whether it was entered in somebody's name."""
    return exists().where(HandedIn.proposal_id == proposal_id)


def of(session: Session, proposal_id: UUID) -> HandedIn | None:
    """In whose name the proposal was entered; None if its author wrote it."""
    return session.get(HandedIn, proposal_id)


def reach(session: Session, proposal_id: UUID) -> str:
    """How the office reaches that person: for the desk alone. Empty once it is claimed."""
    found = session.get(Contact, proposal_id)
    return found.reach if found else ""
