"""What officers tick and write at a ceremony."""

from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length, ValidationError

from ballots.closing import CHECKS
from budget.forms import TicksField
from core.forms import Form, choices, tidy
from core.words import lazy_gettext as _l


class StepForm(Form):
    """A step that needs no more than a button."""


class StopForm(Form):
    """Why nobody may cast any more."""

    reason = TextAreaField(
        _l("Reason, which everyone can read"),
        [DataRequired(_l("Write the reason.")), Length(max=1000)],
        filters=[tidy],
    )


class ReadForm(Form):
    """Every figure, ticked once it is read out."""

    read = TicksField(_l("Read out"), choices=choices((name, name) for name in CHECKS))

    def validate_read(self, field: TicksField) -> None:
        """None is passed over."""
        if set(field.data or ()) != set(CHECKS):
            raise ValidationError(_l("Read every line out to the observers, and tick it."))
