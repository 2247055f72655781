"""The booth: one device, one voter after the other, nothing of either left behind.

One address for every step, no cookie of a person, no script, no copy kept by the browser. The
permit goes from page to page in the form and ends with the cast.
"""

from typing import Any
from uuid import UUID

from flask import Blueprint, abort, current_app, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.orm import Session

from ballots import kinds, queries, services, voter
from ballots.booth import permits
from ballots.booth.errors import SignedInBoothError
from ballots.errors import InvalidBallotError
from ballots.forms import choices_of
from ballots.groups import grouped
from ballots.keys import Keys
from ballots.models import Contest
from core import city, clock, codes
from core.access import public
from core.errors import RoomError
from core.limits import limited
from core.web import database, reading
from core.words import LANGUAGES, gettext, speaking

blueprint = Blueprint("booth", __name__)

RESET_SECONDS = 30  # after which the receipt makes way for the next voter


@blueprint.route("/votes/<uuid:contest_id>/booth", methods=["GET", "POST"])
@public
@limited("60 per minute")
def booth(contest_id: UUID) -> ResponseReturnValue:
    """Locked until a permit is typed; then ballot, check, receipt, and locked again."""
    with speaking(_tongue()), reading() as session:
        contest = queries.contest_with_slate(session, contest_id) or abort(404)
        contest = voter.lead_on(session, contest)
        try:
            response = make_response(_step(session, contest))
        except RoomError as error:
            response = make_response(_lock(contest, error), 409)
    response.headers["Cache-Control"] = "no-store"
    return response


def _step(session: Session, contest: Contest) -> ResponseReturnValue:
    if current_user.is_authenticated:
        raise SignedInBoothError
    if request.method == "GET":
        return _lock(contest)
    code = codes.normal(request.form.get("permit", ""))
    if "cast" in request.form:
        return _cast(contest, code)
    permits.check(session, contest.id, code, now=clock.now())
    picked: tuple[int, ...] = ()
    refused = None
    try:
        choices = choices_of(request.form.getlist("choice"))
        picked = choices.numbers
        if "check" in request.form:
            rule = services.ballot_rule(session, contest)
            kinds.check(rule, choices)
            cost = kinds.cost_of(rule, picked)
            return _page("check", session, contest, code, picked=set(picked), cost=cost)
    except InvalidBallotError as error:
        refused = error
    page = _page("ballot", session, contest, code, picked=set(picked), refused=refused)
    return page, 422 if refused else 200


def _cast(contest: Contest, code: str) -> ResponseReturnValue:
    """Use the permit; the receipt is the answer itself, so that no cookie has to carry it."""
    choices = choices_of(request.form.getlist("choice"))
    keys: Keys = current_app.extensions["keys"]
    with database().writing_rows() as connection:
        receipt = permits.cast(connection, contest.id, code, choices, keys=keys, now=clock.now())
    page = render_template(
        "booth/receipt.html", contest=contest, code=receipt, seconds=RESET_SECONDS
    )
    return page, {"Refresh": f"{RESET_SECONDS}; url={request.path}"}


def _tongue() -> str:
    """The voter's language goes from page to page too; a button of the page has the last word."""
    said = request.form.getlist("tongue")[-1:]
    return said[0] if said and said[0] in LANGUAGES else LANGUAGES[0]


def _lock(contest: Contest, refused: RoomError | None = None) -> str:
    labels = {}
    for tongue in LANGUAGES:
        with speaking(tongue):
            labels[tongue] = gettext("Permit from the desk")
    return render_template("booth/lock.html", contest=contest, refused=refused, labels=labels)


def _page(name: str, session: Session, contest: Contest, code: str, **values: Any) -> str:
    return render_template(
        f"booth/{name}.html",
        contest=contest,
        permit=code,
        groups=grouped(session, contest, contest.options),
        places={row.slug: row for row in city.neighbourhoods(session)},
        **values,
    )
