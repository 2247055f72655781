"""Who wants notices by mail and how often, and the queue of letters."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base

NEWS, CONFIRM = "news", "confirm"


class MailChoice(Base):
    """How often one person wants notices by mail. No row: never.

    Nothing but one letter is sent before the person has confirmed the address by the link in it.
    """

    __tablename__ = "mail_choices"
    __table_args__ = (
        CheckConstraint("pace IN ('at_once', 'daily', 'weekly')", name="known_pace"),
        Index(
            "ix_mail_choices_next_at",
            "next_at",
            postgresql_where=text("is_on"),
            sqlite_where=text("is_on"),
        ),
    )

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    pace: Mapped[str] = mapped_column(String(8))
    is_on: Mapped[bool]
    # A seal of the address that was confirmed, for the account's own may be another one by then,
    # and goes when the account is deleted. None: none was.
    confirmed: Mapped[bytes | None]
    refused_at: Mapped[datetime | None]  # when the address took no mail any more
    told_to: Mapped[int]  # notices up to this line of the journal are in letters, or were before
    next_at: Mapped[datetime]  # not before then is a letter made


class Letter(Base):
    """One mail in the queue, until it was sent or given up; its id is its Message-ID.

    Of which notices it tells is two numbers: those after `after`, up to `up_to`. The letters of a
    person follow each other without a gap and without an overlap, so each notice is in one.
    """

    __tablename__ = "letters"
    __table_args__ = (
        CheckConstraint("kind IN ('news', 'confirm')", name="known_kind"),
        CheckConstraint("kind = 'confirm' OR after < up_to", name="tells_of_something"),
        CheckConstraint(
            "status IN ('waiting', 'sent', 'empty', 'refused', 'given_up')", name="known_status"
        ),
        Index(
            "ix_letters_due_at",
            "due_at",
            postgresql_where=text("status = 'waiting'"),
            sqlite_where=text("status = 'waiting'"),
        ),
        Index("ix_letters_account_id_after", "account_id", "after", unique=True),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    kind: Mapped[str] = mapped_column(String(8))
    after: Mapped[int | None]  # None: a letter to confirm an address, which tells of no notice
    up_to: Mapped[int | None]
    made_at: Mapped[datetime]
    status: Mapped[str] = mapped_column(String(8), default="waiting")
    due_at: Mapped[datetime]  # the next try; while one is under way, the end of its lease
    tries: Mapped[int] = mapped_column(default=0)
    ended_at: Mapped[datetime | None]
