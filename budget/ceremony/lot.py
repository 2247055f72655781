"""The lot for ties: two officers vouch for dice that were thrown after the log was fixed.

One alone could try seeds until the lot pleases; and digits that were known before the close could
be met by a last ballot. So the digits come after the signatures under the closed log, in public,
and both officers have seen them.
"""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from budget import services
from budget.count import needs_seed
from budget.dice import digits_of, fixed_root
from budget.errors import WrongPhaseError
from budget.models import Cycle
from core import journal, two_officers
from core.access import Role
from core.journal import Actor
from tally import Outcome

LOT = "lot"
PROPOSES = Role.TALLY_OFFICER
CONFIRMS = (Role.TALLY_OFFICER, Role.AUDITOR)  # another tally officer, or who audits the vote


def propose(session: Session, cycle: Cycle, typed: str, *, actor: Actor, now: datetime) -> None:
    """Let the digits that were thrown wait for a second officer who has seen them too.

    Raises
    ------
    WrongSeedError : they are not 20 to 200 digits.
    WrongPhaseError : the vote is not closed, is counted, or draws no lots.
    LogUnsignedError, NotWitnessedError : the log is not fixed yet.
    AlreadyProposedError
    """
    terms = _terms(session, cycle, digits_of(typed))
    two_officers.propose(session, LOT, cycle.id, terms, actor=actor, now=now)
    _tell(session, actor, "cycle.proposed", cycle, now=now, proposed=LOT)


def confirm(session: Session, cycle: Cycle, *, actor: Actor, now: datetime) -> Outcome:
    """Count the box, with ties by these digits.

    Raises
    ------
    NotProposedError, SameOfficerError, OtherTermsError : see `two_officers.confirm`.
    WrongPhaseError, LogUnsignedError, NotWitnessedError : as for `propose`.
    """
    waiting = two_officers.found(session, LOT, cycle.id)
    seed = waiting.terms["seed"] if waiting else ""
    terms = _terms(session, cycle, seed)
    two_officers.confirm(session, LOT, cycle.id, terms, actor=actor, now=now)
    _tell(session, actor, "cycle.lot", cycle, now=now, seed=seed)
    return services.count(session, cycle, actor=actor, now=now, seed=seed)


def withdraw(session: Session, cycle: Cycle, *, actor: Actor, now: datetime) -> None:
    """Take back what was proposed. Raises NotProposedError."""
    two_officers.withdraw(session, LOT, cycle.id)
    _tell(session, actor, "cycle.withdrawn", cycle, now=now, proposed=LOT)


def _terms(session: Session, cycle: Cycle, seed: str) -> dict[str, Any]:
    services.check(cycle, "count", session)
    if not needs_seed(cycle.tie_rule):
        raise WrongPhaseError(phase=cycle.phase, act=LOT)
    return {"root": fixed_root(session, cycle.contest_id), "seed": seed}


def _tell(
    session: Session, actor: Actor, act: str, cycle: Cycle, *, now: datetime, **values: Any
) -> None:
    journal.record(
        session, actor, act, about="cycle", about_id=cycle.id, now=now,
        title_ko=cycle.contest.title_ko, title_en=cycle.contest.title_en, **values,
    )  # fmt: skip
