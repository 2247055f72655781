"""Putting a proposal on the map, and the map's own outlines."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from core import journal
from core.city import Neighbourhood
from core.journal import CITIZEN, Actor
from proposals import services, workflow
from proposals.models import Proposal
from proposals.places import queries
from proposals.places.errors import NoDistrictsError, OutsideCityError
from proposals.places.geometry import Point, Shape
from proposals.places.models import District, ProposalPoint
from proposals.writing.services import check_writer


def load(session: Session, shapes: Mapping[str, Shape]) -> None:
    """Take these outlines instead of those there were.

    Raises
    ------
    KeyError : an outline of what is no neighbourhood of the city; the session is to be undone.
    """
    known = set(session.scalars(select(Neighbourhood.slug)))
    for slug in shapes:
        if slug not in known:
            raise KeyError(slug)
    session.execute(delete(District))
    session.add_all(District(slug=slug, outline=shape.to_json()) for slug, shape in shapes.items())
    session.flush()


def place(
    session: Session, proposal: Proposal, point: Point, *, account_id: UUID, now: datetime
) -> None:
    """Put the proposal there. One that names no neighbourhood takes the one of the point.

    Raises
    ------
    NotYourProposalError, FrozenProposalError : who, and when.
    NoDistrictsError, OutsideCityError : where.
    """
    check_writer(session, proposal.id, account_id)
    shapes = queries.districts(session)
    if not shapes:
        raise NoDistrictsError
    district = next((slug for slug, shape in shapes.items() if shape.contains(point)), None)
    if district is None:
        raise OutsideCityError
    text = services.current(session, proposal)
    if text.neighbourhood is None:
        services.revise(
            session, proposal, replace(text, neighbourhood=district),
            author_id=account_id, base=asdict(text), now=now,
        )  # fmt: skip
    session.merge(ProposalPoint(proposal_id=proposal.id, **asdict(point)))
    session.flush()
    _tell(session, proposal, account_id, now)


def take_off(session: Session, proposal: Proposal, *, account_id: UUID, now: datetime) -> None:
    """Take the proposal off the map. Raises NotYourProposalError, FrozenProposalError."""
    check_writer(session, proposal.id, account_id)
    session.execute(delete(ProposalPoint).where(ProposalPoint.proposal_id == proposal.id))
    _tell(session, proposal, account_id, now)


def _tell(session: Session, proposal: Proposal, account_id: UUID, now: datetime) -> None:
    """What nobody else may read yet has no line in public."""
    if proposal.status in workflow.PUBLIC:
        journal.record(
            session, Actor(CITIZEN, account_id), "proposal.placed",
            about="proposal", about_id=proposal.id, now=now,
        )  # fmt: skip
