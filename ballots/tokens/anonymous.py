"""Casting without a name: no cookie is needed or read, no address is known here.

The porch takes away what tells who asks before a request of these addresses is read
(`app/security.py`). They can have a host name of their own (GWANGJANG_ANONYMOUS_ORIGIN), so every
page may read their answers: those tell nothing that depends on who asks.
"""

from uuid import UUID

from flask import Blueprint, Response, abort, current_app, jsonify, request
from flask.typing import ResponseReturnValue

from ballots import views
from ballots.board.ticket import REQUEST_BYTES
from ballots.keys import Keys
from ballots.tokens import queries, services
from ballots.tokens.errors import TornBallotError
from core import clock
from core.access import public
from core.web import database, reading

blueprint = Blueprint("anonymous", __name__, url_prefix="/anonymous")
blueprint.add_url_rule("/votes/<uuid:contest_id>/receipt/<code>.json", "proof", views.proof)


@blueprint.after_request
def _let_read(response: Response) -> Response:
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/votes/<uuid:contest_id>/tokens.json")
@public
def tokens(contest_id: UUID) -> ResponseReturnValue:
    """The keys that tokens are signed with: no name is asked, so all get the same."""
    with reading() as session:
        told = queries.tokens(session, contest_id) or abort(404)
    return Response(told, mimetype="application/json")


@blueprint.post("/votes/<uuid:contest_id>/cast")
@public
def cast(contest_id: UUID) -> ResponseReturnValue:
    """A ballot with a token: the request's id, a new line, the leaf; the answer is its ticket."""
    written, _, leaf = request.get_data().partition(b"\n")
    try:
        request_id = bytes.fromhex(written.decode())
    except ValueError:
        raise TornBallotError from None
    if len(request_id) != REQUEST_BYTES:
        raise TornBallotError
    keys: Keys = current_app.extensions["keys"]
    with database().writing_rows() as connection:
        ticket = services.cast(connection, contest_id, leaf, request_id, keys=keys, now=clock.now())
    with reading() as session:
        mix = current_app.extensions["config"].mix
        until = queries.mixed_from(session, contest_id, mix, clock.now())
    return jsonify(ticket=str(ticket), until=until and until.isoformat())
