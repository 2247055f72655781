"""What changes in a review besides the status. The session is the caller's; nothing commits."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core import journal
from core.journal import THE_SYSTEM, Actor
from proposals import services as proposals
from proposals import workflow
from proposals.errors import ForbiddenMoveError, ReasonNeededError
from proposals.models import Proposal
from proposals.review import clocks, costs, gate
from proposals.review.costs import Line
from proposals.review.errors import (
    NoSuchDepartmentError,
    NotUnderReviewError,
    RivalryError,
)
from proposals.review.models import (
    CardAnswer,
    CostLine,
    CostSheet,
    Criterion,
    Department,
    Duty,
    Responsibility,
    Rivalry,
)

LAPSED = "unanswered"  # the code of workflow.REASONS


@dataclass(frozen=True)
class Answer:
    """What a reviewer says to one question: yes, no, or na (not applicable)."""

    verdict: str
    note: str = ""


def assign(
    session: Session, proposal: Proposal, slug: str, *, actor: Actor, now: datetime,
    reason: str = "",
) -> None:  # fmt: skip
    """Make a department responsible; to take it from another one needs a reason.

    Raises
    ------
    NotUnderReviewError : nobody reviews the proposal now.
    NoSuchDepartmentError : there is none of that slug, or it is responsible already.
    ReasonNeededError
    """
    if proposal.status not in clocks.DUTY_AT:
        raise NotUnderReviewError
    department = session.get(Department, slug)
    before = session.get(Responsibility, proposal.id)
    if department is None or (before and before.department_slug == slug):
        raise NoSuchDepartmentError
    if before and not reason:
        raise ReasonNeededError
    session.merge(Responsibility(proposal_id=proposal.id, department_slug=slug, since=now))
    session.flush()
    _tell(
        session, actor, "proposal.assigned", proposal.id, now=now, reason=reason,
        department_ko=department.name_ko, department_en=department.name_en,
    )  # fmt: skip


def answer(
    session: Session, proposal: Proposal, answers: Mapping[str, Answer], *,
    conditions: Sequence[str] = (), actor: Actor, now: datetime,
) -> Duty:  # fmt: skip
    """Keep answers to questions of the step's card; the rest of the card stays as it is.

    Raises
    ------
    NotUnderReviewError : the proposal is at no step with a card, or the card has no such question.
    ForbiddenMoveError : the step is not for this role.
    """
    duty = _step(session, proposal, actor, now)
    asked = select(Criterion.slug).where(Criterion.step == duty.kind, Criterion.is_asked)
    if not answers.keys() <= set(session.scalars(asked)):
        raise NotUnderReviewError
    for slug, said in answers.items():
        session.merge(CardAnswer(duty_id=duty.id, criterion_slug=slug, **asdict(said)))
    duty.conditions = list(conditions)
    session.flush()
    return duty


def price(
    session: Session, proposal: Proposal, lines: Sequence[Line], *, actor: Actor, now: datetime
) -> CostSheet:
    """A new version of the cost sheet; its sum is the proposal's cost from now on.

    Raises
    ------
    NotUnderReviewError, ForbiddenMoveError : it is not at the department, or not for this role.
    CostSheetSizeError, UnevenLineError : from `costs.total`.
    """
    if _step(session, proposal, actor, now).kind != "substance":
        raise NotUnderReviewError
    total = costs.total(lines)
    newest = select(func.max(CostSheet.version)).where(CostSheet.proposal_id == proposal.id)
    sheet = CostSheet(
        proposal_id=proposal.id, version=(session.scalar(newest) or 0) + 1, total_minor=total,
        before_minor=proposal.cost_minor, made_at=now, made_by=actor.account_id,
        lines=[CostLine(position=at, **asdict(line)) for at, line in enumerate(lines, start=1)],
    )  # fmt: skip
    session.add(sheet)
    proposal.cost_minor, proposal.updated_at = total, now
    session.flush()
    _tell(
        session, actor, "proposal.costed", proposal.id, now=now, amount=total,
        currency=proposal.currency, version=sheet.version,
    )  # fmt: skip
    return sheet


def mark_rivals(
    session: Session, one: Proposal, other: Proposal, reason: str, *, actor: Actor, now: datetime
) -> None:
    """Note that at most one of the two can be carried out. Both histories say so.

    Raises
    ------
    RivalryError : they are one, or not both on their way, or marked already.
    ReasonNeededError
    """
    ways = {one.status, other.status}
    if one.id == other.id or not ways <= workflow.MERGE_TARGETS:
        raise RivalryError
    if not reason:
        raise ReasonNeededError
    one_id, other_id = Rivalry.pair(one.id, other.id)
    try:
        with session.begin_nested():
            session.add(Rivalry(one_id=one_id, other_id=other_id, reason=reason, marked_at=now))
    except IntegrityError as error:
        raise RivalryError from error
    for this, that in ((one, other), (other, one)):
        _tell(
            session, actor, "proposal.rival_marked", this.id, now=now, reason=reason,
            **_named(that),
        )  # fmt: skip


def unmark_rivals(
    session: Session, one: Proposal, other: Proposal, reason: str, *, actor: Actor, now: datetime
) -> None:
    """Take the mark back. Raises RivalryError if there is none, ReasonNeededError."""
    found = session.get(Rivalry, Rivalry.pair(one.id, other.id))
    if found is None:
        raise RivalryError
    if not reason:
        raise ReasonNeededError
    session.delete(found)
    session.flush()
    for this, that in ((one, other), (other, one)):
        _tell(
            session, actor, "proposal.rival_unmarked", this.id, now=now, reason=reason,
            **_named(that),
        )  # fmt: skip


def lapse(session: Session, *, now: datetime) -> list[UUID]:
    """Close what an author did not answer by the deadline; gives the proposals that were closed."""
    today: date = clocks.day_of(now)
    late = (
        select(Proposal)
        .join(Duty, Duty.proposal_id == Proposal.id)
        .where(Proposal.status == "supplement", Duty.kind == "supplement")
        .where(Duty.ended_at.is_(None), Duty.due_on < today)
        .order_by(Duty.due_on, Proposal.id)
    )
    found = list(session.scalars(late))
    for proposal in found:
        proposals.move(
            session, proposal, "closed_unanswered", actor=THE_SYSTEM, now=now, reason_code=LAPSED
        )
    return [proposal.id for proposal in found]


def _step(session: Session, proposal: Proposal, actor: Actor, now: datetime) -> Duty:
    """The open step of the review, if this role can end it."""
    if clocks.DUTY_AT.get(proposal.status) not in clocks.STEPS:
        raise NotUnderReviewError
    if not workflow.allowed(proposal.status, {actor.role}):
        raise ForbiddenMoveError(source=proposal.status, to=proposal.status)
    duty = gate.current(session, proposal, now=now)
    assert duty is not None  # noqa: S101 - each step has a clock
    return duty


def _named(proposal: Proposal) -> dict[str, str]:
    return {
        "title": proposal.title, "title_en": proposal.title_en, "proposal": str(proposal.id)
    }  # fmt: skip


def _tell(
    session: Session, actor: Actor, act: str, proposal_id: UUID, *, now: datetime, **values: Any
) -> None:
    journal.record(session, actor, act, about="proposal", about_id=proposal_id, now=now, **values)
