"""The page that shows a refusal or a fault; `app/refusals.py` has the sentences.

No stack trace reaches a person: an unforeseen fault is logged under the request's id, and the page
gives that id.
"""

from collections.abc import Mapping

from flask import Flask, jsonify, render_template
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, InternalServerError

from app.logs import log, request_id
from app.refusals import REFUSALS
from core.errors import RoomError
from core.web import wants_html
from core.words import LazyString
from core.words import lazy_gettext as _l

# Status -> title, and what to do next.
PAGES: Mapping[int, tuple[LazyString, LazyString]] = {
    400: (_l("This request cannot be read"), _l("Go back, reload the page and try again.")),
    403: (
        _l("This page is not for your role"),
        _l("Sign in with an account that has the right, or go to the front page."),
    ),
    404: (_l("There is no such page"), _l("Check the address, or start from the front page.")),
    405: (_l("This page cannot be used like that"), _l("Go back and use the buttons of the page.")),
    409: (_l("That is not possible now"), _l("Go back and look at where things stand.")),
    413: (_l("That is too much at once"), _l("Shorten the text and try again.")),
    429: (_l("Too many attempts"), _l("Wait a minute, then try again.")),
    500: (
        _l("Something went wrong on our side"),
        _l("Nothing was changed. Try again; if it happens again, tell us the number below."),
    ),
    503: (_l("The service is resting"), _l("Try again in a few minutes.")),
}  # fmt: skip


def start(app: Flask) -> None:
    """Hang the handlers."""
    app.register_error_handler(RoomError, _refused)
    app.register_error_handler(CSRFError, _forged)
    app.register_error_handler(StaleDataError, _stale)
    app.register_error_handler(DataError, _unkeepable)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _fault)


def sentence(error: RoomError) -> str:
    """The refusal in the reader's language."""
    return str(REFUSALS[type(error)][1]) % error.values


def _refused(error: RoomError) -> ResponseReturnValue:
    if isinstance(error.__cause__, OperationalError):  # ours to mend, whatever the person is told
        log.error("fault", id=request_id(), exc_info=error.__cause__)
    return _page(REFUSALS[type(error)][0], sentence(error))


def _forged(_error: CSRFError) -> ResponseReturnValue:
    return _page(400, str(_l("The page had grown old before you sent it. Nothing was changed.")))


def _stale(_error: StaleDataError) -> ResponseReturnValue:
    return _page(409, str(_l("Somebody else saved this in the meantime. Nothing was overwritten.")))


def _unkeepable(error: DataError) -> ResponseReturnValue:
    """What no database keeps, as a zero character or a number beyond all measure: the caller's."""
    log.warning("unkeepable", id=request_id(), kind=type(error.orig).__name__)  # never the value
    return _page(400, None)


def _http(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.code < 400:  # noqa: PLR2004 - a redirect raised by routing
        return error
    return _page(error.code, None)


def _fault(error: Exception) -> ResponseReturnValue:
    log.error("fault", id=request_id(), exc_info=error)
    return _page(InternalServerError.code, None)


def _page(status: int, said: str | None) -> ResponseReturnValue:
    title, advice = PAGES.get(status, PAGES[400 if status < 500 else 500])  # noqa: PLR2004 - the border between the caller's and our fault
    if not wants_html():
        return jsonify(error=str(said or title), id=request_id()), status
    page = render_template(
        "errors/error.html",
        status=status,
        title=title,
        sentence=said,
        advice=advice,
        id=request_id(),
    )
    return page, status
