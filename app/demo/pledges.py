"""What a demo proposal needs beyond money, two pledges to it, and notices of the last days."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.db import Database
from core.journal import CITIZEN, Actor, JournalEntry
from proposals.models import Proposal
from proposals.notices import making
from proposals.notices.models import Notice
from proposals.pledges import services
from proposals.pledges.services import Offer, Want

DAY = timedelta(days=1)
NEEDY = "골목 화단에 빗물길"
HANDS, STONES = "화단 흙을 함께 옮길 분", "물길에 놓을 돌"
THANKS = "비 오는 토요일에 여섯 분이 와 주셨어요. 고맙습니다."
NEWS = 14 * DAY  # what is older was read


def load(session: Session, citizens: Sequence[UUID], now: datetime) -> None:
    """Two needs, a pledge that was thanked for, and one that waits."""
    proposal = session.scalars(select(Proposal).where(Proposal.title == NEEDY)).one()
    author = Actor(CITIZEN, proposal.author_id)
    giver = Actor(CITIZEN, next(one for one in citizens if one != proposal.author_id))
    by_day: date = (now + 60 * DAY).date()
    hands, stones = (
        services.add_need(session, proposal, want, actor=author, now=now - 9 * DAY)
        for want in (Want("hours", HANDS, 40, by_day), Want("goods", STONES, 120))
    )
    given = services.offer(
        session, hands, Offer(24, "하안동 텃밭 모임"), actor=giver, now=now - 8 * DAY
    )
    for to, said in (("accepted", ""), ("delivered", ""), ("thanked", THANKS)):
        services.take_step(session, given, to, actor=author, now=now - 3 * DAY, said=said)
    note = "창고에 남은 것을 가져갈게요."
    services.offer(session, stones, Offer(60, "", note), actor=giver, now=now - DAY)


def tell(database: Database, now: datetime) -> None:
    """Make all notices; those of long ago were read."""
    while making.turn(database):
        pass
    old = select(JournalEntry.id).where(JournalEntry.at < now - NEWS)
    with database.writing() as session:
        session.execute(update(Notice).where(Notice.entry_id.in_(old)).values(is_read=True))
