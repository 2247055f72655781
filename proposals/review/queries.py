"""What pages read of reviews: a constant number of statements each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from core.city import Neighbourhood
from proposals import search, workflow
from proposals.models import Proposal
from proposals.places import queries as places
from proposals.review import clocks, gate
from proposals.review.models import (
    CardAnswer,
    CostSheet,
    Criterion,
    Department,
    Duty,
    Objection,
    Responsibility,
    Rivalry,
)

OVERVIEW_LIMIT, SUGGESTIONS, NEIGHBOURS = 100, 5, 200
NEAR = 150  # metres between two points that may be one place


@dataclass(frozen=True)
class Rival:
    """A proposal that excludes the one shown, and why."""

    proposal: Proposal
    reason: str


@dataclass(frozen=True)
class Possible:
    """A proposal that may exclude the one shown: how near it is, and whether by its words."""

    proposal: Proposal
    metres: int | None  # None: one of them is not on the map, or it is farther away
    by_words: bool


@dataclass(frozen=True)
class File:
    """All that the public may read of a proposal's review."""

    department: Department | None
    objection: Objection | None
    duties: Sequence[Duty]  # oldest first
    sheet: CostSheet | None  # the newest
    rivals: Sequence[Rival]
    now: datetime

    @property
    def open(self) -> Duty | None:
        """What is owed now."""
        return next((duty for duty in self.duties if duty.ended_at is None), None)

    @property
    def days_over(self) -> int:
        """By how many days the open duty is late."""
        return clocks.days_over(self.open.due_on, clocks.day_of(self.now)) if self.open else 0

    @property
    def cards(self) -> Sequence[Duty]:
        """Steps that ended, with their answers; nobody reads a card before."""
        return [
            duty
            for duty in self.duties
            if duty.ended_at is not None and duty.kind in clocks.STEPS and duty.answers
        ]

    @property
    def may_object(self) -> bool:
        """Whether an objection to "not eligible" is possible still."""
        ended = (duty.ended_at for duty in self.duties if duty.ended_to == "unfit")
        found = max((at for at in ended if at is not None), default=self.now)
        return self.objection is None and self.now <= gate.may_object_until(found)

    @property
    def conditions(self) -> Sequence[str]:
        """On what the proposal was found eligible, by the latest finding."""
        found = [duty for duty in self.duties if duty.kind == "substance" and duty.ended_at]
        return found[-1].conditions if found and found[-1].ended_to == "conditional" else ()


def any_of(proposal_id: UUID) -> ColumnElement[bool]:
    """Whether a review has left anything at the proposal."""
    own = (Duty, Responsibility, CostSheet, Objection)
    rivalry = or_(Rivalry.one_id == proposal_id, Rivalry.other_id == proposal_id)
    left = [exists().where(kind.proposal_id == proposal_id) for kind in own]
    return or_(*left, exists().where(rivalry))


def file(
    session: Session, proposal: Proposal, *, now: datetime, has_any: bool = True
) -> File | None:
    """The review of a proposal, in three statements; None for a draft, which nobody reviews.

    It is empty, without a statement, if it is known that no review `has_any` trace there.
    """
    if proposal.status == "draft":
        return None
    if not has_any:
        return File(None, None, (), None, (), now)
    newest = select(func.max(CostSheet.version)).where(CostSheet.proposal_id == proposal.id)
    department, objection, cost = (
        session.execute(
            select(Department, Objection, CostSheet)
            .select_from(Proposal)
            .outerjoin(Responsibility, Responsibility.proposal_id == Proposal.id)
            .outerjoin(Department, Department.slug == Responsibility.department_slug)
            .outerjoin(Objection, Objection.proposal_id == Proposal.id)
            .outerjoin(
                CostSheet,
                and_(
                    CostSheet.proposal_id == Proposal.id,
                    CostSheet.version == newest.scalar_subquery(),
                ),
            )
            .options(joinedload(CostSheet.lines))
            .where(Proposal.id == proposal.id)
        )
        .unique()
        .one()
    )
    return File(
        department, objection, duties(session, proposal.id), cost, rivals(session, proposal.id), now
    )


def duties(session: Session, proposal_id: UUID) -> Sequence[Duty]:
    """What was and is owed on a proposal, oldest first, with the cards."""
    answers = joinedload(Duty.answers).joinedload(CardAnswer.criterion)
    query = select(Duty).options(answers).where(Duty.proposal_id == proposal_id)
    found = session.scalars(query.order_by(Duty.began_at, Duty.ended_at.is_(None))).unique().all()
    for duty in found:
        duty.answers.sort(key=lambda said: said.criterion.position)
    return found


def open_duty(session: Session, proposal_id: UUID) -> Duty | None:
    """What is owed now, with its card."""
    query = select(Duty).options(joinedload(Duty.answers))
    query = query.where(Duty.proposal_id == proposal_id, Duty.ended_at.is_(None))
    return session.scalars(query).unique().first()


def sheet(session: Session, proposal_id: UUID) -> CostSheet | None:
    """The newest version of the cost sheet with its lines; None if nobody made one."""
    query = select(CostSheet).options(joinedload(CostSheet.lines))
    query = query.where(CostSheet.proposal_id == proposal_id)
    return session.scalars(query.order_by(CostSheet.version.desc()).limit(1)).unique().first()


def sheets(session: Session, proposal_id: UUID) -> Sequence[CostSheet]:
    """Every version, newest first."""
    query = select(CostSheet).options(selectinload(CostSheet.lines))
    query = query.where(CostSheet.proposal_id == proposal_id)
    return session.scalars(query.order_by(CostSheet.version.desc())).all()


def rivals(session: Session, proposal_id: UUID) -> Sequence[Rival]:
    """The proposals that exclude this one."""
    query = (
        select(Proposal, Rivalry.reason)
        .join(Rivalry, or_(Rivalry.one_id == Proposal.id, Rivalry.other_id == Proposal.id))
        .where(or_(Rivalry.one_id == proposal_id, Rivalry.other_id == proposal_id))
        .where(Proposal.id != proposal_id, Proposal.status.in_(workflow.PUBLIC))
        .order_by(Rivalry.marked_at, Proposal.id)
    )
    return [Rival(found, reason) for found, reason in session.execute(query)]


def possible_rivals(session: Session, proposal: Proposal) -> Sequence[Possible]:
    """Proposals on their way for the same place: near on the map, or by the words of the place.

    Those on the map come first, the nearest of them at the head; then those with most pieces of
    the place's words in common.
    """
    by_words = _by_words(session, proposal)
    away = dict(_by_map(session, proposal))
    found = [Possible(one, away.get(one), one in by_words) for one in {**away, **by_words}]
    found.sort(
        key=lambda one: (
            one.metres is None,
            -by_words.get(one.proposal, 0) if one.metres is None else one.metres,
        )
    )
    return found[:SUGGESTIONS]


def _by_map(session: Session, proposal: Proposal) -> Sequence[tuple[Proposal, int]]:
    """Those near on the map, with their distance."""
    point = places.point_of(session, proposal.id)
    if point is None:
        return ()
    return places.near(session, point, NEAR, *_free(proposal), limit=NEIGHBOURS)


def _by_words(session: Session, proposal: Proposal) -> Mapping[Proposal, int]:
    """Those of the same neighbourhood that share words of the place: how many pieces of them."""
    if proposal.neighbourhood is None:
        return {}
    dong = session.get_one(Neighbourhood, proposal.neighbourhood).name_ko
    name = "".join(letter for letter in dong if not letter.isdigit())  # 철산동 of 철산3동
    own = set(search.pieces(proposal.place)) - set(search.pieces(f"{dong} {name}"))
    query = (
        select(Proposal)
        .options(joinedload(Proposal.receipt))
        .where(Proposal.neighbourhood == proposal.neighbourhood, *_free(proposal))
        .order_by(Proposal.shuffle_key)
        .limit(NEIGHBOURS)
    )
    shared = {one: len(own & set(search.pieces(one.place))) for one in session.scalars(query)}
    return {one: number for one, number in shared.items() if number}


def _free(proposal: Proposal) -> Sequence[ColumnElement[bool]]:
    """What is on its way and no rival yet."""
    marked = exists().where(
        or_(
            and_(Rivalry.one_id == proposal.id, Rivalry.other_id == Proposal.id),
            and_(Rivalry.one_id == Proposal.id, Rivalry.other_id == proposal.id),
        )
    )
    return Proposal.status.in_(workflow.MERGE_TARGETS), Proposal.id != proposal.id, ~marked


def departments(session: Session) -> Sequence[Department]:
    """All departments, in the city's own order."""
    return session.scalars(select(Department).order_by(Department.position)).all()


def criteria(session: Session, step: str) -> Sequence[Criterion]:
    """The questions of a step's card."""
    query = select(Criterion).where(Criterion.step == step, Criterion.is_asked)
    return session.scalars(query.order_by(Criterion.position)).all()


@dataclass(frozen=True)
class Owed:
    """One line of the overview: what is owed on a proposal, by whom, and how late it is."""

    duty: Duty
    department: Department | None
    days_over: int

    @property
    def proposal(self) -> Proposal:
        """On what it is owed."""
        return self.duty.proposal


# What the overview may be sorted by.
SORTS: Mapping[str, Sequence[Any]] = MappingProxyType(
    {
        "due": (Duty.due_on, Duty.began_at),
        "began": (Duty.began_at,),
        "kind": (Duty.kind, Duty.due_on),
        "department": (Department.position.is_(None), Department.position, Duty.due_on),
        "title": (Proposal.title,),
    }
)


def overview(
    session: Session, *, now: datetime, sort: str = "due", kind: str = "", late_only: bool = False
) -> Sequence[Owed]:
    """What is owed on proposals now, in one statement: the first hundred.

    Parameters
    ----------
    sort : a key of SORTS
    kind : of duties; "" for all
    late_only : whether only what is late is wanted
    """
    today = clocks.day_of(now)
    query = (
        select(Duty, Department)
        .join(Duty.proposal)
        .options(contains_eager(Duty.proposal))
        .outerjoin(Responsibility, Responsibility.proposal_id == Duty.proposal_id)
        .outerjoin(Department, Department.slug == Responsibility.department_slug)
        .where(Duty.ended_at.is_(None), Proposal.status.in_(clocks.DUTY_AT))
    )
    if kind in clocks.CLOCKS:
        query = query.where(Duty.kind == kind)
    if late_only:
        query = query.where(Duty.due_on < today)
    query = query.order_by(*SORTS.get(sort, SORTS["due"]), Duty.id).limit(OVERVIEW_LIMIT)
    return [
        Owed(duty, department, clocks.days_over(duty.due_on, today))
        for duty, department in session.execute(query)
    ]
