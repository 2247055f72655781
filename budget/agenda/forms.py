"""The agenda's forms."""

from collections.abc import Iterable

from wtforms import DateField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from core.forms import Form, MoneyField, choices, tidy
from core.words import lazy_gettext as _l
from proposals.workflow import STATUSES


class AmountForm(Form):
    """An amount, and the reason for it."""

    amount = MoneyField(_l("Amount"), [InputRequired(_l("Write the amount."))])
    reason = TextAreaField(
        _l("Reason, which everyone can read"), [Length(max=1000)], filters=[tidy],
        description=_l("Needed if it is less than was asked."),
    )  # fmt: skip


class ReportForm(Form):
    """Where a task stands."""

    to = SelectField(_l("Next status"), default="")
    department = StringField(_l("Department"), [Length(max=60)], filters=[tidy])
    spent = MoneyField(_l("Spent so far"), [Optional()])
    next_step = StringField(_l("Next step"), [Length(max=200)], filters=[tidy])
    next_on = DateField(_l("On which day"), [Optional()])
    reason = TextAreaField(
        _l("Reason, which everyone can read"), [Length(max=1000)], filters=[tidy],
        description=_l("Needed for a hold, a change, an end."),
    )  # fmt: skip

    def offer(self, steps: Iterable[str]) -> None:
        """Set which statuses may follow; call before validating."""
        stay = ("", _l("Stays as it is"))
        self.to.choices = choices([stay, *((code, STATUSES[code].name) for code in steps)])
