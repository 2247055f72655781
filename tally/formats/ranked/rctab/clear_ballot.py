"""Clear Ballot's CSV: a row for each ballot, a column for each candidate and rank."""

from pathlib import Path

from tally.formats.ranked.file import fault
from tally.formats.ranked.marks import MOST_RANKS, Groups, cast, mark
from tally.formats.ranked.rctab.candidates import Slate
from tally.formats.ranked.rctab.rows import rows, text_of
from tally.formats.ranked.rctab.sources import Source
from tally.ranked.rctab_rules import Rules

_FIRST = 10  # columns before say where the ballot lay
_FIELDS = 6  # of a heading: choice, contest, rank, rule, candidate, party
_CONTEST, _RANK, _CANDIDATE = 1, 2, 4


def cast_all(path: Path, source: Source, standing: Slate, rules: Rules) -> Groups:
    """The ballots; columns of ranks that the rules do not allow are not read."""
    found = rows(text_of(path))
    line, head = next(found, (1, []))
    columns: dict[int, int | str] = {}
    for column, heading in enumerate(head[_FIRST:], _FIRST):
        fields = heading.split(":")
        if len(fields) != _FIELDS or not (fields[_RANK].isascii() and fields[_RANK].isdigit()):
            raise fault("rctab_row", line, heading, column=column + 1)
        rank, name = int(fields[_RANK][:9]), fields[_CANDIDATE]
        if fields[_CONTEST] != source.contest or rank > (rules.max_rankings or MOST_RANKS):
            continue
        if rank < 1:
            raise fault("ranked_rank", line, heading, column=column + 1)
        whom = standing.called(name, source)
        columns[column] = name if whom is None else mark(rank, whom)
    if not columns:
        raise fault("ranked_contest", line, source.contest, "contestId")
    groups: Groups = {}
    for line, cells in found:
        marks = []
        for column, made in columns.items():
            said = cells[column].strip() if column < len(cells) else ""
            if said not in ("0", "1"):
                raise fault("rctab_row", line, said, column=column + 1)
            if said == "0":
                continue
            if isinstance(made, str):
                raise fault("ranked_candidate", line, made, column=column + 1)
            marks.append(made)
        cast(groups, marks)
    return groups
