"""A witness by HTTP (C2SP tlog-witness), and its page for people.

A program by itself: it knows no vote, no database and no session. The log line of a request names a
log and a size, which are public, and never who asked.
"""

import base64
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Template
from werkzeug.exceptions import HTTPException, InternalServerError, NotFound
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from app import logs, standalone
from app.logs import log
from ballots import verifiers
from ballots.board.notes import NoteError
from ballots.board.submission import Submission
from ballots.witness.decision import Conflict, Refusal
from ballots.witness.records import name_of
from ballots.witness.witness import DamagedError, Witness
from core import clock, words

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

MOST_BYTES = 64 * 1024
PLAIN, SIZE = "text/plain; charset=utf-8", "text/x.tlog.size"
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-cache",
}
PATHS = Map(
    [
        Rule("/", methods=["GET"], endpoint="page"),
        Rule("/style.css", methods=["GET"], endpoint="style"),
        Rule("/<any('verify.html', 'verify.py'):name>", methods=["GET"], endpoint="verifier"),
        Rule("/<name>/checkpoint", methods=["GET"], endpoint="checkpoint"),
        Rule("/add-checkpoint", methods=["POST"], endpoint="add_checkpoint"),
    ]
)


class _Request(Request):
    max_content_length = MOST_BYTES


class Application:
    """The witness as a WSGI application."""

    def __init__(self, witness: Witness, now: Callable[[], datetime] = clock.now) -> None:
        self._witness = witness
        self._now = now

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answer one request."""
        response = self._answer(_Request(environ))
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response(environ, start_response)

    def _answer(self, request: Request) -> Response:
        try:
            endpoint, values = PATHS.bind_to_environ(request.environ).match()
            found: Response = getattr(self, f"_{endpoint}")(request, **values)
        except DamagedError as error:
            log.error("damaged", what=str(error))
            return _plain(InternalServerError())
        except HTTPException as error:
            return _plain(error)
        return found

    def _add_checkpoint(self, request: Request) -> Response:
        body = request.get_data()
        try:
            signature = self._witness.add_checkpoint(body, int(self._now().timestamp()))
        except Refusal as refusal:
            log.info("add-checkpoint", status=int(refusal.status), **_facts(body))
            kind = SIZE if isinstance(refusal, Conflict) else PLAIN
            return Response(refusal.body, refusal.status, content_type=kind)
        log.info("add-checkpoint", status=int(HTTPStatus.OK), **_facts(body))
        return Response(f"{signature}\n", content_type=PLAIN)

    def _checkpoint(self, _request: Request, name: str) -> Response:
        """What was signed last of a log (the monitoring of C2SP tlog-witness)."""
        for key in self._witness.logs():
            if name_of(key.name) == name:
                note = self._witness.last(key.name)
                if note is not None:
                    return Response(str(note), content_type=PLAIN)
        raise NotFound

    def _page(self, request: Request) -> Response:
        accepted = request.accept_languages.best_match(words.LANGUAGES, words.LANGUAGES[0])
        wanted = request.args.get("lang")
        with words.speaking(wanted if wanted in words.LANGUAGES else accepted):
            text = _template().render(
                name=self._witness.signer.name,
                key=str(self._witness.signer.key),
                sights=self._witness.sights(),
                name_of=name_of,
                verifiers=verifiers.digests(verifiers.files()),
                moment=_moment,
                locale=words.language(),
            )
        return Response(text, content_type="text/html; charset=utf-8")

    def _verifier(self, _request: Request, name: str) -> Response:
        """A program that counts without the city, as this machine's owner has installed it."""
        kind = "text/html; charset=utf-8" if name == "verify.html" else PLAIN
        # The page has its own rules, by the hashes of its script and style.
        own_rules = {"Content-Security-Policy": "frame-ancestors 'none'"}
        return Response(verifiers.files()[name], content_type=kind, headers=own_rules)

    def _style(self, _request: Request) -> Response:
        return Response(standalone.sheet("app.css"), content_type="text/css; charset=utf-8")


def served(folder: str) -> Application:
    """The witness of a folder, as a server asks for it."""
    logs.configure("INFO")
    return Application(Witness.at(Path(folder)))


def _plain(error: HTTPException) -> Response:
    return Response(f"{error.code} {error.name}\n", error.code, content_type=PLAIN)


def _facts(body: bytes) -> dict[str, Any]:
    """Of a request that can be read: which log, and how large."""
    try:
        checkpoint = Submission.read(body).checkpoint
    except NoteError:
        return {}
    return {"origin": checkpoint.origin, "size": checkpoint.size}


def _moment(seconds: int) -> str:
    return words.moment(datetime.fromtimestamp(seconds, UTC))


@cache
def _template() -> Template:
    found = standalone.environment()
    found.filters["base64"] = lambda hashed: base64.b64encode(hashed).decode()
    return found.get_template("witness/page.html")
