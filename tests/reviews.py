"""What reviews need: a city's questions and departments, and a proposal in the middle of a review."""

from datetime import datetime

from sqlalchemy.orm import Session

from core.access import Role
from core.journal import Actor
from proposals import services as proposals
from proposals.asking import services as asking
from proposals.asking.models import UnitPrice
from proposals.asking.services import PricePlan
from proposals.models import Proposal
from proposals.review import services
from proposals.review.costs import Line
from proposals.review.models import Criterion, Department
from proposals.review.services import Answer
from tests import factories

REVIEWER, OFFICE = Actor(str(Role.REVIEWER)), Actor(str(Role.BUDGET_OFFICER))
LINES = (
    Line("신호등", 2_000, "대", 4_000_000, "도로과", "2026년 조달청 가격"),
    Line("전선", 12_500, "m", 20_000, "도로과", "현장 실측"),
)
YES = Answer("yes")


def questions(session: Session) -> None:
    """Two formal questions, one of substance, two departments."""
    for position, (slug, step) in enumerate(
        [("complete", "formal"), ("competence", "formal"), ("lawful", "substance")], start=1
    ):
        session.add(
            Criterion(
                slug=slug, name_ko=f"질문 {position}", name_en=f"Question {position}",
                position=position, step=step, question_ko=f"{position}번이 맞나요?",
                question_en=f"Is number {position} right?",
            )
        )  # fmt: skip
    for position, (slug, ko, en) in enumerate(
        [("roads", "도로과", "Roads"), ("parks", "공원녹지과", "Parks")], start=1
    ):
        session.add(Department(slug=slug, name_ko=ko, name_en=en, position=position))
    session.flush()


def under_review(session: Session, now: datetime, **changes: object) -> Proposal:
    """A proposal that passed the formal review, at the department of roads."""
    made = factories.proposal(session, now, status="received", **changes)  # type: ignore[arg-type]
    services.answer(session, made, {"complete": YES, "competence": YES}, actor=OFFICE, now=now)
    services.assign(session, made, "roads", actor=OFFICE, now=now)
    proposals.move(session, made, "dept_review", actor=OFFICE, now=now)
    return made


def priced(session: Session, now: datetime) -> Proposal:
    """As `under_review`, with a cost sheet."""
    made = under_review(session, now)
    services.price(session, made, LINES, actor=REVIEWER, now=now)
    return made


def unit_price(session: Session, now: datetime) -> UnitPrice:
    """What a bench costs."""
    plan = PricePlan("긴 의자", "A bench", "개", "piece", 600_000, "조달청 종합쇼핑몰", 2026)
    return asking.set_price(session, None, plan, actor=OFFICE, now=now)
