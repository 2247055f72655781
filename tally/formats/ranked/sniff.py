"""Which format a file is, by what it holds: never by its name."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from tally.formats.ranked import rank_csv

_HEAD = 10_000  # bytes that are looked at
_ROWS = 10


@dataclass(frozen=True)
class _Head:
    """The beginning of a file.

    Attributes
    ----------
    remarks : lines that begin with # before any other, without blanks around them
    lines : the first other lines, without empty ones and blanks around them; at least one
    whole : the file
    """

    remarks: tuple[str, ...]
    lines: tuple[str, ...]
    whole: bytes

    @property
    def is_json(self) -> bool:
        return self.lines[0].startswith("{")


def _first(pattern: str) -> Callable[[_Head], bool]:
    """Whether the first line that is no remark begins so."""
    found = re.compile(pattern)
    return lambda head: found.match(head.lines[0]) is not None


def _remark(pattern: str) -> Callable[[_Head], bool]:
    """Whether one of the remarks begins so."""
    found = re.compile(pattern)
    return lambda head: any(map(found.match, head.remarks))


def _has_rule(head: _Head) -> bool:
    """Whether numbers stand first, and a rule of signs below them or below names."""
    is_list = re.fullmatch(r"\d+(\s*,\s*\d+)*", head.lines[0]) is not None
    return is_list and any(re.fullmatch(r"-[-+]*", line) for line in head.lines[1:3])


def _has_records(head: _Head) -> bool:
    """Whether this is JSON or XML that holds cast vote records; they may say so at the end."""
    return head.lines[0].startswith(("{", "<")) and b"CastVoteRecordReport" in head.whole


def _csv(form: str) -> Callable[[_Head], bool]:
    return lambda head: not head.is_json and rank_csv.form_of(head.lines[:2]) == form


# Key of `READERS` -> whether a file is of that format; the first that says so has it.
SIGNS: tuple[tuple[str, Callable[[_Head], bool]], ...] = (
    ("cdf", _has_records),
    ("cef", _remark("#/")),
    ("preflib", _remark(r"#\s*(FILE NAME|TITLE|DATA TYPE)\s*:")),
    ("margin_text", _has_rule),
    ("blt", _first(r"\d+\s+\d+")),
    ("abif", _first(r'\{\s*"?[\w-]+"?\s*:.*\}\s*(#.*)?$')),
    ("abif", _first(r'=|(\[[^\]]*\]|"[^"]*"|[^\W\d][\w-]*)\s*:\s*[\["\w]')),
    ("abif", _first(r'\d+\s*[:*]\s*($|\[|"|[^\W\d])')),
    (rank_csv.BY_RANK, _csv(rank_csv.BY_RANK)),
    (rank_csv.BY_CANDIDATE, _csv(rank_csv.BY_CANDIDATE)),
    ("cef", _first(r"[^<].*(>|\|\||\*)")),
)


def sniffed(data: bytes) -> str | None:
    r"""The key of `READERS` that fits; None: no file of ranked ballots.

    >>> sniffed(b"3 1"), sniffed(b"# TITLE: x"), sniffed(b"A > B * 3"), sniffed(b"META")
    ('blt', 'preflib', 'cef', None)
    >>> sniffed(b"27: A > B = C"), sniffed(b"rank1,rank2"), sniffed(b"Ada,Bo\n1,2")
    ('abif', 'csv_by_rank', 'csv_by_candidate')
    """
    text = data[:_HEAD].decode("utf-8-sig", errors="replace")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    at = next((at for at, line in enumerate(lines) if not line.startswith("#")), len(lines))
    head = _Head(tuple(lines[:at]), tuple(lines[at : at + _ROWS]) or ("",), data)
    return next((kind for kind, fits in SIGNS if fits(head)), None)
