"""What is typed at an audit: the dice, and what is on a sheet."""

from wtforms import HiddenField, StringField
from wtforms.validators import InputRequired, Length, Regexp

from ballots.paper.entry import LONGEST
from core.forms import Form, tidy
from core.words import lazy_gettext as _l

_DIGITS = r"^(\s*[0-9]){20,200}\s*$"


class SeedForm(Form):
    """The digits that were thrown."""

    seed = StringField(
        _l("The digits that were thrown"),
        [
            InputRequired(_l("Write the digits.")), Length(max=400),
            Regexp(_DIGITS, message=_l("20 digits, or more; blanks do no harm.")),
        ],
        filters=[tidy],
        description=_l("20 throws of a die with ten faces, in their order, read out by observers."),
        render_kw={"inputmode": "numeric", "autocomplete": "off"},
    )  # fmt: skip


class ReadingForm(Form):
    """What one person sees on a sheet."""

    place = HiddenField()
    typed = StringField(
        _l("What is on the sheet"), [Length(max=LONGEST)], filters=[tidy],
        render_kw={"autocomplete": "off", "spellcheck": "false", "autofocus": True},
    )  # fmt: skip
