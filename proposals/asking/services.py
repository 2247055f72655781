"""Answers to a round's fields, the fields themselves, and unit prices. Nothing here commits."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from core import journal
from core.journal import Actor
from proposals.asking import kinds, queries
from proposals.asking.errors import FieldsFullError, StaleAnswerError, WrongAnswerError
from proposals.asking.models import FormAnswer, FormField, UnitPrice
from proposals.writing.services import check_writer

MOST_FIELDS = 12


def answer(
    session: Session, proposal_id: UUID, values: Mapping[UUID, str], *,
    base: Mapping[UUID, str], account_id: UUID,
) -> None:  # fmt: skip
    """Keep answers, each written on `base`; "" takes one back. What is not named stays.

    Raises
    ------
    NotYourProposalError, FrozenProposalError : who, and when.
    WrongAnswerError : it is not of the field's kind, or the field is not asked.
    StaleAnswerError : somebody else answered the same field, and not so.
    """
    check_writer(session, proposal_id, account_id)
    keep(session, proposal_id, values, base=base)


def keep(
    session: Session, proposal_id: UUID, values: Mapping[UUID, str], *, base: Mapping[UUID, str]
) -> None:
    """As `answer`, of a caller who has checked who writes."""
    there = {one.field.id: one for one in queries.asked(session, proposal_id)}
    for field_id, value in values.items():
        one = there.get(field_id)
        if one is None or (value and not kinds.is_answer(one.field, value)):
            raise WrongAnswerError
        before = base.get(field_id, "")
        if value in (one.value, before):
            continue
        if one.value != before:
            raise StaleAnswerError
        _keep(session, proposal_id, field_id, value)
    session.flush()


def _keep(session: Session, proposal_id: UUID, field_id: UUID, value: str) -> None:
    if value:
        session.merge(FormAnswer(proposal_id=proposal_id, field_id=field_id, value=value))
        return
    own = (FormAnswer.proposal_id == proposal_id, FormAnswer.field_id == field_id)
    session.execute(delete(FormAnswer).where(*own))


@dataclass(frozen=True)
class FieldPlan:
    """A field as the budget office writes it."""

    kind: str
    label_ko: str
    label_en: str
    help_ko: str = ""
    help_en: str = ""
    choices: Sequence[Sequence[str]] = ()  # [Korean, English] each
    is_needed: bool = False


def add_field(session: Session, cycle_id: UUID, plan: FieldPlan) -> FormField:
    """A further question at the end of a cycle's. Raises FieldsFullError."""
    own = select(func.count(), func.max(FormField.position)).where(FormField.cycle_id == cycle_id)
    number, last = session.execute(own).one()
    if number >= MOST_FIELDS:
        raise FieldsFullError(most=MOST_FIELDS)
    values = asdict(plan) | {"choices": [list(names) for names in plan.choices]}
    field = FormField(cycle_id=cycle_id, position=(last or 0) + 1, **values)
    session.add(field)
    session.flush()
    return field


def remove_field(session: Session, cycle_id: UUID, field_id: UUID) -> None:
    """Take a question back, before anybody was asked it."""
    own = (FormField.id == field_id, FormField.cycle_id == cycle_id)
    session.execute(delete(FormField).where(*own, FormField.opened_at.is_(None)))


def open_fields(session: Session, cycle_id: UUID, *, now: datetime) -> None:
    """The call begins: everyone who proposes is asked the cycle's questions."""
    session.execute(update(FormField).where(FormField.cycle_id == cycle_id).values(opened_at=now))


def close_fields(session: Session, cycle_id: UUID, *, now: datetime) -> None:
    """The call ends: those are asked still who answered."""
    session.execute(update(FormField).where(FormField.cycle_id == cycle_id).values(closed_at=now))


def forget_fields(session: Session, cycle_id: UUID) -> None:
    """Delete the questions of a cycle that is dropped."""
    session.execute(delete(FormField).where(FormField.cycle_id == cycle_id))


@dataclass(frozen=True)
class PricePlan:
    """A unit price as the city enters it."""

    what_ko: str
    what_en: str
    unit_ko: str
    unit_en: str
    price_minor: int
    source: str
    year: int


def set_price(
    session: Session, price: UnitPrice | None, plan: PricePlan, *, actor: Actor, now: datetime
) -> UnitPrice:
    """Enter a unit price, or change one."""
    if price is None:
        price = UnitPrice(currency="KRW")
        session.add(price)
    for name, value in asdict(plan).items():
        setattr(price, name, value)
    session.flush()
    _tell(session, actor, "price.set", price, now=now)
    return price


def remove_price(session: Session, price: UnitPrice, *, actor: Actor, now: datetime) -> None:
    """Take a unit price out of the list."""
    session.delete(price)
    session.flush()
    _tell(session, actor, "price.removed", price, now=now)


def _tell(session: Session, actor: Actor, act: str, price: UnitPrice, *, now: datetime) -> None:
    journal.record(
        session, actor, act, about="price", about_id=price.id, now=now, title=price.what_ko,
        title_en=price.what_en, amount=price.price_minor, currency=price.currency,
    )  # fmt: skip
