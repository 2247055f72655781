"""What officers write about supports: answers, obligations below the threshold, and thresholds."""

from wtforms import IntegerField, SelectField, TextAreaField
from wtforms.validators import DataRequired, Length, NumberRange, Optional
from wtforms.widgets import HiddenInput

from core.access import Role
from core.forms import Form, choices, text_of, tidy
from core.words import lazy_gettext as _l
from proposals.supports.models import Threshold
from proposals.supports.words import OBLIGATIONS

_AT_MOST = _l("At most %(max)d letters, please.")
_REASON = [
    DataRequired(_l("Write the reason. Everyone can read it.")),
    Length(max=2000, message=_AT_MOST),
]
MOST_SUPPORTS, MOST_DAYS = 1_000_000, 3650


class AnswerForm(Form):
    """The answer that is owed."""

    answer = TextAreaField(
        _l("The answer, which everyone can read"),
        [DataRequired(_l("Write the answer.")), Length(max=5000, message=_AT_MOST)],
        filters=[tidy], description=_l("What will be done, by when, or why not."),
    )  # fmt: skip


class CallForm(Form):
    """An obligation that is opened below its threshold."""

    kind = SelectField(_l("What the proposal is owed"), choices=[])
    reason = TextAreaField(
        _l("Why it cannot wait for more supports; everyone can read it"),
        _REASON,
        filters=[tidy],
    )

    def offer(self, ahead: list[Threshold]) -> None:
        """Set what is not owed yet; call before validating."""
        self.kind.choices = choices((one.kind, OBLIGATIONS[one.kind]) for one in ahead)


class ThresholdForm(Form):
    """How many supports oblige to one thing, and whom, and by when."""

    kind = SelectField(widget=HiddenInput(), choices=choices((kind, "") for kind in OBLIGATIONS))
    supports = IntegerField(
        _l("Supports"), [DataRequired(_l("A whole number, please.")), NumberRange(1, MOST_SUPPORTS)]
    )
    within_days = IntegerField(
        _l("Within how many days"), [Optional(), NumberRange(1, MOST_DAYS)],
        description=_l("Empty: however long it takes."),
    )  # fmt: skip
    due_days = IntegerField(
        _l("Days for the answer"),
        [DataRequired(_l("A whole number, please.")), NumberRange(1, MOST_DAYS)],
    )
    role = SelectField(
        _l("Who answers"),
        choices=choices(
            [
                (str(Role.REVIEWER), _l("Department reviewer")),
                (str(Role.BUDGET_OFFICER), _l("Budget office")),
            ]
        ),
    )

    def threshold(self) -> Threshold:
        """What was set."""
        return Threshold(
            kind=text_of(self.kind), supports=self.supports.data, due_days=self.due_days.data,
            within_days=self.within_days.data, role=text_of(self.role),
        )  # fmt: skip
