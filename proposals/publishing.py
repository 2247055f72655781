"""Agreeing to hand a proposal in, by those who write it with its author."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from proposals import services
from proposals.errors import FrozenProposalError, TextMovedError
from proposals.models import Proposal
from proposals.people import consents
from proposals.people.consents import PUBLISH
from proposals.people.queries import Writer
from proposals.services import Text
from proposals.writing import services as writing


def lacking(session: Session, proposal: Proposal, text: Text) -> Sequence[Writer]:
    """Who has to agree still before the author can hand this text in."""
    if proposal.status != "draft":
        return ()
    return consents.lacking(session, proposal, PUBLISH, text.digest, asks=proposal.author_id)


def agree(
    session: Session, proposal: Proposal, about: str, *, account_id: UUID, now: datetime
) -> None:
    """Agree that the draft is handed in as it stands.

    Parameters
    ----------
    about : the digest of the text that the person has read

    Raises
    ------
    NotYourProposalError, FrozenProposalError : who, and when.
    TextMovedError : it has been changed since.
    """
    writing.opened(session, proposal)  # nobody writes on until this is done
    session.refresh(proposal)
    writing.check_writer(session, proposal.id, account_id)
    if proposal.status != "draft":
        raise FrozenProposalError(status=proposal.status)
    if services.current(session, proposal).digest != about:
        raise TextMovedError
    consents.give(session, proposal.id, PUBLISH, about, account_id=account_id, now=now)


def take_back(session: Session, proposal: Proposal, *, account_id: UUID) -> None:
    """Agree no more; whoever did not agree loses nothing."""
    consents.take_back(session, proposal.id, PUBLISH, account_id=account_id)
