"""Who votes here: an account that belongs to the electorate, or the holder of a contest's code.

A contest has one kind of roll. Where voters declare themselves, accounts vote; where the roll is a
list, codes do, whether or not an account is signed in (docs/adr/0022-one-roll-a-contest.md).
"""

from dataclasses import dataclass
from http import HTTPStatus
from typing import NoReturn
from uuid import UUID

from flask import abort, redirect, request, session, url_for
from flask_login import current_user
from sqlalchemy.orm import Session

from ballots.eligibility import Claim
from ballots.models import Contest
from ballots.roll import queries
from ballots.roll.errors import OutsideElectorateError
from ballots.roll.queries import Terms
from ballots.succession import queries as successions
from core import clock
from core.web import database, reading

CODE = "ballot_code"  # session key: contest, keyed hash of the code, until when
CODE_SECONDS = 2 * 60 * 60
DECLARED = "declared"  # session key: contest -> ground that the person declared for it

# The terms of a contest never change once voting has begun: read once a process.
_terms: dict[UUID, Terms] = {}
_MOST_TERMS = 64


@dataclass(frozen=True)
class Voter:
    """Who votes, by the roll's own id."""

    id: str
    by_code: bool


def here(contest_id: UUID) -> Voter:
    """Who votes in this contest; whoever cannot do so yet is led to what lacks.

    Raises
    ------
    HTTPException : on to the sign-in, the code or the declaration; or there is no such contest.
    OutsideElectorateError : what the person declared makes no voter of this contest.
    """
    terms = terms_of(contest_id)
    if terms.roll_kind == "listed":
        return by_code(contest_id) or _lead_to(url_for("roll.code", contest_id=contest_id))
    if not current_user.is_authenticated:
        _lead_to(url_for("accounts.sign_in", next=_back(contest_id)))
    person = current_user._get_current_object()  # asked of the proxy once
    if not person.may_vote:
        _lead_to(url_for("accounts.declare", next=_back(contest_id)))
    _admit(terms, contest_id, person.neighbourhood)
    return Voter(str(person.id), by_code=False)


def known(contest_id: UUID) -> str | None:
    """The roll's id of who is here, without leading anybody anywhere; None: nobody is known."""
    if terms_of(contest_id).roll_kind == "listed":
        who = by_code(contest_id)
        return who.id if who else None
    return str(current_user.id) if current_user.is_authenticated else None


def by_code(contest_id: UUID) -> Voter | None:
    """Who has come in by a code of this contest that is still good; None if nobody has."""
    contest, sealed, until = session.get(CODE, ("", "", 0))
    if contest != str(contest_id) or clock.now().timestamp() >= until:
        return None
    with database().single.connect() as connection:
        voter_id = queries.by_code(connection, contest_id, bytes.fromhex(sealed))
    return Voter(voter_id, by_code=True) if voter_id else None


def enter(contest_id: UUID, sealed: bytes) -> None:
    """Let who holds this code vote in this contest, for a while and in this browser."""
    until = int(clock.now().timestamp()) + CODE_SECONDS
    session[CODE] = [str(contest_id), sealed.hex(), until]


def leave() -> None:
    """Forget the code in this browser."""
    session.pop(CODE, None)


def declare(contest_id: UUID, ground: str) -> None:
    """Remember, in this browser only, on which ground the person votes here, being old enough."""
    session[DECLARED] = {**session.get(DECLARED, {}), str(contest_id): ground}


def terms_of(contest_id: UUID) -> Terms:
    """The contest's terms; 404 if there is none."""
    terms = _terms.get(contest_id)
    if terms is None:
        with reading() as reader:
            terms = queries.terms(reader, contest_id) or abort(404)
        if terms.is_fixed:
            if len(_terms) >= _MOST_TERMS:
                _terms.clear()
            _terms[contest_id] = terms
    return terms


def lead_on(reader: Session, contest: Contest) -> Contest:
    """The contest; whoever asks for one whose lost log goes on in another is led on to that.

    Raises
    ------
    HTTPException : on to the same page of the other one, with what was sent.
    """
    if contest.closed_at is not None:
        latest = successions.latest(reader, contest.id)
        if latest != contest.id:
            page = {**(request.view_args or {}), "contest_id": latest}
            address = url_for(request.endpoint or "", **page)
            abort(redirect(address, HTTPStatus.TEMPORARY_REDIRECT))
    return contest


def _admit(terms: Terms, contest_id: UUID, neighbourhood: str | None) -> None:
    electorate = terms.electorate
    ground = "lives" if electorate.is_declared_by_all else _declared_ground(contest_id)
    refusals = electorate.refusals(Claim(ground, neighbourhood, electorate.least_age))
    if refusals:
        raise OutsideElectorateError(reasons=" ".join(map(electorate.reason, refusals)))


def _declared_ground(contest_id: UUID) -> str:
    ground: str | None = session.get(DECLARED, {}).get(str(contest_id))
    return ground or _lead_to(url_for("roll.declare", contest_id=contest_id))


def _back(contest_id: UUID) -> str:
    """The page asked for, if coming back to it makes sense; else the ballot."""
    return (
        request.path
        if request.method == "GET"
        else url_for("ballots.ballot", contest_id=contest_id)
    )


def _lead_to(address: str) -> NoReturn:
    abort(redirect(address))
