"""What pages read of supports. A page costs the same, however many people support."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import CTE, ColumnElement, Select, distinct, exists, func, null, select
from sqlalchemy.orm import Session, joinedload

from accounts.models import THERE, Account
from proposals import workflow
from proposals.models import Proposal
from proposals.supports.models import Obligation, Support, Threshold

Row = TypeVar("Row")
# Not from the slate on: a figure that moves while people vote would tell them how others vote.
OPEN = workflow.BEFORE_BALLOT
# What a supporter stands for. A translation changes none of it.
WORDS = ("title", "summary", "need", "benefit", "place", "neighbourhood", "field", "cost_minor")
OBLIGATIONS_SHOWN = 100


@dataclass(frozen=True)
class Shown:
    """What a proposal's page tells of its supports, to one reader.

    `mine` is whether the reader supports it, `has_changed` whether its text is another one since;
    `ahead` are the thresholds that are not reached yet.
    """

    count: int
    is_open: bool
    mine: bool
    has_changed: bool
    obligations: Sequence[Obligation]
    ahead: Sequence[Threshold]


@dataclass(frozen=True)
class Traces:
    """What supports have left at a proposal, as `traces` tells.

    `own` is the digest of the words that the reader supported last; None: does not support it.
    """

    people: int
    own: bytes | None
    has_obligations: bool


def said(proposal: Proposal) -> dict[str, Any]:
    """What whoever supports the proposal now stands for."""
    return {name: getattr(proposal, name) for name in WORDS}


def digest(words: Mapping[str, Any]) -> bytes:
    """SHA-256 of such words."""
    return hashlib.sha256(json.dumps(words, sort_keys=True).encode()).digest()


def family(proposal_id: UUID) -> CTE:
    """The ids of a proposal and of all that were merged into it, over any number of steps."""
    ids = select(Proposal.id).where(Proposal.id == proposal_id).cte("family", recursive=True)
    return ids.union(select(Proposal.id).join(ids, Proposal.merged_into_id == ids.c.id))


def count(session: Session, proposal_id: UUID, *, since: datetime | None = None) -> int:
    """How many people support it, or what was merged into it; each person once.

    Who has deleted the account is not counted: with a new one the same person could support again.
    """
    query = _people(family(proposal_id))
    return session.scalar(query if since is None else query.where(Support.at > since)) or 0


def supports(ids: CTE, account_id: UUID) -> ColumnElement[bool]:
    """Whether the person supports any of a family."""
    return exists().where(Support.account_id == account_id, Support.proposal_id.in_(select(ids)))


def traces(ids: CTE, reader_id: UUID | None) -> tuple[ColumnElement[Any], ...]:
    """What makes `Traces` of a family, to be asked for among other things."""
    own = _latest(select(Support.digest), ids, reader_id).scalar_subquery() if reader_id else null()
    owed = exists().where(Obligation.proposal_id.in_(select(ids)))
    return _people(ids).scalar_subquery(), own, owed


def of_person(session: Session, proposal_id: UUID, account_id: UUID) -> Support | None:
    """The person's support for it or for what was merged into it, the latest; None if none."""
    query = select(Support).options(joinedload(Support.text))
    return session.scalar(_latest(query, family(proposal_id), account_id))


def obligations(session: Session, proposal_id: UUID) -> Sequence[Obligation]:
    """What the city owes the proposal and what was merged into it, the oldest first."""
    query = select(Obligation).where(Obligation.proposal_id.in_(select(family(proposal_id).c.id)))
    return session.scalars(query.order_by(Obligation.opened_at, Obligation.kind)).all()


def thresholds(session: Session) -> Sequence[Threshold]:
    """The city's thresholds, the lowest first."""
    return session.scalars(select(Threshold).order_by(Threshold.supports)).all()


def shown(
    session: Session, proposal: Proposal, reader_id: UUID | None, left: Traces | None = None
) -> Shown | None:
    """What the proposal's page tells; None of a draft. `left` spares a look, if it is known."""
    if proposal.status not in workflow.PUBLIC:
        return None
    if left is None:
        asked = traces(family(proposal.id), reader_id)
        left = Traces(*session.execute(select(*asked)).one())
    is_open = proposal.status in OPEN
    owed = obligations(session, proposal.id) if left.has_obligations else ()
    owed_kinds = {obligation.kind for obligation in owed}
    ahead = thresholds(session) if is_open else ()
    return Shown(
        count=left.people,
        is_open=is_open,
        mine=left.own is not None,
        has_changed=left.own is not None and left.own != digest(said(proposal)),
        obligations=owed,
        ahead=[one for one in ahead if one.kind not in owed_kinds],
    )


def owed(session: Session) -> Sequence[Obligation]:
    """What the city owes, the longest due first."""
    query = (
        select(Obligation)
        .options(joinedload(Obligation.proposal))
        .where(Obligation.answered_at.is_(None))
    )
    return session.scalars(
        query.order_by(Obligation.due_at, Obligation.id).limit(OBLIGATIONS_SHOWN)
    ).all()


def answered(session: Session, *, limit: int = 20) -> Sequence[Obligation]:
    """What the city answered of late, the latest first."""
    query = (
        select(Obligation)
        .options(joinedload(Obligation.proposal))
        .where(Obligation.answered_at.is_not(None))
    )
    return session.scalars(
        query.order_by(Obligation.answered_at.desc(), Obligation.id).limit(limit)
    ).all()


def obligation(session: Session, obligation_id: UUID) -> Obligation | None:
    """The obligation with its proposal; None if there is none."""
    return session.get(Obligation, obligation_id, options=[joinedload(Obligation.proposal)])


def _people(ids: CTE) -> Select[int]:
    query = select(func.count(distinct(Support.account_id)))
    query = query.join(Account, Account.id == Support.account_id).where(THERE)
    return query.where(Support.proposal_id.in_(select(ids)))


def _latest(query: Select[Row], ids: CTE, account_id: UUID) -> Select[Row]:
    query = query.where(Support.account_id == account_id, Support.proposal_id.in_(select(ids)))
    return query.order_by(Support.at.desc(), Support.proposal_id).limit(1)
