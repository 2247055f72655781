"""Plain lines of whole numbers, a chunk of a file at once: ``3 1 2 0`` or ``3: 1,2``.

Only what is proved plain is read here: a count of voters and different candidates of the contest,
with nothing but the one sign between them. Every other line is handed back, and the format's own
reader judges it. So the two cannot disagree, and each fault has one place where it is told.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tally.ranked import Rankings
from tally.ranked.ballots import Ints, Small, narrow

Line = tuple[int, str]  # its number in the file, and its text
Mask = NDArray[np.bool_]
# Bytes read at once: a chunk's arrays stay in the processor's cache.
CHUNK = 1 << 18
_DIGITS = 9  # of a number here; more are left to the careful reader
_BITS = 32  # of candidates, so that sums of as many bits as a line can name stay below 2^64
_BREAK, _BLANK, _ZERO = ord("\n"), ord(" "), ord("0")


@dataclass(frozen=True)
class Form:
    """The signs of a plain line.

    Attributes
    ----------
    after_count : the sign after the number of voters; one blank may follow a sign that is none
    between : the sign between candidates
    has_end : whether the number 0 ends the line
    """

    after_count: str
    between: str
    has_end: bool

    @property
    def least(self) -> int:
        """The fewest numbers of a line."""
        return 2  # the count, and a candidate or the 0 at the end


BLT = Form(" ", " ", has_end=True)
PREFLIB = Form(":", ",", has_end=False)


def plain_lines(text: str, first: int, size: int, form: Form) -> tuple[Rankings, list[Line]]:
    """The ballots of all plain lines, and all other lines, empty ones included.

    `text` begins with line `first` of the file; a line feed ends a line.
    """
    lengths, places, weights = [np.zeros(0, np.int64)], [np.zeros(0, narrow(size))], []
    others: list[Line] = []
    for chunk in _chunks(text.encode(errors="surrogatepass")):
        part = _Chunk(chunk, form)
        is_plain = part.plain(size)
        heads, counts = part.first[is_plain], part.counts[is_plain]
        lengths.append(counts - 1 - form.has_end)
        weights.append(part.values[heads])
        is_mark = np.repeat(is_plain, part.counts)
        is_mark[heads] = False
        if form.has_end:
            is_mark[heads + counts - 1] = False
        places.append((part.values[is_mark] - 1).astype(places[0].dtype))
        others += [
            (first + at, chunk[part.begins[at] : part.breaks[at]].decode(errors="surrogatepass"))
            for at in np.flatnonzero(~is_plain).tolist()
        ]
        first += len(part.breaks)
    rankings = Rankings(
        size=size,
        starts=np.cumsum(np.concatenate([np.zeros(1, np.int64), *lengths])),
        places=np.concatenate(places),
        ranks=None,
        weights=np.concatenate([np.zeros(0, np.int64), *weights]),
    )
    return rankings, others


def _chunks(data: bytes) -> Iterator[bytes]:
    """Whole lines, each with the line feed that ends it."""
    start = 0
    while start < len(data):
        end = data.rfind(b"\n", start, start + CHUNK) + 1 or data.find(b"\n", start) + 1
        if not end:
            yield data[start:] + b"\n"
            return
        yield data[start:end]
        start = end


class _Chunk:
    """Some lines, and the whole numbers in them.

    Attributes
    ----------
    begins, breaks : where each line begins, and where its line feed is
    first, counts : of each line, its first number among all, and how many it has
    lengths : of each number, in digits
    values : of each number; of too long ones something
    is_sound : of each number, whether it is short, and the sign after it is one of a plain line
    """

    def __init__(self, chunk: bytes, form: Form) -> None:
        text = np.frombuffer(chunk, dtype=np.uint8)
        self.form = form
        self.breaks: Ints = np.flatnonzero(text == _BREAK)
        self.begins: Ints = np.append(0, self.breaks[:-1] + 1)
        is_digit = (text - np.uint8(_ZERO)) < 10  # noqa: PLR2004 - smaller bytes wrap around
        edges = np.flatnonzero(is_digit[1:] != is_digit[:-1]) + 1
        if is_digit[0]:
            edges = np.append(0, edges)
        self.starts: Ints = edges[::2]
        ends: Ints = edges[1::2]
        self.first: Ints = np.searchsorted(self.starts, self.begins)
        self.counts: Ints = np.diff(self.first, append=len(self.starts))
        self.lengths: Ints = ends - self.starts
        self.values = _values(text, self.starts, self.lengths)
        self.is_sound = self._sound(text, ends)

    def _sound(self, text: NDArray[np.uint8], ends: Ints) -> Mask:
        after = text[ends]
        is_next: Mask = np.append(self.starts[1:] - ends[:-1] == 1, False)
        is_last = after == _BREAK
        is_sound: Mask = is_next & (after == ord(self.form.between)) | is_last
        if self.form.after_count != self.form.between:
            heads = self.first[self.counts > 0]
            # A blank after the sign; behind the last sign stands a line feed at least.
            is_near = is_next[heads] | (
                (text[np.minimum(ends[heads] + 1, len(text) - 1)] == _BLANK)
                & np.append(self.starts[1:] - ends[:-1] == 2, False)[heads]  # noqa: PLR2004
            )
            is_sound[heads] = is_near & (after[heads] == ord(self.form.after_count))
        is_sound &= self.lengths <= _DIGITS
        return is_sound

    def plain(self, size: int) -> Mask:
        """Of each line, whether it is a ballot in plain form that ranks nobody twice."""
        is_plain: Mask = self.counts >= self.form.least
        lines = np.flatnonzero(is_plain)
        is_plain[lines] = self.starts[self.first[lines]] == self.begins[lines]
        is_good = self.is_sound & ((self.values - 1).view(np.uint64) < size)
        lines = np.flatnonzero(is_plain)
        heads, lasts = self.first[lines], self.first[lines] + self.counts[lines] - 1
        is_good[heads] = self.is_sound[heads] & (self.values[heads] > 0)
        if self.form.has_end:
            is_end = (self.values[lasts] == 0) & (self.lengths[lasts] == 1)
            is_good[lasts] = self.is_sound[lasts] & is_end
        is_plain[self._line_of(np.flatnonzero(~is_good))] = False
        is_plain[self._repeating(np.flatnonzero(is_plain), size)] = False
        return is_plain

    def _line_of(self, numbers: Ints) -> Ints:
        lines: Ints = np.searchsorted(self.begins, self.starts[numbers], side="right") - 1
        return lines

    def _repeating(self, lines: Ints, size: int) -> Ints:
        """Those of the lines that name a candidate twice."""
        is_long = self.counts[lines] > self.form.least
        lines = lines[is_long]
        if not len(lines):
            return lines
        is_in = np.zeros(len(self.breaks), dtype=np.bool_)
        is_in[lines] = True
        is_mark = np.repeat(is_in, self.counts)
        is_mark[self.first[lines]] = False
        if self.form.has_end:
            is_mark[self.first[lines] + self.counts[lines] - 1] = False
        places = self.values[is_mark] - 1
        lengths = self.counts[lines] - 1 - self.form.has_end
        if size <= _BITS:
            bits = np.uint64(1) << places.view(np.uint64)
            starts = np.cumsum(lengths) - lengths
            # Different bits add up to all of them together; one that comes again makes it more.
            again: Mask = np.add.reduceat(bits, starts) != np.bitwise_or.reduceat(bits, starts)
            return lines[again]
        keys = np.repeat(lines, lengths) * size + places
        keys.sort()
        return np.unique(keys[1:][keys[1:] == keys[:-1]] // size)


def _values(text: NDArray[np.uint8], starts: Ints, lengths: Ints) -> Ints:
    values = text[starts].astype(np.int64) - _ZERO
    for at in range(1, min(int(lengths.max(initial=0)), _DIGITS)):
        longer = np.flatnonzero(lengths > at)
        values[longer] = values[longer] * 10 + text[starts[longer] + at] - _ZERO
    return values


def joined(one: Rankings, other: Rankings) -> Rankings:
    """The ballots of both, over the same candidates."""
    if not len(other.weights):
        return one
    if not len(one.weights):
        return other
    unit = math.lcm(one.weights_unit, other.weights_unit)
    weights: NDArray[Any] = np.concatenate(
        [part.weights.astype(object) * (unit // part.weights_unit) for part in (one, other)]
    )
    if sum(weights.tolist()) <= np.iinfo(np.int64).max:
        weights = weights.astype(np.int64)
    is_plain = one.ranks is None and other.ranks is None
    return Rankings(
        size=one.size,
        starts=np.append(one.starts, other.starts[1:] + one.starts[-1]),
        places=np.append(one.places, other.places),
        ranks=None if is_plain else np.append(*map(_ranks, (one, other))),
        weights=weights,
        weights_unit=unit,
    )


def _ranks(rankings: Rankings) -> Small:
    if rankings.ranks is not None:
        return rankings.ranks
    ranks = np.arange(1, len(rankings.places) + 1) - np.repeat(
        rankings.starts[:-1], rankings.lengths
    )
    return ranks.astype(narrow(rankings.size))
