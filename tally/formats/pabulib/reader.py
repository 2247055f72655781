"""The careful reader: every row as a value, and of each fault its line, field and column."""

import csv
import io
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from tally.contest import Amount
from tally.errors import FormatError
from tally.formats.faults import Faults, limit_fields
from tally.formats.pabulib.amounts import parse_number
from tally.formats.pabulib.file import (
    KIND_OF,
    POINTED,
    SECTIONS,
    SETS,
    PabulibFile,
    Project,
    Vote,
    named_twice,
    remarks,
)

LARGEST = 2**63  # numbers in a profile lie below

Row = tuple[int, list[str]]  # the 1-based line on which it ends, and its fields


def read_bytes(data: bytes, *, lenient: bool = False) -> PabulibFile:
    """The file in `data`, UTF-8 with or without a byte-order mark; else as `read`."""
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise FormatError("not_utf8", line, "", "text in UTF-8", repr(data[error.start])) from None
    return read(text, lenient=lenient)


def read(text: str, *, lenient: bool = False) -> PabulibFile:
    """The file in `text`.

    Parameters
    ----------
    lenient : repair what can be repaired without inventing a vote, and note each repair with its
        line: an unknown or repeated project on a ballot is left out, of two rows of one voter the
        first counts, fields past the header's are dropped

    Raises
    ------
    FormatError : the first fault, or the first that cannot be repaired.
    """
    file = read_rows(text, lenient=lenient)
    lengths = [len(vote.choices) for vote in file.votes]
    return replace(file, notes=(*file.notes, *remarks(file.meta, len(file.projects), lengths)))


def read_rows(text: str, *, lenient: bool = False) -> PabulibFile:
    """As `read`, but without a look at whether META says the same as the rest."""
    faults = Faults(lenient=lenient)
    sections = _sections(text.removeprefix("\ufeff"), faults)
    meta = _meta(sections["META"], faults)
    with_points = ("points",) if KIND_OF[meta["vote_type"]] in POINTED else ()
    listed = Table.of(sections["PROJECTS"], ("project_id", "cost"), faults)
    projects = tuple(_projects(listed))
    cast = Table.of(sections["VOTES"], ("voter_id", "vote", *with_points), faults)
    votes = tuple(_Ballots(cast, KIND_OF[meta["vote_type"]], frozenset(p.id for p in projects)))
    return PabulibFile(
        meta, projects, votes, tuple(faults.notes), tuple(listed.columns), tuple(cast.columns)
    )


@dataclass(frozen=True)
class Table:
    """A section by its columns: name -> place in a row, in the file's order."""

    columns: Mapping[str, int]
    width: int
    lines: Sequence[Row]
    faults: Faults

    @classmethod
    def of(cls, rows: Sequence[Row], needed: Sequence[str], faults: Faults) -> "Table":
        """The section below the header line ``rows[0]``."""
        line, fields = rows[0]
        names = [said.strip() for said in fields]
        while not names[-1]:
            names.pop()
        columns: dict[str, int] = {}
        for place, name in enumerate(names):
            if name in columns:
                found = ";".join(names)
                wanted = f"one column {name}"
                fault = FormatError("column_missing", line, name, wanted, found, column=place + 1)
                if name in needed:
                    raise fault
                faults.met(fault, "the first of them is kept")
            columns.setdefault(name, place)
        for name in needed:
            if name not in columns:
                raise FormatError(
                    "column_missing", line, name, f"one column {name}", ";".join(names)
                )
        return cls(columns, len(names), rows[1:], faults)

    def __iter__(self) -> Iterator[tuple[int, dict[str, str]]]:
        """Each row by its columns, with its line."""
        for line, fields in self.lines:
            # Some published files leave trailing empty fields out, or add them: that loses nothing.
            if len(fields) > self.width and any(map(str.strip, fields[self.width :])):
                wanted, found = f"{self.width} fields", str(len(fields))
                fault = FormatError("field_count", line, "", wanted, found, column=self.width + 1)
                self.faults.met(fault, "what is past them is left out")
            row = fields + [""] * (self.width - len(fields))
            yield line, {name: row[place] for name, place in self.columns.items()}

    def fault(self, code: str, line: int, column: str, expected: str, found: str) -> FormatError:
        """The fault of one field."""
        return FormatError(code, line, column, expected, found, column=self.columns[column] + 1)

    def amount(self, text: str, line: int, column: str) -> Amount:
        """The number of 0 or more that `text` says in that column."""
        return _amount(text, line, column, self.columns[column] + 1)


def _sections(text: str, faults: Faults) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    rows: list[Row] | None = None
    line = 1
    for line, fields in _rows(text):
        name = fields[0].strip().upper()
        if name in SECTIONS and not any(map(str.strip, fields[1:])):
            if name in found:
                raise FormatError("section_twice", line, name, "one section of this name", name)
            rows = found[name] = []
        elif rows is not None:
            rows.append((line, fields))
        else:
            said = ";".join(fields)[:40]
            fault = FormatError("no_section", line, "", "META on the first line", said)
            faults.met(fault, "it is left out")
    for name in SECTIONS:
        if not found.get(name):
            wanted = f"a section {name} with a header line"
            raise FormatError("section_missing", line, name, wanted, "none")
    return found


def _rows(text: str) -> Iterator[Row]:
    """The rows that say anything."""
    limit_fields()
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";")
    try:
        for fields in reader:
            if any(map(str.strip, fields)):
                yield reader.line_num, fields
    except csv.Error as error:
        wanted = "fields between semicolons"
        raise FormatError("not_csv", reader.line_num, "", wanted, str(error)) from None


def _meta(rows: Sequence[Row], faults: Faults) -> dict[str, str]:
    line, header = rows[0]
    if header[0].strip().lower() != "key":
        wanted, found = "a header line key;value", ";".join(header)
        fault = FormatError("column_missing", line, "key", wanted, found, column=1)
        faults.met(fault, "it is read as a key and its value")
    else:
        rows = rows[1:]
    meta: dict[str, str] = {}
    lines: dict[str, int] = {}
    for line, fields in rows:
        key = fields[0].strip()
        if len(fields) == 1:
            fault = FormatError("field_count", line, key, "a key and a value", key)
            faults.met(fault, "the value is left empty")
        if key in meta:
            fault = FormatError("key_twice", line, key, "each key once", key, column=1)
            faults.met(fault, "the first counts")
            continue
        # Comments with a bare semicolon are common; the value is the rest of the line.
        meta[key], lines[key] = ";".join(fields[1:]).strip(), line
    for key in ("budget", "vote_type"):
        if not meta.get(key):
            raise FormatError("key_missing", line, key, f"META to give {key}", "nothing")
    kind, line = meta["vote_type"], lines["vote_type"]
    if kind not in KIND_OF:
        wanted = "one of " + ", ".join(KIND_OF)
        raise FormatError("vote_type", line, "vote_type", wanted, kind, column=2)
    _amount(meta["budget"], lines["budget"], "budget", 2)
    return meta


def _projects(table: Table) -> Iterator[Project]:
    costs: dict[str, Amount] = {}
    for line, row in table:
        name = row.pop("project_id").strip()
        cost = table.amount(row.pop("cost"), line, "cost")
        if not name or "," in name:
            raise table.fault("project_id", line, "project_id", "an id without a comma", name)
        if name in costs:
            fault = table.fault("project_twice", line, "project_id", "each project once", name)
            if costs[name] != cost:
                raise fault
            table.faults.met(fault, "the first counts, at the same cost")
            continue
        costs[name] = cost
        yield Project(name, cost, row)


def _amount(text: str, line: int, column: str, place: int) -> Amount:
    try:
        amount = parse_number(text)
    except ValueError:
        wanted = "a number, as 1200 or 12.50"
        raise FormatError("not_a_number", line, column, wanted, text, column=place) from None
    if amount < 0:
        raise FormatError("negative", line, column, "a number of 0 or more", text, column=place)
    return amount


class _Ballots:
    """The ballots of one kind that a table of VOTES holds."""

    def __init__(self, table: Table, kind: str, known: frozenset[str]) -> None:
        self.table, self.kind, self.known = table, kind, known
        self.unit = 1  # common denominator of all points so far
        self.most: Amount = 0  # and the largest of them

    def __iter__(self) -> Iterator[Vote]:
        """Each voter's ballot, the first of each."""
        voters: set[str] = set()
        for line, row in self.table:
            voter = row.pop("voter_id").strip()
            if voter in voters:
                fault = self.table.fault("voter_twice", line, "voter_id", "each voter once", voter)
                self.table.faults.met(fault, "the first counts")
                continue
            voters.add(voter)
            choices = _parts(row.pop("vote"))
            kept = self._kept(choices, line)
            points = None
            if self.kind in POINTED:
                points = self._points(row.pop("points"), len(choices), line)
            if len(kept) < len(choices):
                choices = [choices[place] for place in kept]
                points = points and [points[place] for place in kept]
            yield Vote(voter, tuple(choices), None if points is None else tuple(points), row, line)

    def _kept(self, choices: Sequence[str], line: int) -> Sequence[int]:
        """Places of the choices that are projects, each project's first."""
        if len(set(choices)) == len(choices) and self.known.issuperset(choices):
            return range(len(choices))
        faults, fault = self.table.faults, self.table.fault
        kept: dict[str, int] = {}
        twice = False
        for place, choice in enumerate(choices):
            if choice not in self.known:
                wanted = "ids that PROJECTS lists"
                faults.met(fault("unknown_project", line, "vote", wanted, choice), "it is left out")
            elif choice not in kept:
                kept[choice] = place
            elif self.kind in SETS:
                twice = True
            else:
                wanted = "each project once"
                faults.met(fault("choice_twice", line, "vote", wanted, choice), "the first counts")
        if twice:
            faults.notes.append(named_twice(line))
        return list(kept.values())

    def _points(self, said: str, expected: int, line: int) -> list[Amount]:
        parts = _parts(said)
        if len(parts) != expected:
            wanted = f"{expected} numbers, as many as choices"
            raise self.table.fault("points_count", line, "points", wanted, said)
        points = [self.table.amount(part, line, "points") for part in parts]
        self.unit = math.lcm(self.unit, *(point.denominator for point in points))
        self.most = max(self.most, *points, 0)
        if self.most * self.unit >= LARGEST:
            wanted = "numbers that 63 bits hold over one denominator"
            raise self.table.fault("not_a_number", line, "points", wanted, said)
        return points


def _parts(said: str) -> list[str]:
    """The parts between commas; none in a blank field."""
    return [part.strip() for part in said.split(",")] if said.strip() else []
