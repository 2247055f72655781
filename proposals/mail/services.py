"""Choosing how often notices come by mail. The session is the caller's; nothing here commits."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from accounts.models import THERE, Account
from proposals.mail.links import Links
from proposals.mail.models import CONFIRM, Letter, MailChoice
from proposals.mail.paces import next_letter
from proposals.notices.models import Cursor


def choose(
    session: Session, account: Account, pace: str, *, links: Links, now: datetime
) -> MailChoice:
    """Want news by mail at this pace from now on; what is older stays on the page alone.

    An address that was not confirmed yet, or that refused mail, gets a letter to confirm it first.
    """
    session.refresh(account, ["email"], with_for_update=True)  # of two at once one waits
    choice = session.get(MailChoice, account.id, with_for_update=True)
    goes_on = choice is not None and choice.is_on and choice.refused_at is None
    told_to = session.get_one(Cursor, 1).entry_id
    if choice is None:
        choice = MailChoice(account_id=account.id, confirmed=None)
    if not goes_on:
        choice.told_to = told_to
    choice.pace, choice.is_on, choice.refused_at = pace, True, None
    choice.next_at = next_letter(pace, now)
    session.add(choice)
    session.flush()
    if choice.confirmed != links.seal(account.email):
        _ask_to_confirm(session, account.id, now)
    return choice


def stop(session: Session, account_id: UUID) -> None:
    """Want no mail any more; what waits in the queue is not sent either."""
    choice = session.get(MailChoice, account_id, with_for_update=True)
    if choice is not None:
        choice.is_on = False
        session.flush()


def go_on(session: Session, account_id: UUID, *, links: Links, now: datetime) -> bool:
    """Take a stop back; whether there was a choice to go on with."""
    account = _there(session, account_id)
    choice = session.get(MailChoice, account_id)
    if account is None or choice is None:
        return False
    choose(session, account, choice.pace, links=links, now=now)
    return True


def confirm(session: Session, account_id: UUID, seal: bytes, *, links: Links) -> bool:
    """The person reads mail to an address; whether that is the account's address still."""
    account = _there(session, account_id)
    choice = session.get(MailChoice, account_id, with_for_update=True)
    if account is None or choice is None or links.seal(account.email) != seal:
        return False
    choice.confirmed = seal
    session.flush()
    return True


def _there(session: Session, account_id: UUID) -> Account | None:
    return session.scalar(select(Account).where(Account.id == account_id, THERE))


def _ask_to_confirm(session: Session, account_id: UUID, now: datetime) -> None:
    waits = exists().where(
        Letter.account_id == account_id, Letter.kind == CONFIRM, Letter.status == "waiting"
    )
    if not session.scalar(select(waits)):
        session.add(Letter(account_id=account_id, kind=CONFIRM, made_at=now, due_at=now))
        session.flush()
