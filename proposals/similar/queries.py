"""What pages read of likeness: two statements, whatever the size of the city."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session, joinedload

from proposals import workflow
from proposals.models import Proposal
from proposals.similar.index import Index
from proposals.similar.models import Difference
from proposals.similar.reasons import Reasons, Shared
from proposals.similar.traits import Wish, voices

MOST = 5


@dataclass(frozen=True)
class Likeness:
    """A public proposal like the one that is written: why, and how the author tells them apart."""

    proposal: Proposal
    words: Sequence[Shared]
    difference: str = ""


def similar(
    session: Session, index: Index, wish: Wish, *, now: datetime, of: UUID | None = None
) -> Sequence[Likeness]:
    """The public proposals that are most like `wish`, the most alike first; often none.

    Parameters
    ----------
    of : the proposal that `wish` is the text of, if it is kept already
    """
    asked = voices(wish)
    near = index.nearest(session, asked, MOST, now=now, but=of)
    if not near:
        return []
    query = (
        select(Proposal, Difference.reason)
        .outerjoin(
            Difference, (Difference.other_id == Proposal.id) & (Difference.proposal_id == of)
        )
        .options(joinedload(Proposal.receipt))
        .where(Proposal.id.in_([one.key for one in near]), Proposal.status.in_(workflow.PUBLIC))
    )
    found = {proposal.id: (proposal, reason) for proposal, reason in session.execute(query)}
    why = Reasons(asked, index.rarity)
    return [
        Likeness(proposal, why.shared_with(voices(proposal)), reason or "")
        for proposal, reason in (found[one.key] for one in near if one.key in found)
    ]


def any_of(proposal_id: UUID) -> ColumnElement[bool]:
    """Whether the author tells the proposal apart from any other."""
    return exists().where(Difference.proposal_id == proposal_id)


def differences(session: Session, proposal_id: UUID) -> Sequence[Difference]:
    """How the author tells the proposal apart from others, the oldest word first."""
    query = select(Difference).options(joinedload(Difference.other))
    query = query.where(Difference.proposal_id == proposal_id)
    return session.scalars(query.order_by(Difference.written_at, Difference.other_id)).all()
