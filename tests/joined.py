"""A few proposals that hang together, for pages: a merge that waits, one that is done, an idea."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from accounts.models import Account
from core import journal
from core.access import Role
from core.journal import Actor
from proposals import services as proposals
from proposals.handing import services as handing
from proposals.handing.services import Person
from proposals.ideas import services as ideas
from proposals.ideas.services import Wish
from proposals.merging import queries as merges
from proposals.merging import services as merging
from proposals.notices.models import Notice
from proposals.people import requests
from proposals.pledges import services as pledging
from proposals.pledges.services import Offer, Want
from proposals.supports import services as supports
from tests import factories

OFFICE = Actor(Role.BUDGET_OFFICER)


def examples(session: Session, now: datetime, author: Account) -> Mapping[str, Mapping[str, Any]]:
    """For each endpoint of these rooms with arguments, what they are; `author` looks at them."""
    own, twin, near, far = (
        factories.proposal(session, now, status="received", author=whose, text=text)
        for whose, text in (
            (author, factories.TEXT), (author, replace(factories.TEXT, title="건널목 신호")),
            (None, replace(factories.TEXT, title="보행 신호")), (None, factories.TEXT),
        )
    )  # fmt: skip
    reader = factories.account(session, now)
    requests.ask(session, own, "저도 그 길로 다녀요.", account_id=reader.id, now=now)
    supports.give(session, near, account_id=author.id, now=now)
    near.need = "밤에 아주 어두워요."
    session.flush()
    waiting = merging.propose(session, {twin.id}, near.id, "같은 길", actor=OFFICE, now=now)
    done = merging.propose(session, {far.id}, own.id, "같은 뜻", actor=OFFICE, now=now)
    digest = merges.digest_of(session, own)
    for person in sorted(merges.asked(session, done)):
        merging.agree(session, done.id, account_id=person, digest=digest, now=now)
    obligation = supports.call(session, near, "answer", "급해요.", actor=OFFICE, now=now)
    idea = ideas.put(session, author.id, Wish("골목 의자", "쉬어 가면 좋겠어요."), now=now)
    person = Person("순이", "02-123", "paper", "서명", now)
    clerk = Actor(Role.BUDGET_OFFICER, reader.id)
    handed = handing.hand_in(session, factories.TEXT, person, actor=clerk, now=now)
    asked = handing.hand_in(session, factories.TEXT, person, actor=clerk, now=now)
    proposals.move(session, asked, "supplement", actor=clerk, now=now, reason="어느 건널목인가요?")
    free = factories.proposal(session, now, status="received", author=author)
    giver, writer = Actor("citizen", reader.id), Actor("citizen", author.id)
    want = Want("hours", "벤치를 함께 만들 분", 40, now.date())
    need = pledging.add_need(session, free, want, actor=writer, now=now)
    pledge = pledging.offer(session, need, Offer(12, "목공 모임"), actor=giver, now=now)
    told = journal.record(
        session, OFFICE, "proposal.moved", about="proposal", about_id=free.id, now=now,
        source="received", to="dept_review", reason="",
    )  # fmt: skip
    session.add(Notice(account_id=author.id, entry_id=told.id))
    mine, office = {"proposal_id": free.id}, {"proposal_id": handed.id}
    return {
        "supports.support": {"proposal_id": near.id},
        "supports.answer": {"obligation_id": obligation.id},
        "supports.call": mine,
        "merging.propose": mine,
        "merging.propose_as_office": mine,
        "merging.split": mine,
        "merging.show": {"merge_id": waiting.id},
        "merging.undo": {"merge_id": done.id},
        "people.ask": {"proposal_id": near.id},
        "ideas.show": {"idea_id": idea.id},
        "ideas.withdraw": {"idea_id": idea.id},
        "handing.answer": {"proposal_id": asked.id},
        "handing.receipt": office,
        "pledges.needs": mine,
        "pledges.offer": mine | {"need_id": need.id},
        "pledges.pledge": mine | {"pledge_id": pledge.id},
    }
