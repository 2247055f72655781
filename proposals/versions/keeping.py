"""Keeping versions. The session is the caller's; nothing here commits.

Whoever keeps one holds the lock of the text (`proposals.writing.services.opened`): so numbers have
no gaps, and what is kept is what stands.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from proposals.models import Proposal
from proposals.versions.models import Kind, Version


def last(session: Session, proposal_id: UUID) -> Version | None:
    """The latest version; None if there is none yet."""
    query = select(Version).where(Version.proposal_id == proposal_id)
    return session.scalar(query.order_by(Version.number.desc()).limit(1))


def keep(
    session: Session,
    proposal: Proposal,
    said: Mapping[str, Any],
    kind: Kind,
    *,
    account_id: UUID | None,
    now: datetime,
    why: str = "",
    source: int | None = None,
    credit_id: UUID | None = None,
) -> int:
    """Keep the text as a version; gives its number."""
    before = last(session, proposal.id)
    made = Version(
        proposal_id=proposal.id, number=before.number + 1 if before else 1, kind=kind,
        said=dict(said), why=why, source=source, made_at=now, account_id=account_id,
        credit_id=credit_id,
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made.number


def set_aside(
    session: Session,
    proposal: Proposal,
    said: Mapping[str, Any],
    *,
    account_id: UUID,
    now: datetime,
) -> int:
    """The number of a version that reads as the text stands now: the last one, or a new one."""
    before = last(session, proposal.id)
    if before is not None and before.said == dict(said):
        return before.number
    return keep(session, proposal, said, Kind.SET_ASIDE, account_id=account_id, now=now)


def forget(session: Session, proposal_id: UUID) -> None:
    """Delete the versions of a draft, as it is deleted."""
    session.execute(delete(Version).where(Version.proposal_id == proposal_id))
