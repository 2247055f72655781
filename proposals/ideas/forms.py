"""The idea box's form."""

from collections.abc import Sequence

from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from core.city import Field, Neighbourhood
from core.forms import Form, choices, text_of, tidy
from core.words import lazy_gettext as _l
from proposals.ideas.models import LONGEST_TEXT, LONGEST_TITLE
from proposals.ideas.services import Wish

_AT_MOST = _l("At most %(max)d letters, please.")


class IdeaForm(Form):
    """A title and a few sentences."""

    title = StringField(
        _l("Your idea"),
        [DataRequired(_l("Give it a title.")), Length(max=LONGEST_TITLE, message=_AT_MOST)],
        filters=[tidy], description=_l("What should there be? At most 60 letters."),
    )  # fmt: skip
    text = TextAreaField(
        _l("In a few sentences"),
        [DataRequired(_l("Tell a little more.")), Length(max=LONGEST_TEXT, message=_AT_MOST)],
        filters=[tidy], description=_l("Neither cost nor plan is needed yet."),
    )  # fmt: skip
    neighbourhood = SelectField(_l("Neighbourhood"), default="")
    field = SelectField(_l("Field"), default="")

    def offer(
        self, neighbourhoods: Sequence[Neighbourhood], fields: Sequence[Field], language: str
    ) -> None:
        """Set what may be chosen; call before validating."""
        whole, none = ("", _l("Whole city")), ("", _l("No field"))
        self.neighbourhood.choices = choices(
            [whole, *((row.slug, row.name(language)) for row in neighbourhoods)]
        )
        self.field.choices = choices([none, *((row.slug, row.name(language)) for row in fields)])

    def wish(self) -> Wish:
        """What was written."""
        return Wish(
            title=text_of(self.title), text=text_of(self.text),
            neighbourhood=text_of(self.neighbourhood) or None, field=text_of(self.field) or None,
        )  # fmt: skip
