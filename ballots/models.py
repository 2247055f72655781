"""The contest, its slate, the roll, and the board: the public log that is the ballot box.

The roll and the board share no key but the contest: who has voted and what was said lie apart. A
voter's later ballot is known for the same voter's only by the pseudonym that `ballots/linker.py`
makes with a key outside the database, or by the serial of a token (`ballots/tokens`), which nothing
joins with the roll. No row of a voter or a ballot holds a time.

Leaves wait in `PendingLeaf` until they are appended to the log (`ballots/log.py`). The database
itself refuses to change or delete what stands in the log (see the third migration).
"""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ballots.eligibility import Electorate
from core.clock import SEOUL
from core.db import Base


class Contest(Base):
    """One question put to the voters, with its frozen slate and the rule of its ballots."""

    __tablename__ = "contests"
    __table_args__ = (
        CheckConstraint("opens_at < closes_at", name="opens_before_closes"),
        CheckConstraint("closed_at IS NULL OR opened_at IS NOT NULL", name="opened_before_closed"),
        CheckConstraint("fund_minor >= 0", name="fund_not_negative"),
        CheckConstraint("max_picks IS NULL OR max_picks >= 1", name="at_least_one_pick"),
        CheckConstraint("roll_kind IN ('declared', 'listed')", name="roll_kind_known"),
        CheckConstraint("publication IN ('sealed', 'open')", name="publication_known"),
        CheckConstraint("credential IN ('linked', 'blind')", name="credential_known"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    title_ko: Mapped[str] = mapped_column(String(120))
    title_en: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(16))  # a key of ballots.kinds.KINDS
    max_picks: Mapped[int | None]
    # Field slug -> most picks in it (null: no limit of its own); its keys are the contest's fields.
    field_limits: Mapped[dict[str, int | None]] = mapped_column(JSON, default=dict)
    fund_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3), default="KRW")
    # declared: any account that declared to belong to the voters; listed: only who is on the roll.
    roll_kind: Mapped[str] = mapped_column(String(8), default="declared")
    # Who belongs to the voters, as ballots.eligibility.rules writes it.
    eligibility: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, server_default="{}")
    # sealed: hashes while voting, sorted choices after; open: everyone reads the leaves at once.
    publication: Mapped[str] = mapped_column(String(8), default="sealed", server_default="sealed")
    # linked: ballots bear pseudonyms, which a key joins with the roll; blind: tokens, none does.
    credential: Mapped[str] = mapped_column(String(8), default="linked", server_default="linked")
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]  # the officials' acts, beside the planned moments above
    stopped_at: Mapped[datetime | None]  # nobody casts from here on, before the planned end
    closed_at: Mapped[datetime | None]
    # SHA-256 of the rules and the slate, set when the slate is frozen; None: not frozen yet.
    rules_digest: Mapped[str | None] = mapped_column(String(64))

    options: Mapped[list["Option"]] = relationship(
        back_populates="contest", order_by="Option.number"
    )

    def title(self, language: str) -> str:
        """The title in the reader's language."""
        return self.title_en if language == "en" else self.title_ko

    @property
    def electorate(self) -> Electorate:
        """Who may vote; where no day is set, the age counts on the day that voting closes."""
        return Electorate.of(self.eligibility, self.closes_at.astimezone(SEOUL).date())

    def is_open(self, now: datetime) -> bool:
        """Half-open interval: the closing instant itself is too late."""
        acted = self.opened_at is not None and self.stopped_at is None and self.closed_at is None
        return acted and self.opens_at <= now < self.closes_at


class Option(Base):
    """A project as it is voted on: copied when the slate is frozen, never changed after."""

    __tablename__ = "options"
    __table_args__ = (
        UniqueConstraint("contest_id", "number"),
        UniqueConstraint("contest_id", "code"),
        CheckConstraint("cost_minor >= 0", name="cost_not_negative"),
        CheckConstraint("number >= 1", name="numbered_from_one"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    contest_id: Mapped[UUID] = mapped_column(ForeignKey("contests.id"))
    number: Mapped[int]  # what a ballot says
    code: Mapped[str] = mapped_column(String(64))  # the id in exported files
    title: Mapped[str] = mapped_column(Text)
    summary: Mapped[str] = mapped_column(Text, default="")
    title_en: Mapped[str] = mapped_column(Text, default="")  # where it was translated
    summary_en: Mapped[str] = mapped_column(Text, default="")
    place: Mapped[str] = mapped_column(String(120), default="")
    neighbourhood: Mapped[str | None] = mapped_column(ForeignKey("neighbourhoods.slug"))
    field: Mapped[str | None] = mapped_column(ForeignKey("fields.slug"))
    cost_minor: Mapped[int] = mapped_column(BigInteger)

    contest: Mapped[Contest] = relationship(back_populates="options")

    def title_in(self, language: str) -> str:
        """The title in the reader's language, as far as it was translated."""
        return (self.title_en if language == "en" else "") or self.title

    def summary_in(self, language: str) -> str:
        """The sentence in the reader's language, as far as it was translated."""
        return (self.summary_en if language == "en" else "") or self.summary


class RollEntry(Base):
    """One voter of one contest, and whether that voter has voted: never when, never what.

    SQLite keeps the rows by their key, not in the order in which they came. PostgreSQL cannot:
    there they are written anew by their key once the vote is closed (`Integrator`).
    """

    __tablename__ = "roll_entries"
    __table_args__ = (
        CheckConstraint("status IN ('none', 'web', 'paper')", name="status_known"),
        CheckConstraint("(status = 'none') = (casts = 0)", name="casts_follow_status"),
        {"sqlite_with_rowid": False},
    )

    contest_id: Mapped[UUID] = mapped_column(ForeignKey("contests.id"), primary_key=True)
    voter_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    status: Mapped[str] = mapped_column(String(8), default="none")
    casts: Mapped[int] = mapped_column(default=0)


class Board(Base):
    """The log of one contest, from its opening on: its name, what it promises, its size."""

    __tablename__ = "boards"
    __table_args__ = (CheckConstraint("size >= 0", name="size_not_negative"),)

    contest_id: Mapped[UUID] = mapped_column(ForeignKey("contests.id"), primary_key=True)
    election: Mapped[str] = mapped_column(String(100), unique=True)  # the log's name
    manifest: Mapped[str] = mapped_column(Text)  # canonical JSON
    policy: Mapped[str] = mapped_column(Text)  # C2SP tlog-policy
    log_key: Mapped[str] = mapped_column(Text)  # C2SP vkey
    # District -> public key of its tokens, canonical JSON; empty where pseudonyms are used.
    tokens: Mapped[str] = mapped_column(Text, default="{}", server_default="{}")
    # When ballots by token were let in last: they go in together, mixed. None: no ballot waits so.
    mixed_at: Mapped[datetime | None]
    size: Mapped[int] = mapped_column(BigInteger, default=0)
    edge: Mapped[bytes] = mapped_column(LargeBinary, default=b"")  # a hash for each bit of size
    # The log did not grow out of what was signed: nobody casts until an officer has looked.
    is_halted: Mapped[bool] = mapped_column(default=False)


class PendingLeaf(Base):
    """A leaf that is received, and not yet in the log."""

    __tablename__ = "pending_leaves"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 - read by SQLAlchemy as a class attribute

    contest_id: Mapped[UUID] = mapped_column(ForeignKey("contests.id"), primary_key=True)
    hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    leaf: Mapped[bytes] = mapped_column(LargeBinary)
    kind: Mapped[str] = mapped_column(String(12))
    voter: Mapped[bytes | None] = mapped_column(LargeBinary(32))  # pseudonym, or serial of a token
    turn: Mapped[int]  # among the leaves of one voter: the roll's counter


class LogLeaf(Base):
    """One leaf of the log. All but its place and its bytes is an index of the bytes."""

    __tablename__ = "log_leaves"
    __table_args__ = (
        Index("ix_log_leaves_hash", "contest_id", "hash"),
        Index("ix_log_leaves_voter", "contest_id", "voter", "position"),
        CheckConstraint("position >= 0", name="position_from_zero"),
    )

    contest_id: Mapped[UUID] = mapped_column(ForeignKey("boards.contest_id"), primary_key=True)
    position: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    leaf: Mapped[bytes] = mapped_column(LargeBinary)
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    kind: Mapped[str] = mapped_column(String(12))
    voter: Mapped[bytes | None] = mapped_column(LargeBinary(32))


class LogNode(Base):
    """The root of 256^level leaves from a multiple of that: a hash of a tile of this level."""

    __tablename__ = "log_nodes"
    __table_args__ = (CheckConstraint("level >= 1", name="above_the_leaves"),)

    contest_id: Mapped[UUID] = mapped_column(ForeignKey("boards.contest_id"), primary_key=True)
    level: Mapped[int] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))


class VerifierFile(Base):
    """A verifier that an opening names: bundles of that vote bring it, whatever we ship by then."""

    __tablename__ = "verifier_files"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)  # SHA-256 of the body
    body: Mapped[bytes] = mapped_column(LargeBinary)


class Succession(Base):
    """That a contest goes on with the log of another one, whose signed leaves were lost.

    The older contest stays as it was found, as evidence; voters, slate and paper went on.
    """

    __tablename__ = "successions"
    __table_args__ = (
        CheckConstraint("kept >= 1 AND kept < size", name="something_kept_and_lost"),
        CheckConstraint("contest_id <> predecessor_id", name="not_its_own"),
    )

    contest_id: Mapped[UUID] = mapped_column(ForeignKey("contests.id"), primary_key=True)
    predecessor_id: Mapped[UUID] = mapped_column(ForeignKey("contests.id"), unique=True)
    kept: Mapped[int] = mapped_column(BigInteger)  # leaves
    size: Mapped[int] = mapped_column(BigInteger)  # of the last tree that the older log signed
    note: Mapped[str] = mapped_column(Text)  # its checkpoint
    document: Mapped[str] = mapped_column(String(200))  # the decision to go on
    at: Mapped[datetime]


class SignedCheckpoint(Base):
    """What the log has said of itself at one size; witnesses' signatures are added to it."""

    __tablename__ = "checkpoints"

    contest_id: Mapped[UUID] = mapped_column(ForeignKey("boards.contest_id"), primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    note: Mapped[str] = mapped_column(Text)
