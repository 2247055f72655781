"""What is said of a file's faults: what is wrong, and what to do."""

from collections.abc import Mapping
from types import MappingProxyType

from ballots.eligibility import Electorate
from ballots.roll.table import Fault
from core.words import LazyString
from core.words import lazy_gettext as _l

COLUMNS: Mapping[str, LazyString | str] = MappingProxyType(
    {
        "": "—",
        "number": _l("Number on the roll"),
        "name": _l("Name"),
        "born": _l("Birth date"),
        "neighbourhood": _l("Neighbourhood"),
        "ground": _l("Ground"),
    }
)
_SAVE_AS = _l("Save it from the spreadsheet as “CSV UTF-8” and choose that file.")
# Code -> what is wrong, what to do. Placeholder: what was found.
FAULTS: Mapping[str, tuple[LazyString, LazyString]] = MappingProxyType(
    {
        "too_big": (_l("The file is larger than 32 MB."), _l("Divide it and import the parts.")),
        "spreadsheet": (_l("This is a spreadsheet file, not CSV."), _SAVE_AS),
        "encoding": (_l("The letters can be read neither as UTF-8 nor as cp949."), _SAVE_AS),
        "empty": (_l("There is no voter in the file."), _l("Choose the file with the roll.")),
        "quotes": (
            _l("Quotation marks do not fit together here."),
            _l("Look at the quotation marks of this line, or save the file anew as CSV."),
        ),
        "column_unknown": (
            _l("The column “%(found)s” is not known."),
            _l("Take it out: the roll keeps only what it needs."),
        ),
        "column_twice": (_l("The column “%(found)s” stands twice."), _l("Take one out.")),
        "column_missing": (
            _l("This column is missing."),
            _l("Add it; the first line holds the names of the columns."),
        ),
        "too_many_rows": (
            _l("The file has more than 300,000 voters."),
            _l("Divide it and import the parts."),
        ),
        "cells": (
            _l("The line has %(found)s cells, not as many as the first line."),
            _l("Put a text with commas in quotation marks, or take the surplus cell out."),
        ),
        "resident_number": (
            _l("This looks like a resident registration number, which may not be kept."),
            _l("Take it out of the whole file; use a number of the office's own."),
        ),
        "nothing": (_l("Nothing is written here."), _l("Fill it in.")),
        "too_long": (_l("“%(found)s…” is too long."), _l("Shorten it.")),
        "date": (
            _l("“%(found)s” is no date of birth."),
            _l("Write the year in four digits, for example 1990-03-01."),
        ),
        "place": (
            _l("“%(found)s” is no neighbourhood of this city."),
            _l("Write the name as the city writes it, for example Cheolsan 3-dong."),
        ),
        "ground": (
            _l("“%(found)s” is no ground."),
            _l("Write lives, works or studies; nothing means lives."),
        ),
        "number_twice": (
            _l("The number %(found)s stands in an earlier line already."),
            _l("Take one of the two lines out, or correct the number."),
        ),
        "number_on_roll": (
            _l("The number %(found)s is on the roll already."),
            _l("Take the line out, or correct the number."),
        ),
        "person_twice": (
            _l("Name and birth date are the same as of %(found)s."),
            _l("If they are two people, all is well; if not, take one line out."),
        ),
    }
)
_NOT_A_VOTER = _l("Take the line out, correct it, or change who may vote.")


def told(fault: Fault, electorate: Electorate) -> tuple[str, str, str]:
    """Column, what is wrong, and what to do, in the reader's language."""
    column = str(COLUMNS[fault.column])
    if fault.code.startswith("not_"):
        return column, electorate.reason(fault.code.removeprefix("not_")), str(_NOT_A_VOTER)
    wrong, advice = FAULTS[fault.code]
    return column, str(wrong) % {"found": fault.found}, str(advice)
