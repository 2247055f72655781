"""What a step needs beyond the table of the status machine, and the duties that it ends and begins.

`proposals/services.py` asks this at each step, so that no way leads around it.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core import journal
from core.errors import RoomError
from core.journal import Actor, JournalEntry
from proposals.models import Proposal
from proposals.review import clocks
from proposals.review.errors import (
    CardOpenError,
    ConditionsMissingError,
    DeadlineRangeError,
    ObjectedBeforeError,
    ObjectionLateError,
    SameReviewerError,
)
from proposals.review.models import CardAnswer, Criterion, Duty, Holiday, Objection


def check(
    session: Session, proposal: Proposal, to: str, *, actor: Actor, now: datetime,
    due_on: date | None = None,
) -> None:  # fmt: skip
    """Raise the refusal of what the step to `to` still needs."""
    _check_day(due_on, clocks.day_of(now))
    guard = _GUARDS.get((proposal.status, to))
    if guard is not None:
        guard(session, proposal, actor, now)


def refused(
    session: Session, proposal: Proposal, steps: Iterable[str], *, actor: Actor, now: datetime
) -> dict[str, RoomError]:
    """Of these steps, those that still need something, with what."""
    found: dict[str, RoomError] = {}
    for to in steps:
        try:
            check(session, proposal, to, actor=actor, now=now)
        except RoomError as refusal:
            found[to] = refusal
    return found


def turn(
    session: Session, proposal: Proposal, source: str, *, actor: Actor, now: datetime,
    reason: str = "", due_on: date | None = None,
) -> Duty | None:  # fmt: skip
    """End the duty that was open at `source` and begin the one of the proposal's status, if any.

    Raises
    ------
    ObjectedBeforeError : somebody objected at the same moment.
    """
    to = proposal.status
    _end(session, proposal, to, actor=actor, now=now)
    if to == "objection":
        _object(session, proposal, source, reason=reason, now=now)
    elif source == "objection":
        _decide(session, proposal, actor, reason=reason, now=now)
    return _begin(session, proposal, now=now, due_on=due_on)


def current(session: Session, proposal: Proposal, *, now: datetime) -> Duty | None:
    """The open duty of the proposal's status; begun where none is, as on older proposals."""
    found = _open(session, proposal)
    kind = clocks.DUTY_AT.get(proposal.status)
    if found is None or found.kind != kind:
        _end(session, proposal, proposal.status, actor=journal.THE_SYSTEM, now=now)
        return _begin(session, proposal, now=now)
    return found


def missing(session: Session, proposal: Proposal) -> list[Criterion]:
    """The questions of the proposal's step that are not answered yet."""
    kind = clocks.DUTY_AT.get(proposal.status)
    answered = (
        select(CardAnswer.criterion_slug)
        .join(Duty)
        .where(
            Duty.proposal_id == proposal.id,
            Duty.kind == kind,
            Duty.ended_at.is_(None),
        )
    )
    query = select(Criterion).where(Criterion.step == kind, Criterion.is_asked)
    query = query.where(Criterion.slug.not_in(answered)).order_by(Criterion.position)
    return list(session.scalars(query))


def finding(session: Session, proposal: Proposal) -> JournalEntry | None:
    """The public line by which the proposal came to where it stands."""
    return journal.last(session, "proposal.moved", about_id=proposal.id)


def may_object_until(found_at: datetime) -> datetime:
    """The moment after which a finding stands."""
    return found_at + clocks.OBJECTION_WINDOW


def _check_card(session: Session, proposal: Proposal, _actor: Actor, _now: datetime) -> None:
    left = missing(session, proposal)
    if left:
        raise CardOpenError(missing=len(left))


def _check_conditions(session: Session, proposal: Proposal, actor: Actor, now: datetime) -> None:
    _check_card(session, proposal, actor, now)
    duty = _open(session, proposal)
    if duty is None or not duty.conditions:
        raise ConditionsMissingError


def _check_objection(session: Session, proposal: Proposal, _actor: Actor, now: datetime) -> None:
    if session.get(Objection, proposal.id) is not None:
        raise ObjectedBeforeError
    found = finding(session, proposal)
    if found is not None and now > may_object_until(found.at):
        raise ObjectionLateError(days=clocks.OBJECTION_WINDOW.days)


def _check_decider(session: Session, proposal: Proposal, actor: Actor, _now: datetime) -> None:
    objection = session.get(Objection, proposal.id)
    found_by = objection.found_by if objection else None
    if found_by is not None and found_by == actor.account_id:
        raise SameReviewerError


Guard = Callable[[Session, Proposal, Actor, datetime], None]
_GUARDS: Mapping[tuple[str, str], Guard] = MappingProxyType(
    {
        ("received", "dept_review"): _check_card,
        ("dept_review", "fit"): _check_card,
        ("dept_review", "conditional"): _check_conditions,
        ("dept_review", "unfit"): _check_card,
        ("unfit", "objection"): _check_objection,
        ("objection", "dept_review"): _check_decider,
        ("objection", "unfit_final"): _check_decider,
    }
)


def _open(session: Session, proposal: Proposal) -> Duty | None:
    query = select(Duty).where(Duty.proposal_id == proposal.id, Duty.ended_at.is_(None))
    return session.scalar(query)


def _end(session: Session, proposal: Proposal, to: str, *, actor: Actor, now: datetime) -> None:
    duty = _open(session, proposal)
    if duty is not None:
        duty.ended_at, duty.ended_to, duty.ended_by = now, to, actor.account_id
        session.flush()


def _begin(
    session: Session, proposal: Proposal, *, now: datetime, due_on: date | None = None
) -> Duty | None:
    kind = clocks.DUTY_AT.get(proposal.status)
    if kind is None:
        return None
    day = _due(session, kind, clocks.day_of(now), due_on)
    duty = Duty(proposal_id=proposal.id, kind=kind, began_at=now, due_on=day, conditions=[])
    session.add(duty)
    session.flush()
    return duty


def _due(session: Session, kind: str, began: date, asked: date | None) -> date:
    """The last day of a duty; an author's is counted in days of the calendar."""
    days = clocks.CLOCKS[kind].days
    latest = began + timedelta(days=4 * days + clocks.MOST_SUPPLEMENT)  # far beyond any term
    query = select(Holiday.day).where(Holiday.day >= began, Holiday.day <= latest)
    holidays = set(session.scalars(query))
    if kind != "supplement":
        return clocks.due(began, days, holidays)
    return clocks.open_day(asked or began + timedelta(days=days), holidays)


def _check_day(asked: date | None, began: date) -> None:
    least, most = clocks.LEAST_SUPPLEMENT, clocks.MOST_SUPPLEMENT
    if asked is not None and not least <= (asked - began).days <= most:
        raise DeadlineRangeError(least=least, most=most)


def _object(
    session: Session, proposal: Proposal, source: str, *, reason: str, now: datetime
) -> None:
    found = finding(session, proposal)
    found_by = found.account_id if found and found.values.get("to") == source else None
    objection = Objection(proposal_id=proposal.id, made_at=now, reason=reason, found_by=found_by)
    try:
        with session.begin_nested():
            session.add(objection)
    except IntegrityError as error:
        raise ObjectedBeforeError from error


def _decide(
    session: Session, proposal: Proposal, actor: Actor, *, reason: str, now: datetime
) -> None:
    objection = session.get(Objection, proposal.id)
    if objection is not None:
        objection.decided_at, objection.decided_to = now, proposal.status
        objection.decided_by, objection.decision = actor.account_id, reason
        session.flush()
