"""What pages and letters read of mail."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from accounts.models import THERE, Account
from proposals.mail.links import Links
from proposals.mail.models import CONFIRM, NEWS, Letter, MailChoice
from proposals.models import Proposal
from proposals.notices import queries as notices
from proposals.notices.models import Notice

MOST_TOLD = 20  # notices in one letter; the others are counted


@dataclass(frozen=True)
class News:
    """What one letter tells: the newest notices, oldest first, and how many more there are."""

    notices: Sequence[Notice]
    proposals: Mapping[UUID, Proposal]
    more: int


def choice(session: Session, account_id: UUID) -> MailChoice | None:
    """What the person chose; None: nothing yet, so no mail."""
    return session.get(MailChoice, account_id)


def last_try(session: Session, account_id: UUID) -> Letter | None:
    """The letter of news that ended last; None if there was none."""
    query = select(Letter).where(Letter.account_id == account_id, Letter.kind == NEWS)
    query = query.where(Letter.ended_at.is_not(None))
    return session.scalar(query.order_by(Letter.ended_at.desc()).limit(1))


def recipient(session: Session, letter: Letter, *, links: Links) -> Account | None:
    """To whom a letter goes; None if that person wants it no more, or is gone."""
    query = select(Account, MailChoice.confirmed).join(
        MailChoice, MailChoice.account_id == Account.id
    )
    query = query.where(Account.id == letter.account_id, THERE, MailChoice.is_on)
    found = session.execute(query).one_or_none()
    if found is None or not (
        letter.kind == CONFIRM or found.confirmed == links.seal(found.Account.email)
    ):
        return None
    reader: Account = found.Account
    return reader


def news(session: Session, letter: Letter) -> News | None:
    """What a letter has to tell now; None if all of it was read on the page."""
    told = (
        Notice.account_id == letter.account_id,
        Notice.entry_id > letter.after,
        Notice.entry_id <= letter.up_to,
        Notice.is_read.is_(False),
    )
    query = select(Notice).options(joinedload(Notice.entry)).where(*told)
    newest = session.scalars(query.order_by(Notice.entry_id.desc()).limit(MOST_TOLD)).all()
    if not newest:
        return None
    number = session.scalar(select(func.count()).select_from(Notice).where(*told)) or 0
    seen = notices.seen_by(session, letter.account_id, [one.entry for one in newest])
    return News(newest[::-1], seen, number - len(newest))
