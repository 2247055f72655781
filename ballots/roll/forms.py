"""The roll's forms: those of voters, and those of officials."""

from collections.abc import Sequence

from flask_wtf.file import FileField, FileRequired
from wtforms import (
    BooleanField,
    Field,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from ballots.eligibility import GROUNDS, Electorate
from ballots.roll.table import LONGEST, day_of
from core.city import Neighbourhood
from core.forms import Form, choices, text_of, tidy
from core.words import lazy_gettext as _l


class BallotCodeForm(Form):
    """The code of a letter."""

    code = StringField(
        _l("Code of your letter"), [InputRequired(_l("Type the code.")), Length(max=60)],
        filters=[tidy],
        description=_l("Sixteen letters and digits. Hyphens and capitals do not matter."),
        render_kw={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"},
    )  # fmt: skip


class DeclarationForm(Form):
    """On which ground an account votes in one contest, and that its holder is old enough."""

    ground = RadioField(_l("What ties you to the city?"), [InputRequired(_l("Choose one."))])
    is_old_enough = BooleanField(
        validators=[InputRequired(_l("Only who is old enough votes here."))]
    )

    def offer(self, electorate: Electorate) -> None:
        """Set what may be chosen; call before validating."""
        admitted = [pair for pair in GROUNDS.items() if pair[0] in electorate.grounds]
        self.ground.choices = choices(admitted)
        self.is_old_enough.label.text = electorate.reason("age")
        if not electorate.least_age:
            del self.is_old_enough


class RollFileForm(Form):
    """A roll to be checked."""

    file = FileField(
        _l("File of the roll (CSV)"), [FileRequired(_l("Choose a file."))],
        description=_l(
            "Columns: number, name, birth date, neighbourhood and, if it differs, ground. The "
            "first line holds their names, in Korean or English."
        ),
    )  # fmt: skip


class ConfirmForm(Form):
    """A checked import, confirmed; or the roll to be emptied."""

    digest = HiddenField()


class LettersForm(Form):
    """Which letters to print."""

    neighbourhood = SelectField(_l("Neighbourhood"), default="")
    batch = IntegerField(
        _l("Batch to print again"),
        [Optional(), NumberRange(1, 1_000_000, _l("A whole number of 1 or more."))],
        description=_l("Only if its letters were lost: every code of the batch is made anew."),
    )

    def offer(self, neighbourhoods: Sequence[Neighbourhood], language: str) -> None:
        """Set what may be chosen; call before validating."""
        named = [(place.slug, place.name(language)) for place in neighbourhoods]
        self.neighbourhood.choices = choices([("", _l("All neighbourhoods")), *named])


class CheckForm(Form):
    """Who stands at the desk: the letter's number, or the identity card's name and birth date."""

    number = StringField(_l("Number on the roll"), [Length(max=LONGEST["number"])], filters=[tidy])
    name = StringField(
        _l("Name, as on the identity card"), [Length(max=LONGEST["name"])], filters=[tidy],
        render_kw={"autocomplete": "off"},
    )  # fmt: skip
    born = StringField(
        _l("Birth date, as on the identity card"), [Length(max=20)], filters=[tidy],
        description=_l("For example 1990-03-01 or 19900301."),
        render_kw={"autocomplete": "off", "inputmode": "numeric"},
    )  # fmt: skip

    station = SelectField(_l("Your station"), default="")

    def offer(self, stations: Sequence[str], station: str = "") -> None:
        """Set the stations to choose from, and the one of before; call before validating."""
        none = _l("Choose your station") if stations else _l("No station")
        self.station.choices = choices([("", none), *((name, name) for name in stations)])
        self.station.data = self.station.data or (station if station in stations else "")

    def validate_station(self, field: SelectField) -> None:
        """Paper is handed out at one of the stations, where there are any."""
        if len(field.choices or ()) > 1 and not field.data:
            raise ValidationError(_l("Choose the station where you are."))

    def validate_number(self, field: Field) -> None:
        """Something must be given."""
        if not field.data and not (self.name.data and self.born.data):
            raise ValidationError(_l("Type the number, or name and birth date."))

    def validate_born(self, field: Field) -> None:
        """A date, if anything."""
        if field.data and day_of(field.data) is None:
            raise ValidationError(_l("Write the year in four digits, for example 1990-03-01."))

    @property
    def tells_person(self) -> bool:
        """Whether name and birth date are given."""
        return bool(text_of(self.name) and text_of(self.born))
