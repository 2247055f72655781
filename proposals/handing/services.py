"""Entering a proposal in somebody's name, answering in it, and that person's later claim.

The session is the caller's; nothing here commits.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from core import codes, journal
from core.journal import CITIZEN, Actor
from proposals import services
from proposals.asking import queries as asked
from proposals.asking import services as asking
from proposals.asking.queries import Asked
from proposals.errors import FrozenProposalError, IncompleteProposalError
from proposals.handing.errors import NotForDeskError, WrongClaimError
from proposals.handing.models import AgreedText, Contact, HandedIn
from proposals.models import Proposal
from proposals.services import Text
from proposals.versions import keeping as versions
from proposals.writing import services as writing

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


@dataclass(frozen=True)
class Agreement:
    """By which way a person agreed to a text, how, and when."""

    channel: str
    consent: str
    consented_at: datetime


def hand_in(
    session: Session, text: Text, person: Person, *, actor: Actor, now: datetime,
    answers: Mapping[UUID, str] = MappingProxyType({}), is_demo: bool = False,
) -> Proposal:  # fmt: skip
    """Enter a proposal in the person's name, with answers to the round's fields, and hand it in.

    Raises
    ------
    IncompleteProposalError : something is missing, or too long; nothing was kept.
    WrongAnswerError
    """
    _check_whole(text, asked.asked(session, None), answers)
    proposal = services.begin_draft(session, None, text, now=now, is_demo=is_demo)
    asking.keep(session, proposal.id, answers, base={})
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


def answer(
    session: Session, proposal: Proposal, text: Text, agreement: Agreement, *,
    base: Mapping[str, Any], answers: Mapping[UUID, str], answers_base: Mapping[UUID, str],
    actor: Actor, now: datetime,
) -> int:  # fmt: skip
    """Give the information that is asked for, in the name of the person, who agreed to the text.

    The words are nobody's account's, as those that were handed in. Gives the version's number.

    Parameters
    ----------
    base, answers_base : what `text` and `answers` were written on

    Raises
    ------
    NotForDeskError : it has an author who writes.
    FrozenProposalError : nothing is asked.
    StaleTextError, StaleAnswerError : another clerk changed the same; nothing is overwritten.
    IncompleteProposalError : something is missing, or too long.
    WrongAnswerError
    """
    handed = session.get(HandedIn, proposal.id, with_for_update=True, populate_existing=True)
    writing.opened(session, proposal)
    session.refresh(proposal)
    check_answerable(handed, proposal)
    text = services.combined(base, services.current(session, proposal), text)
    _check_whole(text, asked.asked(session, proposal.id), answers)
    asking.keep(session, proposal.id, answers, base=answers_base)
    services.amend(session, proposal, text, writer_id=None, now=now)
    journal.record(
        session, actor, "proposal.answered_for", about="proposal", about_id=proposal.id, now=now,
        channel=agreement.channel,
    )  # fmt: skip
    services.submit(session, proposal, author_id=None, now=now)
    version = versions.last(session, proposal.id)
    assert version is not None  # noqa: S101 - handing in has kept one
    session.add(
        AgreedText(
            proposal_id=proposal.id, version=version.number, channel=agreement.channel,
            consent=agreement.consent, consented_at=agreement.consented_at,
            entered_by=actor.account_id,
        )
    )  # fmt: skip
    session.flush()
    return version.number


def check_answerable(handed: HandedIn | None, proposal: Proposal) -> None:
    """Raise NotForDeskError or FrozenProposalError unless the desk may answer for the person."""
    if handed is None or handed.claimed_at is not None:
        raise NotForDeskError
    if proposal.status != "supplement":
        raise FrozenProposalError(status=proposal.status)


def _check_whole(text: Text, fields: Sequence[Asked], answers: Mapping[UUID, str]) -> None:
    lacking = [field.label_ko for field in asked.unanswered(fields, answers)]
    if found := gaps(text) + lacking:
        raise IncompleteProposalError(missing=found)


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
