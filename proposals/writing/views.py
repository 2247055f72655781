"""The doors of a text that is written together: by POST, and by a socket beside it."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event as Turn
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from uuid import UUID

from flask import Blueprint, Response, abort, current_app, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from accounts import login
from core import clock
from core.access import public, signed_in
from core.errors import RoomError
from core.limits import Pace, limited
from core.web import reading, transaction
from proposals import queries as proposals
from proposals import workflow
from proposals.errors import UnreadableUpdateError
from proposals.forms import ProposalForm
from proposals.people import queries as people
from proposals.writing import queries, services
from proposals.writing.exchange import SIGN_EVERY, Act, Exchange, Message, answer, since_of, told
from proposals.writing.hub import Feed
from proposals.writing.socket import Connection, accept
from proposals.writing.storing import LONGEST_UPDATE
from proposals.writing.updates import FIELDS

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

blueprint = Blueprint("writing", __name__)

LONGEST_MESSAGE = 3 * LONGEST_UPDATE  # an update and a state in base64, and the rest
SILENCE = timedelta(seconds=35)  # without a word from the page, until the socket is given up
MOST_A_MINUTE = 900  # exchanges of one person by POST, or on one socket
REFUSED = 4000  # the code with which a socket is closed for a reason that is told


@blueprint.post("/proposals/<uuid:proposal_id>/writing")
@signed_in
@limited(f"{MOST_A_MINUTE} per minute", by=lambda: str(current_user.id))
def sync(proposal_id: UUID) -> ResponseReturnValue:
    """Take what a page wrote, and give it what it lacks."""
    message = Message.read(_json(request.get_data()))
    said = exchange()(proposal_id, message, account_id=current_user.id, now=clock.now())
    return jsonify(said)


@blueprint.post("/proposals/<uuid:proposal_id>/writing/leave")
@signed_in
@limited("120 per minute", by=lambda: str(current_user.id))
def leave(proposal_id: UUID) -> ResponseReturnValue:
    """A page was closed."""
    with transaction() as session:
        page = request.form.get("page", "")
        services.be_gone(session, proposal_id, page, account_id=current_user.id)
        exchange().hub.moved(session, proposal_id)
        exchange().hub.send(session)
    return "", 204


@blueprint.get("/proposals/<uuid:proposal_id>/writing/socket", websocket=True)
@signed_in
def quick(proposal_id: UUID) -> ResponseReturnValue:
    """The same by a socket, which also tells at once what others write."""
    origin = urlsplit(request.headers.get("Origin", ""))
    if origin.netloc != request.host:  # a socket carries no token against forgery
        abort(400)
    turn = Turn()
    with exchange().hub.reading(proposal_id, turn.set, account_id=current_user.id) as feed:
        connection = accept(request.environ, turn, longest=LONGEST_MESSAGE) or abort(400)
        with connection:
            _serve(_Line(connection, feed, current_user.id, current_user.get_id(), clock.now()))
    return Taken()


@blueprint.get("/proposals/<uuid:proposal_id>/words")
@public
def words(proposal_id: UUID) -> ResponseReturnValue:
    """Who wrote which words: for those who belong to a draft, and for all once it is public."""
    with reading() as session:
        proposal = proposals.one(session, proposal_id) or abort(404)
        belongs = current_user.is_authenticated and people.may_read(
            session, proposal, current_user.id
        )
        if proposal.status not in workflow.WORDS_PUBLIC and not belongs:
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


def exchange() -> Exchange:
    """The exchanges of this process."""
    found: Exchange = current_app.extensions["writing"]
    return found


class Taken(Response):
    """Nothing more to answer: the connection became a socket, and is closed."""

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Tell gunicorn so, in the way it knows."""
        del environ, start_response
        raise StopIteration


@dataclass
class _Line:
    """One socket: what its page has seen, and when it last gave a sign."""

    connection: Connection
    feed: Feed
    person: UUID
    session: str  # what it was opened with, which may be ended meanwhile
    heard_at: datetime
    after: int = -1
    state: bytes = b""
    people: Any = None
    signed_at: datetime | None = None
    pace: Pace = field(default_factory=lambda: Pace(MOST_A_MINUTE))
    caret: str = ""

    def take(self, text: str) -> None:
        """Do what the page asks, and answer it."""
        now = self.heard_at = clock.now()
        self.pace.step(now)
        message = Message.read(_json(text))
        is_due = (
            self.signed_at is None
            or message.page.field != self.caret
            or now - self.signed_at >= SIGN_EVERY
        )
        if is_due and login.load(self.session) is None:
            self.connection.close(1000)
            return
        if message.update is not None or is_due:
            exchange().keep(Act(self.feed.proposal_id, message, self.person, now, is_due))
        if is_due:
            self.signed_at, self.caret = now, message.page.field
        self.after, self.state = message.after, message.state
        self.connection.send(json.dumps({**self.lacking(), "answers": True}))

    def tell(self) -> None:
        """Send what others wrote, and who is here, if that is news."""
        said = self.lacking()
        if said["updates"] or "people" in said:
            self.connection.send(json.dumps(said))

    def lacking(self) -> Mapping[str, Any]:
        """What the page has not seen yet, which from now on counts as seen; people if others."""
        since = self.feed.since(self.after, reading)
        if since is None:
            with reading() as session:
                since = since_of(session, self.feed.proposal_id, self.after, self.state)
        people = self.feed.people(reading, now=clock.now())
        self.after = since.seq
        if people == self.people:
            return told(since)
        self.people = people
        return answer(since, people, self.person)


def _serve(line: _Line) -> None:
    """Answer messages, and tell of what others wrote meanwhile."""
    while line.connection.is_open:
        is_woken = line.connection.turn(SILENCE.total_seconds())
        messages = line.connection.messages()
        try:
            for text in messages:
                line.take(text)
            if is_woken and not messages and line.people is not None:
                line.tell()
        except RoomError as error:
            sentence = current_app.jinja_env.filters["refusal"](error)
            line.connection.send(json.dumps({"error": sentence}))
            line.connection.close(REFUSED)
            return
        if clock.now() - line.heard_at > SILENCE:
            return


def _json(text: str | bytes) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise UnreadableUpdateError from None
