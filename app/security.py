"""Who gets in, how often, and the headers that every answer carries."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from flask import Flask, current_app, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf.csrf import CSRFProtect
from werkzeug.exceptions import Forbidden
from werkzeug.wrappers import Response

from accounts import login
from app.config import Config
from ballots import voter
from ballots.tokens.anonymous import blueprint as anonymous
from core import limits
from core.access import access_of
from proposals.mail.views import links as mail_links

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

CSP = "Content-Security-Policy"
HEADERS = {
    CSP: (
        "default-src 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; "
        "form-action 'self'; img-src 'self' data:"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
# Of a request: what a browser tells of who it is, and what proxies tell of where.
_NAMES = frozenset(
    {
        "HTTP_COOKIE", "HTTP_AUTHORIZATION", "HTTP_USER_AGENT", "HTTP_REFERER", "HTTP_FORWARDED",
        "HTTP_X_FORWARDED_FOR", "HTTP_X_REAL_IP", "REMOTE_ADDR", "REMOTE_HOST", "REMOTE_PORT",
        "REMOTE_USER",
    }
)  # fmt: skip
HSTS = "max-age=63072000; includeSubDomains"


def start(app: Flask, config: Config) -> None:
    """Forgery guard, sign-in, right of entry, limits, headers: in this order."""
    guard = CSRFProtect(app)
    for blueprint in (anonymous, mail_links):  # neither reads a cookie that a forger could use
        guard.exempt(blueprint)
    login.start(app)
    app.before_request(_right_of_entry)
    limits.start(app, config.rate_limit_storage)
    connect = f"; connect-src 'self' {config.anonymous_origin}" if config.anonymous_origin else ""
    headers = HEADERS | {CSP: HEADERS[CSP] + connect}
    headers |= {"Strict-Transport-Security": HSTS} if config.https else {}
    app.wsgi_app = _with_headers(app.wsgi_app, list(headers.items()))  # type: ignore[method-assign,assignment]  # Flask's own advice
    app.wsgi_app = _nameless(app.wsgi_app)  # type: ignore[method-assign,assignment]  # the same
    app.after_request(_keep_private)


def _nameless(application: "WSGIApplication") -> "WSGIApplication":
    """Take away what tells who asks, before anything reads it, where ballots by token are cast."""

    def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if environ.get("PATH_INFO", "").startswith(f"{anonymous.url_prefix}/"):
            environ = {name: value for name, value in environ.items() if name not in _NAMES}
        return application(environ, start_response)

    return answer


def _with_headers(
    application: "WSGIApplication", headers: list[tuple[str, str]]
) -> "WSGIApplication":
    """Every answer with `headers`: outside of Flask, where it costs a cast 30 microseconds less."""

    def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        def start(status: str, own: list[tuple[str, str]], *rest: Any) -> Callable[[bytes], object]:
            return start_response(status, own + headers, *rest)

        return application(environ, start)

    return answer


def _keep_private(response: Response) -> Response:
    if voter.CODE in session or (current_user and current_user.is_authenticated):
        response.headers.setdefault("Cache-Control", "private, no-store")
    return response


def _right_of_entry() -> ResponseReturnValue | None:
    """Turn away, or to the sign-in, whoever has no right to the endpoint asked for."""
    view = current_app.view_functions.get(request.endpoint or "")
    access = access_of(view) if view else None
    if access is None or not access.signed_in or access.by_code:
        return None  # public, no such page, or the view asks for itself
    if not current_user.is_authenticated:
        return redirect(url_for("accounts.sign_in", next=_way_back()))
    if access.roles and not access.roles & current_user.roles:
        if current_user.needs_second_factor and access.roles & current_user.granted_roles:
            return redirect(url_for("accounts.second_factor", next=_way_back()))
        raise Forbidden
    return None


def _way_back() -> str | None:
    """The page asked for, if coming back to it makes sense."""
    return request.full_path.rstrip("?") if request.method == "GET" else None
