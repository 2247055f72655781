"""Every sentence for people passes here: the one module that knows Flask-Babel.

English sentences are the message ids; `app/translations` holds the Korean. Counting a file speaks
too, and must not wait for the web: Flask and Babel are imported where a page needs them.
"""

import gettext as catalogues
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, time
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.clock import SEOUL

if TYPE_CHECKING:
    from flask import Flask
    from jinja2 import Environment

__all__ = [
    "LANGUAGES", "LazyString", "day", "gettext", "language", "lazy_gettext", "moment", "ngettext",
    "speaking", "start", "teach",
]  # fmt: skip

LANGUAGES = ("ko", "en")
TRANSLATIONS = Path(__file__).resolve().parent.parent / "app" / "translations"

# Babel's own Korean times read "PM 2:00:00", which nobody writes; these are ours.
_PATTERNS = {
    "ko": {"moment": "y년 M월 d일 (EEE) HH:mm", "day": "y년 M월 d일 (EEE)"},
    "en": {"moment": "EEE d MMM y, HH:mm", "day": "EEE d MMM y"},
}

# The language of a command; None on pages, where Flask-Babel knows it.
_spoken: ContextVar[str | None] = ContextVar("spoken", default=None)


class LazyString:
    """A sentence that finds its language when it is said: each time that it is read as text."""

    def __init__(self, message: str, values: Mapping[str, object]) -> None:
        self._message, self._values = message, values

    def __str__(self) -> str:
        return gettext(self._message, **self._values)

    def __html__(self) -> str:
        return str(self)

    def __repr__(self) -> str:
        return f"LazyString({self._message!r})"

    def __mod__(self, values: object) -> str:
        return str(self) % values

    def __eq__(self, other: object) -> bool:
        return str(self) == other

    def __hash__(self) -> int:
        return hash(self._message)

    def __len__(self) -> int:
        return len(str(self))

    def __iter__(self) -> Iterator[str]:
        return iter(str(self))


def lazy_gettext(message: str, **values: object) -> Any:
    """The sentence, in the language of whoever reads it later; forms take it for text."""
    return LazyString(message, values)


def gettext(message: str, **values: object) -> str:
    """The sentence in the reader's language, with its placeholders filled."""
    sentence = _catalogue(language()).gettext(message)
    return sentence % values if values else sentence


def ngettext(one: str, many: str, num: int, **values: object) -> str:
    """The sentence for `num` things; `num` is a placeholder too."""
    sentence = _catalogue(language()).ngettext(one, many, num)
    return sentence % ({"num": num} | values)


@cache
def _catalogue(code: str) -> catalogues.NullTranslations:
    return catalogues.translation("messages", TRANSLATIONS, [code], fallback=True)


def start(app: "Flask", choose: Callable[[], str] | None = None) -> None:
    """Teach `app` both languages; `choose` tells the language of a request."""
    from flask_babel import Babel  # noqa: PLC0415 - for pages only

    Babel(
        app,
        default_locale=LANGUAGES[0],
        default_timezone=str(SEOUL),
        default_translation_directories=str(TRANSLATIONS),
        locale_selector=choose,
    )
    # Flask-Babel looks for its catalogue anew at each sentence; a page has a hundred.
    teach(app.jinja_env)


def teach(templates: "Environment") -> None:
    """Let templates say sentences: those of pages, and those of a command without any web."""
    templates.install_gettext_callables(  # type: ignore[attr-defined]  # by Jinja's i18n extension
        lambda message: _catalogue(language()).gettext(message),
        lambda one, many, num: _catalogue(language()).ngettext(one, many, num),
        newstyle=True,
    )


@contextmanager
def speaking(language_code: str) -> Iterator[None]:
    """Sentences outside any web application."""
    token = _spoken.set(str(language_code))  # a template hands over a proxy of the word
    try:
        yield
    finally:
        _spoken.reset(token)


def language() -> str:
    """`ko` or `en`: the language of the reader."""
    spoken = _spoken.get()
    if spoken is not None:
        return spoken
    locale = _page_locale()()
    return locale.language if locale else LANGUAGES[0]


@cache
def _page_locale() -> Callable[[], Any]:
    from flask_babel import get_locale  # noqa: PLC0415 - for pages only

    found: Callable[[], Any] = get_locale
    return found


def moment(value: datetime) -> str:
    """A moment in Asia/Seoul as people write it, to the minute."""
    return _format(value, "moment")


def day(value: date | str) -> str:
    """A day, its ISO text as the journal keeps it, or that of a moment in Asia/Seoul, in words."""
    if isinstance(value, str):
        value = date.fromisoformat(value)
    if not isinstance(value, datetime):
        value = datetime.combine(value, time(12), SEOUL)
    return _format(value, "day")


def _format(value: datetime, pattern: str) -> str:
    from babel import Locale  # noqa: PLC0415 - for what is dated only
    from babel.dates import format_datetime  # noqa: PLC0415 - the same

    code = language()
    return format_datetime(value, _PATTERNS[code][pattern], tzinfo=SEOUL, locale=Locale(code))
