"""Giving support and taking it back, and what enough of it obliges to.

The session is the caller's; nothing here commits. Who supports is not in the journal: only what
came of it.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core import journal
from core.access import Role
from core.journal import THE_SYSTEM, Actor
from proposals.models import Proposal
from proposals.supports import queries
from proposals.supports.errors import (
    NotYourObligationError,
    ObligationAnsweredError,
    ObligationStandsError,
    SupportClosedError,
)
from proposals.supports.models import Obligation, Support, SupportedText, Threshold
from proposals.supports.words import FOR

# Supports, within days, days for the answer, who answers: what a city may begin with.
USUAL: Mapping[str, tuple[int, int | None, int, Role]] = {
    "answer": (50, 30, 14, Role.REVIEWER),
    "forum": (100, None, 30, Role.BUDGET_OFFICER),
    "reply": (1000, None, 30, Role.BUDGET_OFFICER),
}


def usual(kind: str) -> Threshold:
    """The threshold that the desk suggests where the city has set none."""
    supports, within_days, due_days, role = USUAL[kind]
    return Threshold(
        kind=kind, supports=supports, within_days=within_days, due_days=due_days, role=str(role)
    )


def give(session: Session, proposal: Proposal, *, account_id: UUID, now: datetime) -> None:
    """Support a proposal as it reads now; doing so again changes nothing.

    Raises
    ------
    SupportClosedError : it is a draft, or has come to the ballot or to its end.
    """
    _open(session, proposal)
    if queries.of_person(session, proposal.id, account_id) is not None:
        return
    digest = _kept(session, proposal)
    session.add(Support(proposal_id=proposal.id, account_id=account_id, at=now, digest=digest))
    session.flush()
    reach(session, proposal.id, now=now)


def take_back(session: Session, proposal: Proposal, *, account_id: UUID) -> None:
    """No longer support it, nor what was merged into it. Raises SupportClosedError."""
    _open(session, proposal)
    session.execute(delete(Support).where(*_own(proposal.id, account_id)))


def confirm(session: Session, proposal: Proposal, *, account_id: UUID) -> None:
    """Go on supporting it as it reads now. Raises SupportClosedError."""
    _open(session, proposal)
    own = update(Support).where(*_own(proposal.id, account_id))
    session.execute(own.values(digest=_kept(session, proposal)))


def reach(session: Session, proposal_id: UUID, *, now: datetime) -> None:
    """Open what the supports oblige the city to, once."""
    standing = {obligation.kind for obligation in queries.obligations(session, proposal_id)}
    for threshold in queries.thresholds(session):
        days = threshold.within_days
        since = None if days is None else now - timedelta(days=days)
        if threshold.kind in standing:
            continue
        supports = queries.count(session, proposal_id, since=since)
        if supports >= threshold.supports:
            obligation = _begin(session, proposal_id, threshold, now=now)
            _tell(session, THE_SYSTEM, "obligation.opened", obligation, supports=supports, now=now)


def call(
    session: Session, proposal: Proposal, kind: str, reason: str, *, actor: Actor, now: datetime
) -> Obligation:
    """Open an obligation below its threshold, for what few people support but is urgent.

    Raises
    ------
    SupportClosedError
    ObligationStandsError : it is open or answered already.
    """
    _open(session, proposal)
    if kind in {obligation.kind for obligation in queries.obligations(session, proposal.id)}:
        raise ObligationStandsError
    threshold = session.get_one(Threshold, kind)
    obligation = _begin(session, proposal.id, threshold, now=now, reason=reason)
    _tell(session, actor, "obligation.called", obligation, reason=reason, now=now)
    return obligation


def answer(
    session: Session, obligation_id: UUID, text: str, *, actor: Actor, roles: Collection[str],
    now: datetime,
) -> None:  # fmt: skip
    """Answer in public, once and for all.

    Raises
    ------
    NotYourObligationError : none of `roles` is the one that answers.
    ObligationAnsweredError
    """
    obligation = session.get_one(
        Obligation, obligation_id, with_for_update=True, populate_existing=True
    )
    if obligation.role not in roles:
        raise NotYourObligationError
    if obligation.answered_at is not None:
        raise ObligationAnsweredError
    obligation.answer, obligation.answered_at = text, now
    session.flush()
    said = {"reason": text, "to_role": obligation.role}
    if obligation.kind in FOR:
        _tell(session, actor, "obligation.entered", obligation, now=now, **said)
    else:
        _tell(session, actor, "obligation.answered", obligation, now=now, **said)


def set_threshold(session: Session, threshold: Threshold, *, actor: Actor, now: datetime) -> None:
    """Set how many supports oblige to what; obligations that stand keep their terms."""
    kept = session.merge(threshold)
    session.flush()
    journal.record(
        session, actor, "threshold.set", about="threshold", about_id=None, now=now,
        obligation=kept.kind, supports=kept.supports, days=kept.within_days or 0, due=kept.due_days,
    )  # fmt: skip


def _open(session: Session, proposal: Proposal) -> None:
    """Lock the proposal, so that supporters are counted one after another."""
    locked = select(Proposal).where(Proposal.id == proposal.id).with_for_update()
    session.scalars(locked.execution_options(populate_existing=True)).one()
    if proposal.status not in queries.OPEN:
        raise SupportClosedError


def _own(proposal_id: UUID, account_id: UUID) -> tuple[ColumnElement[bool], ...]:
    family = select(queries.family(proposal_id).c.id)
    return Support.account_id == account_id, Support.proposal_id.in_(family)


def _kept(session: Session, proposal: Proposal) -> bytes:
    """The digest of what the proposal says, which is kept."""
    words = queries.said(proposal)
    digest = queries.digest(words)
    if session.get(SupportedText, digest) is None:
        try:
            with session.begin_nested():
                session.add(SupportedText(digest=digest, words=words))
        except IntegrityError:  # the same words of another proposal, at the same moment
            pass
    return digest


def _begin(
    session: Session, proposal_id: UUID, threshold: Threshold, *, now: datetime, reason: str = ""
) -> Obligation:
    obligation = Obligation(
        proposal_id=proposal_id, kind=threshold.kind, role=threshold.role, reason=reason,
        opened_at=now, due_at=now + timedelta(days=threshold.due_days), answer="",
    )  # fmt: skip
    session.add(obligation)
    session.flush()
    return obligation


def _tell(
    session: Session,
    actor: Actor,
    act: str,
    obligation: Obligation,
    *,
    now: datetime,
    **values: object,
) -> None:
    journal.record(
        session, actor, act, about="proposal", about_id=obligation.proposal_id, now=now,
        obligation=obligation.kind, until=obligation.due_at.isoformat(), **values,
    )  # fmt: skip
