"""What a code letter says, in both languages; the code itself is put beside it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import segno
from markupsafe import Markup

from ballots.models import Contest
from core import words
from core.words import LANGUAGES

Render = Callable[..., str]


@dataclass(frozen=True)
class Stationery:
    """What all letters of a contest share.

    Attributes
    ----------
    address : where voters sign in with their codes
    picture : the address as a QR code, SVG
    texts : (language, HTML), Korean first
    """

    address: str
    picture: Markup
    texts: tuple[tuple[str, Markup], ...]


def stationery(render: Render, contest: Contest, address: str, helpline: str) -> Stationery:
    """The shared part of the letters; `render` fills a template's name and values."""
    values: dict[str, Any] = {"contest": contest, "address": address, "helpline": helpline}
    texts = []
    for tongue in LANGUAGES:
        with words.speaking(tongue):
            # Our own template, which escapes what it is given.
            texts.append((tongue, Markup(render("roll/_letter_text.html", **values))))  # noqa: S704
    return Stationery(address, _picture(address), tuple(texts))


def _picture(address: str) -> Markup:
    picture: str = segno.make(address, error="m").svg_inline(
        scale=5, border=4, svgclass="qr", lineclass=None, dark="#000", light="#fff", omitsize=False
    )
    return Markup(picture)  # noqa: S704 - segno writes it from digits and our own attributes
