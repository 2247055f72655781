"""Who may call an endpoint. Every view states it, or `check_every_endpoint` refuses to start.

The rule is read from the view before it is called, so that a view cannot forget to apply it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from flask import Flask

View = TypeVar("View", bound=Callable[..., Any])


class Role(StrEnum):
    """What an official may do; a citizen needs no role. Least privilege: each has few acts."""

    REVIEWER = "reviewer"  # department: judges whether a proposal can be done
    BUDGET_OFFICER = "budget_officer"  # prepares cycles, freezes the slate, keeps the agenda
    POLL_MANAGER = "poll_manager"  # keeps the roll, opens and closes the vote
    POLL_CLERK = "poll_clerk"  # at a booth or desk: looks voters up, hands out and types paper
    TALLY_OFFICER = "tally_officer"  # counts and publishes
    COUNCIL_CLERK = "council_clerk"  # enters what the council decided
    AUDITOR = "auditor"  # reads what officials read, starts nothing; confirms what takes two
    ADMIN = "admin"  # grants roles, and nothing else


@dataclass(frozen=True)
class Access:
    """The right of entry of one endpoint."""

    signed_in: bool
    roles: frozenset[Role] = frozenset()
    by_code: bool = False  # a contest's code will do; the view itself leads on who has neither


def public(view: View) -> View:
    """Anyone, signed in or not."""
    return _declare(view, Access(signed_in=False))


def signed_in(view: View) -> View:
    """Any person with an account."""
    return _declare(view, Access(signed_in=True))


def voting(view: View) -> View:
    """Whoever votes here, by account or by code: the view asks `ballots.voter.here`."""
    return _declare(view, Access(signed_in=True, by_code=True))


def requires(*roles: Role) -> Callable[[View], View]:
    """An official who holds one of `roles` and has passed the second factor in this session."""
    if not roles:
        raise ValueError("name at least one role, or use @signed_in")
    return lambda view: _declare(view, Access(signed_in=True, roles=frozenset(roles)))


def access_of(view: Callable[..., Any]) -> Access | None:
    """What the view declared; None if nothing."""
    access: Access | None = getattr(view, "access", None)
    return access


def check_every_endpoint(app: Flask) -> None:
    """Raise RuntimeError if any endpoint declares no right of entry."""
    silent = sorted(name for name, view in app.view_functions.items() if access_of(view) is None)
    if silent:
        raise RuntimeError(f"these endpoints declare no access: {', '.join(silent)}")


def _declare(view: View, access: Access) -> View:
    if access_of(view) is not None:
        raise ValueError(f"{view.__qualname__} declares its access twice")
    view.access = access  # type: ignore[attr-defined]  # functions take attributes; typing has no word for it
    return view
