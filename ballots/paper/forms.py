"""What officials and clerks write about paper; one sheet's entry is read by `entry.py`."""

import re
from collections.abc import Sequence

from wtforms import IntegerField, SelectField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, ValidationError

from ballots.paper.models import MOST_SHEETS
from core.forms import Form, choices, text_of, tidy
from core.words import lazy_gettext as _l

_SHEETS = re.compile(r"([0-9]{1,4})(?:\s*[-–~]\s*([0-9]{1,4}))?")


def _printable(_form: Form, field: StringField) -> None:
    """The log takes no control characters."""
    if not text_of(field).isprintable():
        raise ValidationError(_l("Write it in one line, without special signs."))


class StationForm(Form):
    """A new station."""

    name = StringField(
        _l("Name of the station"),
        [InputRequired(_l("Name the station.")), Length(max=60), _printable],
        filters=[tidy],
        description=_l("As its notice at the door says, for example Cheolsan 3-dong office."),
    )


class BatchForm(Form):
    """What came out of a sealed box."""

    station = SelectField(_l("Station"), [InputRequired(_l("Choose the station."))])
    seal = StringField(
        _l("Number of the seal"),
        [InputRequired(_l("Write the number of the seal.")), Length(max=40), _printable],
        filters=[tidy],
        description=_l("As it stood on the box before it was opened."),
    )
    sheets = IntegerField(
        _l("Number of sheets"),
        [
            InputRequired(_l("Count the sheets and write their number.")),
            NumberRange(1, MOST_SHEETS, _l("A batch has 1 to 2,000 sheets; make several of more.")),
        ],
        description=_l("Counted twice by hand; blank and spoiled sheets too."),
    )

    def offer(self, stations: Sequence[str]) -> None:
        """Set the stations to choose from; call before validating."""
        self.station.choices = choices([(name, name) for name in stations])


class ReopeningForm(Form):
    """Which sheets of a closed batch are to be made void, and why."""

    sheets = StringField(
        _l("Sheets"), [InputRequired(_l("Name the sheets.")), Length(max=400)], filters=[tidy],
        description=_l("For example 3, 7-9."),
    )  # fmt: skip
    why = StringField(
        _l("Reason"), [InputRequired(_l("Write the reason.")), Length(max=200), _printable],
        filters=[tidy], description=_l("Everyone can read it in the log."),
    )  # fmt: skip
    document = StringField(
        _l("Number of the document"),
        [InputRequired(_l("Write the number of the document.")), Length(max=60), _printable],
        filters=[tidy], description=_l("Of the paper in which both officers ordered it."),
    )  # fmt: skip

    @property
    def numbers(self) -> list[int]:
        """The sheets named."""
        return numbers_of(text_of(self.sheets))

    def validate_sheets(self, field: StringField) -> None:
        """Numbers, and from-to of numbers."""
        if not numbers_of(text_of(field)):
            raise ValidationError(_l("Write numbers of sheets with commas, for example 3, 7-9."))


def numbers_of(text: str) -> list[int]:
    """The numbers that a list like ``3, 7-9`` names, ascending; empty if it is no such list.

    >>> numbers_of("7-9, 3"), numbers_of("9-7"), numbers_of("a")
    ([3, 7, 8, 9], [], [])
    """
    found: set[int] = set()
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        match = _SHEETS.fullmatch(part)
        span = range(int(match[1]), int(match[2] or match[1]) + 1) if match else range(0)
        if not span:
            return []
        found.update(span)
    return sorted(found)
