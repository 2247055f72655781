"""Who belongs to a proposal beside its author, and who may come."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accounts.models import Account
from core.db import Base
from proposals.models import Proposal

AUTHOR, COAUTHOR, VIEWER = "author", "coauthor", "viewer"  # a row is of the two latter
WRITE = frozenset({AUTHOR, COAUTHOR})
LONGEST_MESSAGE = 500


class Membership(Base):
    """One person beside the author: a co-author writes, a viewer reads the draft.

    Only joining makes such a row, by a link, by an answered request or by agreeing to a merge; only
    leaving takes it away, or the undoing of that merge. No edit touches it.
    """

    __tablename__ = "proposal_members"
    __table_args__ = (CheckConstraint("role IN ('coauthor', 'viewer')", name="known_role"),)

    proposal_id: Mapped[UUID] = mapped_column(ForeignKey("proposals.id"), primary_key=True)
    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("accounts.id"), primary_key=True, index=True
    )
    role: Mapped[str] = mapped_column(String(16))
    joined_at: Mapped[datetime]

    account: Mapped[Account] = relationship()


class Consent(Base):
    """One writer's yes to one act, for what it was about at that moment, told by a digest.

    An edit changes the digest, so the yes is void without anybody having to take it away.
    """

    __tablename__ = "proposal_consents"

    proposal_id: Mapped[UUID] = mapped_column(ForeignKey("proposals.id"), primary_key=True)
    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("accounts.id"), primary_key=True, index=True
    )
    act: Mapped[str] = mapped_column(String(16), primary_key=True)
    about: Mapped[str] = mapped_column(String(64))
    given_at: Mapped[datetime]


class Invitation(Base):
    """A link that lets one person join, once. Only a hash of its code is kept."""

    __tablename__ = "proposal_invitations"
    __table_args__ = (CheckConstraint("role IN ('coauthor', 'viewer')", name="known_role"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    proposal_id: Mapped[UUID] = mapped_column(ForeignKey("proposals.id"), index=True)
    role: Mapped[str] = mapped_column(String(16))
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class JoinRequest(Base):
    """One person is to become a co-author: the person asks the author, or the author the person.

    Whoever is asked answers, once.
    """

    __tablename__ = "join_requests"
    __table_args__ = (
        CheckConstraint("(accepted IS NULL) = (answered_at IS NULL)", name="answered"),
    )

    proposal_id: Mapped[UUID] = mapped_column(ForeignKey("proposals.id"), primary_key=True)
    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("accounts.id"), primary_key=True, index=True
    )
    by_author: Mapped[bool]
    message: Mapped[str] = mapped_column(String(LONGEST_MESSAGE), default="")
    asked_at: Mapped[datetime]
    accepted: Mapped[bool | None]
    answered_at: Mapped[datetime | None]

    account: Mapped[Account] = relationship()
    proposal: Mapped[Proposal] = relationship()
