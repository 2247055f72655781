"""Pictures of an outcome as SVG text: labels beside what they name, no colour that says anything.

All is drawn in ``currentColor``, told apart by solid, light and hollow, so that it survives dark
pages and grey print. Classes are left for a page's own style; there is no inline style and no
script. Texts come from the caller, in the language of the page; each picture's title says its
finding, for those who do not see it. A row tells its whole label and figure as its own title.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from tally.contest import Amount
from tally.svg import SIZE, breadth, cut, group, length, paint, picture, tag, words

WIDTH = 720
_REACH = 704  # how far marks go to the right; figures end a little before
_RADIUS = 6
_ROW, _TOP = 44, 28  # heights of a row and of the space above
_LINE = 26  # where the line of a row's marks lies below its top


@dataclass(frozen=True, slots=True)
class Bar:
    """An amount of money: `said` is its text."""

    label: str
    amount: Amount
    said: str


@dataclass(frozen=True, slots=True)
class Dot:
    """How much of what was needed an option had: 1 is enough."""

    label: str
    value: Amount
    said: str
    funded: bool


@dataclass(frozen=True, slots=True)
class Box:
    """The purses after a round: least, quarter, middle, three quarters, most."""

    label: str
    purses: tuple[Amount, Amount, Amount, Amount, Amount]
    said: str


def funded(title: str, bars: Sequence[Bar], left: Bar, limit: Amount, limit_said: str) -> str:
    """The funded options one behind the other, up to the limit, and what is left.

    Parameters
    ----------
    bars : in order of choice
    left : what is left of the limit; its amount may be 0
    limit_said : the text at the line of the limit

    >>> picture = funded("One", [Bar("Pool", 6, "6")], Bar("Left", 2, "2"), 8, "Limit 8")
    >>> picture[:39], picture.count("<rect")
    ('<svg xmlns="http://www.w3.org/2000/svg"', 2)
    """
    whole = max(Fraction(limit), sum((Fraction(bar.amount) for bar in bars), Fraction(0)))
    start, rows = Fraction(0), []
    for at, bar in enumerate(bars):
        y = _TOP + at * _ROW
        before = _rect("before", 0, start, y, whole, opacity="0.15") if start else ""
        mark = _rect("bar", start, Fraction(bar.amount), y, whole)
        rows.append(_row(y, bar.label, bar.said, before + mark))
        start += Fraction(bar.amount)
    y = _TOP + len(bars) * _ROW
    rest = _rect("rest", start, Fraction(left.amount), y, whole, hollow=True)
    rows.append(_row(y, left.label, left.said, rest))
    line = _upright("limit", _x(Fraction(limit), whole), len(rows), limit_said)
    return _svg(title, len(rows), [line, *rows])


def margins(title: str, dots: Sequence[Dot], enough_said: str) -> str:
    """How near each option was: filled dots are funded, hollow ones are not.

    Parameters
    ----------
    dots : in the order in which they shall stand
    enough_said : the text at the line of what is enough
    """
    whole = max([Fraction(1), *(Fraction(dot.value) for dot in dots)]) * Fraction(21, 20)
    enough = _x(Fraction(1), whole)
    rows = []
    for at, dot in enumerate(dots):
        y = _TOP + at * _ROW
        x = _x(Fraction(dot.value), whole)
        kind = "dot funded" if dot.funded else "dot"
        mark = tag("circle", kind, cx=x, cy=y + _LINE, r=_RADIUS, **paint(hollow=not dot.funded))
        rows.append(_row(y, dot.label, dot.said, _gap(y, enough, x) + mark))
    return _svg(title, len(rows), [_upright("enough", enough, len(rows), enough_said), *rows])


def purses(title: str, boxes: Sequence[Box], endowment: Amount, endowment_said: str) -> str:
    """The purses round by round: a line from least to most, a box for the middle half, a middle.

    Parameters
    ----------
    endowment_said : the text at the line of what everybody began with
    """
    whole = max(Fraction(endowment), Fraction(1, 10**9))
    rows = []
    for at, box in enumerate(boxes):
        y = _TOP + at * _ROW
        least, quarter, middle, three, most = (_x(Fraction(money), whole) for money in box.purses)
        reach = tag(
            "line", "reach", x1=least, x2=most, y1=y + _LINE, y2=y + _LINE, stroke="currentColor"
        )
        broad = length(Fraction(three) - Fraction(quarter))
        half = tag(
            "rect", "half", x=quarter, y=y + _LINE - 7, width=broad, height=14,
            **paint(opacity="0.35"),
        )  # fmt: skip
        tick = tag("rect", "middle", x=middle, y=y + _LINE - 9, width=3, height=18, **paint())
        rows.append(_row(y, box.label, box.said, reach + half + tick))
    line = _upright("endowment", _x(Fraction(endowment), whole), len(rows), endowment_said)
    return _svg(title, len(rows), [line, *rows])


def _gap(y: int, enough: str, dot: str) -> str:
    """A line from what is enough to the rim of a dot."""
    way = Fraction(dot) - Fraction(enough)
    if abs(way) <= _RADIUS:
        return ""
    rim = length(Fraction(dot) + (-_RADIUS if way > 0 else _RADIUS))
    return tag("line", "gap", x1=enough, x2=rim, y1=y + _LINE, y2=y + _LINE, stroke="currentColor")


def _svg(title: str, rows: int, parts: Sequence[str]) -> str:
    return picture(title, WIDTH, _TOP + rows * _ROW + 4, parts)


def _row(y: int, label: str, said: str, marks: str) -> str:
    """A line of text over its marks; the whole text is the row's title."""
    room = _REACH - breadth(said) - 2 * SIZE
    name = words("label", 0, y + 13, cut(label, room))
    figure = words("figure", WIDTH, y + 13, said, **{"text-anchor": "end"})
    return group(f"{label}: {said}", name + figure + marks)


def _rect(
    kind: str, start: Fraction | int, size: Fraction, y: int, whole: Fraction,
    *, hollow: bool = False, opacity: str = "1",
) -> str:  # fmt: skip
    return tag(
        "rect", kind, x=_x(Fraction(start), whole), y=y + 19, width=_x(size, whole), height=14,
        **paint(hollow=hollow, opacity=opacity),
    )  # fmt: skip


def _upright(kind: str, x: str, rows: int, said: str) -> str:
    """A line down through all rows, with its text at the top."""
    right = Fraction(x) * 2 > WIDTH
    anchor = {"text-anchor": "end" if right else "start"}
    text = words(kind, x, 13, said, **anchor)
    dashes = {"stroke-dasharray": "4 3", "stroke": "currentColor"}
    return text + tag("line", kind, x1=x, x2=x, y1=18, y2=_TOP + rows * _ROW, **dashes)


def _x(amount: Fraction, whole: Fraction) -> str:
    return length(amount / whole * _REACH if whole else Fraction(0))
