"""Rows of CSV, and the text of a file."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from tally.formats.faults import limit_fields
from tally.formats.ranked.file import decoded, fault


def text_of(path: Path) -> str:
    """The text of a file in UTF-8; raises FormatError if it is none."""
    return decoded(path.read_bytes())


def rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """The rows with cells, each with the line in which it ends; raises FormatError."""
    limit_fields()
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        for cells in reader:
            if cells:
                yield reader.line_num, cells
    except csv.Error as error:
        raise fault("rctab_row", reader.line_num, str(error)) from None
