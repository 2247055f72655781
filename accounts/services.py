"""What changes in the accounts room. The session is the caller's; nothing here commits."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import CursorResult, delete, func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from accounts import factor
from accounts.errors import (
    AddressInUseError,
    ExclusiveRolesError,
    LastAdminError,
    OwnRoleError,
    WrongCodeError,
)
from accounts.models import EXCLUSIVE_ROLES, Account, RecoveryCode, RoleGrant
from core import journal
from core.access import Role
from core.journal import Actor

EXCLUSION = "ballot_or_tally"
GONE = "—"


@dataclass(frozen=True)
class SignUp:
    """What a person gives to get an account; the password is hashed already."""

    email: str
    name: str
    password_hash: str
    language: str
    neighbourhood: str | None = None
    declares: bool = False
    is_demo: bool = False


def sign_up(session: Session, given: SignUp, *, now: datetime) -> Account:
    """A new account. Raises AddressInUseError; the database's unique address settles races."""
    account = Account(
        email=normal_email(given.email),
        name=given.name,
        password_hash=given.password_hash,
        language=given.language,
        neighbourhood=given.neighbourhood,
        declared_at=now if given.declares else None,
        created_at=now,
        is_demo=given.is_demo,
    )
    try:
        with session.begin_nested():
            session.add(account)
    except IntegrityError as error:
        raise AddressInUseError from error
    return account


def normal_email(text: str) -> str:
    """The address as it is kept and compared."""
    return text.strip().lower()


def declare(
    account: Account, *, name: str, neighbourhood: str | None, declares: bool, now: datetime
) -> None:
    """Who the person is to the city: name, neighbourhood, and belonging to its voters."""
    account.name, account.neighbourhood = name, neighbourhood
    account.declared_at = (account.declared_at or now) if declares else None


def change_password(account: Account, password_hash: str) -> None:
    """A new password; every session that was begun with the old one ends."""
    account.password_hash = password_hash
    account.session_epoch += 1


def sign_out_everywhere(account: Account) -> None:
    """End every session of the account."""
    account.session_epoch += 1


def erase(session: Session, account: Account, *, now: datetime) -> None:
    """Take the person out. Public words stay, signed by nobody; ballots are nameless anyway.

    Raises
    ------
    LastAdminError : the account is the only administrator's.
    """
    if Role.ADMIN in account.roles:
        _keep_an_admin(session, account.id)
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
    account.grants.clear()
    account.email, account.name = f"{account.id.hex}@erased.invalid", GONE
    account.password_hash, account.neighbourhood, account.declared_at = "", None, None
    account.totp_secret, account.totp_confirmed_at = None, None
    account.session_epoch += 1
    session.flush()
    journal.record(
        session, Actor(journal.CITIZEN), "account.erased", about="account", about_id=None, now=now
    )


def begin_factor(account: Account, secret: str, application_secret: str) -> None:
    """Keep a new authenticator's secret, to be confirmed by a code."""
    account.totp_secret = factor.sealed(secret, application_secret)
    account.totp_confirmed_at, account.totp_last_step = None, None


def confirm_factor(
    session: Session, account: Account, code: str, application_secret: str, *, now: datetime
) -> list[str]:
    """Confirm the authenticator by its first code; gives recovery codes, shown this once.

    Raises
    ------
    WrongCodeError : the code is not the authenticator's.
    """
    pass_factor(session, account, code, application_secret, now=now)
    account.totp_confirmed_at = now
    return renew_recovery_codes(session, account)


def renew_recovery_codes(session: Session, account: Account) -> list[str]:
    """New recovery codes in place of all old ones."""
    codes = factor.new_recovery_codes()
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
    session.add_all(
        RecoveryCode(account_id=account.id, code_hash=factor.recovery_hash(code)) for code in codes
    )
    session.flush()
    return codes


def pass_factor(
    session: Session, account: Account, code: str, application_secret: str, *, now: datetime
) -> None:
    """Accept an authenticator's code, once: the step used last only ever grows.

    Raises
    ------
    WrongCodeError : wrong, old, or used before; also for the slower of two at the same moment.
    """
    secret = account.totp_secret and factor.opened(account.totp_secret, application_secret)
    step = factor.step_of(secret, code, now) if secret else None
    if step is None:
        raise WrongCodeError
    taken = update(Account).where(
        Account.id == account.id,
        or_(Account.totp_last_step.is_(None), Account.totp_last_step < step),
    )
    _once(session.execute(taken.values(totp_last_step=step)))


def pass_recovery(session: Session, account: Account, code: str, *, now: datetime) -> None:
    """Accept a recovery code, once. Raises WrongCodeError."""
    taken = update(RecoveryCode).where(
        RecoveryCode.account_id == account.id,
        RecoveryCode.code_hash == factor.recovery_hash(code),
        RecoveryCode.used_at.is_(None),
    )
    _once(session.execute(taken.values(used_at=now)))


def reset_factor(session: Session, account: Account, *, actor: Actor, now: datetime) -> None:
    """Forget a lost authenticator; the official enrols a new one at the next sign-in."""
    account.totp_secret, account.totp_confirmed_at, account.totp_last_step = None, None, None
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
    sign_out_everywhere(account)
    journal.record(
        session, actor, "role.factor_reset", about="account", about_id=account.id, now=now
    )


def grant_role(
    session: Session, account: Account, role: Role, *, actor: Actor, now: datetime
) -> None:
    """Give a role; giving it again changes nothing.

    Raises
    ------
    ExclusiveRolesError : it goes with no role that the account has; the constraint settles races.
    OwnRoleError : the actor is the account.
    """
    if actor.account_id == account.id:
        raise OwnRoleError
    if role in account.roles:
        return
    exclusion = EXCLUSION if role in EXCLUSIVE_ROLES else None
    try:
        with session.begin_nested():
            session.add(
                RoleGrant(account_id=account.id, role=role, exclusion=exclusion, granted_at=now)
            )
    except IntegrityError as error:
        raise ExclusiveRolesError from error
    session.refresh(account, ["grants"])
    journal.record(
        session, actor, "role.granted", about="account", about_id=account.id, now=now, to_role=role
    )


def revoke_role(
    session: Session, account: Account, role: Role, *, actor: Actor, now: datetime
) -> None:
    """Take a role away. Raises OwnRoleError, LastAdminError."""
    if actor.account_id == account.id:
        raise OwnRoleError
    if role not in account.roles:
        return
    if role is Role.ADMIN:
        _keep_an_admin(session, account.id)
    account.grants = [grant for grant in account.grants if grant.role != role]
    session.flush()
    journal.record(
        session, actor, "role.revoked", about="account", about_id=account.id, now=now, to_role=role
    )


def _keep_an_admin(session: Session, leaving: UUID) -> None:
    others = select(func.count()).where(
        RoleGrant.role == Role.ADMIN, RoleGrant.account_id != leaving
    )
    if not session.scalar(others):
        raise LastAdminError


def _once(result: object) -> None:
    """Raise unless the conditional update took its one row."""
    if not isinstance(result, CursorResult) or result.rowcount != 1:
        raise WrongCodeError
