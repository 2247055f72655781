"""Every act of a cycle. The session is the caller's; nothing here commits."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import tally
from ballots import services as ballots
from ballots import verifiers
from ballots.closing import Survey
from ballots.entries import Opening
from ballots.keys import Keys
from ballots.models import Contest, RollEntry
from budget import count as counting
from budget import slate
from budget.errors import (
    MissingError,
    NotEligibleError,
    SlugInUseError,
    SumsDifferError,
    TooEarlyError,
    WrongPhaseError,
)
from budget.manifest import manifest_of
from budget.models import Cycle, CycleOutcome, SlateEntry
from budget.phases import ACTS, EDITABLE
from core import journal
from core.journal import Actor
from proposals import services as proposals
from proposals.asking import services as asking
from proposals.models import Proposal
from proposals.workflow import ELIGIBLE


@dataclass(frozen=True)
class CyclePlan:
    """What the budget office decides before a cycle begins. Money in minor units."""

    slug: str
    fiscal_year: int
    title_ko: str
    title_en: str
    fund_minor: int
    opens_at: datetime
    closes_at: datetime
    goal_ko: str = ""
    goal_en: str = ""
    next_ko: str = ""
    next_en: str = ""
    currency: str = "KRW"
    kind: str = "approval"
    max_picks: int | None = None
    field_limits: dict[str, int | None] = field(default_factory=dict)
    roll_kind: str = "declared"
    eligibility: dict[str, Any] = field(default_factory=dict)
    publication: str = "sealed"
    credential: str = "linked"
    count_rule: str = "greedy_cost"
    count_parameters: dict[str, Any] = field(default_factory=dict)
    tie_rule: str = "cost_then_lot"


_OF_CONTEST = (
    "title_ko", "title_en", "kind", "max_picks", "field_limits", "fund_minor", "currency",
    "roll_kind", "eligibility", "publication", "credential", "opens_at", "closes_at",
)  # fmt: skip


def prepare_cycle(
    session: Session,
    plan: CyclePlan,
    *,
    actor: Actor,
    now: datetime,
    source: str | None = None,
    is_demo: bool = False,
) -> Cycle:
    """A new cycle with its contest, seen by officials only. Raises SlugInUseError."""
    values = asdict(plan)
    contest = Contest(**{name: values.pop(name) for name in _OF_CONTEST})
    cycle = Cycle(contest=contest, created_at=now, source=source, is_demo=is_demo, **values)
    try:
        with session.begin_nested():
            session.add(cycle)
    except IntegrityError as error:
        raise SlugInUseError(slug=plan.slug) from error
    _tell(session, actor, "cycle.prepared", cycle, now=now)
    return cycle


def revise_cycle(
    session: Session, cycle: Cycle, plan: CyclePlan, *, actor: Actor, now: datetime
) -> None:
    """New rules, money or dates, until the freeze. Raises WrongPhaseError, SlugInUseError."""
    _check_editable(cycle)
    values = asdict(plan)
    try:
        with session.begin_nested():
            for name in _OF_CONTEST:
                setattr(cycle.contest, name, values.pop(name))
            for name, value in values.items():
                setattr(cycle, name, value)
    except IntegrityError as error:
        raise SlugInUseError(slug=plan.slug) from error
    _tell(session, actor, "cycle.revised", cycle, now=now)


def put_on_slate(
    session: Session,
    cycle: Cycle,
    proposal: Proposal,
    cost_minor: int,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Choose an eligible proposal for the slate, or price it anew, until the slate is frozen.

    Raises
    ------
    WrongPhaseError, NotEligibleError
    RivalOnSlateError : what excludes it is on the slate.
    """
    _check_editable(cycle)
    if proposal.status not in ELIGIBLE or proposal.currency != cycle.contest.currency:
        raise NotEligibleError(title=proposal.title)
    slate.check_rivals(session, cycle, proposal.id)
    entry = session.get(SlateEntry, (cycle.id, proposal.id))
    if entry is not None and entry.cost_minor == cost_minor:
        return
    if entry is None:
        session.add(SlateEntry(cycle_id=cycle.id, proposal_id=proposal.id, cost_minor=cost_minor))
    else:
        entry.cost_minor = cost_minor
    session.flush()
    _tell(
        session, actor, "slate.priced", cycle, now=now, title=proposal.title, cost=cost_minor,
        currency=proposal.currency, proposal=str(proposal.id),
    )  # fmt: skip


def take_off_slate(
    session: Session, cycle: Cycle, proposal: Proposal, *, actor: Actor, now: datetime
) -> None:
    """Take a proposal off the slate again. Raises WrongPhaseError."""
    _check_editable(cycle)
    entry = session.get(SlateEntry, (cycle.id, proposal.id))
    if entry is not None:
        session.delete(entry)
        session.flush()
        _tell(
            session, actor, "slate.removed", cycle, now=now, title=proposal.title,
            proposal=str(proposal.id),
        )  # fmt: skip


def call(session: Session, cycle: Cycle, *, actor: Actor, now: datetime) -> None:
    """Announce the cycle and call for proposals."""
    step(session, cycle, "call", actor=actor, now=now)
    asking.open_fields(session, cycle.id, now=now)


def review(session: Session, cycle: Cycle, *, actor: Actor, now: datetime) -> None:
    """End the call."""
    step(session, cycle, "review", actor=actor, now=now)
    asking.close_fields(session, cycle.id, now=now)


def freeze(session: Session, cycle: Cycle, *, actor: Actor, now: datetime) -> None:
    """Copy the slate to the ballot; its proposals are on the ballot from now on.

    Raises
    ------
    WrongPhaseError, MissingError
    RivalOnSlateError : two of its proposals exclude each other.
    """
    check(cycle, "freeze", session)
    slate.check_rivals(session, cycle)
    chosen = slate.entries(session, cycle)
    slate.freeze(session, cycle)
    proposals.follow(session, dict.fromkeys([e.proposal_id for e in chosen], "on_ballot"), now=now)
    digest = cycle.contest.rules_digest
    step(session, cycle, "freeze", actor=actor, now=now, digest=digest, options=len(chosen))


def thaw(session: Session, cycle: Cycle, *, actor: Actor, now: datetime) -> None:
    """Undo the freeze, before the vote opens."""
    check(cycle, "thaw", session)
    chosen = slate.entries(session, cycle)
    slate.thaw(session, cycle)
    proposals.follow(session, dict.fromkeys([e.proposal_id for e in chosen], "committee"), now=now)
    step(session, cycle, "thaw", actor=actor, now=now)


def open_vote(
    session: Session,
    cycle: Cycle,
    *,
    actor: Actor,
    keys: Keys,
    now: datetime,
    by: Sequence[str] = (),
) -> None:
    """Let the vote begin at its opening moment.

    Parameters
    ----------
    by : two officers; unless given, the roles that froze the slate and that open the vote
    """
    check(cycle, "open", session, now)
    election = keys.signers.election(cycle.slug)
    manifest = manifest_of(session, cycle, election=election, publication=cycle.contest.publication)
    opening = Opening(
        election, bytes(manifest).decode(), ties=cycle.tie_rule,
        by=by or _officers(session, cycle, actor), verifiers=verifiers.files(),
        witnesses=keys.witnesses,
    )  # fmt: skip
    ballots.open_contest(session, cycle.contest, opening, keys=keys, now=now)
    step(session, cycle, "open", actor=actor, now=now)


def close_vote(
    session: Session,
    cycle: Cycle,
    *,
    actor: Actor,
    keys: Keys,
    now: datetime,
    reason: str = "",
) -> Survey:
    """End the vote, compare roll and box, destroy the keys. The journal keeps the figures.

    Raises
    ------
    TooEarlyError : people can cast still, and there is no reason to be read by everyone.
    ReconciliationError, InvariantError, LogFaultError, LinkKeyMissingError : nothing was closed.
    """
    check(cycle, "close", session)
    if cycle.contest.stopped_at is None and now < cycle.contest.closes_at and not reason:
        raise TooEarlyError
    found = ballots.close_contest(session, cycle.contest, keys=keys, now=now)
    step(
        session, cycle, "close", actor=actor, now=now, reason=reason, ballots=found.ballots,
        marks=found.marks, figures=found.figures(),
    )  # fmt: skip
    return found


def count(
    session: Session, cycle: Cycle, *, actor: Actor, now: datetime, seed: str | None = None
) -> tally.Outcome:
    """Count the box, once. Raises SeedNeededError, WrongPhaseError."""
    check(cycle, "count", session)
    cycle.tie_seed = seed if counting.needs_seed(cycle.tie_rule) else None
    outcome, profile = counting.outcome_of(session, cycle)
    _check_sums(outcome, profile)
    body = outcome.to_json()
    roll = select(func.count()).where(RollEntry.contest_id == cycle.contest_id)
    session.add(
        CycleOutcome(
            cycle_id=cycle.id,
            body=body,
            digest=hashlib.sha256(body.encode()).hexdigest(),
            ballots=outcome.ballots,
            roll_size=session.scalar(roll) or 0,
            counted_at=now,
        )
    )
    step(
        session, cycle, "count", actor=actor, now=now, ballots=outcome.ballots,
        rule=cycle.count_rule, seed=cycle.tie_seed,
    )  # fmt: skip
    return outcome


def recount(session: Session, cycle: Cycle) -> bool:
    """Whether a new count of the box gives the stored outcome, byte for byte."""
    outcome, _ = counting.outcome_of(session, cycle)
    stored = session.get_one(CycleOutcome, cycle.id)
    return outcome.to_json() == stored.body


def check(cycle: Cycle, act: str, session: Session, now: datetime | None = None) -> None:
    """Make sure that an act is due and lacks nothing. Raises WrongPhaseError, MissingError."""
    if cycle.phase != ACTS[act].source:
        raise WrongPhaseError(phase=cycle.phase, act=act)
    on_slate = select(func.count()).where(SlateEntry.cycle_id == cycle.id)
    lacking = gaps(cycle, act, options=session.scalar(on_slate) or 0, now=now)
    if lacking:
        raise MissingError(missing=lacking)


def gaps(cycle: Cycle, act: str, *, options: int, now: datetime | None = None) -> list[str]:
    """What an act still lacks: words of the gate's checklist, empty when it may go on."""
    found = []
    if act in ("call", "freeze", "open"):
        texts = ("title_ko", "title_en", "goal_ko", "goal_en", "next_ko", "next_en")
        owner = {"title_ko": cycle.contest, "title_en": cycle.contest}
        found += [name for name in texts if not getattr(owner.get(name, cycle), name)]
        if cycle.contest.fund_minor <= 0:
            found.append("fund")
    if act in ("freeze", "open") and not options:
        found.append("slate")
    if act == "open" and now is not None and cycle.contest.closes_at <= now:
        found.append("closes_at")
    return found


def drop_cycle(session: Session, cycle: Cycle) -> None:
    """Forget a cycle that was only prepared. Raises WrongPhaseError."""
    if cycle.phase != "preparing":
        raise WrongPhaseError(phase=cycle.phase, act="drop")
    session.execute(delete(SlateEntry).where(SlateEntry.cycle_id == cycle.id))
    asking.forget_fields(session, cycle.id)
    session.delete(cycle)
    session.flush()
    session.delete(cycle.contest)


def _officers(session: Session, cycle: Cycle, actor: Actor) -> tuple[str, str]:
    """Who stands for the opening where nobody else is named: who froze, and who opens."""
    frozen = journal.last(session, "cycle.freeze", about_id=cycle.id)
    return f"{frozen.role if frozen else actor.role}: freeze", f"{actor.role}: open"


def _check_sums(outcome: tally.Outcome, profile: tally.Profile) -> None:
    """Votes by option must add up to the picks on all ballots (a city once published otherwise)."""
    if sum(profile.votes()) != profile.picks or outcome.ballots != profile.ballots:
        raise SumsDifferError


def _check_editable(cycle: Cycle) -> None:
    if cycle.phase not in EDITABLE:
        raise WrongPhaseError(phase=cycle.phase, act="revise")


def step(
    session: Session, cycle: Cycle, act: str, *, actor: Actor, now: datetime, **values: Any
) -> None:
    """Move the cycle along the table and write the act down."""
    check(cycle, act, session)
    cycle.phase = ACTS[act].to
    session.flush()
    _tell(session, actor, f"cycle.{act}", cycle, now=now, **values)


def _tell(
    session: Session, actor: Actor, act: str, cycle: Cycle, *, now: datetime, **values: Any
) -> None:
    journal.record(
        session, actor, act, about="cycle", about_id=cycle.id, now=now,
        title_ko=cycle.contest.title_ko, title_en=cycle.contest.title_en, **values,
    )  # fmt: skip
