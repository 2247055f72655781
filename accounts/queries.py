"""What pages read of people."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.models import Account, RoleGrant
from accounts.services import normal_email


def by_id(session: Session, account_id: UUID) -> Account:
    """The account; it exists, since somebody is signed in with it."""
    return session.get_one(Account, account_id)


def by_email(session: Session, email: str) -> Account | None:
    """The account with this address; None if there is none."""
    return session.scalar(select(Account).where(Account.email == normal_email(email)))


def officials(session: Session) -> Sequence[Account]:
    """Everyone with a role, by name."""
    with_role = select(RoleGrant.account_id)
    return session.scalars(
        select(Account).where(Account.id.in_(with_role)).order_by(Account.name)
    ).all()
