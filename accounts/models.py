"""People, and what officials among them may do."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.access import Role
from core.db import Base

# Nobody both edits the ballot and opens the tally (KOREA.md 2.4); the database keeps it so.
EXCLUSIVE_ROLES = frozenset({Role.BUDGET_OFFICER, Role.TALLY_OFFICER})


class Account(Base):
    """A person who signs in. Holds no number, birth date or address: only what the square needs."""

    __tablename__ = "accounts"
    __table_args__ = (
        CheckConstraint("email = lower(email)", name="email_lower_case"),
        UniqueConstraint("email"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    email: Mapped[str] = mapped_column(String(254))
    name: Mapped[str] = mapped_column(String(40))  # a name or nickname, shown in public
    password_hash: Mapped[str] = mapped_column(String(128))
    language: Mapped[str] = mapped_column(String(2), default="ko")
    neighbourhood: Mapped[str | None] = mapped_column(ForeignKey("neighbourhoods.slug"))
    # When the person declared to live, work or study here and to be old enough; None: not yet.
    declared_at: Mapped[datetime | None]
    session_epoch: Mapped[int] = mapped_column(default=0)  # raised to sign out everywhere
    totp_secret: Mapped[bytes | None]  # encrypted with a key that is not in the database
    totp_confirmed_at: Mapped[datetime | None]
    totp_last_step: Mapped[int | None]  # a code is good once
    created_at: Mapped[datetime]
    is_demo: Mapped[bool] = mapped_column(default=False)

    grants: Mapped[list["RoleGrant"]] = relationship(
        back_populates="account", cascade="all, delete-orphan", lazy="selectin"
    )

    @property
    def roles(self) -> frozenset[Role]:
        """What the person may do as an official; empty for a citizen."""
        return frozenset(Role(grant.role) for grant in self.grants)

    @property
    def may_vote(self) -> bool:
        """Whether the person has declared to belong to the city's voters."""
        return self.declared_at is not None and self.neighbourhood is not None


THERE = Account.password_hash != ""  # what a deleted account no longer has


class RoleGrant(Base):
    """One role of one account."""

    __tablename__ = "role_grants"
    __table_args__ = (
        UniqueConstraint("account_id", "exclusion"),
        CheckConstraint(
            "(exclusion IS NOT NULL) = (role IN ('budget_officer', 'tally_officer'))",
            name="exclusion_follows_role",
        ),
    )

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    role: Mapped[str] = mapped_column(String(32), primary_key=True)
    # The same word for roles that one person may not hold together.
    exclusion: Mapped[str | None] = mapped_column(String(32))
    granted_at: Mapped[datetime]

    account: Mapped[Account] = relationship(back_populates="grants")


class RecoveryCode(Base):
    """A printed code that stands in once for the authenticator."""

    __tablename__ = "recovery_codes"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    used_at: Mapped[datetime | None]
