"""Words that mean the same to a city, so that 보안등 and 가로등 meet, and 벤치 and bench."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("senses.txt")
_KEY = 2  # letters by which the table is entered


@cache
def _table() -> tuple[Mapping[str, Sequence[int]], Mapping[str, int]]:
    """The senses of each word, letter by letter, and the longest word by its first letters."""
    senses: dict[str, list[int]] = defaultdict(list)
    for number, line in enumerate(FILE.read_text(encoding="utf-8").splitlines()):
        for word in [] if line.startswith("#") else line.casefold().split(","):
            said = unicodedata.normalize("NFD", word.strip().replace("-", " "))
            for spelling in {said, said.replace(" ", ""), said.replace(" ", "-")}:
                senses[spelling].append(number)
    longest: dict[str, int] = defaultdict(int)
    for word in senses:
        longest[word[:_KEY]] = max(longest[word[:_KEY]], len(word))
    return dict(senses), dict(longest)


def senses(text: str) -> Iterator[int]:
    """The senses that a folded text names, the longest word at each place.

    Words are compared letter by letter, since a verb changes within its last
    syllable: 마시 is in 마실.
    """
    numbers, longest = _table()
    spelt = unicodedata.normalize("NFD", text)
    for start in range(len(spelt)):
        most = longest.get(spelt[start : start + _KEY], 0)
        if not most or (spelt[start].isascii() and start and spelt[start - 1].isalnum()):
            continue  # an English word is known by its beginning
        for end in range(start + most, start + _KEY - 1, -1):
            if spelt[start:end] in numbers:
                yield from numbers[spelt[start:end]]
                break
