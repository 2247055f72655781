"""What a clerk types for one sheet, and what it means. Pure.

Numbers of options with blanks, dots or commas between them; with points, ``3/5`` gives option 3
five points. ``0`` is a blank sheet, ``*`` a spoiled one. A *reading* is what is kept: canonical
choices, or one of the words `blank` and `spoiled`.
"""

import json
import re
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from ballots import kinds
from ballots.kinds import BallotRule, Choices
from ballots.paper.errors import NothingTypedError, UnreadableEntryError

BLANK, SPOILED, TYPED = "blank", "spoiled", "typed"
SIGNS: Mapping[str, str] = MappingProxyType({"0": BLANK, "*": SPOILED})
WITH_POINTS = frozenset({"cumulative", "scored"})
LONGEST = 400  # letters of one entry

_WORDS = {reading: sign for sign, reading in SIGNS.items()}
_BETWEEN = re.compile(r"[\s.,。]+")
_OPTION = re.compile(r"([0-9]{1,5})")
_OPTION_WITH_POINTS = re.compile(r"([0-9]{1,5})[/=:-]([0-9]{1,5})")


def read(rule: BallotRule, typed: str) -> str:
    """The reading of what was typed.

    Raises
    ------
    NothingTypedError, UnreadableEntryError
    InvalidBallotError : the sheet breaks the rule of the contest; it may be recorded as spoiled.
    """
    plain = unicodedata.normalize("NFKC", typed)  # a Korean keyboard may send full-width digits
    words = [word for word in _BETWEEN.split(plain) if word]
    if not words:
        raise NothingTypedError
    if len(words) == 1 and words[0] in SIGNS:
        return SIGNS[words[0]]
    return kinds.check(rule, _choices(rule.kind, words))


def shown(reading: str) -> str:
    """A reading as a clerk would type it.

    >>> shown("blank"), shown('{"a":[1,3]}'), shown('{"s":[[2,5]]}')
    ('0', '1 3', '2/5')
    """
    if reading in _WORDS:
        return _WORDS[reading]
    choices = kinds.read(reading)
    if choices.points is None:
        return " ".join(map(str, choices.numbers))
    pairs = zip(choices.numbers, choices.points, strict=True)
    return " ".join(f"{number}/{points}" for number, points in pairs)


def state(reading: str) -> str:
    """`typed` for choices, else the reading itself."""
    return reading if reading in _WORDS else TYPED


def member(reading: str) -> Any:
    """A reading as it stands in JSON: an object of choices, or a word."""
    return reading if reading in _WORDS else json.loads(reading)


def _choices(kind: str, words: list[str]) -> Choices:
    pattern = _OPTION_WITH_POINTS if kind in WITH_POINTS else _OPTION
    found = []
    for word in words:
        match = pattern.fullmatch(word)
        if match is None:
            raise UnreadableEntryError(typed=word[:20])
        found.append(tuple(map(int, match.groups())))
    numbers = tuple(groups[0] for groups in found)
    points = tuple(groups[1] for groups in found) if kind in WITH_POINTS else None
    return Choices(numbers, points)
