"""Every sentence for people passes here: the one module that knows Flask-Babel.

English sentences are the message ids; `app/translations` holds the Korean.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from pathlib import Path

from babel import Locale
from babel.dates import format_datetime
from babel.support import NullTranslations, Translations
from flask import Flask
from flask_babel import Babel, force_locale, get_locale, lazy_gettext
from flask_babel.speaklater import LazyString

from core.clock import SEOUL

__all__ = [
    "LANGUAGES", "LazyString", "day", "force_locale", "gettext", "language", "lazy_gettext",
    "moment", "ngettext", "speaking", "start",
]  # fmt: skip

LANGUAGES = ("ko", "en")
TRANSLATIONS = Path(__file__).resolve().parent.parent / "app" / "translations"

# Babel's own Korean times read "PM 2:00:00", which nobody writes; these are ours.
_PATTERNS = {
    "ko": {"moment": "y년 M월 d일 (EEE) HH:mm", "day": "y년 M월 d일 (EEE)"},
    "en": {"moment": "EEE d MMM y, HH:mm", "day": "EEE d MMM y"},
}


def gettext(message: str, **values: object) -> str:
    """The sentence in the reader's language, with its placeholders filled."""
    sentence = _catalogue(language()).gettext(message)
    return sentence % values if values else sentence


def ngettext(one: str, many: str, num: int, **values: object) -> str:
    """The sentence for `num` things; `num` is a placeholder too."""
    sentence = _catalogue(language()).ngettext(one, many, num)
    return sentence % ({"num": num} | values)


@cache
def _catalogue(code: str) -> NullTranslations:
    return Translations.load(TRANSLATIONS, [code])


def start(app: Flask, choose: Callable[[], str] | None = None) -> None:
    """Teach `app` both languages; `choose` tells the language of a request."""
    Babel(
        app,
        default_locale=LANGUAGES[0],
        default_timezone=str(SEOUL),
        default_translation_directories=str(TRANSLATIONS),
        locale_selector=choose,
    )
    # Flask-Babel looks for its catalogue anew at each sentence; a page has a hundred.
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]  # by Jinja's i18n extension
        lambda message: _catalogue(language()).gettext(message),
        lambda one, many, num: _catalogue(language()).ngettext(one, many, num),
        newstyle=True,
    )


@contextmanager
def speaking(language_code: str) -> Iterator[None]:
    """Sentences outside any web application, for commands that need no database."""
    app = Flask("gwangjang")
    start(app)
    with app.app_context(), force_locale(language_code):
        yield


def language() -> str:
    """`ko` or `en`: the language of the reader."""
    locale = get_locale()
    return locale.language if locale else LANGUAGES[0]


def moment(value: datetime) -> str:
    """A moment in Asia/Seoul as people write it, to the minute."""
    return _format(value, "moment")


def day(value: datetime) -> str:
    """The day of a moment in Asia/Seoul."""
    return _format(value, "day")


def _format(value: datetime, pattern: str) -> str:
    code = language()
    return format_datetime(value, _PATTERNS[code][pattern], tzinfo=SEOUL, locale=Locale(code))
