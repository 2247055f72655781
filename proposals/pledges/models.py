"""What a proposal needs beyond money, and who promises it."""

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accounts.models import Account
from core.db import Base
from proposals.models import Proposal

LONGEST_WHAT, LONGEST_ORGANISATION, LONGEST_NOTE = 120, 80, 500
MOST = 10**12  # of anything, minor units of money included


class Need(Base):
    """One thing that a proposal needs: of what kind, how much, by when."""

    __tablename__ = "proposal_needs"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('hours', 'skills', 'space', 'goods', 'funds')", name="known_kind"
        ),
        CheckConstraint("amount > 0", name="positive"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    proposal_id: Mapped[UUID] = mapped_column(
        ForeignKey("proposals.id", ondelete="CASCADE"), index=True
    )
    kind: Mapped[str] = mapped_column(String(8))
    what: Mapped[str] = mapped_column(String(LONGEST_WHAT))
    amount: Mapped[int] = mapped_column(BigInteger)  # money in minor units of the proposal's
    by_day: Mapped[date | None]
    added_at: Mapped[datetime]

    proposal: Mapped[Proposal] = relationship()


class Pledge(Base):
    """A public promise to give so much of a need; `proposals/pledges/steps.py` says its way."""

    __tablename__ = "pledges"
    __table_args__ = (
        CheckConstraint("amount > 0", name="positive"),
        CheckConstraint(
            "status IN ('offered', 'accepted', 'delivered', 'thanked', 'declined', 'withdrawn')",
            name="known_status",
        ),
        CheckConstraint("status <> 'thanked' OR said <> ''", name="thanks_are_said"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    # A need goes with its draft; one that is public and has a pledge stays.
    need_id: Mapped[UUID] = mapped_column(ForeignKey("proposal_needs.id"), index=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), index=True)
    organisation: Mapped[str] = mapped_column(String(LONGEST_ORGANISATION), default="")
    amount: Mapped[int] = mapped_column(BigInteger)
    note: Mapped[str] = mapped_column(Text, default="")
    status: Mapped[str] = mapped_column(String(16), default="offered")
    said: Mapped[str] = mapped_column(Text, default="")  # with the last step: thanks, or why not
    offered_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    need: Mapped[Need] = relationship()
    account: Mapped[Account] = relationship()
