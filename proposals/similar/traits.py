"""What a text is recognised by: pieces of its words, their letters, and what they mean.

Pure. A trait is a number in a fixed range, so that an index is arrays and not words:

- each two syllables of a stem, and across a blank, which people put where they like (보행 신호);
- each three letters of a stem, so that a slip of the finger (횡당보도) costs some, not all;
- the senses of `senses.txt`, so that other words for the same thing meet.

A trait weighs as much as the most prominent field that has it. How rare it is in this city is not
known here: see `shelf.py`.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from proposals.similar import english, korean
from proposals.similar.senses import senses

RECIPE = 1  # raised whenever a text comes to have other traits: what is stored is made anew then
BUCKETS = 1 << 18  # traits there can be; two that share a number are rare, and do little harm
MOST = 400  # traits of one text, the most prominent: so a long text takes no more room than that
_LONGEST = 1500  # characters of a field that are read

TITLE, SUMMARY, NEED = 2.0, 1.7, 1.2  # what a trait weighs in each field
_PIECE, _ACROSS, _LETTERS, _SENSE = 1.0, 0.5, 0.45, 3.5  # and by its kind

_WORD = re.compile(r"[가-힣]+|[^\W\d_가-힣]+|\d+")


@dataclass(frozen=True)
class Written:
    """The part of a proposal that says what is wished, in one language."""

    title: str
    summary: str = ""
    need: str = ""


class Wish(Protocol):
    """What has the texts of a proposal: the proposal itself, or what was typed of it so far."""

    # Any is a text: SQLAlchemy's columns are descriptors, which no protocol can name.
    @property
    def title(self) -> Any:
        """Its title."""

    @property
    def summary(self) -> Any:
        """It in one sentence."""

    @property
    def need(self) -> Any:
        """Why it is needed."""

    @property
    def title_en(self) -> Any:
        """The title in English, or nothing."""

    @property
    def summary_en(self) -> Any:
        """The sentence in English, or nothing."""


def voices(wish: Wish) -> list[Written]:
    """The texts of a proposal, one for each language that it is written in."""
    said = [Written(wish.title, wish.summary, wish.need), Written(wish.title_en, wish.summary_en)]
    return [one for one in said if one.title or one.summary or one.need]


@dataclass(frozen=True)
class Traits:
    """The traits of one text: distinct numbers below `BUCKETS`, rising, with what each weighs."""

    numbers: NDArray[np.uint32]
    weights: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.numbers)

    def to_bytes(self) -> bytes:
        """As they are stored: eight bytes a trait, the numbers first."""
        return self.numbers.astype("<u4").tobytes() + self.weights.astype("<f4").tobytes()

    @classmethod
    def from_bytes(cls, stored: bytes) -> "Traits":
        """What `to_bytes` stored."""
        half = len(stored) // 2
        return cls(np.frombuffer(stored[:half], "<u4"), np.frombuffer(stored[half:], "<f4"))


def traits(text: Written) -> Traits:
    """What the text is recognised by; none at all if it has no word that says something."""
    found: dict[int, float] = {}
    fields = ((text.title, TITLE), (text.summary, SUMMARY), (text.need, NEED))
    for said, prominence in fields:
        for number, weight in _of_field(said[:_LONGEST]):
            found[number] = max(found.get(number, 0.0), weight * prominence)
    kept = sorted(sorted(found.items(), key=lambda one: (-one[1], one[0]))[:MOST])
    return Traits(
        np.array([number for number, _ in kept], np.uint32),
        np.array([weight for _, weight in kept], np.float32),
    )


def folded(text: str) -> str:
    """One form of writing: some keyboards send each Hangul letter apart."""
    return unicodedata.normalize("NFC", text).casefold()


def words(text: str) -> Iterator[tuple[str, str]]:
    """Each word that says something: as it is written, and its stem; `text` is folded."""
    for word in _WORD.findall(text):
        if korean.is_hangul(word):
            stem, silent = korean.stem(word), korean.says_nothing
        else:
            stem, silent = english.stem(word), english.says_nothing
        if not (silent(word) or silent(stem)):
            yield word, stem


def _of_field(said: str) -> Iterator[tuple[int, float]]:
    text = folded(said)
    before = ""
    for _, stem in words(text):
        yield from of_stem(stem)
        if before and korean.is_hangul(stem) and korean.is_hangul(before):
            yield _number(before[-1] + stem[0]), _ACROSS
        before = stem
    yield from of_senses(text).items()


def of_stem(stem: str) -> Iterator[tuple[int, float]]:
    """The traits of one stem by itself, with what each weighs by its kind."""
    if korean.is_hangul(stem):
        for at in range(max(1, len(stem) - 1)):
            yield _number(stem[at : at + 2]), _PIECE
        spelt = f"^{korean.letters(stem)}"
    else:
        yield _number(stem), _PIECE
        spelt = f"^{stem}$"
    for at in range(len(spelt) - 2):
        yield _number(f"~{spelt[at : at + 3]}"), _LETTERS


def of_senses(text: str) -> dict[int, float]:
    """The senses that a folded text names, as traits, with what each weighs."""
    return {_number(f"={sense}"): _SENSE for sense in senses(text)}


def _number(trait: str) -> int:
    return crc32(trait.encode()) % BUCKETS
