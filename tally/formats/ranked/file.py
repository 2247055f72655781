"""What a file of ranked ballots holds, and the words in which its faults are told."""

import re
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple, TypeVar

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
    "ranked_fields": "fields as the header has them",
    "ranked_lost": "what this format can hold",
    "ranked_json": "JSON",
    "ranked_xml": "well-formed XML",
    "ranked_doctype": "XML without a document type",
    "ranked_record": "what a cast vote record has at this place",
    "ranked_contest": "the name of one contest of these",
    "ranked_rank": "a rank from 1 to the most that is allowed",
    "rctab_known": "a setting that is known",
    "rctab_word": "one of the words that this setting has",
    "rctab_whole": "a whole number that this setting can have",
    "rctab_flag": "true or false",
    "rctab_text": "text, where it is needed and nowhere else",
    "rctab_clash": "a setting that goes with the others",
    "rctab_row": "a row with the cells that this format has",
    "rctab_zip": "a workbook of a size that can be",
}
MOST = 10_000  # candidates
MOST_RECORDS = 10_000_000  # that are written, where a format has one for each voter
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


def decoded(data: bytes) -> str:
    """The text of a file in UTF-8; raises FormatError if it is none."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        before = data[data.rfind(b"\n", 0, error.start) + 1 : error.start]
        column = len(before.decode("utf-8-sig", errors="replace")) + 1
        found = repr(data[error.start : error.end])
        raise fault("ranked_utf8", line, found, column=column) from None


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


def check_records(rankings: Rankings) -> None:
    """Refuse ballots that cannot be written one for each voter (FormatError)."""
    if rankings.weights_unit > 1:
        raise fault("ranked_number", 1, f"parts of 1/{rankings.weights_unit}", "weight")
    if not 0 < rankings.ballots <= MOST_RECORDS:
        raise fault("ranked_lost", 1, f"{rankings.ballots} records")
