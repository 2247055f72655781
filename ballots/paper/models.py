"""Paper: stations, batches of sheets, what clerks key of them, and where sheets stand in the log.

A keying lies here only until its batch is closed; then its record takes its place, whose hash is in
the log. The database keeps the three accounts of one batch apart.
"""

from uuid import UUID, uuid4

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base

MOST_SHEETS = 2000  # in one batch: what two people type in a day

FIRST, SECOND, THIRD = 1, 2, 3  # places of a keying; the third settles the differences


class PollStation(Base):
    """A place where paper ballots are handed out. It counts them, and knows nobody."""

    __tablename__ = "poll_stations"
    __table_args__ = (CheckConstraint("handed_out >= 0", name="handed_out_not_negative"),)

    contest_id: Mapped[UUID] = mapped_column(ForeignKey("contests.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    handed_out: Mapped[int] = mapped_column(default=0)  # voters marked `paper` here


class Batch(Base):
    """A pile of sheets out of one sealed box: declared by one clerk, confirmed by another."""

    __tablename__ = "batches"
    __table_args__ = (
        ForeignKeyConstraint(
            ["contest_id", "station"], ["poll_stations.contest_id", "poll_stations.name"]
        ),
        UniqueConstraint("contest_id", "number"),
        CheckConstraint(f"sheets BETWEEN 1 AND {MOST_SHEETS}", name="sheets_in_bounds"),
        CheckConstraint("confirmed_by <> declared_by", name="two_clerks"),
        CheckConstraint(
            "(number IS NULL) = (confirmed_by IS NULL)", name="numbered_when_confirmed"
        ),
        CheckConstraint("NOT is_closed OR number IS NOT NULL", name="closed_after_confirmed"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    contest_id: Mapped[UUID] = mapped_column(ForeignKey("contests.id"))
    number: Mapped[int | None]  # in the log; None until it is confirmed
    station: Mapped[str] = mapped_column(String(60))
    seal: Mapped[str] = mapped_column(String(40))
    sheets: Mapped[int]
    declared_by: Mapped[UUID]  # accounts, without a foreign key: they may be erased
    confirmed_by: Mapped[UUID | None]
    is_closed: Mapped[bool] = mapped_column(default=False)


class Keying(Base):
    """One clerk's typing of a batch. No account has two places in it."""

    __tablename__ = "keyings"
    __table_args__ = (
        UniqueConstraint("batch_id", "clerk_id"),
        CheckConstraint("place BETWEEN 1 AND 3", name="place_known"),
    )

    batch_id: Mapped[UUID] = mapped_column(ForeignKey("batches.id"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    clerk_id: Mapped[UUID]
    is_done: Mapped[bool] = mapped_column(default=False)


class KeyedSheet(Base):
    """What one clerk read on one sheet."""

    __tablename__ = "keyed_sheets"
    __table_args__ = (
        ForeignKeyConstraint(
            ["batch_id", "place"], ["keyings.batch_id", "keyings.place"], ondelete="CASCADE"
        ),
        CheckConstraint("sheet >= 1", name="sheet_from_one"),
    )

    batch_id: Mapped[UUID] = mapped_column(primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    sheet: Mapped[int] = mapped_column(primary_key=True)
    reading: Mapped[str] = mapped_column(Text)  # canonical choices, blank or spoiled


class LoggedSheet(Base):
    """Where a sheet stands in the log; a sheet without this row is still to be typed."""

    __tablename__ = "logged_sheets"
    __table_args__ = (
        CheckConstraint("state IN ('typed', 'blank', 'spoiled')", name="state_known"),
        CheckConstraint("sheet >= 1", name="sheet_from_one"),
    )

    batch_id: Mapped[UUID] = mapped_column(ForeignKey("batches.id"), primary_key=True)
    sheet: Mapped[int] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(String(8))


class KeyingRecord(Base):
    """Both keyings of a batch and what was settled, as hashed in its `batch-close` leaf."""

    __tablename__ = "keying_records"

    batch_id: Mapped[UUID] = mapped_column(ForeignKey("batches.id"), primary_key=True)
    position: Mapped[int] = mapped_column(BigInteger, primary_key=True)  # of the leaf
    body: Mapped[str] = mapped_column(Text)  # canonical JSON


class Reopening(Base):
    """An officer's proposal to make sheets of a closed batch void; gone once it is decided."""

    __tablename__ = "reopenings"

    batch_id: Mapped[UUID] = mapped_column(ForeignKey("batches.id"), primary_key=True)
    sheets: Mapped[list[int]] = mapped_column(JSON)  # ascending
    why: Mapped[str] = mapped_column(String(200))
    document: Mapped[str] = mapped_column(String(60))
    proposed_by: Mapped[UUID]
