"""What the office knows of tokens: for whom it has signed one, and which were given back.

A blind signature says nothing of the token that it becomes; so these rows join no voter with a
ballot. Neither table holds a time.
"""

from uuid import UUID

from sqlalchemy import ForeignKey, ForeignKeyConstraint, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class TokenIssue(Base):
    """The one blinded message that was signed for a voter, and what was answered."""

    __tablename__ = "token_issues"
    __table_args__ = (
        ForeignKeyConstraint(
            ["contest_id", "voter_id"], ["roll_entries.contest_id", "roll_entries.voter_id"]
        ),
        {"sqlite_with_rowid": False},
    )

    contest_id: Mapped[UUID] = mapped_column(primary_key=True)
    voter_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    blinded: Mapped[bytes] = mapped_column(LargeBinary(32))  # SHA-256 of the blinded message
    signature: Mapped[bytes] = mapped_column(LargeBinary(384))  # of the blinded message


class SurrenderedToken(Base):
    """A token that nobody votes with any more: its voter gave it back for a paper ballot."""

    __tablename__ = "surrendered_tokens"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 - read by SQLAlchemy as a class attribute

    contest_id: Mapped[UUID] = mapped_column(ForeignKey("contests.id"), primary_key=True)
    serial: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
