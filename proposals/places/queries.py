"""What the map shows. As many statements for a large city as for a small one."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.orm import Session, joinedload

from core.city import Neighbourhood
from proposals import queries as proposals
from proposals.models import Proposal
from proposals.places.geometry import DATE_LINE, POLE, Box, Point, Shape
from proposals.places.models import District, ProposalPoint
from proposals.queries import Filters

MOST_MARKS = 40  # proposals that are shown one by one; more are shown as heaps
MOST_HEAPS = 300
_TILE, _HEAP = 256, 64  # pixels of the whole world at zoom 0, and of one heap
_WORLD = 2 * DATE_LINE
MOST_ZOOM = 19


@dataclass(frozen=True)
class Mark:
    """One proposal on the map."""

    proposal: Proposal
    point: Point


@dataclass(frozen=True)
class Heap:
    """Proposals near each other: how many, and their middle."""

    count: int
    point: Point


@dataclass(frozen=True)
class View:
    """What a map shows: a box of the earth, at a zoom as web maps count it."""

    box: Box
    zoom: int

    @property
    def heap(self) -> int:
        """The side of one heap in millionths of a degree."""
        return max(1, _WORLD * _HEAP // (_TILE << self.zoom))


def districts(session: Session) -> dict[str, Shape]:
    """The outlines of the city's neighbourhoods, in its own order; none were loaded: empty."""
    query = select(District).join(Neighbourhood, Neighbourhood.slug == District.slug)
    found = session.scalars(query.order_by(Neighbourhood.position))
    return {row.slug: Shape.of_json(row.outline) for row in found}


def any_of(proposal_id: UUID) -> ColumnElement[bool]:
    """Whether somebody said where the proposal is."""
    return exists().where(ProposalPoint.proposal_id == proposal_id)


def districts_around(session: Session, proposal_id: UUID) -> tuple[dict[str, Shape], Point | None]:
    """The outlines, and where in the city the proposal is; None where nobody said."""
    query = select(District, ProposalPoint).join(Neighbourhood, Neighbourhood.slug == District.slug)
    query = query.outerjoin(ProposalPoint, ProposalPoint.proposal_id == proposal_id)
    found = session.execute(query.order_by(Neighbourhood.position)).all()
    row = found[0][1] if found else None
    shapes = {district.slug: Shape.of_json(district.outline) for district, _ in found}
    return shapes, Point(row.latitude, row.longitude) if row else None


def point_of(session: Session, proposal_id: UUID) -> Point | None:
    """Where the proposal is; None where nobody said."""
    row = session.get(ProposalPoint, proposal_id)
    return Point(row.latitude, row.longitude) if row else None


def near(
    session: Session, point: Point, metres: int, *those: ColumnElement[bool], limit: int
) -> Sequence[tuple[Proposal, int]]:
    """The proposals of `those` within so many metres of a point, and how far: the nearest first.

    The database looks through a box by its index, and the distance is reckoned of what is in it.
    """
    north = ProposalPoint.latitude - point.latitude
    east = (ProposalPoint.longitude - point.longitude) * point.narrowing
    query = select(Proposal, ProposalPoint.latitude, ProposalPoint.longitude)
    query = query.join(ProposalPoint, ProposalPoint.proposal_id == Proposal.id)
    query = query.options(joinedload(Proposal.receipt))
    query = query.where(_inside(Box.within(metres, point)), *those)
    query = query.order_by(north * north + east * east, Proposal.id).limit(limit)
    found = [
        (one, point.metres_to(Point(latitude, longitude)))
        for one, latitude, longitude in session.execute(query)
    ]
    return [(one, away) for one, away in found if away <= metres]


def counts(session: Session, filters: Filters) -> dict[str | None, int]:
    """How many proposals each neighbourhood has; None: the whole city."""
    query = select(Proposal.neighbourhood, func.count())
    query = query.where(*proposals.conditions(session, filters)).group_by(Proposal.neighbourhood)
    return {row[0]: row[1] for row in session.execute(query)}


def within(session: Session, filters: Filters, view: View) -> tuple[Sequence[Mark], Sequence[Heap]]:
    """What stands in this view: each proposal where they are few, heaps where they are many."""
    query = select(Proposal, ProposalPoint.latitude, ProposalPoint.longitude)
    query = query.join(ProposalPoint, ProposalPoint.proposal_id == Proposal.id)
    query = query.where(_inside(view.box), *proposals.conditions(session, filters))
    found = session.execute(query.order_by(Proposal.shuffle_key).limit(MOST_MARKS + 1)).all()
    if len(found) <= MOST_MARKS:
        return [Mark(one, Point(latitude, longitude)) for one, latitude, longitude in found], []
    return [], _heaps(session, filters, view)


def _heaps(session: Session, filters: Filters, view: View) -> Sequence[Heap]:
    """The largest heaps; counted by the database on a grid, whatever lies in it."""
    latitude, longitude, number = ProposalPoint.latitude, ProposalPoint.longitude, func.count()
    row = ((latitude + POLE) // view.heap).label("row")
    column = ((longitude + DATE_LINE) // view.heap).label("column")
    query = select(number, func.avg(latitude), func.avg(longitude))
    query = query.join(Proposal, Proposal.id == ProposalPoint.proposal_id)
    query = query.where(_inside(view.box), *proposals.conditions(session, filters))
    query = query.group_by(row, column).order_by(number.desc(), row, column).limit(MOST_HEAPS)
    return [
        Heap(many, Point(round(north), round(east))) for many, north, east in session.execute(query)
    ]


def _inside(box: Box) -> ColumnElement[bool]:
    return and_(
        ProposalPoint.latitude.between(box.south, box.north),
        ProposalPoint.longitude.between(box.west, box.east),
    )
