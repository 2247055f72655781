"""A cycle of the budget, the slate it froze and the outcome it published."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ballots.models import Contest, Option
from core.db import Base
from proposals.models import Proposal


class Cycle(Base):
    """One run of the budget, from preparation to publication (`budget/phases.py`)."""

    __tablename__ = "cycles"
    __table_args__ = (
        UniqueConstraint("slug"),
        UniqueConstraint("contest_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    slug: Mapped[str] = mapped_column(String(60))
    fiscal_year: Mapped[int]  # the year in which the money is spent
    goal_ko: Mapped[str] = mapped_column(Text, default="")
    goal_en: Mapped[str] = mapped_column(Text, default="")
    next_ko: Mapped[str] = mapped_column(Text, default="")  # what happens after the count
    next_en: Mapped[str] = mapped_column(Text, default="")
    phase: Mapped[str] = mapped_column(String(16), default="preparing")
    contest_id: Mapped[UUID] = mapped_column(ForeignKey("contests.id"))
    count_rule: Mapped[str] = mapped_column(String(32))  # an id of tally's registry
    count_parameters: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    tie_rule: Mapped[str] = mapped_column(String(32))  # a key of budget.count.TIE_RULES
    tie_seed: Mapped[str | None] = mapped_column(String(200))  # drawn in public after closing
    source: Mapped[str | None] = mapped_column(Text)  # the file an imported cycle came from
    created_at: Mapped[datetime]
    is_demo: Mapped[bool] = mapped_column(default=False)

    contest: Mapped[Contest] = relationship()
    outcome: Mapped["CycleOutcome | None"] = relationship(back_populates="cycle")

    def goal(self, language: str) -> str:
        """What the cycle is for, in the reader's language."""
        return self.goal_en if language == "en" else self.goal_ko

    def what_next(self, language: str) -> str:
        """What happens after the count, in the reader's language."""
        return self.next_en if language == "en" else self.next_ko


class SlateEntry(Base):
    """A proposal chosen for a cycle's slate; `option` is its frozen copy once there is one."""

    __tablename__ = "slate_entries"
    __table_args__ = (
        UniqueConstraint("option_id"),
        CheckConstraint("cost_minor >= 0", name="cost_not_negative"),
    )

    cycle_id: Mapped[UUID] = mapped_column(ForeignKey("cycles.id"), primary_key=True)
    proposal_id: Mapped[UUID] = mapped_column(
        ForeignKey("proposals.id"), primary_key=True, index=True
    )
    cost_minor: Mapped[int] = mapped_column(BigInteger)  # the reviewed cost, which is voted on
    option_id: Mapped[UUID | None] = mapped_column(ForeignKey("options.id"))

    proposal: Mapped[Proposal] = relationship()
    option: Mapped[Option | None] = relationship()


class CycleOutcome(Base):
    """What the count gave: the engine's own canonical words, kept whole, and their digest."""

    __tablename__ = "cycle_outcomes"
    __table_args__ = (
        CheckConstraint("ballots >= 0 AND roll_size >= ballots", name="ballots_within_roll"),
    )

    cycle_id: Mapped[UUID] = mapped_column(ForeignKey("cycles.id"), primary_key=True)
    body: Mapped[str] = mapped_column(Text)  # tally.Outcome as canonical JSON
    digest: Mapped[str] = mapped_column(String(64))  # SHA-256 of body
    ballots: Mapped[int]
    roll_size: Mapped[int]
    counted_at: Mapped[datetime]
    published_at: Mapped[datetime | None]

    cycle: Mapped[Cycle] = relationship(back_populates="outcome")
