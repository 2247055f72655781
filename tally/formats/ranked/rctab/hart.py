"""Hart's folders of XML: a file for each ballot, its ranks as a row of 0 and 1."""

from pathlib import Path

from tally.errors import FormatError
from tally.formats.ranked.cdf_records import text
from tally.formats.ranked.file import fault
from tally.formats.ranked.marks import MOST_RANKS, Groups, cast, mark
from tally.formats.ranked.rctab.candidates import Slate
from tally.formats.ranked.rctab.sources import Source
from tally.formats.ranked.xml_text import Node, XmlText
from tally.ranked.rctab_rules import Rules


def cast_all(path: Path, source: Source, standing: Slate, rules: Rules) -> Groups:
    """The ballots of all files ``*.xml`` in the folder but the signatures; names are Hart's ids."""
    groups: Groups = {}
    most = rules.max_rankings or MOST_RANKS
    for file in sorted(path.iterdir()):
        name = file.name.lower()
        if not name.endswith("xml") or name.endswith(".sig.xml"):
            continue
        try:
            for _, contest, line in XmlText(file.read_bytes()).walk({"Contest"}):
                if text(contest, "Id") == source.contest:
                    cast(groups, _marks(contest, line, source, standing, most))
        except FormatError as error:
            raise FormatError(
                error.code, error.line, ", ".join(filter(None, (file.name, error.field))),
                error.expected, error.found, column=error.column,
            ) from None  # fmt: skip
    return groups


def _marks(contest: Node, line: int, source: Source, standing: Slate, most: int) -> list[int]:
    marks = []
    for options in contest.get("Options", []):
        for option in options.get("Option", []) if isinstance(options, dict) else []:
            node: Node = option if isinstance(option, dict) else {}
            ranks = text(node, "Value")
            if not ranks or ranks.strip("01"):
                raise fault("ranked_rank", line, ranks, "Value")
            whom = standing.called(text(node, "Id"), source)
            for rank in (place for place, said in enumerate(ranks, 1) if said == "1"):
                if rank > most:
                    raise fault("ranked_rank", line, ranks, "Value")
                if whom is None:
                    raise fault("ranked_candidate", line, text(node, "Id"), "Id")
                marks.append(mark(rank, whom))
    return marks
