"""Short texts as whole numbers, so that numpy handles all tokens of a chunk of a file at once.

Eight bytes are one number, a *word*; a longer token is several, filled up with zero bytes. No text
here may hold a zero byte: then tokens are equal just where all their words are.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Bytes = NDArray[np.uint8]
Words = NDArray[np.uint64]
Places = NDArray[np.int16]  # in a list of at most `MOST_KEYS`
Picks = NDArray[np.int32]  # row of the chunk, times the number of keys, plus place
Mask = NDArray[np.bool_]

WORD = 8  # bytes
LONGEST = 64  # bytes of a token
PADDING = bytes(LONGEST + WORD)  # so that words may be taken past the end of the last token
MOST_KEYS = 4096  # a lexicon's table is as long as the square of the number of its keys
TRIES = 64
_ODD = 0x9E3779B97F4A7C15  # 2^64 over the golden ratio, made odd: sends near numbers far apart
# Line i, entry n: what to keep of the i-th word of a token of n bytes.
_KEEP = np.array(
    [
        [(1 << 8 * min(max(length - WORD * i, 0), WORD)) - 1 for length in range(LONGEST + 1)]
        for i in range(LONGEST // WORD)
    ],
    dtype=np.uint64,
)


class NotPlainError(Exception):
    """Something that only the careful reader can judge; never leaves the package."""


def factors(first: int, number: int) -> list[np.uint64]:
    """Odd numbers to multiply words with, the same in every run."""
    return [np.uint64(pow(_ODD, first + i + 1, 2**64)) for i in range(number)]


def width_of(longest: int) -> int:
    """How many words a token of so many bytes needs."""
    if longest > LONGEST:
        raise NotPlainError
    return max(1, -(-longest // WORD))


def combined(words: Sequence[Words], by: Sequence[np.uint64]) -> Words:
    """One number for each token: the sum of its words times their factors, modulo 2^64.

    Further words of zero change nothing. Tokens of one word get different numbers if they differ,
    since the factors are odd; longer ones do but by accident.
    """
    total = words[0] * by[0]
    for word, factor in zip(words[1:], by[1:], strict=True):
        total += word * factor
    return total


class Window:
    """A text and the words that begin at each of its bytes; `PADDING` stands at its end."""

    def __init__(self, text: bytes) -> None:
        self.bytes: Bytes = np.frombuffer(text, dtype=np.uint8)
        self._words: Words = np.ndarray(
            len(text) - WORD + 1, dtype="<u8", buffer=text, strides=(1,)
        )

    def words(self, start: Ints, length: Ints, width: int) -> list[Words]:
        """The `width` words of each token.

        Raises
        ------
        NotPlainError : a token needs more.
        """
        if length.max(initial=0) > WORD * width:
            raise NotPlainError
        return [self._words[start + WORD * i] & _KEEP[i].take(length) for i in range(width)]


class Lexicon:
    """Known tokens in a table without collisions: a few passes of numpy find all of a chunk.

    Attributes
    ----------
    keys : m distinct tokens, at least one
    width : how many words the longest needs

    Raises
    ------
    NotPlainError : no keys, too many, or too long ones.
    """

    def __init__(self, keys: Sequence[bytes]) -> None:
        if not 0 < len(keys) <= MOST_KEYS:
            raise NotPlainError
        self.keys = keys
        self.width = width_of(max(map(len, keys)))
        filled = b"".join(key.ljust(WORD * self.width, b"\0") for key in keys)
        table = np.frombuffer(filled, dtype="<u8").reshape(len(keys), self.width)
        self._words: list[Words] = list(table.T.copy())
        bits = max(1, (len(keys) ** 2 - 1).bit_length())
        self._shift = np.uint64(64 - bits)
        self._factors, slots = self._spread()
        self._table: Places = np.zeros(2**bits, dtype=np.int16)
        self._table[slots] = np.arange(len(keys))

    def _spread(self) -> tuple[list[np.uint64], Ints]:
        """Factors that send no two keys to one slot; each try has a chance above one half."""
        for trial in range(TRIES):
            by = factors(trial, self.width)
            slots = self._slots(self._words, by)
            if len(set(slots.tolist())) == len(slots):
                return by, slots
        raise NotPlainError

    def _slots(self, words: Sequence[Words], by: Sequence[np.uint64]) -> Ints:
        total = combined(words, by)
        total >>= self._shift
        return total.view(np.int64)

    def find(self, words: Sequence[Words]) -> tuple[Places, Mask]:
        """The place of each token among the keys, and whether it is there at all."""
        places = self._table.take(self._slots(words, self._factors))
        is_known = np.ones(len(places), dtype=np.bool_)
        for key, word in zip(self._words, words, strict=True):
            is_known &= key.take(places) == word
        return places, is_known
