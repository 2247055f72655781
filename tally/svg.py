"""The parts of which pictures are made: SVG text in ``currentColor``, without style and script."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from html import escape
from unicodedata import east_asian_width

SIZE = 14  # of the letters


def picture(
    title: str, width: int, height: int, parts: Sequence[str], *, natural: bool = False
) -> str:
    """A whole picture that says its finding; `natural`: its size is told, not only its shape."""
    size = f' width="{width}" height="{height}"' if natural else ""
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"{size} role="img" '
        f'class="picture" font-size="{SIZE}" font-family="inherit">'
    )
    return head + f"<title>{escaped(title)}</title>" + "".join(parts) + "</svg>"


def tag(name: str, kind: str, *, body: str = "", **attributes: str | int) -> str:
    """One element of class `kind`, with text in it or none."""
    said = _said(kind, attributes)
    return f"<{name}{said}>{escaped(body)}</{name}>" if body else f"<{name}{said}/>"


def _said(kind: str, attributes: Mapping[str, str | int]) -> str:
    told = {"class": kind, **attributes} if kind else attributes
    return "".join(f' {key}="{escaped(str(value))}"' for key, value in told.items())


def words(kind: str, x: str | int, y: str | int, body: str, **attributes: str | int) -> str:
    """A line of text."""
    return tag("text", kind, x=x, y=y, fill="currentColor", body=body, **attributes)


def group(whole: str, parts: str, kind: str = "row", **attributes: str | int) -> str:
    """Parts that belong together, with the whole of what they tell as their title."""
    return f"<g{_said(kind, attributes)}>{tag('title', '', body=whole)}{parts}</g>"


def paint(*, hollow: bool = False, opacity: str = "1") -> dict[str, str]:
    """How a mark is filled."""
    if hollow:
        return {"fill": "none", "stroke": "currentColor", "stroke-width": "2"}
    return {"fill": "currentColor", "fill-opacity": opacity}


def length(number: Fraction) -> str:
    """Hundredths of a unit are finer than any screen."""
    hundredths = round(number * 100)
    return f"{hundredths // 100}.{hundredths % 100:02d}"


def escaped(text: str) -> str:
    """Text for XML, without the characters that XML does not know."""
    known = (
        c if c >= " " and c not in "\ufffe\uffff" and not "\ud800" <= c <= "\udfff" else " "
        for c in text
    )
    return escape("".join(known))


def breadth(text: str) -> int:
    """About how wide a text is: Korean letters are as wide as they are high."""
    return sum(SIZE if east_asian_width(c) in "WF" else SIZE * 3 // 5 for c in text)


def cut(text: str, room: int) -> str:
    """As much of a text as there is room for."""
    if breadth(text) <= room:
        return text
    while text and breadth(text) > room - SIZE:
        text = text[:-1]
    return text.rstrip() + "…"
