"""What became policy: one task for each project that the voters selected."""

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ballots.models import Option
from budget.models import Cycle
from core.db import Base
from proposals.models import Proposal


class PolicyTask(Base):
    """A promise in numbers: asked, drafted, adopted, spent. Its status is the proposal's."""

    __tablename__ = "policy_tasks"
    __table_args__ = (
        UniqueConstraint("option_id"),
        UniqueConstraint("proposal_id"),
        CheckConstraint("spent_minor >= 0", name="spent_not_negative"),
        CheckConstraint("adopted_minor IS NULL OR adopted_minor >= 0", name="adopted_not_negative"),
        Index("ix_policy_tasks_cycle_id", "cycle_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    cycle_id: Mapped[UUID] = mapped_column(ForeignKey("cycles.id"))
    option_id: Mapped[UUID] = mapped_column(ForeignKey("options.id"))
    proposal_id: Mapped[UUID] = mapped_column(ForeignKey("proposals.id"))
    department: Mapped[str] = mapped_column(String(60), default="")
    asked_minor: Mapped[int] = mapped_column(BigInteger)
    draft_minor: Mapped[int | None] = mapped_column(BigInteger)  # in the draft budget
    adopted_minor: Mapped[int | None] = mapped_column(BigInteger)  # by the council
    spent_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    next_step: Mapped[str] = mapped_column(Text, default="")
    next_on: Mapped[date | None] = mapped_column(Date)
    created_at: Mapped[datetime]

    cycle: Mapped[Cycle] = relationship()
    option: Mapped[Option] = relationship()
    proposal: Mapped[Proposal] = relationship()
