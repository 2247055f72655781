"""Flask-Login's glue: who is signed in, read once a request by one statement at most."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

from flask import Flask, current_app, session
from flask.sessions import SecureCookieSessionInterface
from flask_login import AnonymousUserMixin, LoginManager, UserMixin
from flask_login import login_user as _login_user
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import and_, bindparam, select

from accounts.models import Account
from core.access import Role
from core.journal import Actor
from core.together import Together
from core.web import database

SECOND_FACTOR = "second_factor"  # session key: the account that passed the second factor

# Tables instead of classes, built once: this runs for every request of everybody signed in.
_ACCOUNTS, _GRANTS = Account.metadata.tables["accounts"], Account.metadata.tables["role_grants"]
_PEOPLE = (
    select(
        *_ACCOUNTS.c["id", "name", "language", "neighbourhood", "session_epoch"],
        and_(_ACCOUNTS.c.declared_at.is_not(None), _ACCOUNTS.c.neighbourhood.is_not(None)).label(
            "may_vote"
        ),
        _ACCOUNTS.c.totp_confirmed_at.is_not(None).label("has_second_factor"),
        _GRANTS.c.role,
    )
    .outerjoin_from(_ACCOUNTS, _GRANTS, _GRANTS.c.account_id == _ACCOUNTS.c.id)
    .where(_ACCOUNTS.c.id.in_(bindparam("account_ids", expanding=True)))
)


@dataclass(frozen=True)
class Person(UserMixin):  # type: ignore[misc]  # Flask-Login has no types
    """The person signed in, as pages need them. Roles count only after the second factor."""

    id: UUID
    name: str
    language: str
    neighbourhood: str | None
    may_vote: bool
    session_epoch: int
    has_second_factor: bool
    granted_roles: frozenset[Role]
    passed_second_factor: bool

    @classmethod
    def from_rows(cls, rows: Sequence[Any]) -> Self:
        """The person told by one account's rows, one a role."""
        first = rows[0]
        return cls(
            id=first.id,
            name=first.name,
            language=first.language,
            neighbourhood=first.neighbourhood,
            may_vote=first.may_vote,
            session_epoch=first.session_epoch,
            has_second_factor=first.has_second_factor,
            granted_roles=frozenset(Role(row.role) for row in rows if row.role),
            passed_second_factor=session.get(SECOND_FACTOR) == str(first.id),
        )

    @property
    def is_official(self) -> bool:
        """Whether any role was granted, used or not."""
        return bool(self.granted_roles)

    @property
    def roles(self) -> frozenset[Role]:
        """The roles in force now."""
        return self.granted_roles if self.passed_second_factor else frozenset()

    @property
    def needs_second_factor(self) -> bool:
        """An official who has not shown the second factor in this session."""
        return self.is_official and not self.passed_second_factor

    def holds(self, *roles: Role) -> bool:
        """Whether any of `roles` is in force."""
        return not self.roles.isdisjoint(roles)

    def get_id(self) -> str:
        """What the session keeps: signing out everywhere raises the epoch."""
        return f"{self.id}.{self.session_epoch}"

    def acting_as(self, *roles: Role) -> Actor:
        """The actor of the journal: the first of `roles` in force, else a citizen."""
        held = next((role for role in roles if role in self.roles), "citizen")
        return Actor(str(held), self.id)


class Visitor(AnonymousUserMixin):  # type: ignore[misc]  # Flask-Login has no types
    """Nobody in particular: may read everything public."""

    name = ""
    may_vote = False
    is_official = False
    needs_second_factor = False
    roles: frozenset[Role] = frozenset()
    granted_roles: frozenset[Role] = frozenset()

    def holds(self, *_roles: Role) -> bool:
        """Nobody holds no role."""
        return False


class Sessions(SecureCookieSessionInterface):
    """Flask's signed sessions; the signer is made once instead of for each request."""

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """The application's signer."""
        signer: URLSafeTimedSerializer | None = app.extensions.get("session_signer")
        if signer is None:
            signer = app.extensions["session_signer"] = super().get_signing_serializer(app)
        return signer


def start(app: Flask) -> None:
    """Let `current_user` be a Person or a Visitor."""
    app.session_interface = Sessions()
    manager = LoginManager(app)
    manager.anonymous_user = Visitor
    manager.session_protection = None  # phones change addresses; the epoch ends stolen sessions
    manager.user_loader(load)
    app.extensions["people"] = Together(_read)


def load(kept: str) -> Person | None:
    """The person whom the session names; None if signed out everywhere or gone."""
    account_id, _, epoch = kept.partition(".")
    rows = current_app.extensions["people"](UUID(account_id))
    if not rows or str(rows[0].session_epoch) != epoch:
        return None
    return Person.from_rows(rows)


def _read(account_ids: Sequence[UUID]) -> list[Sequence[Any]]:
    """The rows of each account; those who ask at the same time share the statement."""
    with database().single.connect() as connection:
        rows = connection.execute(_PEOPLE, {"account_ids": account_ids}).all()
    of_one: dict[UUID, list[Any]] = {account_id: [] for account_id in account_ids}
    for row in rows:
        of_one[row.id].append(row)
    return [of_one[account_id] for account_id in account_ids]


def remember(account: Account) -> None:
    """Begin a session for `account`; nothing of the visitor's session goes over into it."""
    session.clear()
    session.permanent = True
    person = load(f"{account.id}.{account.session_epoch}")
    _login_user(person)
