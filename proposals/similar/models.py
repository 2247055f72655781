"""What is kept of likeness: traits that were worked out once, and how an author tells two apart."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base
from proposals.models import Proposal

LONGEST_REASON = 500


class KeptTraits(Base):
    """The traits of a proposal, so that a process that starts need not work out a city's anew.

    They are good for the text of which `digest` is, and are worked out on the spot for any other.
    """

    __tablename__ = "proposal_traits"

    proposal_id: Mapped[UUID] = mapped_column(
        ForeignKey("proposals.id", ondelete="CASCADE"), primary_key=True
    )
    digest: Mapped[bytes] = mapped_column(LargeBinary)  # see proposals/similar/keeping.py
    written: Mapped[bytes] = mapped_column(LargeBinary)  # Traits.to_bytes
    in_english: Mapped[bytes] = mapped_column(LargeBinary)


class Difference(Base):
    """Why an author finds the proposal another one than `other`, in the author's own words."""

    __tablename__ = "proposal_differences"
    __table_args__ = (CheckConstraint("proposal_id <> other_id", name="from_another"),)

    proposal_id: Mapped[UUID] = mapped_column(
        ForeignKey("proposals.id", ondelete="CASCADE"), primary_key=True
    )
    other_id: Mapped[UUID] = mapped_column(ForeignKey("proposals.id"), primary_key=True)
    reason: Mapped[str] = mapped_column(String(LONGEST_REASON))
    written_at: Mapped[datetime]

    other: Mapped[Proposal] = relationship(foreign_keys=[other_id])
