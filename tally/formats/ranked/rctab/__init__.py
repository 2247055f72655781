"""RCTab's configurations: a contest, the rules of its count, and the files that hold its ballots.

References
----------
Ranked Choice Voting Resource Center and Bright Spots, RCTab, configuration file documentation.
"""

from dataclasses import dataclass
from pathlib import Path

from tally.errors import FormatError
from tally.formats.ranked.file import RankedFile
from tally.formats.ranked.json_text import JsonText
from tally.formats.ranked.marks import Groups, rankings
from tally.formats.ranked.rctab.candidates import Slate, slate
from tally.formats.ranked.rctab.providers import PROVIDERS
from tally.formats.ranked.rctab.rows import text_of
from tally.formats.ranked.rctab.rules import rules_of
from tally.formats.ranked.rctab.section import Section
from tally.formats.ranked.rctab.sources import Source, sources_of
from tally.ranked import Contest
from tally.ranked.rctab_rules import Rules

__all__ = ["Configured", "is_configuration", "load"]

_SECTIONS = ("tabulatorVersion", "outputSettings", "cvrFileSources", "candidates", "rules")
# Later versions may mean something else by the same settings.
_VERSIONS = ("", "TEST", "1", "2")


@dataclass(frozen=True)
class Configured:
    """A contest with its ballots, and the rules by which its configuration counts them."""

    file: RankedFile
    rules: Rules


def is_configuration(data: bytes) -> bool:
    """Whether these bytes are RCTab's configuration."""
    return data[:1_000].removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{" and (
        b'"cvrFileSources"' in data
    )


def load(path: Path, contest: str = "") -> Configured:
    """The configuration of this path, and the ballots of its files, which lie relative to it.

    Parameters
    ----------
    contest : its name, if it is to be checked

    Raises
    ------
    FormatError : a setting that RCTab refuses or that is not known here, a file that cannot be
        read without guessing.
    OSError : a file that is not there.
    """
    text = text_of(path)
    top = Section.top(JsonText(text, strict=True))
    top.refuse_unknown(_SECTIONS)
    version = top.text("tabulatorVersion")
    if version.partition(".")[0] not in _VERSIONS:
        raise top.fault("rctab_word", "tabulatorVersion", version)
    said = top.section("rules")
    rules, seats = rules_of(said)
    sources = sources_of(top, said, rules)
    standing = slate(top.sections("candidates"), sources)
    title = top.section("outputSettings").text("contestName")
    if contest not in ("", title):
        raise top.fault("ranked_contest", "outputSettings", title)
    decided = Contest(standing.names, seats, standing.excluded, title)
    groups: Groups = {}
    for source in sources:
        for ballot, many in _cast(path.parent, source, standing, rules).items():
            groups[ballot] = groups.get(ballot, 0) + many
    if not groups:
        raise top.fault("rctab_text", "cvrFileSources", "")
    return Configured(RankedFile(decided, rankings(decided.size, groups), "rctab"), rules)


def _cast(folder: Path, source: Source, standing: Slate, rules: Rules) -> Groups:
    """The ballots of one source; a fault in it names it."""
    try:
        return PROVIDERS[source.provider](folder / source.path, source, standing, rules)
    except FormatError as error:
        field = ", ".join(part for part in (source.path, error.field) if part)
        raise FormatError(
            error.code, error.line, field, error.expected, error.found, column=error.column
        ) from None
