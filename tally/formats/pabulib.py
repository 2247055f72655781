"""Pabulib files (.pb): the field's exchange format for participatory-budgeting elections.

Three sections, META, PROJECTS and VOTES, each with a header line; `;` between fields with csv
quoting, `,` between the ids of a ballot. Nothing is guessed: a file that cannot be read plainly
raises `FormatError` with its line. Columns that we do not know are kept.

References
----------
D. Stolicki, S. Szufa, N. Talmon, Pabulib: A Participatory Budgeting Library, arXiv:2012.06539.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

from tally.contest import Amount, Instance, Option
from tally.errors import FormatError
from tally.profile import Profile

if TYPE_CHECKING:
    import _csv

SECTIONS = ("META", "PROJECTS", "VOTES")
# The file's word for a kind of ballot -> ours.
KIND_OF = {
    "approval": "approval",
    "choose-1": "choose_one",
    "cumulative": "cumulative",
    "knapsack": "knapsack",
    "ordinal": "ordinal",
    "scoring": "scored",
}
WORD_OF = {kind: word for word, kind in KIND_OF.items()}
# Kinds whose ballots are sets: naming a project twice says no more than naming it once.
_SETS = ("approval", "knapsack", "choose_one")
_NUMBER = re.compile(r"-?\d+(?:[.,]\d+)?")
_LONGEST_FIELD = 1024 * 1024

Row = tuple[int, list[str]]  # the 1-based line on which it ends, and its fields


@dataclass(frozen=True, slots=True)
class Project:
    """One line of PROJECTS: id, exact cost, and every other column as it stands."""

    id: str
    cost: Amount
    rest: Mapping[str, str]

    @property
    def name(self) -> str:
        """The project's name, or its id where the file has none."""
        return self.rest.get("name") or self.id


@dataclass(frozen=True, slots=True)
class Vote:
    """One line of VOTES: voter's id, chosen ids in the file's order, points where there are any."""

    voter: str
    choices: tuple[str, ...]
    points: tuple[Amount, ...] | None
    rest: Mapping[str, str]
    line: int = field(default=0, compare=False)  # where it stood in the file


@dataclass(frozen=True)
class PabulibFile:
    """A whole file. `notes` are oddities that do not stop the reading, one sentence each."""

    meta: Mapping[str, str]
    projects: tuple[Project, ...]
    votes: tuple[Vote, ...]
    notes: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """The kind of its ballots, in our word."""
        return KIND_OF[self.meta["vote_type"]]

    @property
    def budget(self) -> Amount:
        """The budget limit, exact."""
        return parse_number(self.meta["budget"])

    def instance(self) -> Instance:
        """What was voted on."""
        return Instance(tuple(Option(row.id, row.cost) for row in self.projects), self.budget)

    def profile(self) -> Profile:
        """How it was voted."""
        instance, rows = self.instance(), self.votes
        points = (row.points for row in rows) if rows and rows[0].points is not None else None
        return Profile.of(self.kind, instance, (row.choices for row in rows), points)


def read_bytes(data: bytes) -> PabulibFile:
    """The file in `data`, UTF-8 with or without a byte-order mark. Raises FormatError."""
    try:
        return read(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise FormatError("not_utf8", line, "", "text in UTF-8", repr(data[error.start])) from None


def read(text: str) -> PabulibFile:
    """The file in `text`. Raises FormatError with line and field of the first fault."""
    sections = _sections(text.removeprefix("\ufeff"))
    meta = _meta(sections["META"])
    projects = _projects(sections["PROJECTS"])
    notes: list[str] = []
    kind = KIND_OF[meta["vote_type"]]
    votes = tuple(_votes(sections["VOTES"], {row.id for row in projects}, kind, notes))
    notes += _notes(meta, projects, votes)
    return PabulibFile(meta, projects, votes, tuple(notes))


def write(file: PabulibFile) -> str:
    """The text of `file`; `read` gives back an equal one."""
    out = io.StringIO()
    lines = csv.writer(out, delimiter=";", lineterminator="\n")
    lines.writerows([["META"], ["key", "value"], *file.meta.items()])
    others = list(dict.fromkeys(key for row in file.projects for key in row.rest))
    lines.writerows([["PROJECTS"], ["project_id", "cost", *others]])
    for row in file.projects:
        lines.writerow([row.id, number(row.cost), *(row.rest.get(key, "") for key in others)])
    _write_votes(lines, file.votes)
    return out.getvalue()


def _write_votes(lines: "_csv.Writer", votes: Sequence[Vote]) -> None:
    others = list(dict.fromkeys(key for row in votes for key in row.rest))
    with_points = any(row.points is not None for row in votes)
    header = ["voter_id", "vote", *(["points"] if with_points else []), *others]
    lines.writerows([["VOTES"], header])
    for row in votes:
        points = [",".join(number(point) for point in row.points or ())] if with_points else []
        rest = (row.rest.get(key, "") for key in others)
        lines.writerow([row.voter, ",".join(row.choices), *points, *rest])


def parse_number(text: str) -> Amount:
    """An exact number; a comma is read as a point. Raises ValueError."""
    bare = text.strip()
    if not _NUMBER.fullmatch(bare):
        raise ValueError(f"not a number: {text!r}")
    exact = Fraction(bare.replace(",", "."))
    return exact.numerator if exact.denominator == 1 else exact


def number(amount: Amount) -> str:
    """An exact number as decimal text.

    Raises
    ------
    ValueError : no finite decimal says it, as for 1/3.

    >>> number(Fraction(5, 4)), number(3)
    ('1.25', '3')
    """
    exact, places = Fraction(amount), 0
    while (exact * 10**places).denominator != 1:
        places += 1
        if places > exact.denominator.bit_length():
            raise ValueError(f"no finite decimal says {amount}")
    digits = str(abs(exact.numerator) * 10**places // exact.denominator).rjust(places + 1, "0")
    sign = "-" if exact < 0 else ""
    return sign + (f"{digits[:-places]}.{digits[-places:]}" if places else digits)


def _sections(text: str) -> dict[str, list[Row]]:
    csv.field_size_limit(_LONGEST_FIELD)
    found: dict[str, list[Row]] = {}
    rows: list[Row] | None = None
    line = 0
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";")
    try:
        for fields in reader:
            line = reader.line_num
            name = fields[0].strip().upper() if len(fields) >= 1 else ""
            if name in SECTIONS and not any(said.strip() for said in fields[1:]):
                if name in found:
                    raise FormatError("section_twice", line, name, "one section of this name", name)
                rows = found[name] = []
            elif rows is None:
                if any(said.strip() for said in fields):
                    raise FormatError(
                        "no_section", line, "", "META on the first line", ";".join(fields)[:40]
                    )
            elif any(said.strip() for said in fields):
                rows.append((line, fields))
    except csv.Error as error:
        raise FormatError(
            "not_csv", reader.line_num, "", "fields between semicolons", str(error)
        ) from None
    for name in SECTIONS:
        if not found.get(name):
            raise FormatError(
                "section_missing", line or 1, name, f"a section {name} with a header line", "none"
            )
    return found


def _meta(rows: list[Row]) -> dict[str, str]:
    meta: dict[str, str] = {}
    for line, fields in rows[1:]:
        key = fields[0].strip()
        if len(fields) < 2:  # noqa: PLR2004 - a key and a value
            raise FormatError("field_count", line, key, "a key and a value", ";".join(fields))
        if key in meta:
            raise FormatError("key_twice", line, key, "each key once", key)
        # Comments with a bare semicolon are common; the value is the rest of the line.
        meta[key] = ";".join(fields[1:]).strip()
    last = rows[-1][0]
    for key in ("budget", "vote_type"):
        if not meta.get(key):
            raise FormatError("key_missing", last, key, f"META to give {key}", "nothing")
    lines = {fields[0].strip(): line for line, fields in rows[1:]}
    if meta["vote_type"] not in KIND_OF:
        expected = "one of " + ", ".join(KIND_OF)
        raise FormatError("vote_type", lines["vote_type"], "vote_type", expected, meta["vote_type"])
    _amount(meta["budget"], lines["budget"], "budget")
    return meta


def _projects(rows: list[Row]) -> tuple[Project, ...]:
    header = _header(rows[0], ("project_id", "cost"))
    seen: set[str] = set()
    projects = []
    for line, fields in rows[1:]:
        row = _fields(header, line, fields)
        name = row.pop("project_id").strip()
        if not name or "," in name:
            raise FormatError("project_id", line, "project_id", "an id without a comma", name)
        if name in seen:
            raise FormatError("project_twice", line, "project_id", "each project once", name)
        seen.add(name)
        projects.append(Project(name, _amount(row.pop("cost"), line, "cost"), row))
    return tuple(projects)


def _votes(rows: list[Row], known: set[str], kind: str, notes: list[str]) -> Iterator[Vote]:
    with_points = kind in ("cumulative", "scored")
    header = _header(rows[0], ("voter_id", "vote", *(["points"] if with_points else [])))
    voters: set[str] = set()
    for line, fields in rows[1:]:
        row = _fields(header, line, fields)
        voter, said = row.pop("voter_id").strip(), row.pop("vote")
        if voter in voters:
            raise FormatError("voter_twice", line, "voter_id", "each voter once", voter)
        voters.add(voter)
        choices = tuple(part.strip() for part in said.split(",")) if said.strip() else ()
        if kind in _SETS and len(set(choices)) != len(choices):
            notes.append(f"line {line}: a project named twice on one ballot is read once")
            choices = tuple(dict.fromkeys(choices))
        _check_choices(choices, known, line)
        points = _points(row.pop("points"), len(choices), line) if with_points else None
        yield Vote(voter, choices, points, row, line)


def _check_choices(choices: Sequence[str], known: set[str], line: int) -> None:
    for choice in choices:
        if choice not in known:
            raise FormatError("unknown_project", line, "vote", "ids that PROJECTS lists", choice)
    if len(set(choices)) != len(choices):
        raise FormatError("choice_twice", line, "vote", "each project once", ",".join(choices))


def _points(said: str, expected: int, line: int) -> tuple[Amount, ...]:
    parts = [part.strip() for part in said.split(",")] if said.strip() else []
    if len(parts) != expected:
        raise FormatError(
            "points_count", line, "points", f"{expected} numbers, as many as choices", said
        )
    return tuple(_amount(part, line, "points") for part in parts)


def _header(row: Row, needed: Iterable[str]) -> list[str]:
    line, fields = row
    header = [said.strip() for said in fields]
    for name in needed:
        if header.count(name) != 1:
            raise FormatError("column_missing", line, name, f"one column {name}", ";".join(header))
    return header


def _fields(header: Sequence[str], line: int, fields: Sequence[str]) -> dict[str, str]:
    # Some published files leave trailing empty fields out, or add them: that loses nothing.
    if len(fields) > len(header) and any(said.strip() for said in fields[len(header) :]):
        raise FormatError("field_count", line, "", f"{len(header)} fields", str(len(fields)))
    padded = [*fields, *([""] * (len(header) - len(fields)))]
    return dict(zip(header, padded, strict=False))


def _amount(text: str, line: int, column: str) -> Amount:
    try:
        amount = parse_number(text)
    except ValueError:
        raise FormatError(
            "not_a_number", line, column, "a number, as 1200 or 12.50", text
        ) from None
    if amount < 0:
        raise FormatError("negative", line, column, "a number of 0 or more", text)
    return amount


def _notes(
    meta: Mapping[str, str], projects: Sequence[Project], votes: Sequence[Vote]
) -> Iterator[str]:
    for key, found in (("num_projects", len(projects)), ("num_votes", len(votes))):
        if key in meta and meta[key].strip() != str(found):
            yield f"{key} says {meta[key]}, the file has {found}"
    for key, odd in (("min_length", int.__lt__), ("max_length", int.__gt__)):
        limit = meta.get(key, "")
        if limit.isdecimal():
            outside = sum(odd(len(vote.choices), int(limit)) for vote in votes)
            if outside:
                yield f"{outside} ballots are outside {key} {limit}"
