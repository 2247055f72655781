"""Merges that wait for their authors, and what came of them; what was split off from what."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accounts.models import Account
from core.db import Base
from proposals.models import Proposal

OPEN, DONE, REFUSED, WITHDRAWN, UNDONE = "open", "done", "refused", "withdrawn", "undone"


class Merge(Base):
    """One or more proposals to become part of another one, if all authors of all consent.

    Rows stay when it is over: they are who agreed to what, and let the office undo it.
    """

    __tablename__ = "merges"
    __table_args__ = (
        CheckConstraint(
            "status IN ('open', 'done', 'refused', 'withdrawn', 'undone')", name="known_status"
        ),
        CheckConstraint("(status IN ('done', 'undone')) = (done_at IS NOT NULL)", name="done"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    # A draft that is deleted takes the merge that waits for it along.
    into_id: Mapped[UUID] = mapped_column(
        ForeignKey("proposals.id", ondelete="CASCADE"), index=True
    )
    # None: the office proposed it.
    proposed_by: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id"))
    reason: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(16), default=OPEN)
    proposed_at: Mapped[datetime]
    lapses_at: Mapped[datetime]
    done_at: Mapped[datetime | None]

    into: Mapped[Proposal] = relationship(foreign_keys=[into_id])
    parts: Mapped[list["MergePart"]] = relationship(order_by="MergePart.proposal_id")
    consents: Mapped[list["MergeConsent"]] = relationship(order_by="MergeConsent.at", viewonly=True)

    def waits(self, now: datetime) -> bool:
        """Whether authors may still answer."""
        return self.status == OPEN and now < self.lapses_at


class MergePart(Base):
    """One of the proposals that are to be merged into the other."""

    __tablename__ = "merge_parts"

    merge_id: Mapped[UUID] = mapped_column(
        ForeignKey("merges.id", ondelete="CASCADE"), primary_key=True
    )
    proposal_id: Mapped[UUID] = mapped_column(
        ForeignKey("proposals.id"), primary_key=True, index=True
    )

    proposal: Mapped[Proposal] = relationship()


class MergeConsent(Base):
    """The word of one author or co-author, on the text that is to stand for all."""

    __tablename__ = "merge_consents"
    __table_args__ = (CheckConstraint("agrees OR reason <> ''", name="refusal_has_reason"),)

    merge_id: Mapped[UUID] = mapped_column(
        ForeignKey("merges.id", ondelete="CASCADE"), primary_key=True
    )
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    agrees: Mapped[bool]
    reason: Mapped[str] = mapped_column(Text, default="")
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))  # of the text that was agreed to
    at: Mapped[datetime]
    # What the person was in the target before; None: nothing changed, "": nothing at all.
    role_before: Mapped[str | None] = mapped_column(String(16))

    account: Mapped[Account] = relationship()


class Split(Base):
    """One proposal that was begun as a part of another one, which stays."""

    __tablename__ = "proposal_splits"
    __table_args__ = (CheckConstraint("part_id <> whole_id", name="of_another"),)

    part_id: Mapped[UUID] = mapped_column(
        ForeignKey("proposals.id", ondelete="CASCADE"), primary_key=True
    )
    whole_id: Mapped[UUID] = mapped_column(ForeignKey("proposals.id"), index=True)
    at: Mapped[datetime]

    part: Mapped[Proposal] = relationship(foreign_keys=[part_id])
    whole: Mapped[Proposal] = relationship(foreign_keys=[whole_id])
