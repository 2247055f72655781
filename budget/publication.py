"""Publishing: the bundle is made, the log's last leaf names it, and the outcome is everyone's."""

from datetime import datetime
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

import tally
from ballots import cosigning, entries, log
from ballots.board.bundle import SUMS, Bundle
from ballots.board.manifest import Manifest
from ballots.keys import Keys
from ballots.models import Board, Option
from budget import bundle, services
from budget.agenda.models import PolicyTask
from budget.audit import queries as audits
from budget.audit.errors import AuditOpenError
from budget.models import Cycle, CycleOutcome, SlateEntry
from budget.recount import funded_numbers
from core.journal import Actor
from proposals import services as proposals

RESERVES = 5  # the next in order, should a selected project fall out


def publish(
    session: Session, cycle: Cycle, *, actor: Actor, keys: Keys, shelf: Path, now: datetime
) -> None:
    """Show the outcome to everyone; proposals follow it, the selected ones go on the agenda.

    Parameters
    ----------
    shelf : folder of the bundles of published cycles

    Raises
    ------
    WrongPhaseError : it is not counted, or published already.
    AuditOpenError : an audit of the paper has begun and is not finished.
    NotWitnessedError : too few witnesses have signed the closed log.
    LogUnsignedError, SigningKeyMissingError : its bundle cannot be made.
    """
    services.check(cycle, "publish", session)
    stored = session.get_one(CycleOutcome, cycle.id)
    if audits.is_open(session, cycle.id):
        raise AuditOpenError
    cosigning.certified(session.connection(), cycle.contest_id)
    _tell_log(session, cycle, stored, bundle.shelve(session, cycle, shelf, keys=keys))
    outcome = tally.Outcome.from_json(stored.body)
    lines = _slate_lines(session, cycle)
    status = _statuses(outcome)
    proposals.follow(session, {lines[code][0]: status[code] for code in lines}, now=now)
    session.add_all(
        PolicyTask(
            cycle_id=cycle.id, option_id=option_id, proposal_id=proposal_id, asked_minor=cost,
            created_at=now,
        )
        for code, (proposal_id, option_id, cost) in lines.items()
        if status[code] == "selected"
    )  # fmt: skip
    stored.published_at = now
    services.step(session, cycle, "publish", actor=actor, now=now, digest=stored.digest)


def _tell_log(session: Session, cycle: Cycle, stored: CycleOutcome, path: Path) -> None:
    """Append the result: who is funded, and the digests of the count and of the bundle."""
    with path.open("rb") as file:
        sums = Bundle.read(file).content(SUMS)
    connection = session.connection()
    kept = session.get_one(Board, cycle.contest_id)
    manifest = Manifest.read(kept.manifest.encode())
    board = log.head(connection, cycle.contest_id, alone=True)
    result = entries.result(
        board.election,
        bundle=sha256(sums).hexdigest(),
        funded=funded_numbers(manifest, tally.Outcome.from_json(stored.body)),
        trace=stored.digest,
    )
    log.append(connection, board, [result])


def _statuses(outcome: tally.Outcome) -> dict[str, str]:
    """selected, reserve (the next by the rule's order) or not_selected, by code."""
    funded = set(outcome.funded)
    rest = [turn for turn in outcome.rounds if turn.option not in funded]
    reserve = {turn.option for turn in rest if turn.support}
    first = [turn.option for turn in rest if turn.option in reserve][:RESERVES]
    return {
        turn.option: "selected"
        if turn.option in funded
        else ("reserve" if turn.option in first else "not_selected")
        for turn in outcome.rounds
    }


def _slate_lines(session: Session, cycle: Cycle) -> dict[str, tuple[UUID, UUID, int]]:
    """Code -> proposal, option and cost, for each option that came from a proposal."""
    rows = session.execute(
        select(Option.code, SlateEntry.proposal_id, Option.id, Option.cost_minor)
        .join(SlateEntry, SlateEntry.option_id == Option.id)
        .where(SlateEntry.cycle_id == cycle.id)
    )
    return {code: (proposal, option, cost) for code, proposal, option, cost in rows}
