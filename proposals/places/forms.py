"""Where a proposal is: by a point, or by a neighbourhood whose middle will do."""

from collections.abc import Mapping

from wtforms import SelectField, StringField
from wtforms.validators import Length, ValidationError

from core.city import Neighbourhood
from core.forms import Form, choices, text_of, tidy
from core.words import lazy_gettext as _l
from proposals.places.geometry import Point, Shape

_LONGEST = 60


class PlaceForm(Form):
    """A point that the map writes here, or that somebody types; else a neighbourhood."""

    point = StringField(
        _l("Latitude and longitude"), [Length(max=_LONGEST)], filters=[tidy],
        description=_l("The map fills this in. You can type it too: 37.4772, 126.8664"),
    )  # fmt: skip
    district = SelectField(
        _l("Or the middle of a neighbourhood"), default="",
        description=_l("For when no exact place is known yet."),
    )  # fmt: skip

    def offer(
        self, shapes: Mapping[str, Shape], places: Mapping[str, Neighbourhood], language: str
    ) -> None:
        """Set what may be chosen; call before validating."""
        self._shapes = shapes
        none = ("", _l("Choose"))
        self.district.choices = choices(
            [none, *((slug, places[slug].name(language)) for slug in shapes)]
        )

    def validate_point(self, field: StringField) -> None:
        """Two numbers, or a neighbourhood instead."""
        if not field.data:
            if not self.district.data:
                raise ValidationError(_l("Choose a place on the map, or a neighbourhood."))
            return
        try:
            Point.parse(text_of(field))
        except ValueError:
            raise ValidationError(
                _l("Write two numbers with a comma, for example 37.4772, 126.8664.")
            ) from None

    def place(self) -> Point:
        """The place that was chosen, once the form is valid."""
        said = text_of(self.point)
        return Point.parse(said) if said else self._shapes[text_of(self.district)].middle
