"""The section ``cvrFileSources``: which files hold the ballots, and how each is to be read."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from tally.formats.ranked.rctab.section import Section
from tally.ranked.rctab_rules import Rules

# Names that stand for no candidate in RCTab's reports.
RESERVED = ("residual surplus", "exhausted", "uncounted")
_LABELS = ("overvoteLabel", "skippedRankLabel", "undeclaredWriteInLabel")
_COLUMNS = ("idColumnIndex", "batchColumnIndex", "precinctColumnIndex")
_FIRST = ("firstVoteColumnIndex", "firstVoteRowIndex")
_KNOWN = (
    "filePath", "provider", "contestId", "overvoteDelimiter", "undervoteLabel",
    "treatBlankAsUndeclaredWriteIn", *_LABELS, *_COLUMNS, *_FIRST,
)  # fmt: skip
_MOST_COLUMNS, _MOST_ROWS = 1_000, 100_000
# Letters, digits and some signs may stand in names, so they part none.
_NO_DELIMITER = re.compile(r".*\\.*|[a-zA-Z0-9.',\-\"\s]+")
# Provider -> settings that mean something to it, beside the path and the label of write-ins.
_TAKES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "cdf": ("contestId", "overvoteLabel"),
        "clearBallot": ("contestId",),
        "dominion": ("contestId",),
        "ess": (
            *_FIRST, *_COLUMNS, "overvoteLabel", "overvoteDelimiter", "skippedRankLabel",
            "treatBlankAsUndeclaredWriteIn",
        ),
        # Its cells are ranks, so labels in them have nothing to say.
        "genericCsv": (*_FIRST, *_COLUMNS, "overvoteLabel", "skippedRankLabel"),
        "hart": ("contestId",),
    }
)  # fmt: skip


@dataclass(frozen=True)
class Source:
    """One file or folder of ballots.

    Attributes
    ----------
    path : relative to the configuration's folder, or from the root
    contest : its name or id in the source, where several may stand there
    first_column, first_row : where votes begin, from 1
    id_column : of the ballot's own number, which every row then must have
    overvote, skipped, write_in : labels for a rank of several, of nobody, and of undeclared
        write-ins; empty: there is none
    delimiter : between the candidates of one cell
    blank_is_write_in : an empty cell is an undeclared write-in
    """

    path: str
    provider: str
    contest: str
    first_column: int
    first_row: int
    id_column: int | None
    overvote: str
    skipped: str
    write_in: str
    delimiter: str
    blank_is_write_in: bool

    @property
    def has_write_ins(self) -> bool:
        """Whether undeclared write-ins are counted in this source."""
        return bool(self.write_in) or self.blank_is_write_in


def sources_of(top: Section, rules: Section, told: Rules) -> list[Source]:
    """The sources; labels of version 1.0 stand with the rules.

    Raises
    ------
    FormatError : a setting that is unknown, or that RCTab refuses.
    """
    found = [_source(said, rules, told) for said in top.sections("cvrFileSources")]
    for place, said in enumerate(top.sections("cvrFileSources")):
        if found[place].path in [source.path for source in found[:place]]:
            raise said.fault("rctab_clash", "filePath")
    return found


def _source(said: Section, rules: Section, told: Rules) -> Source:
    said.refuse_unknown(_KNOWN)
    provider = said.word("provider", _TAKES)
    takes = _TAKES[provider]
    labels = {name: said.text(name) or rules.text(name) for name in _LABELS}
    labels["skippedRankLabel"] = (
        labels["skippedRankLabel"] or said.text("undervoteLabel") or rules.text("undervoteLabel")
    )
    for name in ("contestId", "overvoteDelimiter", *_LABELS, *_COLUMNS, *_FIRST):
        if said.text(name) and name not in (*takes, "undeclaredWriteInLabel"):
            raise said.fault("rctab_text", name)
    blank = "treatBlankAsUndeclaredWriteIn"
    source = Source(
        path=said.text("filePath"),
        provider=provider,
        contest=said.text("contestId"),
        first_column=_column(said, "firstVoteColumnIndex") or 0,
        first_row=said.whole("firstVoteRowIndex", 1, _MOST_ROWS) or 0,
        id_column=_column(said, "idColumnIndex"),
        overvote=labels["overvoteLabel"] if "overvoteLabel" in takes else "",
        skipped=labels["skippedRankLabel"],
        write_in=labels["undeclaredWriteInLabel"],
        delimiter=said.text("overvoteDelimiter"),
        blank_is_write_in=said.flag(blank) or (rules.flag(blank) and blank in takes),
    )
    for name in _COLUMNS:
        _column(said, name)
    _refuse_clashes(said, source, told)
    return source


def _column(said: Section, name: str) -> int | None:
    return said.whole(name, 1, _MOST_COLUMNS)


def _refuse_clashes(said: Section, source: Source, told: Rules) -> None:
    takes = _TAKES[source.provider]
    needs = [("filePath", source.path)]
    needs += [(name, said.text(name)) for name in ("contestId", *_FIRST) if name in takes]
    for name, value in needs:
        if not value:
            raise said.fault("rctab_text", name)
    labels = [source.overvote.lower(), source.skipped.lower(), source.write_in.lower()]
    used = [label for label in labels if label]
    by_standing = told.overvote_rule == "exhaustIfMultipleContinuing"
    clashes = (
        ("treatBlankAsUndeclaredWriteIn", source.blank_is_write_in
            and "treatBlankAsUndeclaredWriteIn" not in takes),
        ("overvoteDelimiter", bool(_NO_DELIMITER.fullmatch(source.delimiter))),
        ("overvoteDelimiter", bool(source.delimiter and source.overvote)),
        ("overvoteDelimiter", source.provider == "ess" and by_standing and not source.delimiter),
        ("overvoteLabel", bool(source.overvote) and by_standing),
        ("undeclaredWriteInLabel", len({*used, *RESERVED}) != len(used) + len(RESERVED)),
    )  # fmt: skip
    for name, clash in clashes:
        if clash:
            raise said.fault("rctab_clash", name)
