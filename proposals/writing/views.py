"""The doors of a text that is written together: by POST, and by a socket beside it."""

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from uuid import UUID

from flask import Blueprint, abort, current_app, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.wrappers import Response

from core import clock
from core.access import public, signed_in
from core.errors import RoomError
from core.limits import checked, limited
from core.web import database, reading, transaction
from proposals import queries as proposals
from proposals import workflow
from proposals.errors import UnreadableUpdateError
from proposals.forms import ProposalForm
from proposals.people import queries as people
from proposals.writing import queries, services
from proposals.writing.exchange import Message, answer, exchange
from proposals.writing.hub import Hub
from proposals.writing.services import LONGEST_UPDATE
from proposals.writing.socket import Connection, accept
from proposals.writing.updates import FIELDS

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

blueprint = Blueprint("writing", __name__)

LONGEST_MESSAGE = 3 * LONGEST_UPDATE  # an update and a state in base64, and the rest
SILENCE = 35.0  # seconds without a word from the page until the socket is given up
RATES = "900 per minute"  # exchanges of one person, on all pages together
check_rate = checked(RATES)
REFUSED = 4000  # the code with which a socket is closed for a reason that is told


@blueprint.post("/proposals/<uuid:proposal_id>/writing")
@signed_in
@limited(RATES, by=lambda: str(current_user.id))
def sync(proposal_id: UUID) -> ResponseReturnValue:
    """Take what a page wrote, and give it what it lacks."""
    message = Message.read(_json(request.get_data()))
    said = exchange(
        database(), hub(), proposal_id, message, account_id=current_user.id, now=clock.now()
    )
    return jsonify(said)


@blueprint.post("/proposals/<uuid:proposal_id>/writing/leave")
@signed_in
def leave(proposal_id: UUID) -> ResponseReturnValue:
    """A page was closed."""
    with transaction() as session:
        page = request.form.get("page", "")
        services.be_gone(session, proposal_id, page, account_id=current_user.id)
        hub().tell(session, proposal_id)
    return "", 204


@blueprint.get("/proposals/<uuid:proposal_id>/writing/socket", websocket=True)
@signed_in
def quick(proposal_id: UUID) -> ResponseReturnValue:
    """The same by a socket, which also tells at once what others write."""
    origin = urlsplit(request.headers.get("Origin", ""))
    if origin.netloc != request.host:  # a socket carries no token against forgery
        abort(400)
    connection = accept(request.environ, longest=LONGEST_MESSAGE) or abort(400)
    with connection, hub().waiting(proposal_id, connection.wake):
        _serve(connection, proposal_id)
    return Taken()


@blueprint.get("/proposals/<uuid:proposal_id>/words")
@public
def words(proposal_id: UUID) -> ResponseReturnValue:
    """Who wrote which words: for those who belong to a draft, and for all once it is public."""
    with reading() as session:
        proposal = proposals.one(session, proposal_id) or abort(404)
        is_public = proposal.status in workflow.PUBLIC - {"supplement"}
        if not is_public and not (
            current_user.is_authenticated and people.may_read(session, proposal, current_user.id)
        ):
            abort(404)
        shares = queries.shares(session, proposal)
        if shares is None:
            abort(404)
        form = ProposalForm(formdata=None)
        return render_template(
            "proposals/words.html", proposal=proposal, writers=shares.writers, runs=shares.runs,
            labels={name: form[name].label.text for name in FIELDS},
            title=queries.words(session, proposal)["title"],
        )  # fmt: skip


def hub() -> Hub:
    """Who waits for which text in this process."""
    found: Hub = current_app.extensions["writing"]
    return found


class Taken(Response):
    """Nothing more to answer: the connection became a socket, and is closed."""

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Tell gunicorn so, in the way it knows."""
        del environ, start_response
        raise StopIteration


def _serve(connection: Connection, proposal_id: UUID) -> None:
    """Answer messages, and tell of what others wrote meanwhile."""
    person = current_user.id
    after, state, people = 0, b"", None
    while connection.is_open:
        is_woken = connection.turn(SILENCE)
        messages = connection.messages()
        try:
            for text in messages:
                check_rate(str(person))
                message = Message.read(_json(text))
                said = exchange(
                    database(), hub(), proposal_id, message, account_id=person, now=clock.now()
                )
                connection.send(json.dumps({**said, "answers": True}))
                after, state, people = said["seq"], message.state, said["people"]
            if is_woken and not messages and people is not None:
                with reading() as session:
                    said = answer(session, proposal_id, after, state, person, now=clock.now())
                if said["updates"] or said["people"] != people:
                    connection.send(json.dumps(said))
                after, people = said["seq"], said["people"]
        except RoomError as error:
            told = current_app.jinja_env.filters["refusal"](error)
            connection.send(json.dumps({"error": told}))
            connection.close(REFUSED)
            return
        if not is_woken:
            return


def _json(text: str | bytes) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise UnreadableUpdateError from None
