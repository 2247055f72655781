"""A roll as offices send it: CSV in UTF-8 or cp949, with columns named in Korean or English. Pure.

Nothing is guessed: an unknown column, a date with a two-digit year or a name of no neighbourhood is
a fault of that line and column. A resident registration number is refused wherever it stands.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from tally.formats.faults import limit_fields

MOST_BYTES = 32 * 1024 * 1024
MOST_ROWS = 300_000
LONGEST = {"number": 32, "name": 80}
DELIMITERS = ",;\t"

# Column -> what offices call it, as `_plain` writes it.
COLUMNS: Mapping[str, frozenset[str]] = {
    "number": frozenset({"number", "no", "rollnumber", "등록번호", "명부번호", "번호", "연번"}),
    "name": frozenset({"name", "fullname", "이름", "성명"}),
    "born": frozenset({"birthdate", "dateofbirth", "born", "생년월일"}),
    "neighbourhood": frozenset({"neighbourhood", "neighborhood", "dong", "동", "행정동"}),
    "ground": frozenset({"ground", "자격", "자격구분", "투표자격"}),
}
NEEDED = ("number", "name", "born", "neighbourhood")
_GROUNDS: Mapping[str, str] = {
    "": "lives", "lives": "lives", "resident": "lives", "거주": "lives", "주민": "lives",
    "works": "works", "worker": "works", "직장": "works", "근무": "works", "재직": "works",
    "studies": "studies", "student": "studies", "학교": "studies", "재학": "studies",
    "학생": "studies",
}  # fmt: skip
_DATE = re.compile(
    r"(\d{4})(?:(\d{2})(\d{2})|\s*[-./년]\s*(\d{1,2})\s*[-./월]\s*(\d{1,2})\s*[.일]?)"
)
_RESIDENT_NUMBER = re.compile(r"(?<!\d)\d{6}\s*-?\s*[1-8]\d{6}(?!\d)")
_OLDEST = 1890


@dataclass(frozen=True, slots=True)
class Row:
    """One person as the file has it."""

    line: int
    number: str
    name: str
    born: date
    neighbourhood: str  # slug
    ground: str


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in one place; `ballots/roll/words.py` says it and what to do."""

    line: int
    column: str  # a key of COLUMNS; empty: the whole line or file
    code: str
    found: str = ""


@dataclass
class Table:
    """All rows that can be read, and everything that cannot."""

    rows: list[Row] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def blame(self, line: int, column: str, code: str, found: str = "") -> None:
        """Note a fault; what is quoted of it is short."""
        self.faults.append(Fault(line, column, code, found[:60]))


def read(content: bytes, places: Mapping[str, str]) -> Table:
    """The rows and faults of a file.

    Parameters
    ----------
    places : slug -> name of each neighbourhood, several names with a line break between them
    """
    table = Table()
    text = _decoded(content, table)
    if text is None:
        return table
    limit_fields()
    delimiter = _delimiter(text)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        columns = _columns(next(lines, []), table)
        if not table.faults:
            known = {
                _plain(name): slug for slug, all_ in places.items() for name in all_.split("\n")
            }
            known |= {_plain(slug): slug for slug in places}
            _read_rows(lines, columns, known, table)
    except csv.Error as error:
        table.blame(lines.line_num, "", "quotes", str(error))
    if not table.rows and not table.faults:
        table.blame(1, "", "empty")
    return table


def day_of(text: str) -> date | None:
    """A date as people write it, with the year in four digits; None if it is none."""
    match = _DATE.fullmatch(text.strip())
    if not match:
        return None
    year, *rest = (int(part) for part in match.groups() if part)
    try:
        return date(year, *rest)
    except ValueError:
        return None


def _decoded(content: bytes, table: Table) -> str | None:
    if len(content) > MOST_BYTES:
        table.blame(1, "", "too_big")
    elif content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        table.blame(1, "", "spreadsheet")
    elif b"\0" in content:
        table.blame(1, "", "encoding")
    else:
        for encoding in ("utf-8-sig", "cp949"):
            try:
                return content.decode(encoding)
            except UnicodeDecodeError:
                continue
        table.blame(1, "", "encoding")
    return None


def _delimiter(text: str) -> str:
    """The one by which the first line has the most names of columns."""
    head = text.partition("\n")[0]
    names = frozenset().union(*COLUMNS.values())

    def known(delimiter: str) -> int:
        return sum(_plain(cell.strip('"\r')) in names for cell in head.split(delimiter))

    return max(DELIMITERS, key=known)


def _columns(header: Sequence[str], table: Table) -> dict[str, int]:
    """Column -> its place in a line."""
    found: dict[str, int] = {}
    for place, name in enumerate(header):
        column = next((key for key, names in COLUMNS.items() if _plain(name) in names), None)
        if column is None:
            table.blame(1, "", "column_unknown", name)
        elif column in found:
            table.blame(1, column, "column_twice", name)
        else:
            found[column] = place
    for column in NEEDED:
        if column not in found:
            table.blame(1, column, "column_missing")
    return found


def _read_rows(
    lines: Iterator[list[str]], columns: Mapping[str, int], places: Mapping[str, str], table: Table
) -> None:
    first_of: dict[str, int] = {}
    width = len(columns)
    for cells in lines:
        line: int = lines.line_num  # type: ignore[attr-defined]  # a csv reader
        if not any(cells):
            continue
        if len(first_of) >= MOST_ROWS:
            table.blame(line, "", "too_many_rows")
            return
        if len(cells) != width:
            table.blame(line, "", "cells", str(len(cells)))
            continue
        row = _row(
            line, {column: cells[place].strip() for column, place in columns.items()}, places, table
        )
        if row is None:
            continue
        first = first_of.setdefault(row.number, line)
        if first != line:
            table.blame(line, "number", "number_twice", f"{row.number} ({first})")
        else:
            table.rows.append(row)


def _row(
    line: int, cells: Mapping[str, str], places: Mapping[str, str], table: Table
) -> Row | None:
    before = len(table.faults)
    for column, text in cells.items():
        if _RESIDENT_NUMBER.search(text):
            table.blame(line, column, "resident_number")  # and it is not repeated
        elif not text and column in NEEDED:
            table.blame(line, column, "nothing")
        elif len(text) > LONGEST.get(column, len(text)):
            table.blame(line, column, "too_long", text)
    if len(table.faults) > before:
        return None
    born = day_of(cells["born"])
    place = places.get(_plain(cells["neighbourhood"]))
    ground = _GROUNDS.get(_plain(cells.get("ground", "")))
    if born is None or born.year < _OLDEST:
        table.blame(line, "born", "date", cells["born"])
    if place is None:
        table.blame(line, "neighbourhood", "place", cells["neighbourhood"])
    if ground is None:
        table.blame(line, "ground", "ground", cells["ground"])
    if born is None or place is None or ground is None or len(table.faults) > before:
        return None
    return Row(line, cells["number"], cells["name"], born, place, ground)


def _plain(name: str) -> str:
    """A name as names are compared: without blanks, hyphens and capitals."""
    bare = unicodedata.normalize("NFKC", name).casefold()
    return "".join(letter for letter in bare if letter.isalnum())
