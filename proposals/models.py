"""What a resident hands in."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accounts.models import Account
from core.db import Base
from proposals.workflow import STATUSES

_KNOWN = ", ".join(f"'{code}'" for code in STATUSES)


class Proposal(Base):
    """A proposal on its way from draft to delivery; `proposals/workflow.py` says how it may move.

    Its history stands in the journal, about ``proposal``.
    """

    __tablename__ = "proposals"
    __table_args__ = (
        CheckConstraint("cost_minor IS NULL OR cost_minor >= 0", name="cost_not_negative"),
        # No other status than the table's can stand; on SQLite two triggers hold it.
        CheckConstraint(f"status IN ({_KNOWN})", name="known_status").ddl_if("postgresql"),
        CheckConstraint("(status = 'merged') = (merged_into_id IS NOT NULL)", name="merged_into"),
        Index("ix_proposals_status_shuffle_key", "status", "shuffle_key"),
        Index("ix_proposals_field_shuffle_key", "field", "shuffle_key"),
        Index("ix_proposals_neighbourhood_shuffle_key", "neighbourhood", "shuffle_key"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    # None: handed in by file or at a desk, with no account behind it.
    author_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id"), index=True)
    title: Mapped[str] = mapped_column(String(120))
    summary: Mapped[str] = mapped_column(String(200), default="")  # one sentence
    title_en: Mapped[str] = mapped_column(String(120), default="")  # where somebody translated it
    summary_en: Mapped[str] = mapped_column(String(200), default="")
    need: Mapped[str] = mapped_column(Text, default="")
    benefit: Mapped[str] = mapped_column(Text, default="")
    place: Mapped[str] = mapped_column(String(120), default="")
    neighbourhood: Mapped[str | None] = mapped_column(
        ForeignKey("neighbourhoods.slug")
    )  # None: whole city
    field: Mapped[str | None] = mapped_column(ForeignKey("fields.slug"))
    cost_minor: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3), default="KRW")
    status: Mapped[str] = mapped_column(String(32), default="draft")
    merged_into_id: Mapped[UUID | None] = mapped_column(ForeignKey("proposals.id"), index=True)
    # A number without meaning: lists start at a place of it that differs from person to person.
    shuffle_key: Mapped[int] = mapped_column(BigInteger, unique=True)
    # A save on a stale base is refused: nobody's words are overwritten.
    version: Mapped[int] = mapped_column()
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime] = mapped_column(
        index=True
    )  # proposals/similar/index.py follows it
    is_demo: Mapped[bool] = mapped_column(default=False)

    author: Mapped[Account | None] = relationship()
    receipt: Mapped["Receipt | None"] = relationship(back_populates="proposal")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - read by SQLAlchemy as a class attribute

    def title_in(self, language: str) -> str:
        """The title in the reader's language, as far as it was translated."""
        return (self.title_en if language == "en" else "") or self.title

    def summary_in(self, language: str) -> str:
        """The sentence in the reader's language, as far as it was translated."""
        return (self.summary_en if language == "en" else "") or self.summary


class Receipt(Base):
    """The number under which a proposal was received; the database deals the numbers out."""

    __tablename__ = "receipts"
    __table_args__ = ({"sqlite_autoincrement": True},)  # a number is never given twice

    number: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[UUID] = mapped_column(ForeignKey("proposals.id"), unique=True)
    received_at: Mapped[datetime]

    proposal: Mapped[Proposal] = relationship(back_populates="receipt")


class SearchEntry(Base):
    """What search knows of a proposal, apart so that lists do not read it.

    Its own integer key is SQLite's row number, which full-text search refers to and which a VACUUM
    keeps only where it is a key.
    """

    __tablename__ = "proposal_words"

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[UUID] = mapped_column(ForeignKey("proposals.id"), unique=True)
    words: Mapped[str] = mapped_column(Text)  # see proposals/search.py
