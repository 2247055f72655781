"""Search that finds 보행신호 within 바닥형보행신호를: by pieces of two characters.

Korean words grow particles at their ends, so that whole-word search misses most of them, and
three-character pieces miss two-syllable words. Both databases index the same pieces.
"""

import re
import unicodedata

from sqlalchemy import ColumnElement, and_, column, func, literal_column, select, table, text
from sqlalchemy.orm import Session

from proposals.models import Proposal, SearchEntry

_WORD = re.compile(r"\w+")
_PIECE = 2
LONGEST_QUERY = 80

_FTS = table("proposal_search", column("rowid"))


def pieces(words: str) -> list[str]:
    """Every two-character piece of each word, in order, and single-character words as they are.

    >>> pieces("바닥형 보행신호!")
    ['바닥', '닥형', '보행', '행신', '신호']
    """
    return [word[at : at + _PIECE] for word in _words(words) for at in range(max(1, len(word) - 1))]


def indexed(*texts: str) -> str:
    """What the search column keeps of these texts: pieces, and each character for short queries."""
    whole = " ".join(texts)
    letters = dict.fromkeys("".join(_words(whole)))
    return " ".join([*pieces(whole), *letters])


def matching(session: Session, query: str) -> ColumnElement[bool] | None:
    """The condition that a proposal has every word of `query`; None if it has no word at all."""
    asked = unicodedata.normalize("NFC", query)[:LONGEST_QUERY]
    words = [" ".join(pieces(word)) for word in _words(asked)]
    if not words:
        return None
    on_postgresql = session.get_bind().dialect.name == "postgresql"
    condition = _postgresql(words) if on_postgresql else _sqlite(words)
    return Proposal.id.in_(select(SearchEntry.proposal_id).where(condition))


def _words(text: str) -> list[str]:
    """The words in one form of writing: some keyboards send each Hangul letter apart (NFD)."""
    return _WORD.findall(unicodedata.normalize("NFC", text).casefold())


def _sqlite(words: list[str]) -> ColumnElement[bool]:
    """Each word is a phrase of its pieces, in quotes: nothing in it is read as query language."""
    phrases = " ".join(f'"{word}"' for word in words)
    match = text("proposal_search MATCH :phrases").bindparams(phrases=phrases)
    return SearchEntry.id.in_(select(_FTS.c.rowid).select_from(_FTS).where(match))


def _postgresql(words: list[str]) -> ColumnElement[bool]:
    """Written as the index is, so that it is used; `simple` splits pieces at blanks only."""
    simple: ColumnElement[str] = literal_column("'simple'")
    vector = func.to_tsvector(simple, SearchEntry.words)
    return and_(*(vector.op("@@")(func.phraseto_tsquery(simple, word)) for word in words))
