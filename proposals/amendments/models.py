"""What people propose to change in somebody else's public text, or in their own."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, String, Text
from sqlalchemy import UniqueConstraint as Unique
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accounts.models import Account
from core.db import Base
from core.words import LazyString
from core.words import lazy_gettext as _l
from proposals.amendments.hunks import Hunk


class State(StrEnum):
    """Where a part of an amendment stands."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


PARTLY = "partly_accepted"  # of an amendment whose parts went different ways
STATES: Mapping[str, tuple[LazyString, str]] = MappingProxyType(
    {
        State.OPEN: (_l("Waiting for the authors"), "waiting"),
        PARTLY: (_l("Partly accepted"), "good"),
        State.ACCEPTED: (_l("Accepted"), "good"),
        State.DECLINED: (_l("Declined"), "bad"),
        State.WITHDRAWN: (_l("Taken back"), "done"),
    }
)
_PART_STATES = ", ".join(f"'{state}'" for state in State)


class Amendment(Base):
    """Changes that one person proposes to one version of a proposal, with the reason."""

    __tablename__ = "amendments"
    __table_args__ = (
        Unique("proposal_id", "number"),
        ForeignKeyConstraint(
            ["proposal_id", "base"], ["proposal_versions.proposal_id", "proposal_versions.number"]
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    proposal_id: Mapped[UUID]
    number: Mapped[int]
    base: Mapped[int]  # the version that was read and amended
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), index=True)
    reason: Mapped[str] = mapped_column(String(500))
    made_at: Mapped[datetime]
    digest: Mapped[str] = mapped_column(String(64))  # of all that it says: sent twice, it is one

    account: Mapped[Account] = relationship()
    parts: Mapped[list["AmendmentPart"]] = relationship(order_by="AmendmentPart.number")

    @property
    def state(self) -> str:
        """Where it stands as a whole: open as long as a part is."""
        states = {part.state for part in self.parts}
        if State.OPEN in states:
            return State.OPEN
        if len(states) == 1:
            return states.pop()
        if State.ACCEPTED in states:
            return PARTLY
        return State.DECLINED


class AmendmentPart(Base):
    """One place of the text that is to read otherwise; it is decided upon by itself."""

    __tablename__ = "amendment_parts"
    __table_args__ = (
        CheckConstraint(f"state IN ({_PART_STATES})", name="known_state"),
        CheckConstraint("(state = 'open') = (decided_at IS NULL)", name="dated"),
        CheckConstraint(
            "(state = 'accepted') = (version IS NOT NULL)", name="accepted_into_a_version"
        ),
    )

    amendment_id: Mapped[UUID] = mapped_column(ForeignKey("amendments.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    field: Mapped[str] = mapped_column(String(16))
    start: Mapped[int]  # letters of the base's field before it
    was: Mapped[str] = mapped_column(Text)
    becomes: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(16), default=State.OPEN)
    why: Mapped[str] = mapped_column(String(500), default="")  # it was declined
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id"))
    version: Mapped[int | None]  # the first that has it

    @property
    def hunk(self) -> Hunk:
        """The part as what it does to a text."""
        return Hunk(self.field, self.start, self.was, self.becomes)
