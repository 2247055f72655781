"""Rows of CSV, and the text of a file."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from tally.formats.faults import limit_fields
from tally.formats.ranked.file import fault


def text_of(path: Path) -> str:
    """The text of a file in UTF-8; raises FormatError if it is none."""
    data = path.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise fault("ranked_utf8", line, repr(data[error.start : error.end])) from None


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
