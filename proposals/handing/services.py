"""Entering a proposal in somebody's name, and that person's later claim to it.

The session is the caller's; nothing here commits.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from core import codes, journal
from core.journal import CITIZEN, Actor
from proposals import services
from proposals.errors import IncompleteProposalError
from proposals.handing.errors import WrongClaimError
from proposals.handing.models import Contact, HandedIn
from proposals.models import Proposal
from proposals.services import Text

CHANNELS = ("desk", "paper", "phone")
LENGTH = 16  # letters of a claim code: 80 bits


@dataclass(frozen=True)
class Person:
    """For whom it is handed in, and how that person agreed; `reach` is never shown in public."""

    name: str
    reach: str
    channel: str
    consent: str
    consented_at: datetime


def hand_in(
    session: Session, text: Text, person: Person, *, actor: Actor, now: datetime,
    is_demo: bool = False,
) -> Proposal:  # fmt: skip
    """Enter a proposal in the person's name and hand it in.

    Raises
    ------
    IncompleteProposalError : something is missing, or too long.
    """
    if found := gaps(text):
        raise IncompleteProposalError(missing=found)
    proposal = services.begin_draft(session, None, text, now=now, is_demo=is_demo)
    session.add(
        HandedIn(
            proposal_id=proposal.id, name=person.name, channel=person.channel,
            consent=person.consent, consented_at=person.consented_at,
            entered_by=actor.account_id,
        )
    )  # fmt: skip
    session.flush()
    session.add(Contact(proposal_id=proposal.id, reach=person.reach))
    journal.record(
        session, actor, "proposal.handed_in", about="proposal", about_id=proposal.id, now=now,
        channel=person.channel,
    )  # fmt: skip
    services.submit(session, proposal, author_id=None, now=now)
    return proposal


def gaps(text: Text) -> list[str]:
    """The fields for which the proposal cannot be handed in."""
    return services.missing(text) + services.too_long(text)


def new_code(session: Session, proposal_id: UUID) -> str:
    """A code for the receipt, shown this once, in the place of one printed before.

    Raises
    ------
    WrongClaimError : it was claimed already, or not handed in for anybody.
    """
    code = codes.new(LENGTH)
    kept = update(HandedIn).where(
        HandedIn.proposal_id == proposal_id, HandedIn.claimed_at.is_(None)
    )
    kept_for = session.scalar(
        kept.values(claim_hash=codes.hash_of(code)).returning(HandedIn.proposal_id)
    )
    if kept_for is None:
        raise WrongClaimError
    return codes.grouped(code)


def claim(session: Session, code: str, *, account_id: UUID, now: datetime) -> UUID:
    """Become the author of what was handed in in one's name; gives the proposal's id.

    How to reach the person is forgotten: from now on there is the account.

    Raises
    ------
    WrongClaimError : no receipt has this code, or it was used.
    """
    taken = update(HandedIn).where(
        HandedIn.claim_hash == codes.hash_of(codes.normal(code)), HandedIn.claimed_at.is_(None)
    )
    proposal_id: UUID | None = session.scalar(
        taken.values(claimed_at=now).returning(HandedIn.proposal_id)
    )
    if proposal_id is None:
        raise WrongClaimError
    proposal = session.get_one(Proposal, proposal_id, with_for_update=True, populate_existing=True)
    proposal.author_id, proposal.updated_at = account_id, now
    session.execute(delete(Contact).where(Contact.proposal_id == proposal_id))
    session.flush()
    journal.record(
        session, Actor(CITIZEN, account_id), "proposal.claimed", about="proposal",
        about_id=proposal_id, now=now,
    )  # fmt: skip
    return proposal_id
