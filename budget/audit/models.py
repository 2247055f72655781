"""An audit of the paper: its claims, the sheets drawn, and what two people saw on each.

What a page needs lies here, so that no page reads the whole log. What the audit is worth follows
from the log, the seed and the readings; a verifier does not ask these tables.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class PaperAudit(Base):
    """One audit of a cycle's paper, from its seed on."""

    __tablename__ = "paper_audits"
    __table_args__ = (CheckConstraint("sheets >= 1", name="some_sheets"),)

    cycle_id: Mapped[UUID] = mapped_column(ForeignKey("cycles.id"), primary_key=True)
    seed: Mapped[str] = mapped_column(String(200))
    sheets: Mapped[int]  # all there are
    claims: Mapped[list[dict[str, Any]]] = mapped_column(
        JSON
    )  # as `budget/audit/claims.py` has them
    is_bound: Mapped[bool]  # the rule has no claims: the sample only bounds how many are wrong
    stages: Mapped[list[int]] = mapped_column(JSON)  # sizes of the sample, ascending
    begun_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]

    @property
    def size(self) -> int:
        """Sheets drawn so far."""
        return self.stages[-1]


class DrawnSheet(Base):
    """A sheet of the sample, by its place in the draw."""

    __tablename__ = "drawn_sheets"
    __table_args__ = (UniqueConstraint("cycle_id", "batch", "sheet"),)

    cycle_id: Mapped[UUID] = mapped_column(ForeignKey("paper_audits.cycle_id"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)  # from 1
    batch: Mapped[int]
    sheet: Mapped[int]
    typed: Mapped[str] = mapped_column(Text)  # what the log says: choices, blank or spoiled


class SheetReading(Base):
    """What one person saw on a sheet of the sample. Nobody has two readings of one sheet."""

    __tablename__ = "sheet_readings"
    __table_args__ = (
        ForeignKeyConstraint(
            ["cycle_id", "place"], ["drawn_sheets.cycle_id", "drawn_sheets.place"]
        ),
        UniqueConstraint("cycle_id", "place", "reader_id"),
        CheckConstraint("turn IN (1, 2)", name="two_readings"),
    )

    cycle_id: Mapped[UUID] = mapped_column(primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    turn: Mapped[int] = mapped_column(primary_key=True)
    reader_id: Mapped[UUID]  # an account, without a foreign key: it may be erased
    reading: Mapped[str] = mapped_column(Text)  # choices, blank, spoiled or missing
