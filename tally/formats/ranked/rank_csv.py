"""CSV of ranks, in the two forms of the field; the header tells which one a file has.

- By rank: columns ``rank1``, ``rank2``, …, each with a name, as cities publish their records.
  Nothing, ``undervote`` or ``skipped`` is a rank left out, ``overvote`` one marked for several
  without telling whom. Marks stand as the voter made them: somebody may be ranked twice.
- By candidate: a column for each, with the rank that it has on the ballot, or nothing.

One further column may say how many cast a ballot (``weight``, ``count``, …); else each row is one.
Columns that name the voter, the ballot or the place (``Precinct``, ``Response ID``) are passed
over; by rank so are all others. Points cannot be told from ranks, so that there must be no rank 0,
nor one above the number of candidates.
"""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from tally.contest import Amount
from tally.formats.faults import Faults, limit_fields
from tally.formats.ranked.file import (
    DECIMAL_OR_FRACTION,
    MOST,
    WHOLE,
    RankedFile,
    fault,
    numbered,
    remembered,
    unified,
    voters,
)
from tally.ranked import Contest, Rankings
from tally.ranked.ballots import Tiers

BY_RANK, BY_CANDIDATE = "csv_by_rank", "csv_by_candidate"
_RANK = re.compile(
    r"(?:rank(?:ing)?|choice|pref(?:erence)?)[ _-]*(\d{1,4})"
    r"|(\d{1,4})(?:st|nd|rd|th)?[ _-]*(?:rank(?:ing)?|choice|pref(?:erence)?)",
    re.IGNORECASE | re.ASCII,
)
_COUNTS = frozenset({"weight", "count", "counts", "votes", "voters", "ballots", "#"})
_ASIDE = re.compile(
    r"(?:(?:response|ballot|voter|precinct|batch|box|cvr|record|row|ward|district)[ _-]*)?"
    r"(?:id|no|number)|precinct|batch|timestamp",
    re.IGNORECASE,
)
_SKIPPED = frozenset({"", "undervote", "skipped"})
_OVERVOTE = "overvote"
_UNTOLD = (-1,)  # until it is known how many candidates there are
_DELIMITERS = ",;\t"


@dataclass(frozen=True)
class _Header:
    """What the columns of a file are, by their places from 0.

    Attributes
    ----------
    ranks : number and column of each rank, ascending; empty if the columns are candidates
    candidates : the columns of the candidates, or empty
    counts : the columns that may say how many cast a ballot
    """

    names: tuple[str, ...]
    ranks: tuple[tuple[int, int], ...]
    candidates: tuple[int, ...]
    counts: tuple[int, ...]

    @classmethod
    def of(cls, fields: Sequence[str]) -> "_Header":
        names = [field.strip() for field in fields]
        while names and not names[-1]:
            names.pop()
        counts = {place for place, name in enumerate(names) if name.casefold() in _COUNTS}
        found = [(_RANK.fullmatch(name), place) for place, name in enumerate(names)]
        ranks = sorted((int(said[1] or said[2]), place) for said, place in found if said)
        aside = {place for place, name in enumerate(names) if _ASIDE.fullmatch(name)}
        others = () if ranks else sorted({*range(len(names))} - aside - counts)
        return cls(tuple(names), tuple(ranks), tuple(others), tuple(sorted(counts)))

    def check(self, line: int) -> None:
        """Refuse columns that may be read in two ways (FormatError)."""
        called = [self.names[place] for place in self.candidates]
        twice = [place for place in self.candidates if called.count(self.names[place]) > 1]
        unclear = [
            place
            for at, (rank, place) in enumerate(self.ranks, 1)
            if at != rank  # a rank twice, or none between two
        ]
        unclear += self.counts[1:] + tuple(twice)
        unclear += [place for place in self.candidates if not self.names[place]]
        if called and all(map(WHOLE.fullmatch, called)):  # of ranks as well as of candidates
            unclear += self.candidates
        if unclear or not self.ranks + self.candidates or len(called) > MOST:
            place = min(unclear, default=0)
            found = self.names[place] if self.names else ""
            raise fault("ranked_columns", line, found, column=place + 1)


def form_of(lines: Sequence[str]) -> str | None:
    """The form of a file that begins with these lines; None if it is no CSV of ranks."""
    header, *rows = csv.reader(lines, delimiter=_delimiter(lines[0]))
    found = _Header.of(header)
    if found.ranks:
        return BY_RANK
    if not found.candidates or not (found.counts or len(found.names) > 1):
        return None
    cells = [row[place].strip() for row in rows for place in found.candidates if place < len(row)]
    is_ranked = all(not cell or WHOLE.fullmatch(cell) for cell in cells)
    return BY_CANDIDATE if is_ranked and (cells or found.counts) else None


def _delimiter(header: str) -> str:
    return next((sign for sign in _DELIMITERS if sign in header), ",")


def read(text: str, *, lenient: bool = False) -> RankedFile:
    """A file of either form.

    Parameters
    ----------
    lenient : a rank that is none and fields past the header's are left out; so is a ballot that
        nobody cast

    Raises
    ------
    FormatError : the first fault, or the first that cannot be repaired.
    """
    faults = Faults(lenient=lenient)
    rows = _rows(unified(text))
    line, fields = next(rows, (1, []))
    header = _Header.of(fields)
    header.check(line)
    if header.ranks:
        names: dict[str, int] = {}
        groups = _groups(rows, header, lambda cells, _line: _by_rank(cells, names), faults)
        untold = (len(names),)
        groups = {
            tuple(untold if tier == _UNTOLD else tier for tier in tiers): count
            for tiers, count in groups.items()
        }
    else:
        names = {header.names[place]: at for at, place in enumerate(header.candidates)}

        def ballot(cells: tuple[str, ...], line: int) -> Tiers:
            return _by_candidate(cells, header, line, faults)

        groups = _groups(rows, header, ballot, faults)
    if not 0 < len(names) <= MOST:
        raise fault("ranked_names", line, str(len(names)))
    rankings = Rankings.of_groups(len(names), groups.items())
    form = BY_RANK if header.ranks else BY_CANDIDATE
    return RankedFile(Contest(tuple(names)), rankings, form, notes=tuple(faults.notes))


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not blank lines, each with the line on which it ends."""
    limit_fields()
    delimiter = _delimiter(text[: text.find("\n") if "\n" in text else None])
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for fields in reader:
            if fields:
                yield reader.line_num, fields
    except csv.Error as error:
        raise fault("ranked_fields", reader.line_num, str(error)) from None


def _groups(
    rows: Iterator[tuple[int, list[str]]],
    header: _Header,
    read_cells: Callable[[tuple[str, ...], int], Tiers],
    faults: Faults,
) -> dict[Tiers, Amount]:
    """Each ballot with how many cast it."""
    width = len(header.names)
    columns = [place for _, place in header.ranks] or header.candidates
    ballot = remembered(read_cells, faults)
    groups: dict[Tiers, Amount] = {}
    for line, row in rows:
        row.extend([""] * (width - len(row)))  # some programs leave empty fields at the end out
        if any(map(str.strip, row[width:])):
            told = fault("ranked_fields", line, row[width], column=width + 1)
            faults.met(told, "what is past them is left out")
        count: Amount = 1
        for place in header.counts:
            said = row[place].strip()
            count = voters(said, line, place + 1, faults, DECIMAL_OR_FRACTION)
        tiers = ballot(tuple([row[place] for place in columns]), line)
        if count:
            groups[tiers] = groups.get(tiers, 0) + count
    return groups


def _by_rank(cells: Iterable[str], names: dict[str, int]) -> Tiers:
    tiers: list[tuple[int, ...]] = []
    for cell in cells:
        name = cell.strip()
        if name in names:
            tiers.append((names[name],))
        elif (word := name.casefold()) in _SKIPPED:
            tiers.append(())
        elif word == _OVERVOTE:
            tiers.append(_UNTOLD)
        else:
            names[name] = len(names)
            tiers.append((names[name],))
    return _shortened(tiers)


def _by_candidate(cells: Sequence[str], header: _Header, line: int, faults: Faults) -> Tiers:
    tiers: list[tuple[int, ...]] = [()] * len(cells)
    for at, cell in enumerate(cells):
        if not (said := cell.strip()):
            continue
        rank = numbered(said, len(cells))
        if rank is None:
            place = header.candidates[at]
            told = fault("ranked_rank", line, said, header.names[place], column=place + 1)
            faults.met(told, "it is left out")
        else:
            tiers[rank] += (at,)
    return _shortened(tiers)


def _shortened(tiers: list[tuple[int, ...]]) -> Tiers:
    """The ranks up to the last that was marked."""
    while tiers and not tiers[-1]:
        tiers.pop()
    return tuple(tiers)


def write_by_rank(file: RankedFile) -> str:
    """The same as text, ranks in columns; whom ballots name first is the first candidate."""
    names = (*file.contest.names, _OVERVOTE)
    rows = list(file.rankings.rows())
    longest = max((len(tiers) for tiers, _ in rows), default=0) or 1
    lines: list[list[str]] = [[f"rank{rank}" for rank in range(1, longest + 1)] + ["count"]]
    for tiers, count in rows:
        if any(len(tier) > 1 for tier in tiers):
            raise fault("ranked_lost", 1, str(tiers), "equal candidates")
        cells = [names[tier[0]] if tier else "" for tier in tiers]
        lines.append(cells + [""] * (longest - len(cells)) + [str(count)])
    return _written(lines)


def write_by_candidate(file: RankedFile) -> str:
    """The same as text, a column for each candidate."""
    names = file.contest.names
    lines = [["count", *names]]
    for tiers, count in file.rankings.rows():
        cells = [""] * len(names)
        for rank, tier in enumerate(tiers, 1):
            for place in tier:
                cells[place] = str(rank)
        lines.append([str(count), *cells])
    return _written(lines)


def _written(rows: Iterable[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
