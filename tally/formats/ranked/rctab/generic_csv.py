"""RCTab's generic CSV: a row for each ballot, a column for each candidate, ranks in the cells."""

import csv
import io
from pathlib import Path

from tally.formats.ranked.file import RankedFile, check_records, fault
from tally.formats.ranked.marks import MOST_RANKS, Groups, mark
from tally.formats.ranked.rctab.candidates import Slate
from tally.formats.ranked.rctab.rows import rows, text_of
from tally.formats.ranked.rctab.sources import Source
from tally.ranked.rctab_rules import Rules

_NUMBER = "Ballot"


def cast_all(path: Path, source: Source, standing: Slate, rules: Rules) -> Groups:
    """The ballots; names stand in the first row, and the row of the first vote comes after it."""
    first = source.first_column - 1
    found = rows(text_of(path))
    _, head = next(found, (1, []))
    seen: dict[tuple[str, ...], tuple[int, int]] = {}
    for line, cells in found:
        if line < source.first_row:
            continue
        said = tuple(cells[first:])
        many, at = seen.get(said, (0, line))
        seen[said] = many + 1, at
    most = rules.max_rankings or MOST_RANKS
    groups: Groups = {}
    for said, (many, line) in seen.items():
        marks = []
        for place, cell in enumerate(said, first):
            if not cell.strip():
                continue
            rank = cell.strip()
            if not (rank.isascii() and rank.isdigit()) or not 1 <= int(rank[:9]) <= most:
                raise fault("ranked_rank", line, cell, column=place + 1)
            name = head[place] if place < len(head) else ""
            whom = standing.called(name, source)
            if whom is None:
                raise fault("ranked_candidate", line, name, column=place + 1)
            marks.append(mark(int(rank), whom))
        ballot = tuple(sorted(marks))
        groups[ballot] = groups.get(ballot, 0) + many
    return groups


def write(file: RankedFile) -> str:
    """The ballots as such a CSV, numbered in the first column; votes begin in the second.

    Raises
    ------
    FormatError : the form cannot hold a candidate marked twice, a rank of several who are not
        told, or parts of voters.
    """
    names = file.contest.names
    if len(set(names)) != len(names) or not all(names):
        raise fault("ranked_lost", 1, ", ".join(names))
    check_records(file.rankings)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([_NUMBER, *names])
    number = 0
    for tiers, count in file.rankings.rows():
        cells = [""] * len(names)
        for rank, tier in enumerate(tiers, 1):
            for whom in tier:
                if whom == len(names) or cells[whom]:
                    raise fault("ranked_lost", number + 2, str(tiers))
                cells[whom] = str(rank)
        for _ in range(int(count)):
            number += 1
            writer.writerow([number, *cells])
    return out.getvalue()
