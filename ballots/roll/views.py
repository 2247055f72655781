"""Voters' pages of the roll: in by code, the declaration for one contest, what is recorded."""

from uuid import UUID

from flask import Blueprint, abort, current_app, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ballots import queries as ballots
from ballots import voter
from ballots.keys import Keys
from ballots.models import Contest
from ballots.roll import queries
from ballots.roll.errors import WrongBallotCodeError
from ballots.roll.forms import BallotCodeForm, DeclarationForm
from core import codes
from core.access import public, signed_in, voting
from core.forms import text_of
from core.limits import limited
from core.web import database, reading
from core.words import gettext as _

blueprint = Blueprint("roll", __name__)

ATTEMPTS = "10 per minute; 60 per hour"


@blueprint.route("/votes/<uuid:contest_id>/code", methods=["GET", "POST"])
@public
@limited(ATTEMPTS)
def code(contest_id: UUID) -> ResponseReturnValue:
    """In by the code of a letter. What is wrong and what is unknown are told alike."""
    form = BallotCodeForm()
    status = 200
    if form.validate_on_submit():
        try:
            _enter(contest_id, codes.normal(text_of(form.code)))
        except WrongBallotCodeError:
            form.code.errors = [_("This code is not good for this vote. Look at the letter again.")]
            status = 401
        else:
            return redirect(url_for("ballots.ballot", contest_id=contest_id))
    with reading() as session:
        page = render_template(
            "roll/code.html",
            form=form,
            contest=_contest(session, contest_id),
            is_in=voter.by_code(contest_id) is not None,
        )
    return page, 422 if form.errors and status == 200 else status  # noqa: PLR2004 - HTTP


@blueprint.post("/votes/<uuid:contest_id>/code/leave")
@public
def leave(contest_id: UUID) -> ResponseReturnValue:
    """Out again, so that the next person at this computer votes for nobody else."""
    voter.leave()
    return redirect(url_for("roll.code", contest_id=contest_id))


@blueprint.route("/votes/<uuid:contest_id>/declare", methods=["GET", "POST"])
@signed_in
def declare(contest_id: UUID) -> ResponseReturnValue:
    """What this contest asks beyond an account's own declaration; kept in this browser only."""
    electorate = voter.terms_of(contest_id).electorate
    form = DeclarationForm()
    form.offer(electorate)
    if form.validate_on_submit():
        voter.declare(contest_id, text_of(form.ground))
        return redirect(url_for("ballots.ballot", contest_id=contest_id))
    with reading() as session:
        contest = _contest(session, contest_id)
        page = render_template("roll/declare.html", form=form, contest=contest)
    return page, 422 if form.errors else 200


@blueprint.get("/votes/<uuid:contest_id>/recorded")
@voting
def recorded(contest_id: UUID) -> ResponseReturnValue:
    """Whether anything is recorded for me: by web and how often, or on paper; never when."""
    who = voter.here(contest_id)
    with reading() as session:
        return render_template(
            "roll/recorded.html",
            contest=_contest(session, contest_id),
            record=queries.record(session, contest_id, who.id),
            by_code=who.by_code,
        )


def _enter(contest_id: UUID, typed: str) -> None:
    """Raise WrongBallotCodeError unless a voter of the contest has this code."""
    keys: Keys = current_app.extensions["keys"]
    try:
        sealed = keys.roll.code(contest_id, typed)
    except FileNotFoundError:
        raise WrongBallotCodeError from None
    with database().single.connect() as connection:
        if queries.by_code(connection, contest_id, sealed) is None:
            raise WrongBallotCodeError
    voter.enter(contest_id, sealed)


def _contest(session: Session, contest_id: UUID) -> Contest:
    return voter.lead_on(session, ballots.contest(session, contest_id) or abort(404))
