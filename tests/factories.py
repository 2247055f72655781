"""One function a thing: valid as it comes, never random, and nothing that a service could make."""

import tomllib
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts import services as accounts
from accounts.models import Account
from app.commands.city import load_city
from ballots import log
from ballots import services as ballots
from ballots.keys import Keys
from ballots.kinds import Choices
from ballots.models import Option
from ballots.services import Paper
from budget import services as budget
from budget.models import Cycle
from budget.publication import publish
from core.access import Role
from core.city import Field
from core.journal import Actor
from proposals import services as proposals
from proposals.models import Proposal
from proposals.services import Text

CITY = Path(__file__).resolve().parent.parent / "app" / "demo" / "city.toml"
VOCABULARY = tomllib.loads(CITY.read_text(encoding="utf-8"))
DAY = timedelta(days=1)
SYSTEM = Actor("system")
_serial = count(1)


def city(session: Session) -> None:
    """Gwangmyeong's neighbourhoods and fields."""
    if session.scalar(select(Field.slug).limit(1)) is None:
        load_city(session, VOCABULARY)


def account(session: Session, now: datetime, *roles: Role, **changes: Any) -> Account:
    """A person who may vote; with roles, an official with an authenticator."""
    city(session)
    given: dict[str, Any] = {
        "email": f"person{next(_serial)}@test.example", "name": "Hana", "password_hash": "!",
        "language": "en", "neighbourhood": "cheolsan-3", "declares": True,
    } | changes  # fmt: skip
    made = accounts.sign_up(session, accounts.SignUp(**given), now=now)
    for role in roles:
        accounts.grant_role(session, made, role, actor=SYSTEM, now=now)
    if roles:
        made.totp_confirmed_at = now
    session.flush()
    session.refresh(made, ["grants"])
    return made


TEXT = Text(
    title="보행 신호등", summary="건널목에 신호등을 달아요.", title_en="Walk lights", need="어두워요.",
    benefit="밝아져요.", place="철산동 건널목", neighbourhood="cheolsan-3",
    field="safety-construction", cost_minor=10_000_000,
)  # fmt: skip


def proposal(
    session: Session, now: datetime, *, status: str = "draft", author: Account | None = None,
    text: Text = TEXT, **changes: Any,
) -> Proposal:  # fmt: skip
    """A proposal at a status; the status is set, not walked to."""
    city(session)
    author = author or account(session, now)
    made = proposals.begin_draft(session, author.id, text, now=now, **changes)
    if status != "draft":
        proposals.submit(session, made, author_id=author.id, now=now)
        made.status = status
        session.flush()
    return made


def plan(now: datetime, **changes: Any) -> budget.CyclePlan:
    """A cycle of three choices out of what there is, open from an hour ago for ten days."""
    serial = next(_serial)
    given: dict[str, Any] = {
        "slug": f"cycle-{serial}", "fiscal_year": 2027, "title_ko": f"회차 {serial}",
        "title_en": f"Cycle {serial}", "goal_ko": "목표", "goal_en": "Goal", "next_ko": "다음",
        "next_en": "Next", "fund_minor": 100, "max_picks": 3, "tie_rule": "id_text",
        "opens_at": now - timedelta(hours=1), "closes_at": now + 10 * DAY,
    } | changes  # fmt: skip
    return budget.CyclePlan(**given)


def cycle(
    session: Session, now: datetime, *, phase: str = "voting", costs: Sequence[int] = (60, 50, 40),
    keys: Keys | None = None, ballots_cast: Sequence[Sequence[int]] = (), **changes: Any,
) -> Cycle:  # fmt: skip
    """A cycle at a phase, walked to by the services; option n costs costs[n - 1]."""
    city(session)
    made = budget.prepare_cycle(session, plan(now, **changes), actor=SYSTEM, now=now)
    for serial, cost in enumerate(costs, start=1):
        title = f"Project {serial:02}"
        text = Text(**{**TEXT.__dict__, "title": title, "title_en": "", "cost_minor": cost})
        chosen = proposal(session, now, status="committee", text=text)
        budget.put_on_slate(session, made, chosen, cost, actor=SYSTEM, now=now)
    walk(session, made, phase, now=now, keys=keys, ballots_cast=ballots_cast)
    return made


def walk(
    session: Session, made: Cycle, phase: str, *, now: datetime, keys: Keys | None = None,
    ballots_cast: Sequence[Sequence[int]] = (),
) -> None:  # fmt: skip
    """Lead a prepared cycle on to `phase`; opening needs keys."""
    acts: dict[str, Any] = {
        "collecting": lambda: budget.call(session, made, actor=SYSTEM, now=now),
        "reviewing": lambda: budget.review(session, made, actor=SYSTEM, now=now),
        "frozen": lambda: budget.freeze(session, made, actor=SYSTEM, now=now),
        "voting": lambda: _open_and_cast(session, made, now, keys, ballots_cast),
        "closed": lambda: budget.close_vote(
            session, made, actor=SYSTEM, keys=keys, now=now, reason="the test is over"
        ),
        "counted": lambda: budget.count(session, made, actor=SYSTEM, now=now),
        "published": lambda: _sign_and_publish(session, made, now, keys),
    }
    for name, act in acts.items():
        if made.phase == phase:
            return
        act()
        assert made.phase == name


def _open_and_cast(
    session: Session, made: Cycle, now: datetime, keys: Keys | None,
    ballots_cast: Sequence[Sequence[int]],
) -> None:  # fmt: skip
    assert keys is not None
    budget.open_vote(session, made, actor=SYSTEM, keys=keys, now=now)
    cast(session, made.contest_id, ballots_cast, keys=keys, now=now)


def _sign_and_publish(session: Session, made: Cycle, now: datetime, keys: Keys | None) -> None:
    assert keys is not None
    sign(session, made.contest_id, keys=keys)
    shelf = keys.signers.folder / "bundles"
    publish(session, made, actor=SYSTEM, keys=keys, shelf=shelf, now=now)


def sign(session: Session, contest_id: UUID, *, keys: Keys) -> None:
    """Sign the log as it stands, within the test's own transaction."""
    connection = session.connection()
    board = log.head(connection, contest_id)
    hashes = partial(log.hashes, connection, contest_id)
    note = keys.signers.sign(contest_id, board.checkpoint, hashes)
    log.keep_checkpoint(connection, contest_id, board.edge.size, note)


def cast(
    session: Session,
    contest_id: UUID,
    choices: Sequence[Sequence[int]],
    *,
    keys: Keys,
    now: datetime,
) -> list[str]:
    """One ballot each of voters v0, v1, …"""
    papers = [Paper(f"v{serial}", Choices(tuple(said))) for serial, said in enumerate(choices)]
    return (
        ballots.cast(session.connection(), contest_id, papers, keys=keys, now=now) if papers else []
    )


def options(session: Session, made: Cycle) -> list[Option]:
    """The frozen slate by number."""
    query = select(Option).where(Option.contest_id == made.contest_id).order_by(Option.number)
    return list(session.scalars(query))
