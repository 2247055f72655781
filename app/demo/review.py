"""The demo's reviews: one told in full, one that is late, and who answers for the others."""

import tomllib
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.commands.city import load_city
from core.journal import Actor
from proposals import services as proposals
from proposals.asking import services as asking
from proposals.asking.services import PricePlan
from proposals.models import Proposal
from proposals.review import services
from proposals.review.costs import Line
from proposals.review.services import Answer

DAY = timedelta(days=1)
FIELD_DEPARTMENTS = {
    "urban-environment": "parks", "safety-construction": "roads", "welfare-learning": "welfare",
    "economy-culture": "learning",
}  # fmt: skip
FORMAL: Mapping[str, Answer] = {
    "complete": Answer("yes"),
    "competence": Answer("yes", "하천 쉼터는 시가 관리합니다."),
    "single": Answer("yes", "같은 자리에 농구장 제안이 있어 따로 표시했습니다."),
    "common-good": Answer("yes"),
}
SUBSTANCE: Mapping[str, Answer] = {
    "lawful": Answer("yes", "하천 점용 허가를 받으면 됩니다."),
    "feasible": Answer("yes", "설치에 두 달이 걸립니다."),
    "land": Answer("yes", "시유지이며 다툼이 없습니다."),
    "cost": Answer("yes", "산출 내역을 보세요."),
    "effect": Answer("yes", "하루 1,400명이 지나는 길입니다."),
}
CONDITIONS = (
    "홍수 때 떼어 낼 수 있는 그늘막을 씁니다.",
    "산책로에서 1m 이상 떨어져 의자를 놓습니다.",
)
SHEET = (
    Line("그늘막", 4_000, "개", 3_500_000, "공원녹지과", "2026년 설치 실적"),
    Line("긴 의자", 10_000, "개", 600_000, "공원녹지과", "2026년 설치 실적"),
    Line("바닥 포장", 42_500, "㎡", 95_000, "도로과", "공사 단가와 현장 실측"),
)
Submit = Callable[[Session, dict[str, Any], UUID, int, datetime], Proposal]


def load(
    session: Session, submit: Submit, author: UUID, officials: tuple[Actor, Actor], now: datetime
) -> None:
    """Load the city's lists, then review.

    Parameters
    ----------
    submit : hands a proposal in at a moment, from its row, its author and a serial number
    officials : who reviews, and the budget office
    """
    lists = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    reviewer, office = officials
    load_city(session, lists)
    for row in lists["price"]:
        asking.set_price(session, None, PricePlan(**row), actor=office, now=now - 300 * DAY)
    for proposal in session.scalars(
        select(Proposal).where(Proposal.status.in_(("dept_review", "objection")))
    ):
        department = FIELD_DEPARTMENTS[proposal.field or "economy-culture"]
        services.assign(session, proposal, department, actor=office, now=now - 2 * DAY)
    told = submit(session, lists["reviewed"], author, 300, now - 40 * DAY)
    late = submit(session, lists["late"], author, 301, now - 52 * DAY)
    _to_department(session, late, "parks", office, now - 50 * DAY)
    _to_department(session, told, "roads", office, now - 36 * DAY)
    services.mark_rivals(
        session, told, late, "하안교 아래 같은 자리를 씁니다.", actor=office, now=now - 35 * DAY
    )
    services.assign(
        session, told, "parks", actor=office, now=now - 34 * DAY, reason="하천 쉼터의 소관입니다."
    )
    services.price(session, told, SHEET[:2], actor=reviewer, now=now - 25 * DAY)
    services.price(session, told, SHEET, actor=reviewer, now=now - 20 * DAY)
    services.answer(
        session, told, SUBSTANCE, conditions=CONDITIONS, actor=reviewer, now=now - 19 * DAY
    )
    proposals.move(
        session, told, "conditional", actor=reviewer, now=now - 18 * DAY,
        reason="아래 조건을 지키면 할 수 있는 일입니다.",
    )  # fmt: skip


def _to_department(
    session: Session, proposal: Proposal, department: str, office: Actor, then: datetime
) -> None:
    services.answer(session, proposal, FORMAL, actor=office, now=then)
    services.assign(session, proposal, department, actor=office, now=then)
    proposals.move(session, proposal, "dept_review", actor=office, now=then)
