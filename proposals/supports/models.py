"""Who stands behind a proposal, and what that obliges the city to."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base
from proposals.models import Proposal


class SupportedText(Base):
    """What a proposal said when somebody supported it: once, however many did."""

    __tablename__ = "supported_texts"

    digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    words: Mapped[dict[str, Any]] = mapped_column(JSON)


class Support(Base):
    """One person's support, at the proposal where it was given.

    It stays there when that one is merged: `queries.family` says which proposals it counts for, so
    no merge moves a row, and none can count a person twice.
    """

    __tablename__ = "proposal_supports"

    proposal_id: Mapped[UUID] = mapped_column(ForeignKey("proposals.id"), primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    at: Mapped[datetime]
    digest: Mapped[bytes] = mapped_column(ForeignKey("supported_texts.digest"))

    text: Mapped[SupportedText] = relationship()


class Threshold(Base):
    """So many supports oblige the city to one thing; the city sets how many."""

    __tablename__ = "support_thresholds"
    __table_args__ = (
        CheckConstraint("kind IN ('answer', 'forum', 'reply')", name="known_kind"),
        CheckConstraint("supports > 0 AND due_days > 0", name="positive"),
        CheckConstraint("within_days IS NULL OR within_days > 0", name="within_positive"),
    )

    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    supports: Mapped[int]
    within_days: Mapped[int | None]  # None: however long it took
    due_days: Mapped[int]
    role: Mapped[str] = mapped_column(String(32))  # whose obligation it is


class Obligation(Base):
    """What the city owes a proposal, by when, and what it answered; each kind once a proposal."""

    __tablename__ = "proposal_obligations"
    __table_args__ = (
        UniqueConstraint("proposal_id", "kind"),
        CheckConstraint("kind IN ('answer', 'forum', 'reply')", name="known_kind"),
        CheckConstraint("(answered_at IS NULL) = (answer = '')", name="answered"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    proposal_id: Mapped[UUID] = mapped_column(ForeignKey("proposals.id"))
    kind: Mapped[str] = mapped_column(String(16))
    role: Mapped[str] = mapped_column(String(32))
    reason: Mapped[str] = mapped_column(Text, default="")  # where an officer opened it by hand
    opened_at: Mapped[datetime]
    due_at: Mapped[datetime] = mapped_column(index=True)
    answer: Mapped[str] = mapped_column(Text, default="")
    answered_at: Mapped[datetime | None]

    proposal: Mapped[Proposal] = relationship()

    def overdue_days(self, now: datetime) -> int:
        """Whole days beyond the deadline, of an answer that is owed still; 0 if in time."""
        return 0 if self.answered_at else max(0, (now - self.due_at).days)
