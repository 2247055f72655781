"""The vote: ballot, check, cast, receipt. Works without scripts; nothing is kept until cast."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import (
    Blueprint,
    abort,
    current_app,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ballots import kinds, queries, receipts, services, voter
from ballots.errors import InvalidBallotError
from ballots.forms import FindForm, choices_of
from ballots.kinds import BallotRule, Choices
from ballots.linker import Linker
from ballots.models import Contest, Option
from ballots.voter import Voter
from core import city, clock
from core.access import public, voting
from core.city import Field
from core.forms import text_of
from core.limits import limited
from core.web import database, reading

blueprint = Blueprint("ballots", __name__)

# Cookie of the receipt page alone, with the account and the code: on a shared computer the next
# person sees nothing. It needs no seal: who writes another code into it shows it to nobody else.
RECEIPT = "receipt"
RECEIPT_SECONDS = 60 * 60


@dataclass(frozen=True)
class Group:
    """The options of one field, in this voter's order, and the most that may be picked of them."""

    field: Field | None
    limit: int | None
    options: Sequence[Option]


@blueprint.get("/votes/<uuid:contest_id>")
@voting
def ballot(contest_id: UUID) -> ResponseReturnValue:
    """The ballot paper; or, if there is no voting now, when there is."""
    who = voter.here(contest_id)
    with reading() as session:
        contest = _with_slate(session, contest_id)
        if not contest.is_open(clock.now()):
            return _no_voting(contest)
        return render_template("ballots/ballot.html", **_ballot_page(session, contest, who, ()))


@blueprint.post("/votes/<uuid:contest_id>/check")
@voting
def check(contest_id: UUID) -> ResponseReturnValue:
    """The choices once more before the cast; one beyond the rule goes back with its picks."""
    who = voter.here(contest_id)
    values = request.form.getlist("choice")
    with reading() as session:
        contest = _with_slate(session, contest_id)
        if not contest.is_open(clock.now()):
            return _no_voting(contest)
        rule = services.ballot_rule(session, contest)
        picked: tuple[int, ...] = ()
        try:
            choices = choices_of(values)
            picked = choices.numbers
            kinds.check(rule, choices)
        except InvalidBallotError as error:
            page = _ballot_page(session, contest, who, picked)
            return render_template("ballots/ballot.html", refused=error, **page), 422
        if "back" in request.form:
            page = _ballot_page(session, contest, who, picked)
            return render_template("ballots/ballot.html", **page)
        return render_template(
            "ballots/check.html", **_check_page(session, contest, who, rule, choices)
        )


@blueprint.post("/votes/<uuid:contest_id>/cast")
@voting
def cast(contest_id: UUID) -> ResponseReturnValue:
    """Cast the ballot; the receipt comes by a page of its own, so that reloading casts nothing."""
    who = voter.here(contest_id)
    paper = services.Paper(who.id, choices_of(request.form.getlist("choice")))
    linker: Linker = current_app.extensions["linker"]
    with database().writing_rows() as connection:
        (code,) = services.cast(connection, contest_id, [paper], linker=linker, now=clock.now())
    receipt = url_for("ballots.receipt", contest_id=contest_id)
    response = redirect(receipt)
    response.set_cookie(
        RECEIPT,
        f"{who.id}.{code}",
        path=receipt,
        max_age=RECEIPT_SECONDS,
        httponly=True,
        samesite="Lax",
        secure=current_app.config["SESSION_COOKIE_SECURE"],
    )
    return response


@blueprint.get("/votes/<uuid:contest_id>/receipt")
@voting
def receipt(contest_id: UUID) -> ResponseReturnValue:
    """What the voter takes home: the code, what it is for, and until when to vote again."""
    who = voter.here(contest_id)
    owner, _, code = request.cookies.get(RECEIPT, "").partition(".")
    if owner != who.id or not receipts.is_code(code):
        return redirect(url_for("ballots.find", contest_id=contest_id))
    with reading() as session:
        contest = _contest(session, contest_id)
        is_open = contest.is_open(clock.now())
        return render_template(
            "ballots/receipt.html", contest=contest, code=code, is_open=is_open, who=who
        )


@blueprint.route("/votes/<uuid:contest_id>/find", methods=["GET", "POST"])
@public
@limited("30 per minute")
def find(contest_id: UUID) -> ResponseReturnValue:
    """Whether a ballot with this code is in the box; never what it says."""
    form = FindForm()
    found = None
    with reading() as session:
        contest = _contest(session, contest_id)
        if form.validate_on_submit():
            found = queries.is_in_box(session, contest_id, receipts.normal(text_of(form.code)))
        page = render_template("ballots/find.html", form=form, contest=contest, found=found)
    return page, 422 if form.errors else 200


def _contest(session: Session, contest_id: UUID) -> Contest:
    contest: Contest = queries.contest(session, contest_id) or abort(404)
    return contest


def _with_slate(session: Session, contest_id: UUID) -> Contest:
    contest: Contest = queries.contest_with_slate(session, contest_id) or abort(404)
    return contest


def _no_voting(contest: Contest) -> ResponseReturnValue:
    is_early = contest.closed_at is None and clock.now() < contest.opens_at
    return render_template("ballots/no_voting.html", contest=contest, is_early=is_early), 409


def _ballot_page(
    session: Session, contest: Contest, who: Voter, picked: Sequence[int]
) -> dict[str, Any]:
    places = {row.slug: row for row in city.neighbourhoods(session)}
    return {
        "contest": contest,
        "groups": _groups(session, contest, who),
        "picked": set(picked),
        "places": places,
        "has_voted": queries.has_voted(session, contest.id, who.id),
        "who": who,
    }


def _check_page(
    session: Session, contest: Contest, who: Voter, rule: BallotRule, choices: Choices
) -> dict[str, Any]:
    return {
        "contest": contest,
        "groups": _groups(session, contest, who),
        "picked": set(choices.numbers),
        "cost": kinds.cost_of(rule, choices.numbers),
    }


def _groups(session: Session, contest: Contest, who: Voter) -> list[Group]:
    """The slate by field, in the city's order of fields; within a field shuffled for this voter."""
    fields: dict[str | None, Field | None] = {row.slug: row for row in city.fields(session)}
    fields[None] = None
    by_field: dict[str | None, list[Option]] = {}
    for option in sorted(contest.options, key=lambda option: _own_order(who, option)):
        by_field.setdefault(option.field, []).append(option)
    return [
        Group(field, contest.field_limits.get(slug or ""), by_field[slug])
        for slug, field in fields.items()
        if slug in by_field
    ]


def _own_order(who: Voter, option: Option) -> bytes:
    """A voter's own order, the same at every visit: nobody's project is first for everyone."""
    return hashlib.sha256(who.id.encode() + option.id.bytes).digest()
