"""Permits: who may vote once at a booth now."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class BoothPermit(Base):
    """A voter of the roll who was checked at a desk and has not gone to the booth yet.

    The row goes when the ballot is cast, in the same transaction, and else when it has run out: it
    is no record of who voted when.
    """

    __tablename__ = "booth_permits"
    __table_args__ = (
        ForeignKeyConstraint(
            ["contest_id", "voter_id"], ["roll_entries.contest_id", "roll_entries.voter_id"]
        ),
        UniqueConstraint("contest_id", "code"),
    )

    contest_id: Mapped[UUID] = mapped_column(primary_key=True)
    voter_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    code: Mapped[bytes] = mapped_column(LargeBinary(32))  # SHA-256
    until: Mapped[datetime]
