"""What the demo's open cycle asks besides, and what its proposals answered during the call."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from budget import questions
from budget.models import Cycle
from core.journal import Actor
from proposals.asking import queries, services
from proposals.asking.services import FieldPlan
from proposals.models import Proposal

QUESTIONS = (
    FieldPlan(
        "choice", "누가 가장 많이 쓰게 되나요?", "Who will use it most?",
        help_ko="한 가지만 골라 주세요.", help_en="Choose one.", is_needed=True,
        choices=(("어린이와 청소년", "Children and young people"), ("어르신", "Older people"),
                 ("이동이 불편한 분", "People who move with difficulty"), ("누구나", "Everyone")),
    ),
    FieldPlan(
        "yes_no", "그곳에 사는 이웃과 이야기해 보았나요?",
        "Have you talked about it with those who live there?",
    ),
)  # fmt: skip
# Whom a field is mostly for: the place of a choice above.
USERS = {"welfare-learning": "1", "safety-construction": "2", "economy-culture": "0"}
EVERYONE = "3"


def ask(session: Session, cycle: Cycle, office: Actor, now: datetime) -> None:
    """Ask both, before the call begins."""
    for plan in QUESTIONS:
        questions.add(session, cycle, plan, actor=office, now=now)


def answer(session: Session, cycle: Cycle, titles: set[str]) -> None:
    """The answers of the proposals of these titles, while the call is open."""
    users, talked = queries.fields_of(session, cycle.id)
    for proposal in session.scalars(select(Proposal).where(Proposal.title.in_(titles))):
        said = {
            users.id: USERS.get(proposal.field or "", EVERYONE),
            talked.id: "no" if proposal.neighbourhood is None else "yes",
        }
        services.keep(session, proposal.id, said, base={})
