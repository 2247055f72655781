"""Asking to write with somebody."""

from wtforms import TextAreaField
from wtforms.validators import Length

from core.forms import Form, tidy
from core.words import lazy_gettext as _l
from proposals.people.models import LONGEST_MESSAGE


class AskForm(Form):
    """A word to the author."""

    message = TextAreaField(
        _l("A word to the author, if you like"),
        [Length(max=LONGEST_MESSAGE, message=_l("At most %(max)d letters, please."))],
        filters=[tidy], description=_l("Only the author reads it."),
    )  # fmt: skip
