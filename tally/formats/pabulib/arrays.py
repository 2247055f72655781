"""The fast reader: from bytes straight into the arrays of a profile.

It reads only what it can prove plain: rows of as many fields as the header has, unquoted, voters
and projects written without blanks around them, known projects, none twice on a ballot, no voter
twice. Of anything else it says nothing but `NotPlainError`, and the careful reader judges. So the
two cannot disagree, and each fault has one place where it is told.
"""

import math
import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tally.contest import Amount
from tally.errors import FormatError
from tally.formats.pabulib.amounts import parse_number
from tally.formats.pabulib.file import (
    POINTED,
    SECTIONS,
    Election,
    PabulibFile,
    named_twice,
    remarks,
)
from tally.formats.pabulib.groups import grouped, marks, spans
from tally.formats.pabulib.reader import LARGEST, read_bytes, read_rows
from tally.formats.pabulib.table import Table, chunks
from tally.formats.pabulib.words import WORD, Ints, Lexicon, NotPlainError, Picks, Places, Words
from tally.profile import Profile, whole

_HEAD_OF_VOTES = re.compile(rb"^VOTES[; \t]*\r?\n[^\n]*\n", re.IGNORECASE | re.MULTILINE)


def load(data: bytes, *, lenient: bool = False) -> Election:
    r"""The election in `data`, as ``read_bytes(data, lenient=lenient).election()``.

    Raises
    ------
    FormatError : as the careful reader.

    Notes
    -----
    A plain file costs some passes over its bytes and a sort of its voters, about 10 ns a byte; any
    other costs what the careful reader does.

    >>> election = load(
    ...     b"META\nkey;value\nbudget;9\nvote_type;approval\n"
    ...     b"PROJECTS\nproject_id;cost\nbench;5\ntrees;4\n"
    ...     b"VOTES\nvoter_id;vote\n1;trees\n2;bench,trees\n3;trees\n"
    ... )
    >>> election.profile.votes(), election.profile.weights
    ([1, 3], array([2, 1]))
    """
    try:
        return plain(data, lenient=lenient)
    except (NotPlainError, FormatError):
        return read_bytes(data, lenient=lenient).election()


def plain(data: bytes, *, lenient: bool = False) -> Election:
    """The election in a plain file.

    Raises
    ------
    NotPlainError, FormatError : only the careful reader can say what the file means.
    """
    head, start, line = _head(data, lenient=lenient)
    ballots = _Ballots(head, line)
    for chunk in chunks(data, start):
        ballots.take(Table(chunk, len(head.vote_columns)))
    profile, counts = ballots.profile()
    notes = (*head.notes, *ballots.notes, *remarks(head.meta, len(head.projects), counts))
    return Election(head.meta, head.instance(), profile, head.names, notes)


def _head(data: bytes, *, lenient: bool) -> tuple[PabulibFile, int, int]:
    """All before the first ballot, read as a file without ballots; the byte and line after it."""
    found = _HEAD_OF_VOTES.search(data)
    if found is None or b"\0" in data or data.find(b'"', found.start()) >= 0:
        raise NotPlainError
    try:
        text = data[: found.end()].decode()
    except UnicodeDecodeError:
        raise NotPlainError from None
    head = read_rows(text, lenient=lenient)
    *lines, header, _ = text.replace("\r\n", "\n").split("\n")
    # What the careful reader took for the header of VOTES is the last line, and not a part of
    # something quoted, if it says just what that line says.
    if (
        any("\r" in line for line in lines)
        or head.votes
        or head.vote_columns != tuple(header.split(";"))
    ):
        raise NotPlainError
    return head, found.end(), len(lines) + 2


class _Ballots:
    """The ballots of a plain file, taken table by table.

    A pick is told by its place and, where voters give points, by the code of a number. Other than
    on ordinal ballots the picks of a ballot are put in ascending order.
    """

    def __init__(self, head: PabulibFile, line: int) -> None:
        self.kind, self.size = head.kind, len(head.projects)
        self.column = {name: place for place, name in enumerate(head.vote_columns)}
        self.projects = Lexicon([project.id.encode() for project in head.projects])
        self.numbers = _Numbers()
        self.line = line  # of the file, on which the next table begins
        self.notes: list[str] = []
        self.voters: list[Words] = []
        self.counts: list[Ints] = []
        self.marks: list[Words] = []
        self.picks: list[tuple[Places, ...]] = []

    def take(self, table: Table) -> None:
        """Add the ballots of some rows."""
        self.voters.append(table.voters(self.column["voter_id"]))
        count, start, length = table.parts(self.column["vote"])
        # A section's head is a row too: a word in the first field and nothing in the others.
        empty = np.flatnonzero(count == 0).tolist()
        if any(table.text(row, 0).strip().upper() in SECTIONS for row in empty):
            raise NotPlainError
        places, is_known = self.projects.find(
            table.window.words(start, length, self.projects.width)
        )
        if not is_known.all():
            raise NotPlainError
        first: Picks = np.arange(len(count), dtype=np.int32) * np.int32(self.size)
        owner = np.repeat(first, count)
        picks: Picks = owner + places
        if self.kind == "ordinal":
            self._take_ranked(picks, places, count)
        elif self.kind in POINTED:
            self._take_pointed(picks, owner, count, self._codes(table, count))
        else:
            self._take_set(picks, owner, count)
        self.line += len(count)

    def _take_set(self, picks: Picks, owner: Picks, count: Ints) -> None:
        picks.sort()
        is_again = picks[1:] == picks[:-1]
        if is_again.any():
            rows = dict.fromkeys((picks[1:][is_again] // self.size).tolist())
            self.notes += [named_twice(self.line + row) for row in rows]
            is_kept = np.append(True, ~is_again)
            picks, owner = picks[is_kept], owner[is_kept]
            count = np.bincount(picks // self.size, minlength=len(count))
        picks -= owner
        self._add(count, picks, picks.astype(np.int16))

    def _take_ranked(self, picks: Picks, places: Places, count: Ints) -> None:
        _check_distinct(np.sort(picks))
        rank = spans(np.zeros_like(count), count)
        self._add(count, rank * self.size + places, places)

    def _take_pointed(self, picks: Picks, owner: Picks, count: Ints, codes: Places) -> None:
        order = np.argsort(picks)
        picks, codes = picks[order], codes[order]
        _check_distinct(picks)
        picks -= owner
        self._add(count, codes * np.int64(self.size) + picks, picks.astype(np.int16), codes)

    def _add(self, count: Ints, told: NDArray[np.integer[Any]], *picks: Places) -> None:
        """Add ballots of so many picks each; `told` are numbers that tell all of a pick."""
        self.counts.append(count)
        self.marks.append(marks(told, count))
        self.picks.append(picks)

    def _codes(self, table: Table, count: Ints) -> Places:
        as_many, start, length = table.parts(self.column["points"])
        if not np.array_equal(as_many, count):
            raise NotPlainError
        return self.numbers.codes(table.window.words(start, length, 1)[0])

    def profile(self) -> tuple[Profile, Ints]:
        """The profile of all ballots taken, and how many projects each voter named."""
        if not self.picks:
            raise NotPlainError
        _check_distinct(np.sort(np.concatenate(self.voters)))
        counts = np.concatenate(self.counts)
        picks = [np.concatenate(parts) for parts in zip(*self.picks, strict=True)]
        is_first, weights = grouped(np.concatenate(self.marks), counts, picks)
        is_kept, count = np.repeat(is_first, counts), counts[is_first]
        places, *codes = (said[is_kept] for said in picks)
        points, unit = self._points(count, codes)
        profile = Profile(
            kind=self.kind,
            size=self.size,
            starts=np.cumsum(np.append(0, count)),
            places=places.astype(np.int64),
            points=points,
            weights=weights,
            points_unit=unit,
        )
        return profile, counts

    def _points(self, count: Ints, codes: list[Places]) -> tuple[Ints | None, int]:
        """Points of all picks as `Profile.of` gives them, and what they are numerators over."""
        if self.kind == "ordinal":
            return np.repeat(count - 1, count) - spans(np.zeros_like(count), count), 1  # Borda's
        if self.kind in POINTED:
            numerators, unit = self.numbers.whole()
            return numerators[codes[0]], unit
        return None, 1


class _Numbers:
    """The distinct numbers of a column in the order in which they are met: its codes."""

    def __init__(self) -> None:
        self._texts = Lexicon([b"0"])
        self._code_of_text: Places = np.zeros(1, dtype=np.int16)
        self._codes: dict[Amount, int] = {0: 0}

    def codes(self, words: Words) -> Places:
        """The code of each number, written in one word."""
        places, is_known = self._texts.find([words])
        if not is_known.all():
            new = sorted(set(words[~is_known].tolist()))
            texts = (word.to_bytes(WORD, "little").rstrip(b"\0") for word in new)
            self._texts = Lexicon([*self._texts.keys, *texts])
            codes = [self._code(text) for text in self._texts.keys]
            self._code_of_text = np.array(codes, dtype=np.int16)
            places, _ = self._texts.find([words])
        return self._code_of_text[places]

    def _code(self, text: bytes) -> int:
        try:
            value = parse_number(text.decode())
        except ValueError:
            raise NotPlainError from None
        if value < 0:
            raise NotPlainError
        return self._codes.setdefault(value, len(self._codes))

    def whole(self) -> tuple[Ints, int]:
        """All numbers as numerators over one denominator, by code."""
        unit = math.lcm(*(value.denominator for value in self._codes))
        if max(self._codes) * unit >= LARGEST:
            raise NotPlainError
        return whole(self._codes)


def _check_distinct(ascending: NDArray[Any]) -> None:
    if (ascending[1:] == ascending[:-1]).any():
        raise NotPlainError
