"""ES&S's workbooks: a row for each ballot, a column for each rank, names in the cells."""

from pathlib import Path

from tally.formats.ranked.file import fault
from tally.formats.ranked.marks import MOST_RANKS, Groups, cast, mark
from tally.formats.ranked.rctab.candidates import Slate
from tally.formats.ranked.rctab.sources import Source
from tally.formats.ranked.rctab.workbook import Cells, rows
from tally.ranked.rctab_rules import Rules


def cast_all(path: Path, source: Source, standing: Slate, rules: Rules) -> Groups:
    """The ballots; columns beyond the ranks that the rules allow are not votes."""
    groups: Groups = {}
    known: dict[tuple[tuple[int, str], ...], list[int]] = {}
    for row, cells in rows(path.read_bytes()):
        if row < source.first_row:
            continue
        if source.id_column is not None and source.id_column not in cells:
            raise fault("rctab_row", row, "", "idColumnIndex", column=source.id_column)
        said = {
            column - source.first_column + 1: text.strip()
            for column, text in cells.items()
            if column >= source.first_column
        }
        if rules.max_rankings is not None:
            said = {rank: text for rank, text in said.items() if rank <= rules.max_rankings}
        key = tuple(said.items())
        if key not in known:
            known[key] = _marks(row, said, source, standing, rules)
        cast(groups, known[key])
    return groups


def _marks(row: int, said: Cells, source: Source, standing: Slate, rules: Rules) -> list[int]:
    marks = []
    for rank in range(1, (rules.max_rankings or max(said, default=0)) + 1):
        if rank > MOST_RANKS:
            raise fault("ranked_rank", row, str(rank))
        if rank not in said:
            if source.blank_is_write_in and standing.write_in is not None:
                marks.append(mark(rank, standing.write_in))
            continue
        names = said[rank].split(source.delimiter) if source.delimiter else [said[rank]]
        for name in map(str.strip, names):
            if len(names) == 1 and name == source.skipped:
                continue
            whom = standing.called(name, source)
            if whom is None:
                column = rank + source.first_column - 1
                raise fault("ranked_candidate", row, name, column=column)
            marks.append(mark(rank, whom))
    return marks
