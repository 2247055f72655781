"""Traits that were worked out once are kept, each with a digest of all that it follows from."""

import hashlib
from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.db import Database
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


def keep_missing(database: Database) -> None:
    """Keep the traits of every public proposal that has none, or those of another text or recipe.

    A whole city is not one transaction.
    """
    after: UUID | None = None
    while True:
        with database.writing() as session:
            after = _keep_some(session, after)
        if after is None:
            return


def _keep_some(session: Session, after: UUID | None) -> UUID | None:
    """The next ones after this id; gives the last, or None at the end."""
    query = select(Proposal, KeptTraits.digest).outerjoin(KeptTraits)
    query = query.where(Proposal.status.in_(workflow.PUBLIC)).order_by(Proposal.id).limit(_BATCH)
    rows = session.execute(query if after is None else query.where(Proposal.id > after)).all()
    keep(session, (proposal for proposal, kept in rows if kept != digest(proposal)))
    return rows[-1][0].id if len(rows) == _BATCH else None
