"""What every template may use, and the reader's own settings: language, theme, size of text."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_compress import Compress
from flask_login import current_user
from markupsafe import Markup, escape
from werkzeug.local import LocalProxy
from werkzeug.wrappers import Response

from app import errors, sentences
from app.config import Config
from budget import alarm_words, phases
from budget.forms import CREDENTIALS, PUBLICATIONS, ROLL_KINDS
from core import codes, money, words
from core.access import Role
from core.forms import errors_of
from core.web import database
from proposals import workflow
from proposals.notices import queries as notices
from proposals.pledges import steps as pledging
from proposals.review import clocks, costs
from proposals.review.forms import VERDICTS
from proposals.supports.words import FOR, OBLIGATIONS

STATIC = Path(__file__).resolve().parent / "static"
YEAR = 365 * 24 * 60 * 60
HANGUL = re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3]")

# Query parameter = cookie -> what may be chosen; the first where the reader is silent.
CHOICES: Mapping[str, tuple[str, ...]] = {
    "lang": words.LANGUAGES,
    "theme": ("auto", "light", "dark"),
    "text": ("normal", "large", "largest"),
}


@dataclass(frozen=True)
class Preferences:
    """How this reader wants to read."""

    theme: str
    text: str


def start(app: Flask, config: Config) -> None:
    """Languages, compression, globals and filters of the templates."""
    words.start(app, choose_language)
    # Pages may be compressed beside a CSRF token: it is signed anew for each second, so the length
    # of an answer tells nothing that lasts (docs/adr/0007-compression-and-csrf.md).
    app.config["COMPRESS_ALGORITHM"] = ["br", "gzip"]
    app.config["COMPRESS_STREAMS"] = True
    Compress(app)
    app.before_request(_choose)
    app.jinja_env.filters.update(
        money=money.exact,
        quantity=costs.plain,
        money_words=lambda minor, currency: money.in_words(minor, currency, words.language()),
        moment=words.moment,
        day=words.day,
        journal_sentence=sentences.of_entry,
        role_name=sentences.role_name,
        status_name=lambda code: str(workflow.STATUSES[code].name),
        rule_steps=sentences.steps,
        fields_in_error=errors_of,
        receipt=codes.grouped,
        spoken=spoken,
        refusal=errors.sentence,
        alarm=alarm_words.sentence,
        electorate=lambda electorate, places: electorate.sentences(
            {slug: place.name(words.language()) for slug, place in places.items()}
        ),
    )
    app.jinja_env.globals.update(
        asset=asset,
        unread_notices=unread_notices,
        locale=LocalProxy(words.language),  # a global, so that imported macros see it too
        with_query=with_query,
        is_demo=config.demo,
        Role=Role,
        STATUSES=workflow.STATUSES,
        OBLIGATIONS=OBLIGATIONS,
        ANSWERED_FOR=FOR,
        KINDS=pledging.KINDS,
        PLEDGE_STATUSES=pledging.STATUSES,
        BEFORE_BALLOT=workflow.BEFORE_BALLOT,
        REASONS=workflow.REASONS,
        UNFIT_REASONS=workflow.UNFIT_REASONS,
        CLOCKS=clocks.CLOCKS,
        VERDICTS=VERDICTS,
        PHASES=phases.PHASES,
        ROLL_KINDS=ROLL_KINDS,
        PUBLICATIONS=PUBLICATIONS,
        CREDENTIALS=CREDENTIALS,
        RULE_NAMES=sentences.RULES,
        AMENDABLE=workflow.AMENDABLE,
        ON_A_SLATE=workflow.ON_A_SLATE,
        ON_THE_AGENDA=workflow.ON_THE_AGENDA,
    )
    app.context_processor(_every_page)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True


def unread_notices() -> int:
    """How many notices wait for the person signed in; the bell of every page asks."""
    with database().single.connect() as connection:
        return notices.unread(connection, current_user.id)


def spoken(text: str) -> Markup:
    """A resident's words, marked as Korean where the page is not: a screen reader changes voice.

    Only Hangul tells a language by its letters; other words stay as they are.
    """
    if words.language() != "ko" and HANGUL.search(text):
        return Markup('<span lang="ko">{}</span>').format(text)
    return escape(text)


def choose_language() -> str:
    """The language asked for by cookie, by the account, by the browser; Korean if none tells."""
    kept = request.cookies.get("lang")
    if kept in words.LANGUAGES:
        return kept
    if current_user.is_authenticated:
        account: str = current_user.language
        return account
    return request.accept_languages.best_match(words.LANGUAGES) or words.LANGUAGES[0]


def asset(name: str) -> str:
    """The address of a static file, with a digest of its bytes so that it may be kept for ever."""
    return url_for("static", filename=name, v=_digest(name))


@lru_cache(maxsize=256)
def _digest(name: str) -> str:
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]


def with_query(**changes: str | None) -> str:
    """This page's address with some query parameters changed, or left out where None."""
    query = request.args.to_dict(flat=False)
    query.update({key: [value] for key, value in changes.items() if value is not None})
    kept = {key: value for key, value in query.items() if changes.get(key, "") is not None}
    return url_for(request.endpoint or "budget.front", **{**(request.view_args or {}), **kept})


def _choose() -> ResponseReturnValue | None:
    """Keep what the address asks for (``?lang=en``) in a cookie and go on to the plain address."""
    if request.method != "GET" or not request.query_string or request.endpoint in (None, "static"):
        return None
    chosen = {name: request.args[name] for name in CHOICES if name in request.args}
    if not chosen:
        return None
    response: Response = current_app.make_response(redirect(with_query(**dict.fromkeys(chosen))))
    for name, value in chosen.items():
        if value in CHOICES[name]:
            secure = current_app.extensions["config"].https
            response.set_cookie(
                name, value, max_age=YEAR, samesite="Lax", secure=secure, httponly=True
            )
    return response


def _preferences() -> Preferences:
    def kept(name: str) -> str:
        value = request.cookies.get(name)
        return value if value in CHOICES[name] else CHOICES[name][0]

    return Preferences(theme=kept("theme"), text=kept("text"))


def _every_page() -> dict[str, Any]:
    if "preferences" not in g:
        g.preferences = _preferences()
    return {"preferences": g.preferences}
