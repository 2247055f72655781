"""What feeds and files read of proposals: nothing that the pages do not show to everyone."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from core.db import Database
from proposals import queries as proposals
from proposals.models import Proposal, Receipt
from proposals.places.geometry import MILLION
from proposals.places.models import ProposalPoint
from proposals.queries import Filters

NEWEST = 30  # entries of a feed
BATCH = 500
_FIRST = -1  # before every shuffle key
_AS_IT_IS = (
    "title", "title_en", "summary", "summary_en", "need", "benefit", "place", "neighbourhood",
    "field", "cost_minor", "currency", "status",
)  # fmt: skip
# The columns of every file, in its order; docs/exports.md tells what each means.
COLUMNS = (
    "id", "number", *_AS_IT_IS, "merged_into", "received_at", "updated_at", "latitude",
    "longitude", "url",
)  # fmt: skip

Row = dict[str, Any]


def newest(session: Session, filters: Filters) -> Sequence[Proposal]:
    """What was received last, the latest first."""
    query = select(Proposal).join(Proposal.receipt).options(contains_eager(Proposal.receipt))
    query = query.where(*proposals.conditions(session, filters))
    return session.scalars(query.order_by(Receipt.number.desc()).limit(NEWEST)).all()


def rows(database: Database, filters: Filters, address: str) -> Iterator[Row]:
    """Every public proposal that was asked for, with COLUMNS, in the order of its shuffle key.

    Read in batches by key, each in a moment of its own: whoever reads slowly holds no transaction,
    and no file is held in memory. What is public all the while comes once.

    Parameters
    ----------
    address : what the id of a proposal is put behind to make its own address
    """
    after = _FIRST
    while True:
        with database.reading() as session:
            batch = _batch(session, filters, after)
        yield from (_row(found, address) for found in batch)
        if len(batch) < BATCH:
            return
        after = batch[-1][0].shuffle_key


def _batch(session: Session, filters: Filters, after: int) -> Sequence[Any]:
    query = (
        select(
            Proposal, Receipt.number, Receipt.received_at,
            ProposalPoint.latitude, ProposalPoint.longitude,
        )
        .outerjoin(Receipt, Receipt.proposal_id == Proposal.id)
        .outerjoin(ProposalPoint, ProposalPoint.proposal_id == Proposal.id)
        .where(Proposal.shuffle_key > after, *proposals.conditions(session, filters))
        .order_by(Proposal.shuffle_key)
        .limit(BATCH)
    )  # fmt: skip
    return session.execute(query).all()


def _row(found: Any, address: str) -> Row:
    proposal: Proposal
    proposal, number, received_at, latitude, longitude = found
    return {
        "id": str(proposal.id),
        "number": number,
        **{name: getattr(proposal, name) for name in _AS_IT_IS},
        "merged_into": str(proposal.merged_into_id) if proposal.merged_into_id else None,
        "received_at": received_at.isoformat() if received_at else None,
        "updated_at": proposal.updated_at.isoformat(),
        "latitude": None if latitude is None else latitude / MILLION,
        "longitude": None if longitude is None else longitude / MILLION,
        "url": f"{address}/{proposal.id}",
    }
