"""Listing needs, pledging, and answering pledges.

The session is the caller's; nothing here commits. What changes one proposal's needs and pledges
waits for the lock of the proposal, so that sums and bounds hold. No money moves: what is pledged is
a promise, and neither the ballot nor the count knows of it.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from core import journal
from core.access import Role
from core.journal import Actor
from proposals import workflow
from proposals.errors import NotYourProposalError
from proposals.models import Proposal
from proposals.people import queries as people
from proposals.pledges import steps
from proposals.pledges.errors import (
    NeedPledgedError,
    NeedsFixedError,
    NeedsFullError,
    PledgesClosedError,
    PledgesFullError,
    PledgeStepError,
)
from proposals.pledges.models import Need, Pledge
from proposals.pledges.steps import Side

MOST_NEEDS = 20
MOST_OFFERS = 10  # of one person at one proposal, as long as nobody has answered them


@dataclass(frozen=True)
class Want:
    """What is needed; `amount` counts what the kind counts, money in minor units."""

    kind: str
    what: str
    amount: int
    by_day: date | None = None


@dataclass(frozen=True)
class Offer:
    """What somebody pledges, in the name of an organisation if it is named."""

    amount: int
    organisation: str = ""
    note: str = ""


def add_need(
    session: Session, proposal: Proposal, want: Want, *, actor: Actor, now: datetime
) -> Need:
    """One need more.

    Raises
    ------
    NotYourProposalError, NeedsFixedError : who, and when.
    NeedsFullError
    """
    _changeable(session, proposal, actor)
    listed = select(func.count()).select_from(Need).where(Need.proposal_id == proposal.id)
    if (session.scalar(listed) or 0) >= MOST_NEEDS:
        raise NeedsFullError(most=MOST_NEEDS)
    need = Need(
        proposal_id=proposal.id, kind=want.kind, what=want.what, amount=want.amount,
        by_day=want.by_day, added_at=now,
    )  # fmt: skip
    session.add(need)
    session.flush()
    if proposal.status in workflow.PUBLIC:
        _tell(session, actor, "need.added", proposal, need, quantity=need.amount, now=now)
    return need


def remove_need(
    session: Session, proposal: Proposal, need: Need, *, actor: Actor, now: datetime
) -> None:
    """Take a need off the list.

    Raises
    ------
    NotYourProposalError, NeedsFixedError : who, and when.
    NeedPledgedError : pledges are public and stay, also those that were taken back.
    """
    _changeable(session, proposal, actor)
    if session.scalar(select(Pledge.id).where(Pledge.need_id == need.id).limit(1)) is not None:
        raise NeedPledgedError
    session.execute(delete(Need).where(Need.id == need.id))
    if proposal.status in workflow.PUBLIC:
        _tell(session, actor, "need.removed", proposal, need, quantity=need.amount, now=now)


def offer(session: Session, need: Need, given: Offer, *, actor: Actor, now: datetime) -> Pledge:
    """Pledge to a need. More than is needed may be offered; the takers choose.

    Raises
    ------
    PledgesClosedError : also where the need was taken off the list meanwhile.
    PledgesFullError : so many offers of this person wait at this proposal.
    """
    proposal = _locked(session, need.proposal)
    still_needed = session.scalar(select(Need.id).where(Need.id == need.id))
    if proposal.status not in steps.OPEN or still_needed is None:
        raise PledgesClosedError
    waiting = select(func.count()).select_from(Pledge).join(Pledge.need)
    waiting = waiting.where(
        Need.proposal_id == proposal.id,
        Pledge.account_id == actor.account_id,
        Pledge.status == "offered",
    )
    if (session.scalar(waiting) or 0) >= MOST_OFFERS:
        raise PledgesFullError(most=MOST_OFFERS)
    pledge = Pledge(
        need_id=need.id, account_id=actor.account_id, organisation=given.organisation,
        amount=given.amount, note=given.note, status="offered", said="", offered_at=now,
        changed_at=now,
    )  # fmt: skip
    session.add(pledge)
    session.flush()
    _tell(session, actor, "pledge.offered", proposal, need, quantity=pledge.amount, now=now)
    return pledge


def sides(session: Session, pledge: Pledge, actor: Actor) -> frozenset[Side]:
    """On which sides of a pledge somebody stands."""
    if actor.account_id is None:
        return frozenset()
    proposal = pledge.need.proposal
    found = {Side.GIVER} if pledge.account_id == actor.account_id else set()
    is_office = actor.role == Role.BUDGET_OFFICER and proposal.status in workflow.ON_THE_AGENDA
    if is_office or people.may_write(session, proposal, actor.account_id):
        found.add(Side.TAKER)
    return frozenset(found)


def take_step(
    session: Session, pledge: Pledge, to: str, *, actor: Actor, now: datetime, said: str = ""
) -> None:
    """Accept, decline, deliver, thank, or take back; taking the same step again changes nothing.

    Raises
    ------
    PledgeStepError : not from where it stands, not by this person, or without its public sentence.
    """
    proposal = _locked(session, pledge.need.proposal)
    session.refresh(pledge, ["status"])  # which waited for the proposal's lock
    allowed = sides(session, pledge, actor)
    if pledge.status == to and steps.STEPS[to].by in allowed:
        return
    step = next((one for one in steps.open_steps(pledge.status, allowed) if one.to == to), None)
    if step is None or (step.needs_words and not said):
        raise PledgeStepError
    pledge.status, pledge.said, pledge.changed_at = to, said, now
    session.flush()
    _tell(
        session, actor, "pledge.moved", proposal, pledge.need, quantity=pledge.amount, now=now,
        pledge=to, reason=said,
    )  # fmt: skip


def _changeable(session: Session, proposal: Proposal, actor: Actor) -> None:
    _locked(session, proposal)
    if actor.account_id is None or not people.may_write(session, proposal, actor.account_id):
        raise NotYourProposalError
    if proposal.status not in steps.CHANGING:
        raise NeedsFixedError


def _locked(session: Session, proposal: Proposal) -> Proposal:
    query = select(Proposal).where(Proposal.id == proposal.id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()


def _tell(
    session: Session, actor: Actor, act: str, proposal: Proposal, need: Need, *,
    quantity: int, now: datetime, **values: str,
) -> None:  # fmt: skip
    """The public line. It names no giver, since the journal cannot forget a name."""
    journal.record(
        session, actor, act, about="proposal", about_id=proposal.id, now=now,
        need=need.kind, what=need.what, quantity=quantity, currency=proposal.currency, **values,
    )  # fmt: skip
