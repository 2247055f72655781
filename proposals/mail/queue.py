"""The queue of letters: made once, tried until sent or given up, never lost.

A letter is made in the transaction that moves on up to which notices its person was told. It is
claimed before it is sent, by a lease that ends by itself: whoever dies between loses nothing, and
the letter is sent again. Its Message-ID stays the same, by which a mail program knows the double.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import exists, or_, select, update
from sqlalchemy.orm import Session

from accounts.models import THERE, Account
from core.db import Database
from proposals.mail.models import NEWS, Letter, MailChoice
from proposals.mail.paces import AT_ONCE, next_letter
from proposals.notices.models import Cursor, Notice

BATCH = 100  # people looked at in one transaction
CLAIM = 10  # letters taken at once; the lease outlasts the time-outs of all of them
LEASE = timedelta(minutes=20)
LONGEST_PAUSE = timedelta(hours=6)
GIVE_UP = timedelta(days=3)
FEWEST_TRIES = 12  # before that: a worker that stood still for days has not tried for days


@dataclass(frozen=True)
class Claim:
    """The right to send one letter; another try takes it away."""

    letter_id: UUID
    tries: int


def gather(database: Database, *, now: datetime) -> int:
    """Make the letters that are due; how many people were looked at, at most BATCH."""
    with database.writing() as session:
        last = session.get_one(Cursor, 1).entry_id
        unread = exists().where(
            Notice.account_id == MailChoice.account_id,
            Notice.entry_id > MailChoice.told_to,
            Notice.entry_id <= last,
            Notice.is_read.is_(False),
        )
        due = (
            select(MailChoice, unread)
            .join(Account, Account.id == MailChoice.account_id)
            .where(MailChoice.is_on, MailChoice.next_at <= now, THERE)
            .where(MailChoice.confirmed.is_not(None), or_(MailChoice.pace != AT_ONCE, unread))
            .order_by(MailChoice.next_at)
            .limit(BATCH)
            .with_for_update(skip_locked=True, of=MailChoice)
        )
        found = session.execute(due).all()
        for choice, has_news in found:
            if has_news:
                session.add(
                    Letter(
                        account_id=choice.account_id, kind=NEWS, after=choice.told_to, up_to=last,
                        made_at=now, due_at=now,
                    )
                )  # fmt: skip
                choice.told_to = last
            choice.next_at = next_letter(choice.pace, now)
        return len(found)


def claim(database: Database, *, now: datetime) -> Sequence[Claim]:
    """Take letters that are due, so that nobody else sends them for a while."""
    with database.writing() as session:
        due = (
            select(Letter)
            .where(Letter.status == "waiting", Letter.due_at <= now)
            .order_by(Letter.due_at)
            .limit(CLAIM)
            .with_for_update(skip_locked=True)
        )
        letters = session.scalars(due).all()
        for letter in letters:
            letter.due_at, letter.tries = now + LEASE, letter.tries + 1
        return [Claim(letter.id, letter.tries) for letter in letters]


def end(database: Database, own: Claim, status: str, *, now: datetime) -> None:
    """The letter was sent, or is not to be: `status` says why."""
    with database.writing() as session:
        if not _written(session, own, status=status, ended_at=now) or status != "refused":
            return
        # Nothing more goes to an address that does not exist, until its owner says so.
        letter = session.get_one(Letter, own.letter_id)
        choice = update(MailChoice).where(MailChoice.account_id == letter.account_id)
        session.execute(choice.values(confirmed=None, refused_at=now))


def put_off(database: Database, own: Claim, *, now: datetime) -> bool:
    """Try again later, each time after a longer pause; whether it was given up instead."""
    with database.writing() as session:
        letter = session.get_one(Letter, own.letter_id)
        if now - letter.made_at >= GIVE_UP and own.tries >= FEWEST_TRIES:
            return _written(session, own, status="given_up", ended_at=now)
        pause = min(timedelta(minutes=1) * 2 ** min(own.tries - 1, 10), LONGEST_PAUSE)
        _written(session, own, due_at=now + pause)
        return False


def release(database: Database, own: Claim, *, now: datetime) -> None:
    """Let whoever comes next send the letter: it was not its turn."""
    with database.writing() as session:
        _written(session, own, due_at=now)


def _written(session: Session, own: Claim, **values: object) -> bool:
    """Write about a letter, unless its lease ended and somebody else has it; whether it was."""
    mine = update(Letter).where(
        Letter.id == own.letter_id, Letter.tries == own.tries, Letter.status == "waiting"
    )
    return bool(session.connection().execute(mine.values(**values)).rowcount)
