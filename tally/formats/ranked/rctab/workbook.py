"""The first sheet of an xlsx workbook, row by row; a zip of XML that may come from anywhere.

References
----------
ECMA-376, Office Open XML File Formats, part 1, 18.3 (sheets) and 18.4 (shared texts).
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, cast

from tally.errors import FormatError
from tally.formats.ranked.file import fault
from tally.formats.ranked.xml_text import Node, XmlText

# Texts of a row by the numbers of their columns, from 1; empty cells are left out.
Cells = dict[int, str]
_MOST_BYTES = 2**28  # of one part, unpacked: more than the longest sheet of a spreadsheet needs
_MOST_COLUMNS = 2**14
_CHUNK = 2**16
_DIGITS = "0123456789"
_PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# What a broken or locked zip may raise.
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    RuntimeError,
    EOFError,
    ValueError,
    OSError,
)


def rows(data: bytes) -> Iterator[tuple[int, Cells]]:
    """The rows that the sheet has, each with its number from 1.

    Raises
    ------
    FormatError : no workbook, or one whose parts unpack to more than a spreadsheet can hold.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            texts = _shared(book)
            number = 0
            for _, row, _ in _part(book, _first_sheet(book), {"row"}):
                told = str(row.get("@r", ""))
                number = int(told[:9]) if told.isascii() and told.isdigit() else number + 1
                yield number, _cells(row, number, texts)
    except FormatError:
        raise
    except _BROKEN as error:
        raise fault("rctab_zip", 1, str(error)) from None


def _part(book: zipfile.ZipFile, name: str, wanted: set[str]) -> Iterator[tuple[str, Node, int]]:
    """The elements of one part of the workbook."""
    try:
        info = book.getinfo(name)
    except KeyError:
        raise fault("rctab_zip", 1, name) from None
    if info.file_size > _MOST_BYTES or info.compress_type not in _PACKINGS:
        raise fault("rctab_zip", 1, f"{name}: {info.file_size}")
    with book.open(info) as file:
        yield from XmlText(iter(lambda: file.read(_CHUNK), b"")).walk(wanted)


def _first_sheet(book: zipfile.ZipFile) -> str:
    sheets = [node for _, node, _ in _part(book, "xl/workbook.xml", {"sheet"})]
    ways = [
        node for _, node, _ in _part(book, "xl/_rels/workbook.xml.rels", {"Relationship"})
    ]  # fmt: skip
    for way in ways:
        if sheets and way.get("@Id") == sheets[0].get("@id"):
            target = str(way.get("@Target", ""))
            return target[1:] if target.startswith("/") else f"xl/{target}"
    raise fault("rctab_zip", 1, "sheet")


def _shared(book: zipfile.ZipFile) -> list[str]:
    name = "xl/sharedStrings.xml"
    if name not in book.namelist():
        return []
    return [_said(node) for _, node, _ in _part(book, name, {"si"})]


def _said(node: Any) -> str:
    """The text of a cell or a shared text, in one piece or in runs."""
    if not isinstance(node, dict):
        return str(node)
    runs = [part for run in node.get("r", []) if isinstance(run, dict) for part in run.get("t", [])]
    pieces = [*node.get("t", []), *runs]
    return "".join(
        str(piece.get("#text", "")) if isinstance(piece, dict) else str(piece) for piece in pieces
    )


def _cells(row: Node, number: int, texts: Sequence[str]) -> Cells:
    found: Cells = {}
    column = 0
    for cell in row.get("c", []):
        node: Node = cell if isinstance(cell, dict) else {}
        column = _column(str(node.get("@r", "")).rstrip(_DIGITS)) or column + 1
        text = _text(node, number, texts)
        if text is not None:
            found[column] = text
    return found


def _text(cell: Node, number: int, texts: Sequence[str]) -> str | None:
    """What a cell says; None: nothing. Numbers read as a spreadsheet shows whole ones."""
    kind = cell.get("@t", "n")
    if kind == "inlineStr":
        return _said(cast("list[Any]", cell.get("is", [""]))[0])
    value = str(cast("list[Any]", cell.get("v", [""]))[0])
    if not value:
        return None
    if kind == "s":
        if not (value.isascii() and value.isdigit()) or int(value[:9]) >= len(texts):
            raise fault("rctab_row", number, value, str(cell.get("@r", "")))
        return texts[int(value[:9])]
    return value.removesuffix(".0") if kind == "n" else value


@lru_cache(maxsize=1024)
def _column(letters: str) -> int:
    """The column of these letters, A for 1, AB for 28; 0 if there is none."""
    column = 0
    for sign in letters:
        if not "A" <= sign <= "Z" or column > _MOST_COLUMNS:
            return 0
        column = column * 26 + ord(sign) - ord("A") + 1
    return column
