"""The vote: ballot, check, cast, receipt. Works without scripts; nothing is kept until cast."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from flask import (
    Blueprint,
    abort,
    current_app,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from itsdangerous import BadSignature, Signer
from markupsafe import Markup
from sqlalchemy.orm import Session

from ballots import cosigning, kinds, log, queries, receipts, services, voter
from ballots.collector import Casting, Collector
from ballots.entries import DISTRICT, FORM, NONCE_BYTES
from ballots.errors import BallotInBoxError, InvalidBallotError, WrongCredentialError
from ballots.forms import FindForm, choices_of, nonce_of
from ballots.groups import Group, grouped
from ballots.kinds import BallotRule, Choices
from ballots.log import Found
from ballots.models import Board, Contest, Option
from ballots.tokens import queries as tokens
from ballots.voter import Voter
from core import city, clock, codes, qr
from core.access import public, voting
from core.forms import text_of
from core.limits import limited
from core.web import reading

blueprint = Blueprint("ballots", __name__)

# Cookie of the receipt alone, with the voter and the code: on a shared computer the next person
# sees nothing. It is sealed, for with it the voter's own browser may see the whole leaf.
RECEIPT = "receipt"
RECEIPT_SECONDS = 60 * 60


@blueprint.get("/votes/<uuid:contest_id>")
@voting
def ballot(contest_id: UUID) -> ResponseReturnValue:
    """The ballot paper; or, if there is no voting now, when there is."""
    who = voter.here(contest_id)
    with reading() as session:
        contest = _with_slate(session, contest_id)
        if not contest.is_open(clock.now()):
            return _no_voting(contest)
        page = _ballot_page(session, contest, who, ())
        if contest.credential == "blind":
            return render_template(
                "tokens/ballot.html", **page, **_token_page(session, contest, who)
            )
        return render_template("ballots/ballot.html", **page)


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
        if contest.credential != "linked":  # nobody's choices come here together with a name
            raise WrongCredentialError
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
    choices = choices_of(request.form.getlist("choice"))
    paper = services.Paper(who.id, choices, nonce_of(request.form.get("nonce", "")))
    collector: Collector = current_app.extensions["collector"]
    try:
        code = collector.cast(Casting(contest_id, paper, clock.now()))
    except BallotInBoxError as error:  # the page was sent twice
        (code,) = error.codes
    receipt = url_for("ballots.receipt", contest_id=contest_id)
    response = current_app.response_class(status=302, headers={"Location": receipt})  # no body
    response.set_cookie(
        RECEIPT,
        _seal().sign(f"{who.id}/{code}").decode(),
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
    code = _own_code(contest_id)
    if code is None:
        return redirect(url_for("ballots.find", contest_id=contest_id))
    # segno writes the picture from the code alone.
    picture = Markup(qr.svg(codes.grouped(code)))  # noqa: S704
    with reading() as session:
        contest, connection = _contest(session, contest_id), session.connection()
        found = log.find(connection, contest_id, code)
        position = found.position if found else None
        return render_template(
            "ballots/receipt.html",
            contest=contest,
            code=code,
            picture=picture,
            found=found,
            is_witnessed=position is None
            or cosigning.is_witnessed(connection, contest_id, position),
            board=session.get_one(Board, contest_id),
            is_open=contest.is_open(clock.now()),
            who=who,
        )


@blueprint.get("/votes/<uuid:contest_id>/receipt/<code>.json")
@public
def proof(contest_id: UUID, code: str) -> ResponseReturnValue:
    """Where the ballot with this code is, and what proves it; the leaf only to whoever cast it."""
    if not receipts.is_code(code):
        abort(404)
    with reading() as session:
        connection = session.connection()
        found = log.find(connection, contest_id, code)
        if found is None:
            return jsonify(state="unknown"), 404
        body: dict[str, Any] = {"state": found.state, "hash": found.hash.hex()}
        if found.position is not None:
            receipt = log.receipt(connection, contest_id, found.position)
            if receipt is None:
                body["state"] = "waiting"  # it is in the log, and the log is not signed yet
            else:
                body |= {"index": found.position, "proof": str(receipt)}
    if code == _own_code(contest_id):
        body["leaf"] = found.leaf.decode()
    response = jsonify(body)
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.route("/votes/<uuid:contest_id>/find", methods=["GET", "POST"])
@public
@limited("30 per minute")
def find(contest_id: UUID) -> ResponseReturnValue:
    """Whether a ballot with this code is in the box; never what it says."""
    form = FindForm()
    code, found = None, None
    with reading() as session:
        contest = _contest(session, contest_id)
        if form.validate_on_submit():
            code = codes.normal(text_of(form.code))
            found = _find(session, contest_id, code)
        board = session.get(Board, contest_id)
        page = render_template(
            "ballots/find.html",
            form=form,
            contest=contest,
            code=code,
            found=found,
            board=board,
            is_provable=board is not None and code is not None and receipts.is_code(code),
            losses=voter.terms_of(contest_id).losses,
            mixed_from=_mixed_from(session, contest_id),
        )
    return page, 422 if form.errors else 200


@blueprint.get("/votes/<uuid:contest_id>/promises")
@public
def promises(contest_id: UUID) -> ResponseReturnValue:
    """What the ballot box is safe against, and what not, in plain words."""
    with reading() as session:
        return render_template("ballots/promises.html", contest=_contest(session, contest_id))


def _mixed_from(session: Session, contest_id: UUID) -> datetime | None:
    mix = current_app.extensions["config"].mix
    return tokens.mixed_from(session, contest_id, mix, clock.now())


def _find(session: Session, contest_id: UUID, code: str) -> Found | None:
    return log.find(session.connection(), contest_id, code) if receipts.is_code(code) else None


@lru_cache(maxsize=4)
def _sealing(secret: str) -> Signer:
    return Signer(secret, salt=RECEIPT, sep="/")


def _seal() -> Signer:
    return _sealing(current_app.config["SECRET_KEY"])


def _own_code(contest_id: UUID) -> str | None:
    """The code of the ballot that this very person has cast here; None if there is none."""
    try:
        kept = _seal().unsign(request.cookies.get(RECEIPT, "")).decode()
    except BadSignature:
        return None
    owner, _, code = kept.rpartition("/")
    return code if owner == voter.known(contest_id) else None


def _contest(session: Session, contest_id: UUID) -> Contest:
    return voter.lead_on(session, queries.contest(session, contest_id) or abort(404))


def _with_slate(session: Session, contest_id: UUID) -> Contest:
    return voter.lead_on(session, queries.contest_with_slate(session, contest_id) or abort(404))


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
        "losses": voter.terms_of(contest.id).losses,
        "who": who,
    }


def _token_page(session: Session, contest: Contest, who: Voter) -> dict[str, Any]:
    """What the browser needs to make the ballot by itself; the page sends no choices to us."""
    origin = current_app.extensions["config"].anonymous_origin
    return {
        "board": session.get_one(Board, contest.id),
        "has_token": tokens.has_token(session, contest.id, who.id),
        "cast_url": origin + url_for("anonymous.cast", contest_id=contest.id),
        "keys_url": origin + url_for("anonymous.tokens", contest_id=contest.id),
        "district": DISTRICT,
        "form": FORM,
    }


def _check_page(
    session: Session, contest: Contest, who: Voter, rule: BallotRule, choices: Choices
) -> dict[str, Any]:
    return {
        "contest": contest,
        "groups": _groups(session, contest, who),
        "picked": set(choices.numbers),
        "cost": kinds.cost_of(rule, choices.numbers),
        "board": session.get_one(Board, contest.id),
        "nonce": secrets.token_hex(NONCE_BYTES),
        "district": DISTRICT,
        "form": FORM,
    }


def _groups(session: Session, contest: Contest, who: Voter) -> list[Group]:
    """The slate by field; within a field shuffled for this voter."""
    shuffled = sorted(contest.options, key=lambda option: _own_order(who, option))
    return grouped(session, contest, shuffled)


def _own_order(who: Voter, option: Option) -> bytes:
    """A voter's own order, the same at every visit: nobody's project is first for everyone."""
    return hashlib.sha256(who.id.encode() + option.id.bytes).digest()
