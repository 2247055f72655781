"""What pages read of a round's fields, answers and unit prices: one statement each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session

from proposals.asking import kinds
from proposals.asking.models import FormAnswer, FormField, UnitPrice


@dataclass(frozen=True)
class Asked:
    """One field, and what a proposal answers to it; "" where it does not."""

    field: FormField
    value: str = ""

    def said(self, language: str) -> str:
        """The answer as people read it."""
        return kinds.said(self.field, self.value, language) if self.value else ""


def asked(session: Session, proposal_id: UUID | None) -> Sequence[Asked]:
    """What is asked of a proposal: the fields of the calls that are open, and what it answered.

    None: a proposal that does not exist yet.
    """
    own = and_(FormAnswer.field_id == FormField.id, FormAnswer.proposal_id == proposal_id)
    query = (
        select(FormField, FormAnswer.value)
        .outerjoin(FormAnswer, own)
        .where(or_(_is_open(), FormAnswer.value.is_not(None)))
        .order_by(FormField.opened_at, FormField.position, FormField.id)
    )
    return [Asked(field, value or "") for field, value in session.execute(query)]


def any_of(proposal_id: UUID) -> ColumnElement[bool]:
    """Whether the proposal answers anything."""
    return exists().where(FormAnswer.proposal_id == proposal_id)


def missing(session: Session, proposal_id: UUID) -> Sequence[FormField]:
    """The fields that must be answered before the proposal can be handed in."""
    return unanswered(asked(session, proposal_id), {})


def unanswered(asked: Sequence[Asked], values: Mapping[UUID, str]) -> Sequence[FormField]:
    """The fields of these that are needed still, once `values` are answered."""
    return [
        one.field
        for one in asked
        if one.field.is_needed and not values.get(one.field.id, one.value)
    ]


def fields_of(session: Session, cycle_id: UUID) -> Sequence[FormField]:
    """What a cycle asks, in its order."""
    query = select(FormField).where(FormField.cycle_id == cycle_id)
    return session.scalars(query.order_by(FormField.position)).all()


def unit_prices(session: Session) -> Sequence[UnitPrice]:
    """All unit prices, by their Korean names."""
    return session.scalars(select(UnitPrice).order_by(UnitPrice.what_ko, UnitPrice.id)).all()


def unit_price(session: Session, price_id: UUID) -> UnitPrice | None:
    """One of them; None if there is none."""
    return session.get(UnitPrice, price_id)


def _is_open() -> ColumnElement[bool]:
    return and_(FormField.opened_at.is_not(None), FormField.closed_at.is_(None))
