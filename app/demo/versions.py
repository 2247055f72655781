"""A draft of two hands with its history, and amendments: one that waits, one that was answered."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from proposals import services as proposals
from proposals.amendments import services as amendments
from proposals.models import Proposal
from proposals.people import services as people
from proposals.people.models import COAUTHOR
from proposals.versions import queries
from proposals.versions import services as versions

DRAFT, AMENDED = "동네 책수레", "골목 화단에 빗물길"
DAY = timedelta(days=1)


def load(session: Session, authors: Sequence[UUID], now: datetime) -> None:
    """Both stories, told by the two citizens of the demo."""
    _write_together(session, _titled(session, DRAFT), authors, now - 6 * DAY)
    _amend(session, _titled(session, AMENDED), authors, now - 3 * DAY)


def _write_together(
    session: Session, draft: Proposal, citizens: Sequence[UUID], then: datetime
) -> None:
    author = draft.author_id
    other = next(person for person in citizens if person != author)
    if author is None:
        return
    code = people.invite(session, draft, COAUTHOR, author_id=author, now=then)
    people.join(session, code, account_id=other, now=then)
    versions.name(session, draft, "함께 쓰기 전", account_id=author, now=then)
    far = "도서관까지 걷기 먼 어르신이 많아요."
    steps = (
        (other, "어르신 이야기를 넣음", f"{far} 하안3동에서는 걸어서 이십 분이 걸려요.", ""),
        (author, "요일을 정함", f"{far} 하안3동에서는 걸어서 이십오 분이 걸려요.",
         "토요일마다 가까운 공원에서 책을 빌려요."),
    )  # fmt: skip
    for serial, (person, why, need, benefit) in enumerate(steps, start=1):
        at = then + serial * DAY
        base = proposals.current(session, draft)
        text = replace(base, need=need, benefit=benefit)
        proposals.revise(session, draft, text, author_id=person, base=asdict(base), now=at)
        versions.name(session, draft, why, account_id=person, now=at)


def _amend(session: Session, proposal: Proposal, citizens: Sequence[UUID], then: datetime) -> None:
    author = proposal.author_id
    other = next(person for person in citizens if person != author)
    first = queries.one(session, proposal.id, 1)
    if author is None or first is None:
        return
    text = queries.text_of(first)
    answered = amendments.propose(
        session, proposal,
        replace(text, need=f"{text.need} 지난여름에는 세 번이나 잠겼어요.", cost_minor=25_000_000),
        base=1, reason="얼마나 자주 잠기는지 알면 더 와닿아요.", account_id=other, now=then,
    )  # fmt: skip
    amendments.accept(session, answered, 1, account_id=author, now=then + DAY)
    amendments.decline(
        session, answered, 2, why="구청에 물어보니 천팔백만 원이면 된다고 해요.",
        account_id=author, now=then + DAY,
    )  # fmt: skip
    amendments.propose(
        session, proposal,
        replace(text, summary="빗물이 골목 화단으로 흐르게 작은 길을 내요.",
                benefit="물이 빠지고 꽃이 살아요. 아이들이 장화 없이 학교에 가요."),
        base=1, reason="학교 가는 길이기도 해요.", account_id=other, now=then + DAY,
    )  # fmt: skip


def _titled(session: Session, title: str) -> Proposal:
    return session.scalars(select(Proposal).where(Proposal.title == title)).one()
