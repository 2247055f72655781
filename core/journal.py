"""The append-only record of who did what, which anyone can read. Never a ballot.

The database itself refuses to change or delete an entry (see the first migration).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.db import Base

SYSTEM = "system"
CITIZEN = "citizen"
OPERATOR = "operator"  # whoever types commands at the machine


@dataclass(frozen=True)
class Actor:
    """Who acts: the role is public; the account is not, and no foreign key outlives it."""

    role: str
    account_id: UUID | None = None


THE_SYSTEM = Actor(SYSTEM)


class JournalEntry(Base):
    """One act. `about` and `about_id` name the thing, `values` fill the act's sentence."""

    __tablename__ = "journal"
    __table_args__ = (Index("ix_journal_about", "about", "about_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    role: Mapped[str] = mapped_column(String(32))
    account_id: Mapped[UUID | None]
    act: Mapped[str] = mapped_column(String(64))
    about: Mapped[str] = mapped_column(String(32))
    about_id: Mapped[UUID | None]
    values: Mapped[dict[str, Any]] = mapped_column(JSON)


def record(
    session: Session,
    actor: Actor,
    act: str,
    *,
    about: str,
    about_id: UUID | None,
    now: datetime,
    **values: Any,
) -> JournalEntry:
    """Write one act down, in the transaction of the act itself: both are kept or neither.

    `act` is ``<thing>.<past verb>`` and must have a sentence in `app/sentences.py`; `values` are
    plain JSON values and public.
    """
    entry = JournalEntry(
        at=now, role=actor.role, account_id=actor.account_id, act=act,
        about=about, about_id=about_id, values=values,
    )  # fmt: skip
    session.add(entry)
    session.flush()
    return entry


def last(session: Session, act: str, *, about_id: UUID) -> JournalEntry | None:
    """The latest time that this act was done to a thing; None if it never was."""
    query = select(JournalEntry).where(JournalEntry.about_id == about_id, JournalEntry.act == act)
    return session.scalar(query.order_by(JournalEntry.id.desc()).limit(1))


def entries(
    session: Session,
    *,
    about: str | None = None,
    about_id: UUID | None = None,
    before: int | None = None,
    limit: int = 50,
) -> Sequence[JournalEntry]:
    """The latest acts first; `before` is the id of the last one already shown."""
    query = select(JournalEntry).order_by(JournalEntry.id.desc()).limit(limit)
    if about is not None:
        query = query.where(JournalEntry.about == about)
    if about_id is not None:
        query = query.where(JournalEntry.about_id == about_id)
    if before is not None:
        query = query.where(JournalEntry.id < before)
    return session.scalars(query).all()
