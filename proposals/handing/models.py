"""Proposals handed in for somebody without an account; how to reach them is kept apart."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base

LONGEST_NAME, LONGEST_NOTE = 40, 200


_KNOWN_CHANNEL = "channel IN ('desk', 'paper', 'phone')"


class HandedIn(Base):
    """In whose name a proposal was entered, by which way, and how that person agreed."""

    __tablename__ = "handed_in"
    __table_args__ = (CheckConstraint(_KNOWN_CHANNEL, name="known_channel"),)

    proposal_id: Mapped[UUID] = mapped_column(ForeignKey("proposals.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))  # as it may be shown to everyone
    channel: Mapped[str] = mapped_column(String(16))
    consent: Mapped[str] = mapped_column(String(LONGEST_NOTE))  # how it was given
    consented_at: Mapped[datetime]
    entered_by: Mapped[UUID]  # an account, without a foreign key: it may be erased
    claim_hash: Mapped[str | None] = mapped_column(String(64), unique=True)  # once printed
    claimed_at: Mapped[datetime | None]


class AgreedText(Base):
    """A later version that the desk entered in that person's name, and how the person agreed."""

    __tablename__ = "handed_in_agreed_texts"
    __table_args__ = (
        CheckConstraint(_KNOWN_CHANNEL, name="known_channel"),
        ForeignKeyConstraint(
            ["proposal_id", "version"],
            ["proposal_versions.proposal_id", "proposal_versions.number"],
        ),
    )

    proposal_id: Mapped[UUID] = mapped_column(ForeignKey("handed_in.proposal_id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    channel: Mapped[str] = mapped_column(String(16))
    consent: Mapped[str] = mapped_column(String(LONGEST_NOTE))
    consented_at: Mapped[datetime]
    entered_by: Mapped[UUID]


class Contact(Base):
    """How the office reaches that person. Shown on the desk alone, and deleted with the claim."""

    __tablename__ = "handed_in_contacts"

    proposal_id: Mapped[UUID] = mapped_column(ForeignKey("handed_in.proposal_id"), primary_key=True)
    reach: Mapped[str] = mapped_column(String(LONGEST_NOTE))
