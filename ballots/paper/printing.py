"""The ballot as a PDF to be printed: A4, large, in Korean and English.

Sheets carry no number when they are handed out: its place is left blank, and filled in when the box
is opened. The same slate gives the same bytes on machines with the same font.
"""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from ballots.groups import Group, grouped
from ballots.models import Contest, Option
from core import city, money, typesetting
from core.city import Neighbourhood
from core.words import LANGUAGES, gettext, language, speaking

PAGE = Path(__file__).with_name("ballot.typ")

Both = dict[str, str]  # language -> text


def ballot(session: Session, contest: Contest) -> BytesIO:
    """The ballot of a contest whose slate is frozen, as PDF/UA.

    Raises
    ------
    core.typesetting.NoKoreanFontError : the machine has none of its fonts.
    """
    return BytesIO(typesetting.pdf(PAGE, content(session, contest)))


def content(session: Session, contest: Contest) -> dict[str, Any]:
    """What the ballot says, in both languages."""
    places = {row.slug: row for row in city.neighbourhoods(session)}
    return {
        "title": _both(lambda: contest.title(language())),
        "rules": [_both(say) for say in _rules(contest)],
        "groups": [
            _group(group, contest, places) for group in grouped(session, contest, contest.options)
        ],
        "serial": _both(lambda: gettext("Batch and sheet")),
        "later": _both(lambda: gettext("written when the box is opened, never before")),
    }


def _rules(contest: Contest) -> list[Callable[[], str]]:
    """How to fill the ballot in, by the kind of its contest."""
    fund = contest.fund_minor, contest.currency
    fill: dict[str, Callable[[], str]] = {
        "ordinal": lambda: gettext(
            "Write 1 in the box of the project you like best, 2 in the next, and so on."
        ),
        "cumulative": lambda: gettext(
            "Write your points into the boxes of the projects you support."
        ),
        "scored": lambda: gettext("Write your points into the boxes of the projects you support."),
    }
    said = [fill.get(contest.kind, lambda: gettext("Tick the boxes of the projects you support."))]
    if contest.kind == "knapsack":
        said.append(
            lambda: gettext(
                "Together they may cost at most %(fund)s.", fund=money.in_words(*fund, language())
            )
        )
    elif contest.kind == "choose_one":
        said.append(lambda: gettext("Choose one project."))
    elif contest.max_picks:
        said.append(lambda: gettext("Choose up to %(limit)s projects.", limit=contest.max_picks))
    said.append(lambda: gettext("Write nothing else on this sheet. You may leave it blank."))
    return said


def _group(group: Group, contest: Contest, places: dict[str, Neighbourhood]) -> dict[str, Any]:
    limit = group.limit

    def name() -> str:
        return group.field.name(language()) if group.field else gettext("Projects")

    def most() -> str:
        return gettext("Up to %(limit)s in this field.", limit=limit) if limit else ""

    return {
        "name": _both(name),
        "limit": _both(most),
        "options": [_option(option, contest, places) for option in group.options],
    }


def _option(option: Option, contest: Contest, places: dict[str, Neighbourhood]) -> dict[str, Any]:
    def place() -> str:
        known = places.get(option.neighbourhood or "")
        names = (known.name(language()) if known else gettext("Whole city"), option.place)
        return " · ".join(filter(None, names))

    return {
        "number": option.number,
        "title": _both(lambda: option.title_in(language())),
        "place": _both(place),
        "cost": _both(lambda: money.in_words(option.cost_minor, contest.currency, language())),
    }


def _both(say: Callable[[], str]) -> Both:
    said = {}
    for code in LANGUAGES:
        with speaking(code):
            said[code] = say()
    return said
