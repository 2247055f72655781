"""The stem of an English word, as far as two proposals need it to meet: no grammar, two tables."""

# The first that fits is cut, if three letters stay.
_ENDINGS = (
    "ations",
    "ation",
    "ings",
    "ing",
    "ers",
    "er",
    "ies",
    "ied",
    "es",
    "ed",
    "ly",
    "s",
    "y",
    "e",
)
_SHORTEST = 3

_WISHES = (
    "a about after all also an and any are as at be because been but by can city could do does "
    "each every for from get give had has have help her his how i if in into is it its just like "
    "make many me more most much my need needs new no not of on one only or our out own people "
    "place please put should so some such than that the their them then there these they this "
    "those to too up us use very want was we were what when where which while who will with "
    "would you your let lets install installed installing build built set provide area local "
    "community near"
)
_SILENT = frozenset(_WISHES.split())


def stem(word: str) -> str:
    """The word without its ending.

    >>> [stem(word) for word in ("benches", "lighting", "bins", "bus", "cycling")]
    ['bench', 'light', 'bin', 'bus', 'cycl']
    """
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST:
            return word[: -len(ending)]
    return word


def says_nothing(stemmed: str) -> bool:
    """Whether it is a word of asking, or one that every sentence has."""
    return stemmed in _SILENT
