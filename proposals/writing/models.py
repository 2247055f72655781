"""What is kept of texts that are written together.

The rows are all there is: no process holds a document, so any of them can answer.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class Writing(Base):
    """The text of one proposal: how far it has come. Whoever adds to it locks this row."""

    __tablename__ = "writings"
    __table_args__ = (CheckConstraint("settled <= seq AND folded <= seq", name="behind"),)

    proposal_id: Mapped[UUID] = mapped_column(ForeignKey("proposals.id"), primary_key=True)
    seq: Mapped[int]  # of the last update
    settled: Mapped[int]  # up to which update the proposal's own columns have the words
    folded: Mapped[int]  # up to which update the whole of it is in `WritingWhole`
    size: Mapped[int]  # bytes of the whole and of all updates since


class WritingWhole(Base):
    """All updates up to `Writing.folded` as one. Apart, so that an edit does not write it anew."""

    __tablename__ = "writing_wholes"

    proposal_id: Mapped[UUID] = mapped_column(ForeignKey("writings.proposal_id"), primary_key=True)
    data: Mapped[bytes] = mapped_column(LargeBinary)


class WritingUpdate(Base):
    """One update since the last folding but one: who sent it, when, and what."""

    __tablename__ = "writing_updates"

    proposal_id: Mapped[UUID] = mapped_column(ForeignKey("writings.proposal_id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id"))
    at: Mapped[datetime]
    data: Mapped[bytes] = mapped_column(LargeBinary)


class WritingClient(Base):
    """A page that wrote, by the number that Yjs gave it: whose it is, and how many units it wrote.

    Each unit of the text carries that number, so folding loses nobody's part.
    """

    __tablename__ = "writing_clients"
    __table_args__ = (CheckConstraint("clock > 0", name="wrote"),)

    proposal_id: Mapped[UUID] = mapped_column(ForeignKey("writings.proposal_id"), primary_key=True)
    client: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    # None: the words were there before anybody wrote together, and nobody's account is behind them.
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id"))
    clock: Mapped[int] = mapped_column(BigInteger)


class WritingPresence(Base):
    """An open page: whose, and in which field the caret is. Old rows say nothing."""

    __tablename__ = "writing_presences"

    proposal_id: Mapped[UUID] = mapped_column(ForeignKey("proposals.id"), primary_key=True)
    page: Mapped[str] = mapped_column(String(16), primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), index=True)
    field: Mapped[str] = mapped_column(String(16), default="")
    at: Mapped[datetime]
