"""What a review leaves behind: duties with their deadlines, cards, cost sheets and objections.

Who did something is kept as the account's id without a foreign key, as in the journal: an account
can be erased, and what an official did stays.
"""

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.city import Named
from core.db import Base
from proposals.models import Proposal
from proposals.review.costs import THOUSANDTHS

LONGEST_NOTE, LONGEST_WHAT, LONGEST_UNIT, LONGEST_BY, LONGEST_GROUND = 1000, 120, 20, 80, 300


class Department(Named):
    """A department of the city hall, which can be responsible for a proposal."""

    __tablename__ = "departments"


class Holiday(Base):
    """A day on which the city's offices are closed besides weekends; temporary ones too."""

    __tablename__ = "holidays"

    day: Mapped[date] = mapped_column(primary_key=True)
    name_ko: Mapped[str] = mapped_column(String(60))
    name_en: Mapped[str] = mapped_column(String(60))


class Criterion(Named):
    """A question of a card. What asks something else gets a slug of its own."""

    __tablename__ = "criteria"
    __table_args__ = (CheckConstraint("step IN ('formal', 'substance')", name="known_step"),)

    step: Mapped[str] = mapped_column(String(16))
    question_ko: Mapped[str] = mapped_column(String(300))
    question_en: Mapped[str] = mapped_column(String(300))
    is_asked: Mapped[bool] = mapped_column(default=True)  # False: of earlier cards only

    def question(self, language: str) -> str:
        """The question in the reader's language."""
        return self.question_en if language == "en" else self.question_ko


class Responsibility(Base):
    """Which department answers for a proposal."""

    __tablename__ = "responsibilities"

    proposal_id: Mapped[UUID] = mapped_column(
        ForeignKey("proposals.id", ondelete="CASCADE"), primary_key=True
    )
    department_slug: Mapped[str] = mapped_column(ForeignKey("departments.slug"), index=True)
    since: Mapped[datetime]

    department: Mapped[Department] = relationship()


class Duty(Base):
    """What is owed on a proposal by a day; `kind` is a key of `clocks.CLOCKS`.

    A duty of a step of the review carries the step's card. At most one is open at a time, which the
    database holds.
    """

    __tablename__ = "duties"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('formal', 'substance', 'supplement', 'objection')", name="known_kind"
        ),
        CheckConstraint("(ended_at IS NULL) = (ended_to IS NULL)", name="ended_whole"),
        Index(
            "ix_duties_open",
            "proposal_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index(
            "ix_duties_open_due_on",
            "due_on",
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    proposal_id: Mapped[UUID] = mapped_column(
        ForeignKey("proposals.id", ondelete="CASCADE"), index=True
    )
    kind: Mapped[str] = mapped_column(String(16))
    began_at: Mapped[datetime]
    due_on: Mapped[date]
    ended_at: Mapped[datetime | None]
    ended_to: Mapped[str | None] = mapped_column(String(32))  # the status that it led to
    ended_by: Mapped[UUID | None]
    conditions: Mapped[list[str]] = mapped_column(JSON, default=list)  # of "eligible with changes"

    answers: Mapped[list["CardAnswer"]] = relationship(
        back_populates="duty", cascade="all, delete-orphan"
    )
    proposal: Mapped[Proposal] = relationship()


class CardAnswer(Base):
    """The answer to one question of a card."""

    __tablename__ = "card_answers"
    __table_args__ = (CheckConstraint("verdict IN ('yes', 'no', 'na')", name="known_verdict"),)

    duty_id: Mapped[UUID] = mapped_column(
        ForeignKey("duties.id", ondelete="CASCADE"), primary_key=True
    )
    criterion_slug: Mapped[str] = mapped_column(ForeignKey("criteria.slug"), primary_key=True)
    verdict: Mapped[str] = mapped_column(String(3))
    note: Mapped[str] = mapped_column(String(LONGEST_NOTE), default="")

    duty: Mapped[Duty] = relationship(back_populates="answers")
    criterion: Mapped[Criterion] = relationship()


class CostSheet(Base):
    """One version of the reviewed cost: lines and their exact sum."""

    __tablename__ = "cost_sheets"
    __table_args__ = (
        UniqueConstraint("proposal_id", "version"),
        CheckConstraint("version >= 1", name="version_from_one"),
        CheckConstraint("total_minor >= 0", name="total_not_negative"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    proposal_id: Mapped[UUID] = mapped_column(ForeignKey("proposals.id", ondelete="CASCADE"))
    version: Mapped[int]
    total_minor: Mapped[int] = mapped_column(BigInteger)
    before_minor: Mapped[int | None] = mapped_column(BigInteger)  # what the proposal said until now
    made_at: Mapped[datetime]
    made_by: Mapped[UUID | None]

    lines: Mapped[list["CostLine"]] = relationship(
        order_by="CostLine.position", cascade="all, delete-orphan"
    )


class CostLine(Base):
    """One line of a cost sheet: so many units at a price, who estimated it, on what ground."""

    __tablename__ = "cost_lines"
    __table_args__ = (
        CheckConstraint("quantity_milli > 0", name="quantity_positive"),
        CheckConstraint("price_minor >= 0", name="price_not_negative"),
    )

    sheet_id: Mapped[UUID] = mapped_column(
        ForeignKey("cost_sheets.id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(primary_key=True)
    what: Mapped[str] = mapped_column(String(LONGEST_WHAT))
    quantity_milli: Mapped[int] = mapped_column(BigInteger)  # thousandths of a unit
    unit: Mapped[str] = mapped_column(String(LONGEST_UNIT))
    price_minor: Mapped[int] = mapped_column(BigInteger)
    estimated_by: Mapped[str] = mapped_column(String(LONGEST_BY))
    ground: Mapped[str] = mapped_column(String(LONGEST_GROUND))

    @property
    def amount_minor(self) -> int:
        """The line's amount; `costs.check` has made sure that it is whole."""
        return self.quantity_milli * self.price_minor // THOUSANDTHS


class Objection(Base):
    """The author's objection, once; it is decided by another person than found it not eligible."""

    __tablename__ = "objections"
    __table_args__ = (
        CheckConstraint("decided_by <> found_by", name="decided_by_another"),
        CheckConstraint("(decided_at IS NULL) = (decided_to IS NULL)", name="decided_whole"),
    )

    proposal_id: Mapped[UUID] = mapped_column(
        ForeignKey("proposals.id", ondelete="CASCADE"), primary_key=True
    )
    made_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(Text)
    found_by: Mapped[UUID | None]  # who found the proposal not eligible
    decided_at: Mapped[datetime | None]
    decided_to: Mapped[str | None] = mapped_column(String(32))  # the status that it led to
    decided_by: Mapped[UUID | None]
    decision: Mapped[str] = mapped_column(Text, default="")  # the reason

    proposal: Mapped[Proposal] = relationship()


class Rivalry(Base):
    """Two proposals of which at most one can be carried out: they would use one place twice."""

    __tablename__ = "rivalries"
    __table_args__ = (
        CheckConstraint("one_id < other_id", name="each_pair_once"),
        Index("ix_rivalries_other_id", "other_id"),
    )

    one_id: Mapped[UUID] = mapped_column(
        ForeignKey("proposals.id", ondelete="CASCADE"), primary_key=True
    )
    other_id: Mapped[UUID] = mapped_column(
        ForeignKey("proposals.id", ondelete="CASCADE"), primary_key=True
    )
    reason: Mapped[str] = mapped_column(String(LONGEST_NOTE))
    marked_at: Mapped[datetime]

    @staticmethod
    def pair(one: UUID, other: UUID) -> tuple[UUID, UUID]:
        """The key of a pair, whichever is named first."""
        return (one, other) if one < other else (other, one)
