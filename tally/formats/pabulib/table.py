"""The rows of VOTES as places in the bytes of a file, a chunk of whole lines at a time."""

from collections.abc import Iterator

import numpy as np

from tally.formats.pabulib.groups import spans
from tally.formats.pabulib.words import (
    PADDING,
    Ints,
    NotPlainError,
    Window,
    Words,
    combined,
    factors,
    width_of,
)

# Bytes read at once. A chunk's arrays stay in the processor's cache, no field is as long as the
# careful reader forbids, and rows times projects stay below 2^31.
CHUNK = 1 << 18
FIRST_VISIBLE, LAST_VISIBLE = 0x21, 0x7E  # ASCII that no reader takes for a blank


def chunks(data: bytes, start: int) -> Iterator[bytes]:
    """Whole lines from `start` on, with a line break before and after each, and `PADDING`.

    Raises
    ------
    NotPlainError : a line longer than a chunk, bytes that are no UTF-8, other breaks than of lines.
    """
    view, stop = memoryview(data), len(data)
    while stop > start and data[stop - 1] in b"\r\n":
        stop -= 1
    while start < stop:
        end = stop if stop - start <= CHUNK else data.rfind(b"\n", start, start + CHUNK)
        if end < 0:
            raise NotPlainError
        chunk = b"".join((b"\n", view[start:end], b"\n", PADDING))
        if b"\r" in chunk:
            chunk = chunk.replace(b"\r\n", b"\n")
        if b"\r" in chunk or not _is_text(chunk):
            raise NotPlainError
        yield chunk
        start = end + 1


def _is_text(chunk: bytes) -> bool:
    try:
        return chunk.isascii() or bool(chunk.decode())
    except UnicodeDecodeError:
        return False


class Table:
    """Rows of as many fields each, and where they and their parts lie.

    Attributes
    ----------
    window : the text
    marks : places of all line breaks, semicolons and commas in it
    before, after : a line for each row: for each field the mark before it, and the one after, as
        places in `marks`

    Raises
    ------
    NotPlainError : a row has not as many fields as there are columns.
    """

    def __init__(self, chunk: bytes, columns: int) -> None:
        self.window = Window(chunk)
        text = self.window.bytes
        is_mark = text == ord(",")
        is_mark |= text == ord(";")
        is_mark |= text == ord("\n")
        self.marks = np.flatnonzero(is_mark)
        said = text[self.marks]
        borders = np.flatnonzero(said != ord(","))  # of fields; the first is before all rows
        rows, more = divmod(len(borders) - 1, columns)
        ends = said[borders[1 : rows * columns + 1]].reshape(rows, columns)
        if more or (ends[:, :-1] != ord(";")).any() or (ends[:, -1] != ord("\n")).any():
            raise NotPlainError
        self.before = borders[:-1].reshape(rows, columns)
        self.after = borders[1:].reshape(rows, columns)

    def field(self, column: int) -> tuple[Ints, Ints]:
        """Start and length of one field of each row."""
        start = self.marks[self.before[:, column]] + 1
        return start, self.marks[self.after[:, column]] - start

    def parts(self, column: int) -> tuple[Ints, Ints, Ints]:
        """How many parts between commas each row has in that field; start and length of each."""
        before, after = self.before[:, column], self.after[:, column]
        is_blank = self.marks[after] == self.marks[before] + 1
        count = after - before - is_blank
        part = spans(before, count)
        start = self.marks[part] + 1
        return count, start, self.marks[part + 1] - start

    def voters(self, column: int) -> Words:
        """A number for each voter's id, the same for equal ids.

        Raises
        ------
        NotPlainError : an id is empty, too long, or begins or ends with what may be a blank.
        """
        start, length = self.field(column)
        first, last = self.window.bytes[start], self.window.bytes[start + length - 1]
        if (
            not length.all()
            or min(first.min(), last.min()) < FIRST_VISIBLE
            or max(first.max(), last.max()) > LAST_VISIBLE
        ):
            raise NotPlainError
        width = width_of(int(length.max()))
        return combined(self.window.words(start, length, width), factors(0, width))

    def text(self, row: int, column: int) -> str:
        """What stands in one field."""
        start = self.marks[self.before[row, column]] + 1
        return self.window.bytes[start : self.marks[self.after[row, column]]].tobytes().decode()
