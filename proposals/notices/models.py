"""Who follows what, and what each was told of."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base
from core.journal import JournalEntry

PROPOSAL, NEIGHBOURHOOD, FIELD, CYCLE = "proposal", "neighbourhood", "field", "cycle"


class Follow(Base):
    """What a person said about following one thing: yes, or no more.

    Whoever writes or supports a proposal follows it without such a row; a no stops that too.
    """

    __tablename__ = "follows"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('proposal', 'neighbourhood', 'field', 'cycle')", name="known_kind"
        ),
        Index("ix_follows_kind_key", "kind", "key"),
    )

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    key: Mapped[str] = mapped_column(String(40), primary_key=True)  # an id in hex, or a slug
    is_on: Mapped[bool]
    at: Mapped[datetime]


class Notice(Base):
    """One person is told of one act: never twice, for the two are the key."""

    __tablename__ = "notices"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("journal.id"), primary_key=True)
    is_read: Mapped[bool] = mapped_column(default=False)

    entry: Mapped[JournalEntry] = relationship()

    __table_args__ = (
        Index(
            "ix_notices_unread",
            "account_id",
            postgresql_where=text("NOT is_read"),
            sqlite_where=text("NOT is_read"),
        ),
    )


class Cursor(Base):
    """The last entry of the journal of which people were told; one row."""

    __tablename__ = "notice_cursor"
    __table_args__ = (CheckConstraint("id = 1", name="one"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    entry_id: Mapped[int]
