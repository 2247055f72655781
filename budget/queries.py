"""What pages read of cycles. No page's cost grows with the city, only with what it shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from ballots.models import Contest, Option
from budget import phases, report
from budget.agenda.models import PolicyTask
from budget.models import Cycle, CycleOutcome, SlateEntry
from core import money
from proposals.models import Proposal
from proposals.workflow import ELIGIBLE
from tally import Amount, Outcome

_WITH_CONTEST = (joinedload(Cycle.contest), joinedload(Cycle.outcome))


def cycle(session: Session, slug: str) -> Cycle | None:
    """The cycle of that address with its contest; None if there is none."""
    return session.scalar(select(Cycle).options(*_WITH_CONTEST).where(Cycle.slug == slug))


def cycle_by_id(session: Session, cycle_id: UUID) -> Cycle | None:
    """The cycle with that id; None if there is none."""
    return session.get(Cycle, cycle_id)


def cycle_of_contest(session: Session, contest_id: UUID) -> Cycle | None:
    """The cycle that a contest belongs to."""
    query = select(Cycle).options(*_WITH_CONTEST)
    return session.scalar(query.where(Cycle.contest_id == contest_id))


def all_cycles(session: Session) -> Sequence[Cycle]:
    """Every cycle, newest first, for officials and operators."""
    return session.scalars(
        select(Cycle).options(*_WITH_CONTEST).order_by(Cycle.created_at.desc(), Cycle.slug)
    ).all()


def public_cycles(session: Session, *, limit: int = 30) -> Sequence[Cycle]:
    """Cycles that were announced, newest first."""
    query = select(Cycle).options(*_WITH_CONTEST).where(Cycle.phase.in_(phases.PUBLIC))
    return session.scalars(query.order_by(Cycle.created_at.desc(), Cycle.slug).limit(limit)).all()


def slate(session: Session, cycle: Cycle) -> Sequence[Option]:
    """The options on the ballot, by number."""
    query = select(Option).where(Option.contest_id == cycle.contest_id)
    return session.scalars(query.order_by(Option.number)).all()


def slate_entries(session: Session, cycle: Cycle) -> Sequence[SlateEntry]:
    """The slate while it is put together, by title."""
    query = select(SlateEntry).options(joinedload(SlateEntry.proposal))
    found = session.scalars(query.where(SlateEntry.cycle_id == cycle.id)).all()
    return sorted(found, key=lambda entry: (entry.proposal.field or "", entry.proposal.title))


def eligible(session: Session, cycle: Cycle, *, limit: int = 300) -> Sequence[Proposal]:
    """Eligible proposals in the cycle's currency that are not on its slate yet."""
    chosen = select(SlateEntry.proposal_id).where(SlateEntry.cycle_id == cycle.id)
    query = select(Proposal).where(
        Proposal.status.in_(ELIGIBLE),
        Proposal.currency == cycle.contest.currency,
        Proposal.id.not_in(chosen),
    )
    return session.scalars(query.order_by(Proposal.title).limit(limit)).all()


@dataclass(frozen=True)
class Told:
    """A stored outcome with the slate it is about, ready to be told."""

    cycle: Cycle
    stored: CycleOutcome
    options: dict[str, Option]  # by code
    proposals: dict[str, UUID]  # code -> proposal
    tasks: dict[str, UUID]  # code -> policy task

    @cached_property
    def outcome(self) -> Outcome:
        """What the engine said."""
        return Outcome.from_json(self.stored.body)

    @cached_property
    def lines(self) -> list[report.Line]:
        """A reason for each option, in the order of turns."""
        return report.lines(self.outcome, self.show)

    @cached_property
    def line_of(self) -> dict[str, report.Line]:
        """The reasons by code."""
        return {line.turn.option: line for line in self.lines}

    @property
    def funded(self) -> list[report.Line]:
        """The funded ones, in order of choice."""
        return [line for line in self.lines if line.is_funded]

    @property
    def others(self) -> list[report.Line]:
        """The rest, in the order of their turns."""
        return [line for line in self.lines if not line.is_funded]

    def ties(self, language: str) -> list[str]:
        """What was level, and whether it mattered."""
        titles = {code: row.title_in(language) for code, row in self.options.items()}
        return report.tie_sentences(self.outcome, titles)

    def votes(self, line: report.Line) -> str:
        """Its support in words."""
        return report.support_of(self.outcome, line.turn)

    def show(self, amount: Amount) -> str:
        """Money of this cycle as people read it."""
        return money.exact(int(amount), self.cycle.contest.currency)


def told(session: Session, cycle: Cycle) -> Told | None:
    """The published outcome of a cycle; None before it is published."""
    stored = cycle.outcome
    if stored is None or stored.published_at is None:
        return None
    rows = session.execute(
        select(Option, SlateEntry.proposal_id, PolicyTask.id)
        .outerjoin(SlateEntry, SlateEntry.option_id == Option.id)
        .outerjoin(PolicyTask, PolicyTask.option_id == Option.id)
        .where(Option.contest_id == cycle.contest_id)
    ).all()
    return Told(
        cycle,
        stored,
        {option.code: option for option, _, _ in rows},
        {option.code: proposal for option, proposal, _ in rows if proposal},
        {option.code: task for option, _, task in rows if task},
    )


@dataclass(frozen=True)
class Project:
    """An option with where it came from and what became of it."""

    cycle: Cycle
    option: Option
    proposal_id: UUID | None
    task_id: UUID | None


def project(session: Session, slug: str, number: int) -> Project | None:
    """One project of a cycle by its number on the ballot."""
    return _project(session, Cycle.slug == slug, Option.number == number)


def project_of_proposal(session: Session, proposal_id: UUID) -> Project | None:
    """The project that a proposal became on its latest ballot."""
    return _project(session, SlateEntry.proposal_id == proposal_id)


def _project(session: Session, *conditions: object) -> Project | None:
    row = session.execute(
        select(Cycle, Option, SlateEntry.proposal_id, PolicyTask.id)
        .options(*_WITH_CONTEST)
        .join(Contest, Contest.id == Cycle.contest_id)
        .join(Option, Option.contest_id == Contest.id)
        .outerjoin(SlateEntry, SlateEntry.option_id == Option.id)
        .outerjoin(PolicyTask, PolicyTask.option_id == Option.id)
        .where(*conditions)  # type: ignore[arg-type]  # SQL conditions of either caller
        .order_by(Cycle.created_at.desc())
        .limit(1)
    ).first()
    return Project(*row) if row else None


def options_count(session: Session, cycle: Cycle) -> int:
    """How many proposals are on the slate."""
    found = select(func.count()).where(SlateEntry.cycle_id == cycle.id)
    return session.scalar(found) or 0
