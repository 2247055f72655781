"""Files of ranked ballots, in the formats of the field; known by what they hold."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Protocol

from tally.errors import FormatError
from tally.formats.ranked import abif, blt, cdf, cef, margin_text, preflib, rank_csv
from tally.formats.ranked.file import EXPECTED, RankedFile, decoded, fault
from tally.formats.ranked.sniff import sniffed

__all__ = ["EXPECTED", "READERS", "WRITERS", "RankedFile", "dump", "load", "sniffed"]


class Reader(Protocol):
    """The file in a text; FormatError for what cannot be read, or, lenient, not repaired."""

    def __call__(self, text: str, *, lenient: bool = False) -> RankedFile: ...


class Writer(Protocol):
    """The text of a file; FormatError for what the format does not hold."""

    def __call__(self, file: RankedFile) -> str: ...


def _records(
    text: str,
    *,
    lenient: bool = False,  # noqa: ARG001 - nothing in records is repaired
) -> RankedFile:
    return cdf.read(text)


READERS: Mapping[str, Reader] = MappingProxyType(
    {
        "preflib": preflib.read,
        "blt": blt.read,
        "cef": cef.read,
        "cdf": _records,
        "abif": abif.read,
        "margin_text": margin_text.read,
        rank_csv.BY_RANK: rank_csv.read,
        rank_csv.BY_CANDIDATE: rank_csv.read,
    }
)
WRITERS: Mapping[str, Writer] = MappingProxyType(
    {
        "preflib": preflib.write,
        "blt": blt.write,
        "cef": cef.write,
        "cdf": cdf.write,
        "abif": abif.write,
        "margin_text": margin_text.write,
        rank_csv.BY_RANK: rank_csv.write_by_rank,
        rank_csv.BY_CANDIDATE: rank_csv.write_by_candidate,
    }
)
# Formats in which a rank can be marked for several candidates without the file telling whom.
UNTOLD = frozenset({"cdf", rank_csv.BY_RANK})


def load(data: bytes, contest: str = "", *, lenient: bool = False) -> RankedFile:
    """The file of these bytes; of a file with several contests, the one of this name.

    Parameters
    ----------
    lenient : repair what can be repaired without guessing what a voter meant, and note each repair
        with its line and column; what a format repairs stands at its reader

    Raises
    ------
    FormatError : it is none of these formats, or cannot be read without guessing.
    """
    kind = sniffed(data)
    if kind is None:
        raise fault("ranked_format", 1, data[:20].decode("utf-8", errors="replace"))
    text = decoded(data)
    if kind == "cdf":
        return cdf.read(text, contest)
    file = READERS[kind](text, lenient=lenient)
    if contest not in ("", file.contest.title):
        raise fault("ranked_contest", 1, contest, repr(file.contest.title))
    return file


def dump(file: RankedFile, kind: str | None = None) -> bytes:
    """The file as bytes of its own format, or of another key of `WRITERS`.

    What is written is read again: a name that would be taken for a sign of the format, somebody who
    has withdrawn where the format cannot say so, a rank left out where it has none, are not lost in
    silence. Seats, title and tie order are, where a format does not know them.

    Raises
    ------
    FormatError : the format does not hold this file.
    """
    kind = kind or file.format
    if kind not in UNTOLD and (file.rankings.places == file.rankings.untold).any():
        raise fault("ranked_lost", 1, "an overvote that is not told", kind)
    data = WRITERS[kind](file).encode()
    try:
        again = READERS[kind](data.decode())
    except FormatError as error:
        raise fault("ranked_lost", error.line, error.found, kind) from None
    for what, said, found in (
        ("names", file.contest.names, again.contest.names),
        ("withdrawn", sorted(file.contest.withdrawn), sorted(again.contest.withdrawn)),
        ("title", file.contest.title, again.contest.title or file.contest.title),
    ):
        if said != found:
            raise fault("ranked_lost", 1, f"{what} {said}", kind)
    if file.rankings != again.rankings:
        raise fault("ranked_lost", 1, "ranks left out or shared, or points", kind)
    return data
