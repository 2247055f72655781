"""Search that finds 보행신호 within 바닥형보행신호를: by pieces of two characters.

Korean words grow particles at their ends, so that whole-word search misses most of them, and
three-character pieces miss two-syllable words. Both databases index the same pieces.
"""

import re
import unicodedata
from functools import reduce

from sqlalchemy import (
    ColumnElement,
    and_,
    column,
    func,
    literal,
    literal_column,
    or_,
    select,
    table,
    text,
)
from sqlalchemy.orm import Session

from proposals.models import Proposal, SearchEntry
from proposals.similar import korean

_WORD = re.compile(r"\w+")
_PIECE = 2
_LONGEST_CUT = 8  # letters of a word that is tried with a blank
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
    words = [spellings(word) for word in _words(asked)]
    if not words:
        return None
    on_postgresql = session.get_bind().dialect.name == "postgresql"
    condition = _postgresql(words) if on_postgresql else _sqlite(words)
    return Proposal.id.in_(select(SearchEntry.proposal_id).where(condition))


def spellings(word: str) -> list[str]:
    """The phrases of pieces, each of which is the word: whole, and with a blank at each place.

    People write 보행신호 and 보행 신호. A particle of the word asked for is left out, since the
    same word has another one in the text.

    >>> spellings("보행신호를")
    ['보행 행신 신호', '보 행신 신호', '보행 신호', '보행 행신 호']
    """
    stem = korean.without_particle(word)
    cuts = range(1, len(stem)) if _PIECE < len(stem) <= _LONGEST_CUT else ()
    parted = (" ".join([*pieces(stem[:cut]), *pieces(stem[cut:])]) for cut in cuts)
    return [" ".join(pieces(stem)), *(parted if korean.is_hangul(stem) else ())]


def _words(text: str) -> list[str]:
    """The words in one form of writing: some keyboards send each Hangul letter apart (NFD)."""
    return _WORD.findall(unicodedata.normalize("NFC", text).casefold())


def _sqlite(words: list[list[str]]) -> ColumnElement[bool]:
    """Each word is one of its phrases, in quotes: nothing in it is read as query language."""
    alternatives = (" OR ".join(f'"{one}"' for one in word) for word in words)
    phrases = " AND ".join(f"({one})" for one in alternatives)
    match = text("proposal_search MATCH :phrases").bindparams(phrases=phrases)
    return SearchEntry.id.in_(select(_FTS.c.rowid).select_from(_FTS).where(match))


def _postgresql(words: list[list[str]]) -> ColumnElement[bool]:
    """The index tells who has all pieces of a phrase, wherever; the text, whether they are one.

    Pieces stand behind each other in the text with one blank between, so a phrase is a part of it.
    To look for a part costs a tenth of comparing the positions that the database keeps of pieces.
    """
    simple: ColumnElement[str] = literal_column("'simple'")  # it splits at blanks only
    vector: ColumnElement[str] = literal_column("proposal_words.proposal_search_vector")
    said = literal(" ") + SearchEntry.words + literal(" ")
    return and_(
        *(
            and_(
                vector.op("@@")(_any_of([func.plainto_tsquery(simple, one) for one in word])),
                or_(*(func.strpos(said, f" {one} ") > 0 for one in word)),
            )
            for word in words
        )
    )


def _any_of(queries: list[ColumnElement[str]]) -> ColumnElement[str]:
    return reduce(lambda one, other: one.op("||")(other), queries)
