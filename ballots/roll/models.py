"""Who stands on a listed roll: no name, no birth date, no address.

A person is known by a keyed hash of name and birth date, a code by a keyed hash of itself; the key
lies outside the database (`ballots/roll/keys.py`) and is destroyed when the roll is erased. This
table is apart from `RollEntry`, which says only who has voted: this one goes, that one stays.
"""

from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class ListedVoter(Base):
    """One voter of a listed roll."""

    __tablename__ = "listed_voters"
    __table_args__ = (
        ForeignKeyConstraint(
            ["contest_id", "voter_id"], ["roll_entries.contest_id", "roll_entries.voter_id"]
        ),
        UniqueConstraint("contest_id", "number"),
        UniqueConstraint("contest_id", "code"),
        CheckConstraint("ground IN ('lives', 'works', 'studies')", name="ground_known"),
        Index("ix_listed_voters_person", "contest_id", "person"),
        Index("ix_listed_voters_letters", "contest_id", "batch", "neighbourhood", "number"),
    )

    contest_id: Mapped[UUID] = mapped_column(primary_key=True)
    voter_id: Mapped[str] = mapped_column(String(64), primary_key=True)  # random
    number: Mapped[str] = mapped_column(String(32))  # the office's own
    person: Mapped[bytes] = mapped_column(LargeBinary(16))  # keyed hash of name and birth date
    neighbourhood: Mapped[str] = mapped_column(ForeignKey("neighbourhoods.slug"))
    ground: Mapped[str] = mapped_column(String(8))
    code: Mapped[bytes | None] = mapped_column(LargeBinary(16))  # keyed hash; None: no code yet
    batch: Mapped[int | None]  # of letters, in which the code was printed; 0: at a desk


class RollDraft(Base):
    """An import that was checked and waits to be confirmed: what would be kept, and no more."""

    __tablename__ = "roll_drafts"

    contest_id: Mapped[UUID] = mapped_column(ForeignKey("contests.id"), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))  # SHA-256 of body
    body: Mapped[bytes] = mapped_column(LargeBinary)  # entries as JSON, compressed
    voters: Mapped[int]
    rules: Mapped[str] = mapped_column(Text)  # the electorate that it was checked against
