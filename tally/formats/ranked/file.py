"""What a file of ranked ballots holds, and the words in which its faults are told."""

import re
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, NamedTuple, TypeVar

import numpy as np

from tally.contest import Amount
from tally.errors import FormatError
from tally.formats.faults import Faults
from tally.ranked import Contest, Rankings
from tally.ranked.ballots import Tiers

Key = TypeVar("Key", bound=Hashable)
Read = TypeVar("Read")

# Code of a fault -> what should stand there.
EXPECTED = {
    "ranked_utf8": "text in UTF-8",
    "ranked_format": "a file of ranked ballots in a format that is read here",
    "ranked_head": "the number of candidates, and of seats",
    "ranked_count": "how many cast this ballot: a number above 0",
    "ranked_candidate": "a candidate of this contest",
    "ranked_twice": "each candidate once on a ballot",
    "ranked_end": "0 at the end of a ballot, and of all ballots",
    "ranked_names": "a name for each candidate",
    "ranked_number": "a whole number",
    "ranked_braces": "equal candidates in braces that are closed",
    "ranked_option": "an option in brackets that are closed",
    "ranked_line": "a line as this format has them",
    "ranked_score": "points for each mark or for none, never more for a lower rank",
    "ranked_columns": "columns that are either ranks or candidates, each once, and one of counts",
    "ranked_rank": "a rank from 1 to the number of candidates, or nothing",
    "ranked_fields": "fields as the header has them",
    "ranked_lost": "what this format can hold",
}
MOST = 10_000  # candidates
# How many voters cast a ballot. Forty digits keep hostile files from costing time.
WHOLE = re.compile(r"\d{1,40}", re.ASCII)
DECIMAL = re.compile(r"\d{1,40}(?:\.\d{1,40})?", re.ASCII)
DECIMAL_OR_FRACTION = re.compile(r"\d{1,40}(?:\.\d{1,40}|/0{0,40}[1-9]\d{0,40})?", re.ASCII)


@dataclass(frozen=True)
class RankedFile:
    """One file: n ballots over m candidates.

    Attributes
    ----------
    format : a key of `tally.formats.ranked.READERS`, or "" of a file made by hand
    options : what the file says besides, (key, value) in its order: header lines of PrefLib,
        bracketed options of BLT, parameters of the Condorcet Election Format, metadata of ABIF
    notes : repairs, and oddities that do not stop the reading; a file is the same without
    """

    contest: Contest
    rankings: Rankings
    format: str
    options: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = field(default=(), compare=False)


class Mark(NamedTuple):
    """One mark of a ballot: the candidate, None if it is nobody; the text, and where it stands."""

    place: int | None
    said: str
    column: int


def fault(
    code: str, line: int, found: str, field: str = "", *, column: int | None = None
) -> FormatError:
    """What is wrong in which line; `column` is a character of the line, or a field of a CSV row."""
    return FormatError(code, line, field, EXPECTED[code], found[:40], column=column)


def lines_of(text: str, first: int = 1) -> Iterator[tuple[int, str]]:
    """The lines with their numbers; only a line feed ends one (see `unified`)."""
    return enumerate(text.split("\n"), first)


def unified(text: str) -> str:
    """The text with line feeds alone as ends of lines."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def tiers_of(marks: Sequence[Sequence[Mark]], line: int, faults: Faults) -> Tiers:
    """A ballot's ranks by the candidates who share each, ascending; an empty one was left out.

    Raises
    ------
    FormatError : a mark is for nobody, or for somebody marked before. In lenient reading such a
        mark is left out, with its rank if it was alone there.
    """
    seen: set[int] = set()
    tiers = []
    for tier in marks:
        kept = []
        for place, said, column in tier:
            if place is None:
                faults.met(fault("ranked_candidate", line, said, column=column), "it is left out")
            elif place in seen:
                faults.met(fault("ranked_twice", line, said, column=column), "the first counts")
            else:
                seen.add(place)
                kept.append(place)
        if kept or not tier:
            tiers.append(tuple(sorted(kept)))
    return tuple(tiers)


def in_order(places: Sequence[int | None]) -> Tiers | None:
    """The ballot that ranks these candidates one by one; None if one is nobody, or there twice."""
    if len({*places}) < len(places):
        return None
    tiers = tuple([(place,) for place in places if place is not None])
    return tiers if len(tiers) == len(places) else None


def voters(
    said: str, line: int, column: int, faults: Faults, form: re.Pattern[str] = WHOLE
) -> Amount:
    """How many cast a ballot; 0 only in lenient reading: then nobody did, and it is left out."""
    if not form.fullmatch(said):
        raise fault("ranked_count", line, said, column=column)
    count: Amount = int(said) if said.isdigit() else Fraction(said)
    if not count:
        faults.met(fault("ranked_count", line, said, column=column), "the ballot is left out")
    return count.numerator if count.denominator == 1 else count


def numbered(said: str, size: int) -> int | None:
    """The candidate of a number from 1, counted from 0; None if there is no such candidate."""
    if not WHOLE.fullmatch(said) or not 1 <= int(said) <= size:
        return None
    return int(said) - 1


def remembered(read: Callable[[Key, int], Read], faults: Faults) -> Callable[[Key, int], Read]:
    """The same reader of a ballot on a line; what has no fault is read once, however often cast."""
    known: dict[Key, Read] = {}

    def again(said: Key, line: int) -> Read:
        found = known.get(said)
        if found is None:
            notes = len(faults.notes)
            found = read(said, line)
            if len(faults.notes) == notes:
                known[said] = found
        return found

    return again


def is_same(one: Rankings, other: Rankings) -> bool:
    """Whether the same ballots were cast as often, with the same points."""
    if all(map(np.array_equal, _arrays(one), _arrays(other))):
        return one.size == other.size
    return (one.scores is None) == (other.scores is None) and _counted(one) == _counted(other)


def _arrays(rankings: Rankings) -> Sequence[Any]:
    told = (rankings.weights_unit, rankings.ranks, rankings.scores)
    return rankings.starts, rankings.places, rankings.weights, *told


def _counted(rankings: Rankings) -> dict[tuple[Tiers, tuple[int, ...]], Amount]:
    points = [] if rankings.scores is None else rankings.scores.tolist()
    starts = rankings.starts.tolist()
    found: dict[tuple[Tiers, tuple[int, ...]], Amount] = {}
    for at, (tiers, weight) in enumerate(rankings.rows()):
        key = tiers, tuple(points[starts[at] : starts[at + 1]])
        found[key] = found.get(key, 0) + weight
    return found
