"""The further questions that a cycle asks of those who propose; fixed once its call begins."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from budget.models import Cycle
from core import journal
from core.journal import Actor
from proposals.asking import services as asking
from proposals.asking.errors import FieldsFixedError
from proposals.asking.models import FormField
from proposals.asking.services import FieldPlan


def add(
    session: Session, cycle: Cycle, plan: FieldPlan, *, actor: Actor, now: datetime
) -> FormField:
    """Ask something more. Raises FieldsFixedError, FieldsFullError."""
    _check(cycle)
    field = asking.add_field(session, cycle.id, plan)
    _tell(session, cycle, actor, now)
    return field


def remove(session: Session, cycle: Cycle, field_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Take a question back. Raises FieldsFixedError."""
    _check(cycle)
    asking.remove_field(session, cycle.id, field_id)
    _tell(session, cycle, actor, now)


def _check(cycle: Cycle) -> None:
    if cycle.phase != "preparing":
        raise FieldsFixedError


def _tell(session: Session, cycle: Cycle, actor: Actor, now: datetime) -> None:
    journal.record(
        session, actor, "cycle.asked", about="cycle", about_id=cycle.id, now=now,
        title_ko=cycle.contest.title_ko, title_en=cycle.contest.title_en,
    )  # fmt: skip
