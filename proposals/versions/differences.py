"""What changed between two texts, word by word, as people read it. Pure.

A word is what stands between blanks, without the signs at its ends: so a Korean word is shown with
its particle (공원을 became 공원에), and a full stop alone is no other word. Lines are kept.

Laws: the pieces that are not gone are the new text, sign by sign; those that are not new are the
old one, but for blanks between words. The work is bounded, whatever the texts are.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import groupby

Step = tuple[str, int, int, int, int]  # as difflib's opcodes

MOST_WORK = 50_000  # pairs of words that are looked at; two texts of 5,000 letters need 10,000
_KEPT_BESIDE = 60  # letters on each side of a change that are shown of what stayed
_SHORT = 1  # words between two changes that are too few to be shown as kept
_TOKEN = re.compile(r"(\n|\w(?:\S*\w)?|[^\w\s]+|)([^\S\n]*)")


class Mark(StrEnum):
    """What became of a piece."""

    SAME = "same"
    GONE = "gone"
    NEW = "new"
    FOLDED = "folded"


@dataclass(frozen=True)
class Piece:
    """Words in a row of which the same became."""

    mark: Mark
    text: str


@dataclass
class Work:
    """How much may still be compared. What is left over is told as replaced, as a whole."""

    left: int = MOST_WORK


@dataclass(frozen=True)
class _Words:
    """A text in pieces: what they are compared by, and how they are written."""

    keys: Sequence[str]
    written: Sequence[str]

    @classmethod
    def of(cls, text: str) -> "_Words":
        found = [pair for pair in _TOKEN.findall(text) if any(pair)]
        return cls([word for word, _ in found], [word + blanks for word, blanks in found])

    @classmethod
    def lines(cls, text: str) -> "_Words":
        found = text.splitlines(keepends=True)
        return cls(found, found)


def compared(old: str, new: str) -> list[Piece]:
    """The new text with what went and what came, in order."""
    work = Work()
    a, b = _Words.of(old), _Words.of(new)
    steps = matched(a.keys, b.keys, work)
    if steps is not None:
        return _joined(_pieces(a, b, _merged(a.keys, steps)))
    return _joined(_by_lines(old, new, work))


def folded(pieces: Sequence[Piece]) -> list[Piece]:
    """The same with long stretches that stayed left out, but for a few words beside each change.

    Nothing is shown of two texts that agree.
    """
    if all(piece.mark == Mark.SAME for piece in pieces):
        return []
    found: list[Piece] = []
    for at, piece in enumerate(pieces):
        cut = _cut(piece.text, is_first=at == 0, is_last=at == len(pieces) - 1)
        if piece.mark != Mark.SAME or cut is None:
            found.append(piece)
            continue
        start, end = cut
        parts = (
            (Mark.SAME, piece.text[:start]),
            (Mark.FOLDED, piece.text[start:end]),
            (Mark.SAME, piece.text[end:]),
        )
        found += [Piece(mark, text) for mark, text in parts if text]
    return found


def matched(old: Sequence[str], new: Sequence[str], work: Work) -> list[Step] | None:
    """How one sequence becomes the other, as difflib's opcodes; None if that is too much work.

    Parameters
    ----------
    work : lowered by the pairs of equal members that must be looked at
    """
    start = _common(old, new)
    end = _common(old[start:][::-1], new[start:][::-1])
    a, b = old[start : len(old) - end], new[start : len(new) - end]
    count = Counter(b)
    pairs = sum(count[key] for key in a)
    if pairs > work.left:
        return None
    work.left -= pairs
    steps: list[Step] = [("equal", 0, start, 0, start)] if start else []
    steps += [
        (kind, start + i1, start + i2, start + j1, start + j2)
        for kind, i1, i2, j1, j2 in SequenceMatcher(None, a, b, autojunk=False).get_opcodes()
    ]
    if end:
        steps.append(("equal", len(old) - end, len(old), len(new) - end, len(new)))
    return steps


def _by_lines(old: str, new: str, work: Work) -> Iterator[Piece]:
    """Lines first, then words where lines differ: for texts too long to be matched at once."""
    a, b = _Words.lines(old), _Words.lines(new)
    for kind, i1, i2, j1, j2 in matched(a.keys, b.keys, work) or [
        ("replace", 0, len(a.keys), 0, len(b.keys))
    ]:
        was, now = "".join(a.written[i1:i2]), "".join(b.written[j1:j2])
        words = _Words.of(was), _Words.of(now)
        steps = None if kind == "equal" else matched(words[0].keys, words[1].keys, work)
        if steps is not None:
            yield from _pieces(*words, _merged(words[0].keys, steps))
        elif kind == "equal":
            yield Piece(Mark.SAME, now)
        else:
            yield from (Piece(Mark.GONE, was), Piece(Mark.NEW, now))


def _merged(keys: Sequence[str], steps: Sequence[Step]) -> Iterator[Step]:
    """Steps with a lone word between two changes taken as changed too: it would only confuse."""
    pending: Step | None = None
    for at, (kind, i1, i2, j1, j2) in enumerate(steps):
        is_between = pending is not None and at < len(steps) - 1
        is_lone = is_between and i2 - i1 <= _SHORT and "\n" not in keys[i1:i2]
        if kind == "equal" and not is_lone:
            if pending:
                yield pending
            pending = None
            yield kind, i1, i2, j1, j2
        elif pending:
            pending = ("replace", pending[1], i2, pending[3], j2)
        else:
            pending = ("replace", i1, i2, j1, j2)
    if pending:
        yield pending


def _pieces(old: _Words, new: _Words, steps: Iterator[Step]) -> Iterator[Piece]:
    for kind, i1, i2, j1, j2 in steps:
        if kind == "equal":
            yield Piece(Mark.SAME, "".join(new.written[j1:j2]))
        else:
            yield Piece(Mark.GONE, "".join(old.written[i1:i2]))
            yield Piece(Mark.NEW, "".join(new.written[j1:j2]))


def _joined(pieces: Iterator[Piece]) -> list[Piece]:
    """Neighbours of one mark as one; what is empty left out."""
    some = (piece for piece in pieces if piece.text)
    return [
        Piece(mark, "".join(piece.text for piece in row))
        for mark, row in groupby(some, key=lambda piece: piece.mark)
    ]


def _cut(text: str, *, is_first: bool, is_last: bool) -> tuple[int, int] | None:
    """From where to where the text is left out, at blanks if there are some; None: all is shown."""
    start = 0 if is_first else _blank_after(text, _KEPT_BESIDE)
    end = len(text) if is_last else _blank_before(text, len(text) - _KEPT_BESIDE)
    return (start, end) if end - start > _KEPT_BESIDE else None


def _blank_after(text: str, at: int) -> int:
    found = re.compile(r"\s").search(text, at, at + _KEPT_BESIDE)
    return found.start() if found else at


def _blank_before(text: str, at: int) -> int:
    blanks = [found.end() for found in re.finditer(r"\s", text[max(at - _KEPT_BESIDE, 0) : at])]
    return max(at - _KEPT_BESIDE, 0) + blanks[-1] if blanks else max(at, 0)


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """How many members two sequences have in common at their beginning."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))
