"""From outcome to delivery: what the budget office, the council and the departments report."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from budget.agenda.errors import NoAdoptedAmountError
from budget.agenda.models import PolicyTask
from core import journal
from core.journal import Actor
from proposals import services as proposals


@dataclass(frozen=True)
class Report:
    """What a department says of a task: where it stands, what was spent, what comes next."""

    to: str | None = None  # the next status, None to stay
    spent_minor: int = 0
    next_step: str = ""
    next_on: date | None = None
    department: str = ""
    reason: str = ""


def enter_draft(
    session: Session, task: PolicyTask, amount_minor: int, *, actor: Actor, now: datetime
) -> None:
    """The amount that goes into the draft budget. Raises ForbiddenMoveError."""
    proposals.move(session, task.proposal, "in_draft_budget", actor=actor, now=now)
    task.draft_minor = amount_minor
    _tell(session, actor, "task.drafted", task, now=now, amount=amount_minor)


def enter_council_decision(
    session: Session,
    task: PolicyTask,
    adopted_minor: int,
    *,
    actor: Actor,
    now: datetime,
    reason: str = "",
) -> None:
    """What the council adopted: all of the draft, less of it, or nothing; less needs a reason.

    Raises
    ------
    NoAdoptedAmountError : more than the draft, or below zero.
    ForbiddenMoveError, ReasonNeededError
    """
    draft = task.draft_minor or 0
    if not 0 <= adopted_minor <= draft:
        raise NoAdoptedAmountError(draft=draft)
    to = "cut" if not adopted_minor else ("approved" if adopted_minor == draft else "reduced")
    proposals.move(session, task.proposal, to, actor=actor, now=now, reason=reason)
    task.adopted_minor = adopted_minor
    _tell(session, actor, "task.decided", task, now=now, amount=adopted_minor)


def report(
    session: Session,
    task: PolicyTask,
    said: Report,
    *,
    actor: Actor,
    roles: Collection[str] = (),
    now: datetime,
) -> None:
    """Where a task stands. Raises ForbiddenMoveError, ReasonNeededError."""
    if said.to:
        proposals.move(
            session, task.proposal, said.to, actor=actor, roles=roles, now=now, reason=said.reason
        )
    task.spent_minor, task.next_step, task.next_on = said.spent_minor, said.next_step, said.next_on
    task.department = said.department
    session.flush()
    _tell(session, actor, "task.reported", task, now=now, amount=said.spent_minor)


def _tell(
    session: Session, actor: Actor, act: str, task: PolicyTask, *, now: datetime, amount: int
) -> None:
    journal.record(
        session, actor, act, about="task", about_id=task.id, now=now,
        title=task.option.title, title_en=task.option.title_en,
        amount=amount, currency=task.proposal.currency,
    )  # fmt: skip
