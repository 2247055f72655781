"""Traits that were worked out once are kept, each with a digest of all that it follows from."""

import hashlib
from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from proposals import workflow
from proposals.models import Proposal
from proposals.similar.models import KeptTraits
from proposals.similar.senses import FILE
from proposals.similar.traits import RECIPE, Traits, Wish, Written, traits

_BATCH = 200
_MADE_BY = hashlib.sha256(b"%d\0" % RECIPE + FILE.read_bytes()).digest()


def digest(wish: Wish) -> bytes:
    """Of all that the traits follow from: the texts, the table of senses, and the recipe."""
    said = (wish.title, wish.summary, wish.need, wish.title_en, wish.summary_en)
    return hashlib.sha256(_MADE_BY + "\0".join(said).encode()).digest()


def work_out(wish: Wish) -> tuple[Traits, Traits]:
    """The traits of a proposal as it is written, and in English."""
    return (
        traits(Written(wish.title, wish.summary, wish.need)),
        traits(Written(wish.title_en, wish.summary_en)),
    )


def keep(session: Session, proposals: Iterable[Proposal]) -> None:
    """Keep the traits of these, so that other processes read them."""
    for proposal in proposals:
        written, in_english = work_out(proposal)
        session.merge(
            KeptTraits(
                proposal_id=proposal.id, digest=digest(proposal), written=written.to_bytes(),
                in_english=in_english.to_bytes(),
            )
        )  # fmt: skip
    session.flush()


def keep_missing(session: Session, after: UUID | None = None) -> UUID | None:
    """Keep the traits of some public proposals that have none, or old ones.

    Gives the id after which to go on, None at the end: a whole city is not one transaction.
    """
    query = select(Proposal, KeptTraits.digest).outerjoin(KeptTraits)
    query = query.where(Proposal.status.in_(workflow.PUBLIC)).order_by(Proposal.id).limit(_BATCH)
    rows = session.execute(query if after is None else query.where(Proposal.id > after)).all()
    keep(session, (proposal for proposal, kept in rows if kept != digest(proposal)))
    return rows[-1][0].id if len(rows) == _BATCH else None
