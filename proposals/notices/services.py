"""Following, stopping, and reading notices. The session is the caller's; nothing here commits."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from proposals.notices.models import Follow, Notice


def follow(
    session: Session, account_id: UUID, kind: str, key: str, *, is_on: bool, now: datetime
) -> None:
    """Follow a thing, or stop; saying so again changes nothing."""
    session.merge(Follow(account_id=account_id, kind=kind, key=key, is_on=is_on, at=now))
    session.flush()


def read(session: Session, account_id: UUID, *, entry_id: int | None = None) -> None:
    """Mark one of a person's notices as read, or all of them."""
    own = update(Notice).where(Notice.account_id == account_id, Notice.is_read.is_(False))
    if entry_id is not None:
        own = own.where(Notice.entry_id == entry_id)
    session.execute(own.values(is_read=True))
