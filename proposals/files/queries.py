"""What pages read of photos and attachments."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from proposals.files.models import ATTACHMENT, PHOTO, FileContent, StoredFile


def any_of(proposal_id: UUID) -> ColumnElement[bool]:
    """Whether the proposal has a photo or an attachment."""
    return exists().where(StoredFile.proposal_id == proposal_id)


def of_proposal(session: Session, proposal_id: UUID) -> dict[str, Sequence[StoredFile]]:
    """Photos and attachments in the order of their owners, by one statement."""
    query = select(StoredFile).where(StoredFile.proposal_id == proposal_id)
    query = query.order_by(StoredFile.position, StoredFile.added_at, StoredFile.id)
    found: dict[str, list[StoredFile]] = {PHOTO: [], ATTACHMENT: []}
    for file in session.scalars(query):
        found[file.kind].append(file)
    return {"photos": found[PHOTO], "attachments": found[ATTACHMENT]}


def first_photos(session: Session, proposal_ids: Sequence[UUID]) -> Mapping[UUID, StoredFile]:
    """The first photo of each of these proposals that has one, by one statement."""
    order = (StoredFile.position, StoredFile.added_at, StoredFile.id)
    place = func.row_number().over(partition_by=StoredFile.proposal_id, order_by=order)
    photos = (
        select(StoredFile.id, place.label("place"))
        .where(StoredFile.proposal_id.in_(proposal_ids), StoredFile.kind == PHOTO)
        .subquery()
    )
    query = select(StoredFile).join(photos, photos.c.id == StoredFile.id)
    found = session.scalars(query.where(photos.c.place == 1))
    return {photo.proposal_id: photo for photo in found}


def content(
    session: Session, proposal_id: UUID, digest: str, variant: str
) -> tuple[str, bytes] | None:
    """Label and bytes of a file in this variant; None if the proposal has none."""
    query = select(StoredFile.label, FileContent.content)
    query = query.join(FileContent, FileContent.file_id == StoredFile.id).where(
        StoredFile.proposal_id == proposal_id,
        StoredFile.digest == digest,
        FileContent.variant == variant,
    )
    found = session.execute(query).one_or_none()
    return (found.label, found.content) if found else None


def kept_by(session: Session, account_id: UUID) -> int:
    """Bytes that a person keeps, over all proposals."""
    total = select(func.coalesce(func.sum(StoredFile.size), 0))
    return int(session.scalar(total.where(StoredFile.account_id == account_id)) or 0)
