"""Splitting one proposal into several: each part begins as a draft, and the whole stays."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from core import journal
from core.journal import CITIZEN, Actor
from proposals import services, workflow
from proposals.errors import FrozenProposalError, NotYourProposalError
from proposals.merging.models import Split
from proposals.models import Proposal
from proposals.people import queries as members
from proposals.people import requests

FEWEST, MOST = 2, 4  # parts at once


def split(
    session: Session, whole: Proposal, titles: Sequence[str], *, account_id: UUID, now: datetime
) -> list[Proposal]:
    """A draft of each title, with the text of the whole to be shortened; gives them in order.

    The other authors are asked to be co-authors of each. Supports stay with the whole: nobody can
    say which of the parts a supporter meant.

    Parameters
    ----------
    titles : from FEWEST to MOST, none empty

    Raises
    ------
    NotYourProposalError : the person writes not on it.
    FrozenProposalError : it is a draft, or on the ballot or beyond.
    """
    if not FEWEST <= len(titles) <= MOST or not all(titles):
        raise ValueError(f"two to four titles, none empty: {titles}")
    writers = members.circles(session, [whole.id])[whole.id].writers
    if account_id not in writers:
        raise NotYourProposalError
    if whole.status not in workflow.BEFORE_BALLOT:
        raise FrozenProposalError(status=whole.status)
    text = services.current(session, whole)
    parts = []
    for title in titles:
        part = services.begin_draft(
            session, account_id, replace(text, title=title, title_en=""), now=now,
            is_demo=whole.is_demo,
        )  # fmt: skip
        session.add(Split(part_id=part.id, whole_id=whole.id, at=now))
        for other in sorted(writers - {account_id}):
            requests.offer(session, part, other, author_id=account_id, now=now)
        parts.append(part)
    session.flush()
    journal.record(
        session, Actor(CITIZEN, account_id), "proposal.split", about="proposal",
        about_id=whole.id, now=now, parts=len(parts),
    )  # fmt: skip
    return parts
