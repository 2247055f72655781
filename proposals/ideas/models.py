"""The idea box: open all year, a few sentences each."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accounts.models import Account
from core.db import Base
from proposals.models import Proposal

LONGEST_TITLE, LONGEST_TEXT = 60, 1000


class Idea(Base):
    """What somebody wishes for, before anybody has made a proposal of it."""

    __tablename__ = "ideas"
    __table_args__ = (Index("ix_ideas_shuffle_key", "shuffle_key"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    author_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), index=True)
    title: Mapped[str] = mapped_column(String(LONGEST_TITLE))
    text: Mapped[str] = mapped_column(Text)
    # Title and text in small letters without blanks: search asks whether a word is in it.
    letters: Mapped[str] = mapped_column(Text)
    neighbourhood: Mapped[str | None] = mapped_column(ForeignKey("neighbourhoods.slug"))
    field: Mapped[str | None] = mapped_column(ForeignKey("fields.slug"))
    shuffle_key: Mapped[int] = mapped_column(BigInteger)
    written_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    is_demo: Mapped[bool] = mapped_column(default=False)

    author: Mapped[Account] = relationship()


class IdeaSupport(Base):
    """One person's support of an idea. It obliges nobody: thresholds are of proposals."""

    __tablename__ = "idea_supports"

    idea_id: Mapped[UUID] = mapped_column(ForeignKey("ideas.id"), primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    at: Mapped[datetime]


class IdeaUse(Base):
    """A proposal that was made of an idea."""

    __tablename__ = "idea_uses"

    proposal_id: Mapped[UUID] = mapped_column(
        ForeignKey("proposals.id", ondelete="CASCADE"), primary_key=True
    )
    idea_id: Mapped[UUID] = mapped_column(ForeignKey("ideas.id"), index=True)

    idea: Mapped[Idea] = relationship()
    proposal: Mapped[Proposal] = relationship()
