"""What is kept of a proposal's text: whole snapshots, which never change."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accounts.models import Account
from core.db import Base
from core.words import LazyString
from core.words import lazy_gettext as _l


class Kind(StrEnum):
    """What a version was made for."""

    PUBLISHED = "published"  # each time the proposal is handed in
    NAMED = "named"  # a writer asked for it
    SET_ASIDE = "set_aside"  # the words that stood before something else took their place
    AMENDED = "amended"  # with an accepted part of an amendment
    MERGED = "merged"  # the words that a merge put into one
    RESTORED = "restored"  # an older version once more


KINDS: Mapping[str, LazyString] = MappingProxyType(
    {
        Kind.PUBLISHED: _l("Handed in"),
        Kind.NAMED: _l("Kept by a writer"),
        Kind.SET_ASIDE: _l("Kept because something else took its place"),
        Kind.AMENDED: _l("With an accepted amendment"),
        Kind.MERGED: _l("After a merge"),
        Kind.RESTORED: _l("An older version, restored"),
    }
)
_KINDS = ", ".join(f"'{kind}'" for kind in Kind)


class Version(Base):
    """The whole text of a proposal at one moment: who kept it, when, why.

    The database refuses to change a version, and to delete one of anything but a draft (migration
    0015).
    """

    __tablename__ = "proposal_versions"
    __table_args__ = (
        CheckConstraint("number > 0", name="numbered_from_one"),
        CheckConstraint(f"kind IN ({_KINDS})", name="known_kind"),
    )

    proposal_id: Mapped[UUID] = mapped_column(ForeignKey("proposals.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(16))
    said: Mapped[dict[str, Any]] = mapped_column(JSON)  # each field of `proposals.services.Text`
    why: Mapped[str] = mapped_column(String(200), default="")
    # The number of what it came from: the older version that was restored, the amendment accepted.
    source: Mapped[int | None]
    made_at: Mapped[datetime]
    # None: handed in with no account behind it.
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id"))
    # Whose words came in by this version, where that is somebody else.
    credit_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id"))

    account: Mapped[Account | None] = relationship(foreign_keys=[account_id])
    credit: Mapped[Account | None] = relationship(foreign_keys=[credit_id])
