"""Files of ranked ballots: PrefLib, BLT, the Condorcet Election Format; known by what they hold."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from tally.errors import FormatError
from tally.formats.ranked import blt, cdf, cef, preflib
from tally.formats.ranked.file import EXPECTED, RankedFile, fault

__all__ = ["EXPECTED", "READERS", "WRITERS", "RankedFile", "dump", "load", "sniffed"]

READERS: Mapping[str, Callable[[str], RankedFile]] = MappingProxyType(
    {"preflib": preflib.read, "blt": blt.read, "cef": cef.read, "cdf": cdf.read}
)
WRITERS: Mapping[str, Callable[[RankedFile], str]] = MappingProxyType(
    {"preflib": preflib.write, "blt": blt.write, "cef": cef.write, "cdf": cdf.write}
)


def sniffed(data: bytes) -> str | None:
    """The key of `READERS` that fits; None: no file of ranked ballots.

    >>> sniffed(b"3 1"), sniffed(b"# TITLE: x"), sniffed(b"A > B * 3"), sniffed(b"META")
    ('blt', 'preflib', 'cef', None)
    """
    if data[:1_000].removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"<"):
        return "cdf" if b"CastVoteRecordReport" in data else None
    lines = [line.strip() for line in data[:10_000].removeprefix(b"\xef\xbb\xbf").splitlines()]
    for line in filter(None, lines):
        if line.startswith(b"#/"):
            return "cef"
        if line.startswith(b"#"):
            if line[1:].split(b":")[0].strip() in (b"FILE NAME", b"TITLE", b"DATA TYPE"):
                return "preflib"
            continue  # a comment, in any format
        words = line.split()
        if len(words) > 1 and words[0].isdigit() and words[1].isdigit():
            return "blt"
        return "cef" if b">" in line or b"||" in line or b"*" in line else None
    return None


def load(data: bytes, contest: str = "") -> RankedFile:
    """The file of these bytes; of a file with several contests, the one of this name.

    Raises
    ------
    FormatError : it is none of these formats, or cannot be read without guessing.
    """
    kind = sniffed(data)
    if kind is None:
        raise fault("ranked_format", 1, data[:20].decode("utf-8", errors="replace"))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise fault("ranked_utf8", line, repr(data[error.start : error.end])) from None
    if kind == "cdf":
        return cdf.read(text, contest)
    file = READERS[kind](text)
    if contest not in ("", file.contest.title):
        raise fault("ranked_contest", 1, contest, repr(file.contest.title))
    return file


def dump(file: RankedFile, kind: str | None = None) -> bytes:
    """The file as bytes of its own format, or of another key of `WRITERS`.

    What is written is read again: a name that would be taken for a sign of the format, or somebody
    who has withdrawn where the format cannot say so, is not lost in silence.

    Raises
    ------
    FormatError : the format does not hold this file.
    """
    kind = kind or file.format
    data = WRITERS[kind](file).encode()
    try:
        again = READERS[kind](data.decode())
    except FormatError as error:
        raise fault("ranked_lost", error.line, error.found, kind) from None
    for said, found in (
        (file.contest.names, again.contest.names),
        (sorted(file.contest.withdrawn), sorted(again.contest.withdrawn)),
    ):
        if said != found:
            raise fault("ranked_lost", 1, str(said), kind)
    return data
