"""What a file of ranked ballots holds, and the words in which its faults are told."""

from dataclasses import dataclass

from tally.errors import FormatError
from tally.ranked import Contest, Rankings

# Code of a fault -> what should stand there.
EXPECTED = {
    "ranked_utf8": "text in UTF-8",
    "ranked_format": "a file of PrefLib, BLT or the Condorcet Election Format",
    "ranked_head": "the number of candidates, and of seats",
    "ranked_count": "how many cast this ballot: a number above 0",
    "ranked_candidate": "a candidate of this contest",
    "ranked_twice": "each candidate once on a ballot",
    "ranked_end": "0 at the end of a ballot, and of all ballots",
    "ranked_names": "a name for each candidate",
    "ranked_number": "a whole number",
    "ranked_braces": "equal candidates in braces that are closed",
    "ranked_option": "an option in brackets that are closed",
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


@dataclass(frozen=True)
class RankedFile:
    """One file: n ballots over m candidates.

    Attributes
    ----------
    format : "preflib", "blt" or "cef"
    options : what the file says besides, (key, value) in its order: header lines of PrefLib,
        bracketed options of BLT, parameters of the Condorcet Election Format
    """

    contest: Contest
    rankings: Rankings
    format: str
    options: tuple[tuple[str, str], ...] = ()


def fault(
    code: str, line: int, found: str, field: str = "", *, column: int | None = None
) -> FormatError:
    """What is wrong in which line; `column` is a character of the line, or a field of a CSV row."""
    return FormatError(code, line, field, EXPECTED[code], found[:40], column=column)


def once(tiers: tuple[tuple[int, ...], ...], line: int, found: str) -> None:
    """Refuse a ballot that ranks somebody twice (FormatError)."""
    places = [candidate for tier in tiers for candidate in tier]
    if len(set(places)) != len(places):
        raise fault("ranked_twice", line, found)


def placed(number: str, size: int, line: int) -> int:
    """The candidate of a number from 1, counted from 0; FormatError if there is none."""
    if not (number.isascii() and number.isdigit()) or not 1 <= int(number[:9]) <= size:
        raise fault("ranked_candidate", line, number)
    return int(number) - 1
