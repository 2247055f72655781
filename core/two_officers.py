"""What takes two officers: one proposes an act, another one confirms it within the hour.

The two have accounts and sessions of their own; the database refuses one who confirms their own
act. What is confirmed is what was proposed: `terms` are what the officer saw, and the second one
must have seen the same.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, String
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.db import Base
from core.errors import RoomError
from core.journal import Actor

LIFE = timedelta(hours=1)  # of an act that waits for its second officer


class AlreadyProposedError(RoomError):
    """The act waits for its second officer already."""


class NotProposedError(RoomError):
    """Nothing waits for a second officer, or it has waited for too long."""


class SameOfficerError(RoomError):
    """Who proposed an act cannot confirm it."""


class OtherTermsError(RoomError):
    """What was proposed is not what there is now."""


class ProposedAct(Base):
    """An act on one thing, proposed, and perhaps confirmed; kept as it was done."""

    __tablename__ = "proposed_acts"
    __table_args__ = (
        CheckConstraint("confirmed_by <> proposed_by", name="two_officers"),
        CheckConstraint("proposed_at < expires_at", name="proposed_before_expired"),
    )

    act: Mapped[str] = mapped_column(String(32), primary_key=True)
    about_id: Mapped[UUID] = mapped_column(primary_key=True)
    terms: Mapped[dict[str, Any]] = mapped_column(JSON)
    digest: Mapped[str] = mapped_column(String(64))  # SHA-256 of the terms
    proposed_by: Mapped[UUID]  # accounts, without a foreign key: they may be erased
    proposed_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    confirmed_by: Mapped[UUID | None]

    def waits(self, now: datetime) -> bool:
        """Whether a second officer may still confirm it."""
        return self.confirmed_by is None and now < self.expires_at


def found(session: Session, act: str, about_id: UUID) -> ProposedAct | None:
    """The act on a thing as it was proposed last; None if it never was."""
    return session.get(ProposedAct, (act, about_id))


def propose(
    session: Session,
    act: str,
    about_id: UUID,
    terms: Mapping[str, Any],
    *,
    actor: Actor,
    now: datetime,
) -> ProposedAct:
    """Let an act wait for its second officer, in the place of one that has waited in vain.

    Raises
    ------
    AlreadyProposedError : it waits already, or was done.
    """
    kept = session.get(ProposedAct, (act, about_id), with_for_update=True)
    if kept is not None and (kept.confirmed_by is not None or kept.waits(now)):
        raise AlreadyProposedError
    fresh = ProposedAct(
        act=act, about_id=about_id, terms=dict(terms), digest=digest_of(terms),
        proposed_by=account_of(actor), proposed_at=now, expires_at=now + LIFE, confirmed_by=None,
    )  # fmt: skip
    made = session.merge(fresh)
    session.flush()
    return made


def confirm(
    session: Session,
    act: str,
    about_id: UUID,
    terms: Mapping[str, Any],
    *,
    actor: Actor,
    now: datetime,
) -> ProposedAct:
    """The second officer's word, for what was proposed and nothing else.

    Raises
    ------
    NotProposedError, SameOfficerError, OtherTermsError
    """
    kept = session.get(ProposedAct, (act, about_id), with_for_update=True, populate_existing=True)
    if kept is None or not kept.waits(now):
        raise NotProposedError
    if kept.proposed_by == account_of(actor):
        raise SameOfficerError
    if kept.digest != digest_of(terms):
        raise OtherTermsError
    kept.confirmed_by = account_of(actor)
    session.flush()
    return kept


def withdraw(session: Session, act: str, about_id: UUID) -> None:
    """Forget an act that waits. Raises NotProposedError."""
    kept = session.get(ProposedAct, (act, about_id), with_for_update=True)
    if kept is None or kept.confirmed_by is not None:
        raise NotProposedError
    session.delete(kept)
    session.flush()


def digest_of(terms: Mapping[str, Any]) -> str:
    """SHA-256 of terms, however their members are ordered."""
    text = json.dumps(terms, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def account_of(actor: Actor) -> UUID:
    """The account that acts; whoever has none is no officer."""
    if actor.account_id is None:
        raise ValueError(f"{actor.role} has no account")
    return actor.account_id
