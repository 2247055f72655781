"""Photos and attachments of proposals, in the database beside them."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base

PHOTO, ATTACHMENT = "photo", "attachment"
LONGEST_LABEL = 150


class StoredFile(Base):
    """One photo or attachment of a proposal; `label` says what is to be seen, or what it is."""

    __tablename__ = "proposal_files"
    __table_args__ = (
        CheckConstraint("kind IN ('photo', 'attachment')", name="known_kind"),
        CheckConstraint("label <> ''", name="labelled"),
        UniqueConstraint("proposal_id", "digest"),  # sending a file twice keeps it once
        Index("ix_proposal_files_proposal_id_kind_position", "proposal_id", "kind", "position"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    proposal_id: Mapped[UUID] = mapped_column(ForeignKey("proposals.id", ondelete="CASCADE"))
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    position: Mapped[int]
    label: Mapped[str] = mapped_column(String(LONGEST_LABEL))
    digest: Mapped[str] = mapped_column(String(64))  # SHA-256; its address
    size: Mapped[int]
    width: Mapped[int | None]
    height: Mapped[int | None]
    added_at: Mapped[datetime]


class FileContent(Base):
    """The bytes of one variant, apart so that lists do not read them."""

    __tablename__ = "proposal_file_contents"

    file_id: Mapped[UUID] = mapped_column(
        ForeignKey("proposal_files.id", ondelete="CASCADE"), primary_key=True
    )
    variant: Mapped[str] = mapped_column(String(8), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
