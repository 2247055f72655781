"""An author's word on how two proposals differ."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from proposals import workflow
from proposals.models import Proposal
from proposals.similar.errors import NotComparableError
from proposals.similar.models import LONGEST_REASON, Difference
from proposals.writing.services import check_writer


def tell_apart(
    session: Session, proposal: Proposal, other_id: UUID, reason: str, *, author_id: UUID,
    now: datetime,
) -> None:  # fmt: skip
    """Keep why one's proposal is another one than `other_id`; an empty reason takes it back.

    Raises
    ------
    NotYourProposalError, FrozenProposalError : who, and when.
    NotComparableError : the other one is not public, or the proposal itself.
    """
    check_writer(session, proposal.id, author_id)
    other = session.get(Proposal, other_id)
    if other is None or other.id == proposal.id or other.status not in workflow.PUBLIC:
        raise NotComparableError
    if reason:
        said = reason[:LONGEST_REASON]
        session.merge(
            Difference(proposal_id=proposal.id, other_id=other_id, reason=said, written_at=now)
        )
    else:
        about = (Difference.proposal_id == proposal.id, Difference.other_id == other_id)
        session.execute(delete(Difference).where(*about))
    session.flush()
