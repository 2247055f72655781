"""The acts of an audit of the paper, in their order; each after the closed log was signed.

The seed is thrown after that, in public, and takes two officers: nobody chooses a sample. A sample
only grows, along the draw of its seed.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ballots import kinds, log
from ballots import services as ballots
from ballots.board.manifest import Manifest
from ballots.board.reading import Reading, replay
from ballots.models import Board
from ballots.paper import entry
from budget.audit import claims, queries
from budget.audit.claims import BOUND_SHEETS, MISSING, Claim
from budget.audit.errors import (
    AuditMovedError,
    LevelOutcomeError,
    NoPaperError,
    NotDrawnError,
)
from budget.audit.models import DrawnSheet, PaperAudit, SheetReading
from budget.dice import digits_of, fixed_root
from budget.errors import WrongPhaseError
from budget.models import Cycle, CycleOutcome
from budget.recount import instance_of
from core import journal, two_officers
from core.access import Role
from core.journal import Actor
from tally import Outcome
from tally.audit.sampling import sample

CONDUCTS = Role.TALLY_OFFICER
CONFIRMS = (Role.TALLY_OFFICER, Role.AUDITOR)  # another tally officer, or who audits the vote
READS = (Role.POLL_CLERK, Role.POLL_MANAGER)
SEED = "seed"


@dataclass(frozen=True)
class Plan:
    """What an audit of a counted vote would be.

    Attributes
    ----------
    batches : number -> sheets
    claims : empty where the rule has none, or where nothing was left unfunded
    is_bound : whether the rule has no claims: a sample only bounds how many sheets are wrong
    size : sheets of the first stage
    root : of the closed log, in hexadecimal
    """

    batches: dict[int, int]
    claims: tuple[Claim, ...]
    is_bound: bool
    size: int
    root: str

    @property
    def sheets(self) -> int:
        """All there are."""
        return sum(self.batches.values())


def plan(session: Session, cycle: Cycle) -> Plan:
    """What there is to audit of a counted vote.

    Raises
    ------
    WrongPhaseError : it is not counted, or published already.
    NoPaperError
    LevelOutcomeError : a decision hangs on a tie.
    LogUnsignedError, NotWitnessedError : the closed log is not fixed yet; sheets are not drawn
        before.
    """
    _check_counted(cycle)
    manifest, reading, outcome = _counted(session, cycle)
    batches = {number: batch.declared for number, batch in sorted(reading.batches.items())}
    if not batches:
        raise NoPaperError
    root = fixed_root(session, cycle.contest_id)
    sheets = sum(batches.values())
    if not claims.has_claims(manifest):
        return Plan(batches, (), True, min(BOUND_SHEETS, sheets), root)
    found = claims.claims_of(manifest, instance_of(manifest), outcome)
    if claims.is_level(found):
        raise LevelOutcomeError
    return Plan(batches, found, False, claims.sample_size(found, sheets), root)


def propose_seed(session: Session, cycle: Cycle, seed: str, *, actor: Actor, now: datetime) -> None:
    """Let the digits that were thrown wait for a second officer who has seen them too.

    Raises
    ------
    WrongSeedError : they are not 20 to 200 digits.
    AuditMovedError : the audit has begun.
    AlreadyProposedError, and what `plan` raises
    """
    digits = digits_of(seed)
    _check_new(session, cycle)
    found = plan(session, cycle)
    two_officers.propose(session, SEED, cycle.id, _terms(digits, found), actor=actor, now=now)


def confirm_seed(session: Session, cycle: Cycle, *, actor: Actor, now: datetime) -> None:
    """Draw the first sheets.

    Raises
    ------
    AuditMovedError : the audit has begun.
    NotProposedError, SameOfficerError, OtherTermsError, and what `plan` raises
    """
    _check_new(session, cycle)
    found = plan(session, cycle)
    waiting = two_officers.found(session, SEED, cycle.id)
    seed = waiting.terms["seed"] if waiting else ""
    two_officers.confirm(session, SEED, cycle.id, _terms(seed, found), actor=actor, now=now)
    audit = PaperAudit(
        cycle_id=cycle.id, seed=seed, sheets=found.sheets, claims=claims.to_json(found.claims),
        is_bound=found.is_bound, stages=[found.size], begun_at=now, finished_at=None,
    )  # fmt: skip
    session.add(audit)
    session.flush()
    _draw(session, cycle, audit, 0)
    _tell(session, actor, "audit.begun", cycle, now=now, seed=seed, sheets=found.size)


def read_sheet(session: Session, cycle: Cycle, place: int, typed: str, *, reader_id: UUID) -> None:
    """What one person sees on a sheet; `typed` as at the keying, or the word `missing`.

    Raises
    ------
    NotDrawnError : it is not in the sample, was read by two, or by this account.
    AuditMovedError : the audit is finished.
    NothingTypedError, UnreadableEntryError, InvalidBallotError : see `entry.read`.
    """
    _open(session, cycle)
    drawn = session.get(DrawnSheet, (cycle.id, place), with_for_update=True)
    if drawn is None:
        raise NotDrawnError
    rule = ballots.ballot_rule(session, cycle.contest)
    reading = MISSING if typed == MISSING else entry.read(rule, typed)
    turn = queries.readings_of(session, cycle.id, place) + 1
    try:
        with session.begin_nested():
            session.add(
                SheetReading(
                    cycle_id=cycle.id, place=place, turn=turn, reader_id=reader_id, reading=reading
                )
            )
    except IntegrityError as error:
        raise NotDrawnError from error


def read_again(session: Session, cycle: Cycle, place: int, *, actor: Actor, now: datetime) -> None:
    """Forget both readings of a sheet that two people read differently.

    Raises
    ------
    AuditMovedError : the audit is finished, or the two agree.
    """
    audit = _open(session, cycle)
    if place not in queries.differing(session, audit):
        raise AuditMovedError
    session.execute(
        delete(SheetReading).where(SheetReading.cycle_id == cycle.id, SheetReading.place == place)
    )
    _tell(session, actor, "audit.read_again", cycle, now=now, place=place)


def grow(session: Session, cycle: Cycle, *, actor: Actor, now: datetime) -> None:
    """Draw as many further sheets as will do if they are as typed.

    Raises
    ------
    SheetsUnreadError : the sample is not read yet.
    AuditMovedError : it is finished, or needs no more sheets, or there are none.
    """
    audit = _open(session, cycle)
    size = queries.next_size(session, audit)
    if size <= audit.size:
        raise AuditMovedError
    before = audit.size
    audit.stages = [*audit.stages, size]
    session.flush()
    _draw(session, cycle, audit, before)
    _tell(session, actor, "audit.grown", cycle, now=now, sheets=size)


def finish(session: Session, cycle: Cycle, *, actor: Actor, now: datetime) -> None:
    """End the audit with what it has found; the bundle has it.

    Raises
    ------
    SheetsUnreadError : the sample is not read yet.
    AuditMovedError : more sheets are to be drawn first.
    """
    audit = _open(session, cycle)
    found = queries.finding(session, audit)
    if found.result == queries.UNDECIDED:
        raise AuditMovedError
    audit.finished_at = now
    session.flush()
    _tell(
        session, actor, "audit.finished", cycle, now=now, sheets=audit.size, result=found.result,
        wrong=found.wrong,
    )  # fmt: skip


def _open(session: Session, cycle: Cycle) -> PaperAudit:
    """The audit that runs, for one writer at a time."""
    audit = session.get(PaperAudit, cycle.id, with_for_update=True)
    if audit is None or audit.finished_at is not None:
        raise AuditMovedError
    return audit


def _check_new(session: Session, cycle: Cycle) -> None:
    if session.get(PaperAudit, cycle.id) is not None:
        raise AuditMovedError


def _check_counted(cycle: Cycle) -> None:
    if cycle.phase != "counted":
        raise WrongPhaseError(phase=cycle.phase, act="audit")


def _counted(session: Session, cycle: Cycle) -> tuple[Manifest, Reading, Outcome]:
    board = session.get_one(Board, cycle.contest_id)
    told = log.leaves(session.connection(), cycle.contest_id)
    stored = session.get_one(CycleOutcome, cycle.id)
    return (
        Manifest.read(board.manifest.encode()),
        replay(map(json.loads, told)),
        Outcome.from_json(stored.body),
    )


def _terms(seed: str, found: Plan) -> dict[str, Any]:
    return {"root": found.root, "seed": seed, "sheets": found.sheets, "size": found.size}


def _draw(session: Session, cycle: Cycle, audit: PaperAudit, before: int) -> None:
    """Put the sheets from the place after `before` into the sample."""
    _, reading, _ = _counted(session, cycle)
    ids = [
        f"{number}:{sheet}"
        for number, batch in sorted(reading.batches.items())
        for sheet in range(1, batch.declared + 1)
    ]
    rows = []
    drawn = enumerate(sample(audit.seed, ids, audit.size), start=1)
    for place, name in islice(drawn, before, None):
        number, sheet = map(int, name.split(":"))
        rows.append(
            {
                "cycle_id": cycle.id, "place": place, "batch": number, "sheet": sheet,
                "typed": _typed(reading, (number, sheet)),
            }
        )  # fmt: skip
    if rows:
        session.execute(insert(DrawnSheet), rows)


def _typed(reading: Reading, sheet: tuple[int, int]) -> str:
    vote = reading.votes.get(sheet)
    return kinds.canonical(vote.choices) if vote else reading.unused[sheet]


def _tell(
    session: Session, actor: Actor, act: str, cycle: Cycle, *, now: datetime, **values: Any
) -> None:
    journal.record(
        session, actor, act, about="cycle", about_id=cycle.id, now=now,
        title_ko=cycle.contest.title_ko, title_en=cycle.contest.title_en, **values,
    )  # fmt: skip
