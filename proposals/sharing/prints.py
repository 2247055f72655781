"""A proposal as a picture to be shown beside a link, and as a sheet to be hung up."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path

from core import money, qr, typesetting
from core.city import Neighbourhood
from core.words import LANGUAGES, gettext, speaking
from proposals.models import Proposal
from proposals.workflow import STATUSES

CARD, POSTER = (Path(__file__).with_name(name) for name in ("card.typ", "poster.typ"))
_KEPT = 256  # pictures in memory, some 20 KB each

Places = Mapping[str, Neighbourhood]


@dataclass(frozen=True)
class Card:
    """What the picture says, all in one language."""

    language: str
    name: str  # of the site
    title: str
    place: str
    cost: str
    status: str
    kind: str  # of the status: its colour

    @cached_property
    def digest(self) -> str:
        """Names these words in this design, so that a picture of them may be kept for ever."""
        said = json.dumps(asdict(self), ensure_ascii=False).encode()
        return hashlib.sha256(said + _design()).hexdigest()[:16]

    def png(self) -> bytes:
        """The picture, 1200 by 630 pixels. Raises NoKoreanFontError."""
        return _drawn(self)


def card(proposal: Proposal, places: Places, language: str) -> Card:
    """What the card of a proposal says in a language."""
    with speaking(language):
        return Card(
            language=language,
            name=gettext("Gwangjang"),
            title=proposal.title_in(language),
            place=_place(proposal, places, language),
            cost=_cost(proposal, language),
            status=str(STATUSES[proposal.status].name),
            kind=STATUSES[proposal.status].kind,
        )


def poster(proposal: Proposal, places: Places, address: str) -> bytes:
    """The sheet in both languages with the address as a QR code, A4, PDF/UA.

    Raises
    ------
    NoKoreanFontError
    """
    return typesetting.pdf(
        POSTER,
        {
            "name": _both(lambda _language: gettext("Gwangjang")),
            "lede": _both(lambda _language: gettext("A neighbour proposes")),
            "title": _both(proposal.title_in),
            "summary": _both(proposal.summary_in),
            "place": _both(lambda language: _place(proposal, places, language)),
            "cost": _both(lambda language: _cost(proposal, language)),
            "read": _both(lambda _language: gettext("Read it and say what you think")),
            "address": address,
            "qr": qr.file(address),
        },
    )


@cache
def _design() -> bytes:
    return CARD.read_bytes()


@lru_cache(maxsize=_KEPT)
def _drawn(said: Card) -> bytes:
    return typesetting.png(CARD, asdict(said))


def _place(proposal: Proposal, places: Places, language: str) -> str:
    known = places.get(proposal.neighbourhood or "")
    return known.name(language) if known else gettext("Whole city")


def _cost(proposal: Proposal, language: str) -> str:
    if proposal.cost_minor is None:
        return ""
    return money.in_words(proposal.cost_minor, proposal.currency, language)


def _both(say: Callable[[str], str]) -> dict[str, str]:
    said = {}
    for language in LANGUAGES:
        with speaking(language):
            said[language] = say(language)
    return said
