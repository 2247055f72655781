"""Consent of everyone who writes a proposal to what is done in all their names.

Each act that needs it has a name of its own here. What a consent is about is told by a digest, of
the text or of whatever else is agreed to: once that has changed, the consent counts no more. The
caller holds the lock of the text, and the session is the caller's; nothing here commits.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from proposals.errors import ConsentMissingError
from proposals.models import Proposal
from proposals.people import queries
from proposals.people.models import Consent
from proposals.people.queries import Writer

PUBLISH = "publish"  # handing in; about the text


def give(
    session: Session, proposal_id: UUID, act: str, about: str, *, account_id: UUID, now: datetime
) -> None:
    """Note that this person agrees; an earlier consent to something else makes place for it."""
    session.merge(
        Consent(
            proposal_id=proposal_id, account_id=account_id, act=act, about=about, given_at=now
        )
    )  # fmt: skip
    session.flush()


def take_back(session: Session, proposal_id: UUID, act: str, *, account_id: UUID) -> None:
    """Note that this person does not agree, or not any more."""
    session.execute(
        delete(Consent).where(
            Consent.proposal_id == proposal_id,
            Consent.act == act,
            Consent.account_id == account_id,
        )
    )


def lacking(
    session: Session, proposal: Proposal, act: str, about: str, *, asks: UUID | None
) -> Sequence[Writer]:
    """The writers who have not agreed to this; whoever `asks` for it agrees by asking."""
    given = select(Consent.account_id).where(
        Consent.proposal_id == proposal.id, Consent.act == act, Consent.about == about
    )
    agreed = {*session.scalars(given), asks}
    return [row for row in queries.writers(session, proposal) if row.account_id not in agreed]


def check(session: Session, proposal: Proposal, act: str, about: str, *, asks: UUID | None) -> None:
    """Raise ConsentMissingError, which names them, unless all who write it agree."""
    missing = lacking(session, proposal, act, about, asks=asks)
    if missing:
        raise ConsentMissingError(names=", ".join(writer.name for writer in missing))


def forget(session: Session, proposal_id: UUID) -> None:
    """Delete the consents to a draft that is deleted."""
    session.execute(delete(Consent).where(Consent.proposal_id == proposal_id))
