"""What two officers do together: open a vote, stop it before its time, close it.

One proposes, the other confirms what both have seen (`core/two_officers.py`). Who types commands at
the machine is one operator, and the journal says so.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from ballots import closing
from ballots.closing import CHECKS, Survey
from ballots.errors import InvariantError
from ballots.keys import Keys
from budget import services
from budget.ceremony.errors import UnreadFigureError
from budget.errors import TooEarlyError, WrongPhaseError
from budget.models import Cycle
from core import journal, two_officers
from core.access import Role
from core.journal import Actor

PROPOSES = Role.POLL_MANAGER
CONFIRMS = (Role.POLL_MANAGER, Role.AUDITOR)  # another poll manager, or who audits the vote
OPEN, STOP, CLOSE = "open", "stop", "close"


def propose_opening(session: Session, cycle: Cycle, *, actor: Actor, now: datetime) -> None:
    """Let the opening wait for a second officer.

    Raises
    ------
    WrongPhaseError, MissingError, AlreadyProposedError
    """
    services.check(cycle, OPEN, session, now)
    _propose(session, cycle, OPEN, _opening(cycle), actor=actor, now=now)


def confirm_opening(
    session: Session, cycle: Cycle, *, actor: Actor, keys: Keys, now: datetime
) -> None:
    """Open the vote; the log names both officers.

    Raises
    ------
    WrongPhaseError, MissingError
    NotProposedError, SameOfficerError, OtherTermsError : see `two_officers.confirm`.
    """
    found = two_officers.confirm(session, OPEN, cycle.id, _opening(cycle), actor=actor, now=now)
    by = (str(found.proposed_by), str(found.confirmed_by))
    services.open_vote(session, cycle, actor=actor, keys=keys, now=now, by=by)


def propose_stop(
    session: Session, cycle: Cycle, *, reason: str, actor: Actor, now: datetime
) -> None:
    """Let the end of casting before its time wait for a second officer.

    Raises
    ------
    TooEarlyError : there is no reason to be read by everyone.
    WrongPhaseError : nobody can cast anyway.
    AlreadyProposedError
    """
    _check_running(cycle, now)
    if not reason:
        raise TooEarlyError
    _propose(session, cycle, STOP, {"reason": reason}, actor=actor, now=now)


def confirm_stop(session: Session, cycle: Cycle, *, actor: Actor, now: datetime) -> None:
    """Let nobody cast any more; paper is typed still, and the vote is closed later.

    Raises
    ------
    WrongPhaseError : nobody can cast anyway.
    NotProposedError, SameOfficerError
    """
    _check_running(cycle, now)
    waiting = two_officers.found(session, STOP, cycle.id)
    terms = waiting.terms if waiting else {}
    two_officers.confirm(session, STOP, cycle.id, terms, actor=actor, now=now)
    cycle.contest.stopped_at = now
    session.flush()
    _tell(session, actor, "cycle.stopped", cycle, now=now, **terms)


def propose_close(
    session: Session, cycle: Cycle, read: Collection[str], *, actor: Actor, keys: Keys,
    now: datetime,
) -> None:  # fmt: skip
    """Let the close wait for a second officer, with the figures that were read out.

    Raises
    ------
    UnreadFigureError : a check is not among those that were `read` out.
    InvariantError : one does not hold.
    WrongPhaseError, AlreadyProposedError, and what `closing.survey` raises
    """
    found = _surveyed(session, cycle, read, keys=keys, now=now)
    _propose(session, cycle, CLOSE, found.figures(), actor=actor, now=now)


def confirm_close(
    session: Session, cycle: Cycle, read: Collection[str], *, actor: Actor, keys: Keys,
    now: datetime,
) -> Survey:  # fmt: skip
    """Close the vote, if the figures are still those that were proposed.

    The caller signs the log after the commit.

    Raises
    ------
    NotProposedError, SameOfficerError, OtherTermsError : see `two_officers.confirm`.
    UnreadFigureError, InvariantError, WrongPhaseError, and what `closing.survey` raises
    """
    found = _surveyed(session, cycle, read, keys=keys, now=now)
    two_officers.confirm(session, CLOSE, cycle.id, found.figures(), actor=actor, now=now)
    return services.close_vote(session, cycle, actor=actor, keys=keys, now=now)


def withdraw(session: Session, cycle: Cycle, act: str, *, actor: Actor, now: datetime) -> None:
    """Forget an act that waits. Raises NotProposedError."""
    two_officers.withdraw(session, act, cycle.id)
    _tell(session, actor, "cycle.withdrawn", cycle, now=now, proposed=act)


def _opening(cycle: Cycle) -> dict[str, Any]:
    """What the second officer must find as it was: rules, slate and moments."""
    contest = cycle.contest
    return {
        "closes_at": contest.closes_at.isoformat(), "opens_at": contest.opens_at.isoformat(),
        "rules": contest.rules_digest,
    }  # fmt: skip


def _surveyed(
    session: Session, cycle: Cycle, read: Collection[str], *, keys: Keys, now: datetime
) -> Survey:
    services.check(cycle, CLOSE, session)
    unread = [name for name in CHECKS if name not in read]
    if unread:
        raise UnreadFigureError(checks=", ".join(unread))
    found = closing.survey(session, cycle.contest, keys=keys, now=now)
    if found.failed:
        raise InvariantError(checks=", ".join(found.failed))
    return found


def _check_running(cycle: Cycle, now: datetime) -> None:
    if not cycle.contest.is_open(now):
        raise WrongPhaseError(phase=cycle.phase, act=STOP)


def _propose(
    session: Session, cycle: Cycle, act: str, terms: dict[str, Any], *, actor: Actor, now: datetime
) -> None:
    two_officers.propose(session, act, cycle.id, terms, actor=actor, now=now)
    _tell(session, actor, "cycle.proposed", cycle, now=now, proposed=act)


def _tell(
    session: Session, actor: Actor, act: str, cycle: Cycle, *, now: datetime, **values: Any
) -> None:
    journal.record(
        session, actor, act, about="cycle", about_id=cycle.id, now=now,
        title_ko=cycle.contest.title_ko, title_en=cycle.contest.title_en, **values,
    )  # fmt: skip
