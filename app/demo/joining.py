"""What joins the demo's people: supports that reached a threshold, a merge, ideas, a desk."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts import services as accounts
from accounts.services import SignUp
from core.journal import CITIZEN, Actor
from proposals import services as proposals
from proposals.handing import services as handing
from proposals.handing.services import Person
from proposals.ideas import services as ideas
from proposals.ideas.services import Wish
from proposals.merging import queries as merges
from proposals.merging import services as merging
from proposals.models import Proposal
from proposals.services import Text
from proposals.supports import services as supports
from proposals.supports.queries import owed

DAY = timedelta(days=1)
NEIGHBOURS = 53  # who sign in nowhere: they only support
ANSWERED, OWED = "자전거 쉼터", "하안교 아래 작은 농구장"  # what they support
ANSWER = "공기주입기와 지붕을 먼저 놓고, 정비 도구함은 석 달 동안 시범으로 둡니다."
IDEAS = (
    Wish(
        "버스 정류장에 온기 의자",
        "겨울에 어르신이 오래 서 계세요. 앉으면 따뜻한 의자가 있으면 좋겠어요.",
        "cheolsan-3",
        "welfare-learning",
    ),
    Wish(
        "학교 앞 무지개 건널목",
        "아이들이 좋아하는 빛깔로 건널목을 칠해요. 운전자 눈에도 잘 띌 거예요.",
        "haan-3",
        "safety-construction",
    ),
    Wish(
        "동네 씨앗 도서관",
        "씨앗을 빌려 심고 가을에 거둔 씨앗을 갚아요.",
        field="urban-environment",
    ),
)
OF_AN_IDEA = Text(
    title="겨울 온기 의자", summary="바람이 센 정류장 다섯 곳에 온기 의자를 놓아요.",
    title_en="Warm benches for winter", summary_en="Warm benches at five windy bus stops.",
    need="겨울에 어르신이 오래 서 계세요. 앉으면 따뜻한 의자가 있으면 좋겠어요.",
    benefit="기다리는 시간이 덜 춥고, 버스를 타는 어르신이 늘어요.", place="철산3동 정류장 다섯 곳",
    neighbourhood="cheolsan-3", field="welfare-learning", cost_minor=25_000_000,
)  # fmt: skip
AT_THE_DESK = Text(
    title="경로당 앞 미끄럼 방지", summary="경로당 앞 비탈길에 미끄럼 방지 포장을 해요.",
    title_en="A slope that is not slippery", need="눈이 오면 경로당에 못 가요.",
    benefit="겨울에도 걸어서 갈 수 있어요.", place="소하2동 경로당 앞 비탈길",
    neighbourhood="soha-2", field="safety-construction", cost_minor=8_000_000,
)  # fmt: skip


def merge(session: Session, part: Proposal, into: Proposal, reason: str, now: datetime) -> None:
    """Merge one into the other with the consent of the authors of both."""
    actor = Actor(CITIZEN, part.author_id)
    made = merging.propose(session, {part.id}, into.id, reason, actor=actor, now=now)
    digest = merges.digest_of(session, into)
    for author in sorted(merges.asked(session, made) - merges.agreed(session, made)):
        merging.agree(session, made.id, account_id=author, digest=digest, now=now + 2 * DAY)


def load(
    session: Session, authors: Sequence[UUID], officials: tuple[Actor, Actor], now: datetime
) -> None:
    """Load supports, ideas, and a proposal from a paper form.

    Parameters
    ----------
    authors : two citizens
    officials : a department's reviewer, and the budget office
    """
    reviewer, office = officials
    people = _neighbours(session, now)
    _support(session, ANSWERED, people, now - 30 * DAY)
    _support(session, OWED, people[3:], now - 19 * DAY)
    first, second = owed(session)[0], authors[1]
    supports.answer(
        session, first.id, ANSWER, actor=reviewer, roles=[reviewer.role], now=now - 20 * DAY
    )
    kept = [
        ideas.put(
            session, authors[0], wish, now=now - 90 * DAY, shuffle_key=serial << 60, is_demo=True
        )
        for serial, wish in enumerate(IDEAS)
    ]
    for serial, idea in enumerate(kept):
        for person in people[: 9 - 4 * serial]:
            ideas.give(session, idea, account_id=person, now=now - 60 * DAY)
    draft = ideas.make_proposal(session, kept[0], account_id=second, now=now - 12 * DAY)
    proposals.revise(
        session, draft, OF_AN_IDEA, author_id=second, now=now - 11 * DAY,
        base=asdict(proposals.current(session, draft)),
    )  # fmt: skip
    proposals.submit(session, draft, author_id=second, now=now - 11 * DAY)
    elder = Person("소하동 순이 할머니", "02-555-0199", "paper", "종이 서식에 서명", now - 5 * DAY)
    handing.hand_in(session, AT_THE_DESK, elder, actor=office, now=now - 5 * DAY, is_demo=True)


def _neighbours(session: Session, now: datetime) -> list[UUID]:
    return [
        accounts.sign_up(
            session,
            SignUp(f"neighbour-{serial}@demo.example", f"이웃 {serial}", "!", "ko", is_demo=True),
            now=now - 100 * DAY,
        ).id
        for serial in range(1, NEIGHBOURS + 1)
    ]


def _support(session: Session, title: str, people: Sequence[UUID], now: datetime) -> None:
    """Each of them an hour after the other."""
    proposal = session.scalars(select(Proposal).where(Proposal.title == title)).one()
    for serial, person in enumerate(people):
        at = now + serial * timedelta(hours=1)
        supports.give(session, proposal, account_id=person, now=at)
