"""The contest, its slate, the roll and the box.

`RollEntry` and `CastBallot` share no key but the contest: who has voted and what was said lie
apart. A ballot is found again, to be replaced, only by the pseudonym that `ballots/linker.py`
makes with a key outside the database. Neither table holds a time or a serial number.
"""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ballots.eligibility import Electorate
from core.clock import SEOUL
from core.db import Base


class Contest(Base):
    """One question put to the voters, with its frozen slate and the rule of its ballots."""

    __tablename__ = "contests"
    __table_args__ = (
        CheckConstraint("opens_at < closes_at", name="opens_before_closes"),
        CheckConstraint("closed_at IS NULL OR opened_at IS NOT NULL", name="opened_before_closed"),
        CheckConstraint("fund_minor >= 0", name="fund_not_negative"),
        CheckConstraint("max_picks IS NULL OR max_picks >= 1", name="at_least_one_pick"),
        CheckConstraint("roll_kind IN ('declared', 'listed')", name="roll_kind_known"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    title_ko: Mapped[str] = mapped_column(String(120))
    title_en: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(16))  # a key of ballots.kinds.KINDS
    max_picks: Mapped[int | None]
    # Field slug -> most picks in it (null: no limit of its own); its keys are the contest's fields.
    field_limits: Mapped[dict[str, int | None]] = mapped_column(JSON, default=dict)
    fund_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3), default="KRW")
    # declared: any account that declared to belong to the voters; listed: only who is on the roll.
    roll_kind: Mapped[str] = mapped_column(String(8), default="declared")
    # Who belongs to the voters, as ballots.eligibility.rules writes it.
    eligibility: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, server_default="{}")
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]  # the officials' acts, beside the planned moments above
    closed_at: Mapped[datetime | None]
    # SHA-256 of the rules and the slate, set when the slate is frozen; None: not frozen yet.
    rules_digest: Mapped[str | None] = mapped_column(String(64))

    options: Mapped[list["Option"]] = relationship(
        back_populates="contest", order_by="Option.number"
    )

    def title(self, language: str) -> str:
        """The title in the reader's language."""
        return self.title_en if language == "en" else self.title_ko

    @property
    def electorate(self) -> Electorate:
        """Who may vote; where no day is set, the age counts on the day that voting closes."""
        return Electorate.of(self.eligibility, self.closes_at.astimezone(SEOUL).date())

    def is_open(self, now: datetime) -> bool:
        """Half-open interval: the closing instant itself is too late."""
        acted = self.opened_at is not None and self.closed_at is None
        return acted and self.opens_at <= now < self.closes_at


class Option(Base):
    """A project as it is voted on: copied when the slate is frozen, never changed after."""

    __tablename__ = "options"
    __table_args__ = (
        UniqueConstraint("contest_id", "number"),
        UniqueConstraint("contest_id", "code"),
        CheckConstraint("cost_minor >= 0", name="cost_not_negative"),
        CheckConstraint("number >= 1", name="numbered_from_one"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    contest_id: Mapped[UUID] = mapped_column(ForeignKey("contests.id"))
    number: Mapped[int]  # what a ballot says
    code: Mapped[str] = mapped_column(String(64))  # the id in exported files
    title: Mapped[str] = mapped_column(Text)
    summary: Mapped[str] = mapped_column(Text, default="")
    title_en: Mapped[str] = mapped_column(Text, default="")  # where it was translated
    summary_en: Mapped[str] = mapped_column(Text, default="")
    place: Mapped[str] = mapped_column(String(120), default="")
    neighbourhood: Mapped[str | None] = mapped_column(ForeignKey("neighbourhoods.slug"))
    field: Mapped[str | None] = mapped_column(ForeignKey("fields.slug"))
    cost_minor: Mapped[int] = mapped_column(BigInteger)

    contest: Mapped[Contest] = relationship(back_populates="options")

    def title_in(self, language: str) -> str:
        """The title in the reader's language, as far as it was translated."""
        return (self.title_en if language == "en" else "") or self.title

    def summary_in(self, language: str) -> str:
        """The sentence in the reader's language, as far as it was translated."""
        return (self.summary_en if language == "en" else "") or self.summary


class RollEntry(Base):
    """One voter of one contest, and whether that voter has voted: never when, never what."""

    __tablename__ = "roll_entries"
    __table_args__ = (
        CheckConstraint("status IN ('none', 'web', 'paper')", name="status_known"),
        CheckConstraint("(status = 'none') = (casts = 0)", name="casts_follow_status"),
    )

    contest_id: Mapped[UUID] = mapped_column(ForeignKey("contests.id"), primary_key=True)
    voter_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    status: Mapped[str] = mapped_column(String(8), default="none")
    casts: Mapped[int] = mapped_column(default=0)


class CastBallot(Base):
    """One accepted ballot in the box, nameless. `choices` is canonical JSON (ballots/kinds.py)."""

    __tablename__ = "cast_ballots"
    __table_args__ = (
        UniqueConstraint("contest_id", "pseudonym"),
        UniqueConstraint("contest_id", "receipt"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    contest_id: Mapped[UUID] = mapped_column(ForeignKey("contests.id"))
    pseudonym: Mapped[bytes] = mapped_column(LargeBinary(16))
    choices: Mapped[str] = mapped_column(Text)
    receipt: Mapped[str] = mapped_column(String(20))  # Crockford base32, 100 random bits
