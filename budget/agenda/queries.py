"""What pages read of the agenda."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from budget.agenda.models import PolicyTask
from budget.models import Cycle
from proposals.models import Proposal
from proposals.workflow import ON_THE_AGENDA

PAGE = 30


@dataclass(frozen=True)
class Page:
    """Some tasks, and where the next page starts; None: no more."""

    tasks: Sequence[PolicyTask]
    next_from: int | None


@dataclass(frozen=True)
class Funnel:
    """How many projects of a cycle came how far, and with how much money."""

    on_ballot: int
    selected: int
    drafted: int
    adopted: int
    completed: int
    asked_minor: int
    adopted_minor: int
    spent_minor: int


def page(session: Session, *, status: str = "", cycle: str = "", start: int = 0) -> Page:
    """Tasks, the newest cycle first, in the order of the ballot."""
    query = _tasks().order_by(PolicyTask.created_at.desc(), PolicyTask.id)
    if status in ON_THE_AGENDA:
        query = query.where(Proposal.status == status)
    if cycle:
        query = query.where(Cycle.slug == cycle)
    found = session.scalars(query.offset(start).limit(PAGE + 1)).unique().all()
    return Page(found[:PAGE], start + PAGE if len(found) > PAGE else None)


def one(session: Session, task_id: UUID) -> PolicyTask | None:
    """One task with its option, proposal and cycle."""
    return session.scalar(_tasks().where(PolicyTask.id == task_id))


def of_proposal(session: Session, proposal_id: UUID) -> PolicyTask | None:
    """The task that a proposal became."""
    return session.scalar(_tasks().where(PolicyTask.proposal_id == proposal_id))


def funnel(session: Session, cycle: Cycle, on_ballot: int) -> Funnel:
    """The funnel of one published cycle, in one statement."""
    row = session.execute(
        select(
            func.count(),
            func.count(PolicyTask.draft_minor),
            func.count(PolicyTask.adopted_minor).filter(PolicyTask.adopted_minor > 0),
            func.count().filter(Proposal.status.in_(("completed", "evaluated"))),
            func.coalesce(func.sum(PolicyTask.asked_minor), 0),
            func.coalesce(func.sum(PolicyTask.adopted_minor), 0),
            func.coalesce(func.sum(PolicyTask.spent_minor), 0),
        )
        .join(Proposal, Proposal.id == PolicyTask.proposal_id)
        .where(PolicyTask.cycle_id == cycle.id)
    ).one()
    return Funnel(on_ballot, *(int(number) for number in row))


def overdue(task: PolicyTask, today: date) -> bool:
    """Whether the next step's day has passed."""
    return task.next_on is not None and task.next_on < today


def _tasks() -> Select[PolicyTask]:
    return (
        select(PolicyTask)
        .join(PolicyTask.proposal)
        .join(PolicyTask.cycle)
        .options(
            contains_eager(PolicyTask.proposal),
            contains_eager(PolicyTask.cycle).joinedload(Cycle.contest),
            joinedload(PolicyTask.option),
        )
    )
