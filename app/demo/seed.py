"""Loads the demo city through the rooms' own services, so that what it shows could have happened.

Deterministic: the same texts, order, choices and outcome every time; only ids, codes and keys are
random, as everywhere, and the dates follow the day of loading.
"""

import hashlib
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

from rich.progress import Progress
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts import passwords
from accounts import services as accounts
from accounts.models import EXCLUSIVE_ROLES, Account, RoleGrant
from app.commands.city import load_city
from app.demo import asking, joining, paper, places, pledges, review, versions, ways
from app.demo.paper import Polling
from app.demo.people import LOG_INS
from ballots import services as ballots
from ballots.integrator import Integrator
from ballots.keys import Keys
from ballots.kinds import Choices
from ballots.models import Option
from ballots.services import Paper
from budget import files
from budget import services as budget
from budget.agenda import services as agenda
from budget.agenda.models import PolicyTask
from budget.agenda.services import Report
from budget.models import Cycle
from budget.publication import publish
from core.access import Role
from core.clock import SEOUL
from core.db import Database
from core.journal import CITIZEN, Actor
from proposals import services as proposals
from proposals.models import Proposal
from proposals.review import services as reviewing
from proposals.review.clocks import DUTY_AT
from proposals.services import Text
from tally.formats import pabulib

HERE = Path(__file__).resolve().parent
VOTERS = 3500
BATCH = 500
FUND = 1_500_000_000
IMPORTED = "jozsefvaros-2022"
DAY = timedelta(days=1)


@dataclass
class Seeder:
    """Everything that loading needs; `load` does it."""

    database: Database
    keys: Keys
    shelf: Path  # of the bundles
    secret_key: str
    password: str
    authenticator: str
    now: datetime
    progress: Progress

    def load(self) -> None:
        """The whole city, in one transaction a chapter."""
        chapters = (
            ("시민과 공무원 · people", self._people),
            ("제안 · proposals", self._proposals),
            ("검토 · reviews", self._reviews),
            ("공감과 아이디어 · supports and ideas", self._joining),
            ("투표 중인 회차 · the open vote", self._open_cycle),
            ("종이 투표 · paper", self._paper),
            ("실제 선거 파일 · a real election", self._imported_cycle),
            ("그 결과 · what came of it", self._published_cycle),
        )
        task = self.progress.add_task("광명시 (가상) · the demo city", total=len(chapters))
        for name, chapter in chapters:
            self.progress.update(task, description=name)
            with self.database.writing() as session:
                chapter(session)
            Integrator(self.database, self.keys).turn()
            self.progress.advance(task)
        pledges.tell(self.database, self.now)

    def _people(self, session: Session) -> None:
        load_city(session, _toml("city.toml"))
        places.draw_city(session)
        kept = passwords.hashed(self.password)
        for person in LOG_INS:
            account = accounts.sign_up(
                session,
                accounts.SignUp(
                    person.email, person.name, kept, "ko", "cheolsan-3", declares=True, is_demo=True
                ),
                now=self.now - 500 * DAY,
            )
            if person.role:
                accounts.begin_factor(account, self.authenticator, self.secret_key)
                account.totp_confirmed_at = self.now - 500 * DAY
                exclusive = person.role in EXCLUSIVE_ROLES
                session.add(
                    RoleGrant(
                        account_id=account.id, role=person.role, granted_at=self.now - 500 * DAY,
                        exclusion=accounts.EXCLUSION if exclusive else None,
                    )
                )  # fmt: skip

    def _proposals(self, session: Session) -> None:
        authors = self._authors(session)
        then = self.now - 200 * DAY
        by_title: dict[str, Proposal] = {}
        for serial, row in enumerate(_toml("projects.toml")["project"]):
            author = authors[serial % 2]
            proposal = self._submitted(
                session, row, author, serial, then + serial * timedelta(hours=7)
            )
            by_title[proposal.title] = proposal
            self._move(session, proposal, ["dept_review", "fit", "committee"], then + 30 * DAY)
        for serial, row in enumerate(_toml("proposals.toml")["proposal"], start=100):
            self._elsewhere(session, row, authors[serial % 2], serial, by_title)
        versions.load(session, authors, self.now)

    def _elsewhere(
        self, session: Session, row: dict[str, Any], author: UUID, serial: int,
        by_title: dict[str, Proposal],
    ) -> None:  # fmt: skip
        """One proposal at a status before the ballot, with the way that leads there."""
        status = row["status"]
        # Whoever waits for an answer has not waited long.
        ago = 6 + 5 * len(ways.WAY_TO[status]) if status in DUTY_AT else 60
        then = self.now - ago * DAY + serial % 100 * timedelta(hours=5)
        if status == "draft":
            self._draft(session, row, author, serial, then)
            return
        proposal = self._submitted(session, row, author, serial, then)
        if status == "merged":
            joining.merge(session, proposal, by_title[row["into"]], row["reason"], then + DAY)
            return
        self._move(
            session, proposal, ways.WAY_TO[status], then + DAY,
            reason=row.get("reason", "규정에 맞습니다."), code=row.get("reason_code", ""),
            conditions=row.get("conditions", ()), objection=row.get("objection", ""),
        )  # fmt: skip

    def _reviews(self, session: Session) -> None:
        author = self._authors(session)[0]
        review.load(session, self._submitted, author, self._reviewers, self.now)

    def _joining(self, session: Session) -> None:
        joining.load(session, self._authors(session), self._reviewers, self.now)
        pledges.load(session, self._authors(session), self.now)

    def _open_cycle(self, session: Session) -> None:
        office, poll = self._actor(Role.BUDGET_OFFICER), self._actor(Role.POLL_MANAGER)
        opens = self.now - 3 * DAY
        end = (
            (self.now + 14 * DAY)
            .astimezone(SEOUL)
            .replace(hour=18, minute=0, second=0, microsecond=0)
        )
        year = end.year + 1
        plan = budget.CyclePlan(
            slug=f"{year}", fiscal_year=year, fund_minor=FUND, opens_at=opens, closes_at=end,
            title_ko=f"{year}년 광명시 주민참여예산 (데모)",
            title_en=f"Gwangmyeong residents' budget {year} (demo)",
            goal_ko="우리 동네에 꼭 필요한 사업을 함께 골라요. 선정된 사업은 내년 예산안에 담겨요.",
            goal_en="Let us choose what we need most. It goes into next year's budget.",
            next_ko="결과를 공개하고 예산안에 담아 시의회에 냅니다. 의회가 12월에 의결합니다.",
            next_en="The outcome goes into the draft budget; the council decides in December.",
            max_picks=8,
            field_limits={
                "economy-culture": 2, "urban-environment": 2, "welfare-learning": 2,
                "safety-construction": 2,
            },
        )  # fmt: skip
        begun = self.now - 220 * DAY
        cycle = budget.prepare_cycle(session, plan, actor=office, now=begun, is_demo=True)
        listed = {row["title"]: row["cost"] for row in _toml("projects.toml")["project"]}
        asking.ask(session, cycle, office, begun + DAY)
        budget.call(session, cycle, actor=office, now=begun + 2 * DAY)
        asking.answer(session, cycle, {*listed})
        budget.review(session, cycle, actor=office, now=begun + 90 * DAY)
        chosen = session.scalars(
            select(Proposal).where(Proposal.title.in_(listed)).order_by(Proposal.title)
        )
        for proposal in chosen:
            budget.put_on_slate(
                session, cycle, proposal, listed[proposal.title], actor=office,
                now=begun + 120 * DAY,
            )  # fmt: skip
        budget.freeze(session, cycle, actor=office, now=begun + 200 * DAY)
        budget.open_vote(session, cycle, actor=poll, keys=self.keys, now=opens)
        self._cast(session, cycle)

    def _cast(self, session: Session, cycle: Cycle) -> None:
        options = session.scalars(
            select(Option).where(Option.contest_id == cycle.contest_id).order_by(Option.number)
        ).all()
        papers = (
            Paper(f"demo-voter-{serial}", Choices(_choices(options, serial)))
            for serial in range(VOTERS)
        )
        while batch := list(islice(papers, BATCH)):
            ballots.cast(
                session.connection(), cycle.contest_id, batch, keys=self.keys, now=self.now
            )

    def _paper(self, session: Session) -> None:
        cycle = session.scalars(select(Cycle).where(Cycle.phase == "voting")).one()
        holders = select(RoleGrant.account_id).join(RoleGrant.account)
        clerks = holders.where(RoleGrant.role == Role.POLL_CLERK).order_by(Account.email)
        sheets = len(paper.TYPED) + paper.WAITING
        first, second = session.scalars(clerks)
        polling = Polling(session, cycle.contest, (first, second), self.keys, self.now)
        polling.hand_in([f"demo-voter-{serial}" for serial in range(sheets)])

    def _imported_cycle(self, session: Session) -> None:
        then = self._imported_at
        file = pabulib.read_bytes((HERE / "jozsefvaros-2022.pb").read_bytes())
        names = _toml("jozsefvaros-2022.toml")
        plan = files.ImportPlan(
            slug=IMPORTED,
            source="Pabulib, Hungary_Budapest_2022_VIII_Jozsefvaros.pb",
            title_ko="부다페스트 8구 2022 (데모로 옮긴 실제 선거)",
            title_en="Budapest VIII, 2022 (a real election, imported for the demo)",
            is_demo=True,
            names={code: files.Names(**name) for code, name in names.items()},
        )
        poll, count = self._actor(Role.POLL_MANAGER), self._actor(Role.TALLY_OFFICER)
        cycle = files.import_cycle(session, file, plan, actor=poll, keys=self.keys, now=then)
        budget.close_vote(session, cycle, actor=poll, keys=self.keys, now=then + 2 * DAY)
        budget.count(session, cycle, actor=count, now=then + 2 * DAY)

    def _published_cycle(self, session: Session) -> None:
        then = self._imported_at
        cycle = session.scalars(select(Cycle).where(Cycle.slug == IMPORTED)).one()
        publish(
            session, cycle, actor=self._actor(Role.TALLY_OFFICER), keys=self.keys,
            shelf=self.shelf, now=then + 3 * DAY,
        )  # fmt: skip
        tasks = session.scalars(
            select(PolicyTask)
            .join(PolicyTask.option)
            .where(PolicyTask.cycle_id == cycle.id)
            .order_by(Option.number)
        ).all()
        for serial, task in enumerate(tasks):
            self._deliver(
                session, task, ways.WAYS[serial % len(ways.WAYS)], serial, then + 60 * DAY
            )

    def _deliver(
        self, session: Session, task: PolicyTask, way: Sequence[str], serial: int, then: datetime
    ) -> None:
        """Draft, council, delivery: as far as `way` leads."""
        if not way:
            return
        office = self._actor(Role.BUDGET_OFFICER)
        council = self._actor(Role.COUNCIL_CLERK)
        agenda.enter_draft(session, task, task.asked_minor, actor=office, now=then)
        if way[0] == "in_draft_budget":
            return
        share = {"reduced": 3, "cut": 0}.get(way[0], 4)
        agenda.enter_council_decision(
            session, task, task.asked_minor * share // 4, actor=council, now=then + 20 * DAY,
            reason=ways.SAYS.get(way[0], "") if share < 4 else "",  # noqa: PLR2004 - quarters
        )  # fmt: skip
        if way[0] in ("approved", "reduced", "cut"):
            return
        steps = [step for step in ("in_progress", *way) if step != "in_progress"]
        for at, step in enumerate(["in_progress", *steps]):
            self._report(session, task, step, serial, then + (60 + 60 * at) * DAY)

    def _report(
        self, session: Session, task: PolicyTask, step: str, serial: int, then: datetime
    ) -> None:
        office = self._actor(Role.BUDGET_OFFICER)
        is_over = step in ("completed", "evaluated")
        adopted = task.adopted_minor or 0
        said = Report(
            to=step,
            spent_minor=adopted if is_over else adopted * (1 + serial % 3) // 4,
            next_step="" if is_over else "시공사 계약",
            next_on=None if is_over else _soon(self.now, serial),
            department=ways.DEPARTMENTS[serial % len(ways.DEPARTMENTS)],
            reason=ways.SAYS.get(step, ""),
        )
        agenda.report(session, task, said, actor=office, now=then)

    def _draft(
        self, session: Session, row: dict[str, Any], author: UUID, serial: int, then: datetime
    ) -> Proposal:
        names = (
            "title", "title_en", "summary", "summary_en", "need", "benefit", "place",
            "neighbourhood", "field",
        )  # fmt: skip
        text = Text(
            cost_minor=row.get("cost", 0), **{name: row[name] for name in names if name in row}
        )
        proposal = proposals.begin_draft(
            session, author, text, now=then, shuffle_key=_key(serial), is_demo=True
        )
        places.place(session, proposal, then)
        return proposal

    def _submitted(
        self, session: Session, row: dict[str, Any], author: UUID, serial: int, then: datetime
    ) -> Proposal:
        proposal = self._draft(session, row, author, serial, then)
        proposals.submit(session, proposal, author_id=author, now=then + timedelta(hours=1))
        return proposal

    def _move(
        self, session: Session, proposal: Proposal, way: Sequence[str], then: datetime,
        *, reason: str = "법령과 예산에 맞고 할 수 있는 일입니다.", code: str = "",
        conditions: Sequence[str] = (), objection: str = "",
    ) -> None:  # fmt: skip
        for at, to in enumerate(way):
            author = Actor(CITIZEN, proposal.author_id)
            actor = (
                author if to in ("objection", "withdrawn") else self._reviewers[to in ways.OFFICE]
            )
            if to == "conditional":
                reviewing.answer(
                    session,
                    proposal,
                    {},
                    conditions=conditions,
                    actor=actor,
                    now=then + at * 5 * DAY,
                )
            proposals.move(
                session, proposal, to, actor=actor, now=then + at * 5 * DAY,
                reason=objection if to == "objection" else reason,
                reason_code=code or "other_body",
            )  # fmt: skip

    def _authors(self, session: Session) -> list[UUID]:
        emails = ("neighbour@demo.example", "citizen@demo.example")
        found = {row.email: row.id for row in session.scalars(select(Account))}
        return [found[email] for email in emails]

    @property
    def _imported_at(self) -> datetime:
        return self.now - 420 * DAY

    @cached_property
    def _reviewers(self) -> tuple[Actor, Actor]:
        return self._actor(Role.REVIEWER), self._actor(Role.BUDGET_OFFICER)

    def _actor(self, role: Role) -> Actor:
        with self.database.reading() as session:
            holder = select(RoleGrant.account_id).where(RoleGrant.role == role)
            return Actor(role, session.scalar(holder))


def _choices(options: Sequence[Option], serial: int) -> tuple[int, ...]:
    """Up to two of each field; some projects are liked more, and one voter in thirty is blank."""
    if serial % 30 == 0:
        return ()
    picked = []
    for field in sorted({option.field or "" for option in options}):
        ranked = sorted(
            (option for option in options if option.field == field),
            key=lambda option: _number("like", serial, option.title) * (3 + option.number % 5),
        )
        picked += [option.number for option in ranked[: _number("many", serial, field) % 3]]
    return tuple(picked)


def _number(*words: object) -> int:
    """A number that looks drawn but is the same every time."""
    return int.from_bytes(hashlib.sha256(repr(words).encode()).digest()[:4])


def _key(serial: int) -> int:
    digest = hashlib.sha256(f"shuffle {serial}".encode()).digest()
    return int.from_bytes(digest[:8]) >> 64 - proposals.KEY_BITS


def _soon(now: datetime, serial: int) -> date:
    """A day for the next step; one in four lies in the past, so that overdue shows."""
    return (now + (30 - 15 * (serial % 4)) * DAY).astimezone(SEOUL).date()


def _toml(name: str) -> dict[str, Any]:
    return tomllib.loads((HERE / name).read_text(encoding="utf-8"))
