"""Keeping a version on demand, and going back to one. The session is the caller's."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from core import journal
from core.journal import CITIZEN, Actor
from proposals import services as proposals
from proposals.models import Proposal
from proposals.versions import keeping, queries
from proposals.versions.errors import NoSuchVersionError, SameTextError
from proposals.versions.models import Kind, Version
from proposals.versions.queries import Change
from proposals.writing import services as writing


def name(session: Session, proposal: Proposal, why: str, *, account_id: UUID, now: datetime) -> int:
    """Keep the text as it stands; gives the version's number.

    Raises
    ------
    NotYourProposalError, FrozenProposalError : who, and when.
    SameTextError : the last version reads the same.
    """
    writing.opened(session, proposal)  # whoever writes at the same moment waits here
    session.refresh(proposal)
    writing.check_writer(session, proposal.id, account_id)
    said = asdict(proposals.current(session, proposal))
    before = keeping.last(session, proposal.id)
    if before is not None and before.said == said:
        raise SameTextError(number=before.number)
    number = keeping.keep(
        session, proposal, said, Kind.NAMED, account_id=account_id, now=now, why=why
    )
    _tell(session, "proposal.version_named", proposal.id, account_id, now=now, number=number)
    return number


def restore(
    session: Session,
    proposal: Proposal,
    number: int,
    why: str,
    *,
    account_id: UUID,
    now: datetime,
) -> int:
    """Let an old version stand again, as a new one; gives its number.

    It is an edit of whoever restores, so pages that are open follow. What stood until now is kept.

    Raises
    ------
    NotYourProposalError, FrozenProposalError : who, and when.
    NoSuchVersionError
    SameTextError : the text reads like that already.
    """
    writing.opened(session, proposal)
    session.refresh(proposal)
    writing.check_writer(session, proposal.id, account_id)
    version = queries.one(session, proposal.id, number)
    if version is None:
        raise NoSuchVersionError
    before, text = proposals.current(session, proposal), queries.text_of(version)
    if text == before:
        raise SameTextError(number=number)
    keeping.set_aside(session, proposal, asdict(before), account_id=account_id, now=now)
    base = asdict(before)
    proposals.revise(session, proposal, text, author_id=account_id, base=base, now=now)
    made = keeping.keep(
        session, proposal, asdict(text), Kind.RESTORED, account_id=account_id, now=now, why=why,
        source=number,
    )  # fmt: skip
    _tell(session, "proposal.restored", proposal.id, account_id, now=now, number=made, older=number)
    return made


def effect(session: Session, proposal: Proposal, version: Version) -> Sequence[Change]:
    """What restoring this version would change in the text as it stands."""
    return queries.changes(proposals.current(session, proposal), queries.text_of(version))


def _tell(
    session: Session, act: str, proposal_id: UUID, account_id: UUID, *, now: datetime, **values: int
) -> None:
    """The line in the journal, which is public and so has none of a draft's words."""
    actor = Actor(CITIZEN, account_id)
    journal.record(session, actor, act, about="proposal", about_id=proposal_id, now=now, **values)
