"""The token of a voter of the roll: who asks is known here, and what for is not."""

from uuid import UUID

from flask import Blueprint, current_app, jsonify, request
from flask.typing import ResponseReturnValue

from ballots import voter
from ballots.keys import Keys
from ballots.tokens import services
from ballots.tokens.errors import TornTokenError
from core import clock
from core.access import voting
from core.limits import limited
from core.web import database

blueprint = Blueprint("tokens", __name__)


@blueprint.post("/votes/<uuid:contest_id>/token")
@voting
@limited("30 per minute")
def issue(contest_id: UUID) -> ResponseReturnValue:
    """Sign what the voter's browser has blinded, once."""
    who = voter.here(contest_id)
    try:
        blinded = bytes.fromhex(request.form.get("blinded", ""))
    except ValueError:
        raise TornTokenError from None
    keys: Keys = current_app.extensions["keys"]
    with database().writing_rows() as connection:
        signature = services.issue(
            connection, contest_id, who.id, blinded, keys=keys, now=clock.now()
        )
    response = jsonify(signature=signature.hex())
    response.headers["Cache-Control"] = "no-store"
    return response
