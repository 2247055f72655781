"""Adding, naming, moving and removing photos and attachments, as long as the text may change."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core import journal
from core.journal import CITIZEN, Actor
from proposals import workflow
from proposals.files import queries
from proposals.files.contents import MEGABYTE, Content
from proposals.files.errors import (
    FullProposalError,
    FullShareError,
    NoSuchFileError,
    SameFileError,
)
from proposals.files.models import ATTACHMENT, PHOTO, FileContent, StoredFile
from proposals.models import Proposal
from proposals.writing.services import check_writer

MOST: Mapping[str, int] = {PHOTO: 8, ATTACHMENT: 4}  # files of one proposal
SHARE = 200 * MEGABYTE  # of one person, over all proposals


def add(
    session: Session, proposal_id: UUID, kind: str, content: Content, label: str,
    *, account_id: UUID, now: datetime,
) -> StoredFile:  # fmt: skip
    """Keep one more file of the proposal, behind the others of its kind.

    Raises
    ------
    NotYourProposalError, FrozenProposalError : who, and when.
    FullProposalError, FullShareError, SameFileError : nothing was kept.
    """
    proposal = _held(session, proposal_id, account_id)
    there = [file for file in _files(session, proposal_id) if file.kind == kind]
    if len(there) >= MOST[kind]:
        raise FullProposalError(most=MOST[kind])
    if queries.kept_by(session, account_id) + content.size > SHARE:
        raise FullShareError(most=SHARE // MEGABYTE)
    file = StoredFile(
        proposal_id=proposal_id, account_id=account_id, kind=kind, label=label,
        position=max((one.position for one in there), default=0) + 1,
        digest=content.digest, size=content.size, width=content.width, height=content.height,
        added_at=now,
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(file)
            session.flush()
    except IntegrityError as error:
        raise SameFileError from error
    session.add_all(
        FileContent(file_id=file.id, variant=variant, content=said)
        for variant, said in content.variants.items()
    )
    session.flush()
    if proposal.status in workflow.PUBLIC:
        journal.record(
            session, Actor(CITIZEN, account_id), "proposal.file_added",
            about="proposal", about_id=proposal_id, now=now,
        )  # fmt: skip
    return file


def remove(
    session: Session, proposal_id: UUID, file_id: UUID, *, account_id: UUID, now: datetime
) -> None:
    """Delete a file for good.

    Raises
    ------
    NotYourProposalError, FrozenProposalError, NoSuchFileError
    """
    proposal = _held(session, proposal_id, account_id)
    session.delete(_file(session, proposal_id, file_id))
    session.flush()
    if proposal.status in workflow.PUBLIC:
        journal.record(
            session, Actor(CITIZEN, account_id), "proposal.file_removed",
            about="proposal", about_id=proposal_id, now=now,
        )  # fmt: skip


def rename(
    session: Session, proposal_id: UUID, file_id: UUID, label: str, *, account_id: UUID
) -> None:
    """Say anew what is to be seen. Raises as `remove`."""
    _held(session, proposal_id, account_id)
    _file(session, proposal_id, file_id).label = label
    session.flush()


def shift(session: Session, proposal_id: UUID, file_id: UUID, *, account_id: UUID) -> None:
    """Put a file before the one that stands before it. Raises as `remove`."""
    _held(session, proposal_id, account_id)
    chosen = _file(session, proposal_id, file_id)
    order = [file for file in _files(session, proposal_id) if file.kind == chosen.kind]
    at = order.index(chosen)
    if at:
        order[at - 1 : at + 1] = [chosen, order[at - 1]]
    for position, file in enumerate(order, start=1):
        file.position = position
    session.flush()


def _held(session: Session, proposal_id: UUID, account_id: UUID) -> Proposal:
    """The proposal, locked: of two who add at once, one waits and then counts the other's."""
    query = select(Proposal).where(Proposal.id == proposal_id).with_for_update()
    proposal = session.scalars(query.execution_options(populate_existing=True)).one()
    check_writer(session, proposal_id, account_id)
    return proposal


def _files(session: Session, proposal_id: UUID) -> list[StoredFile]:
    found = queries.of_proposal(session, proposal_id)
    return [*found["photos"], *found["attachments"]]


def _file(session: Session, proposal_id: UUID, file_id: UUID) -> StoredFile:
    file = session.get(StoredFile, file_id)
    if file is None or file.proposal_id != proposal_id:
        raise NoSuchFileError
    return file
