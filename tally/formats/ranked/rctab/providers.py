"""The readers of the files that hold ballots, by RCTab's names of their makers."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from tally.formats.ranked.marks import Groups
from tally.formats.ranked.rctab import clear_ballot, common_format, dominion, ess, generic_csv, hart
from tally.formats.ranked.rctab.candidates import Slate
from tally.formats.ranked.rctab.sources import Source
from tally.ranked.rctab_rules import Rules

# Each gives the ballots of a source by candidates; raises FormatError and OSError.
PROVIDERS: Mapping[str, Callable[[Path, Source, Slate, Rules], Groups]] = MappingProxyType(
    {
        "cdf": common_format.cast_all,
        "clearBallot": clear_ballot.cast_all,
        "dominion": dominion.cast_all,
        "ess": ess.cast_all,
        "genericCsv": generic_csv.cast_all,
        "hart": hart.cast_all,
    }
)
