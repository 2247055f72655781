"""Pabulib files (.pb): the field's exchange format for participatory-budgeting elections.

Three sections, META, PROJECTS and VOTES, each with a header line; `;` between fields with csv
quoting, `,` between the ids of a ballot. Nothing is guessed: a file that cannot be read plainly
raises `FormatError` with its line. Columns and keys that we do not know are kept.

- `read`, `read_bytes`: every row as a value, for those who need voters, columns or lines.
- `load`: the same election straight into the arrays of a `Profile`, some twenty times faster.
- `write`: the text of a file; reading it gives back an equal one.

References
----------
D. Stolicki, S. Szufa, N. Talmon, Pabulib: A Participatory Budgeting Library, arXiv:2012.06539.
"""

from tally.formats.pabulib.amounts import number, parse_number
from tally.formats.pabulib.arrays import load
from tally.formats.pabulib.file import KIND_OF, WORD_OF, Election, PabulibFile, Project, Vote
from tally.formats.pabulib.reader import read, read_bytes
from tally.formats.pabulib.writer import write

__all__ = [
    "KIND_OF",
    "WORD_OF",
    "Election",
    "PabulibFile",
    "Project",
    "Vote",
    "load",
    "number",
    "parse_number",
    "read",
    "read_bytes",
    "write",
]
