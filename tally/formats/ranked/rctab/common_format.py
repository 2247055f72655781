"""Ballots of NIST's Common Data Format (JSON, XML; so Unisyn) under RCTab's configuration."""

from pathlib import Path

from tally.formats.ranked.cdf_records import UNTOLD, WRITE_IN, Selection, records
from tally.formats.ranked.file import fault
from tally.formats.ranked.marks import MOST_RANKS, Groups, reread
from tally.formats.ranked.rctab.candidates import Slate
from tally.formats.ranked.rctab.rows import text_of
from tally.formats.ranked.rctab.sources import Source
from tally.ranked.rctab_rules import Rules


def cast_all(path: Path, source: Source, standing: Slate, rules: Rules) -> Groups:
    """The ballots; selections that are write-ins are undeclared ones, all in one."""
    most = rules.max_rankings or MOST_RANKS
    found = records(text_of(path), source.contest, most)
    places: dict[str, int | None] = {WRITE_IN: standing.write_in, UNTOLD: standing.untold}
    for one in found.selections:
        places[one.id] = _whom(one, source, standing)
    numbers = []
    for whom in found.whom:
        place = places[whom]
        if place is None:
            raise fault("ranked_candidate", 1, whom.strip("\0"), "ContestSelection")
        numbers.append(place)
    return reread(found.groups, numbers)


def _whom(one: Selection, source: Source, standing: Slate) -> int | None:
    if one.is_write_in:
        return standing.write_in
    return standing.called(one.names[0], source) if one.names else None
