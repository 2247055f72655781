"""The proposals room's forms. A draft may be incomplete; submitting says what is missing."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from wtforms import DateField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional, ValidationError
from wtforms.widgets import HiddenInput

from core import money
from core.city import Field, Neighbourhood
from core.forms import Form, MoneyField, choices, text_of, tidy
from core.words import lazy_gettext as _l
from proposals.services import COST_CAP_MINOR, LONGEST, Text
from proposals.workflow import STATUSES, UNFIT_REASONS, Move

LIVE = "live"  # what the form says when its words were written together and are stored already


def _at_most(letters: int) -> Length:
    return Length(max=letters, message=_l("At most %(max)d letters, please."))


class ProposalForm(Form):
    """What an author writes."""

    title = StringField(
        _l("Title"), [DataRequired(_l("Give it a title.")), _at_most(LONGEST["title"])],
        filters=[tidy], description=_l("What should there be? At most 60 letters."),
    )  # fmt: skip
    summary = StringField(
        _l("In one sentence"), [_at_most(LONGEST["summary"])], filters=[tidy],
        description=_l("So that a neighbour understands it at once."),
    )  # fmt: skip
    need = TextAreaField(
        _l("Why it is needed"), [_at_most(LONGEST["need"])], filters=[tidy],
        description=_l("What is hard today, and for whom?"),
    )  # fmt: skip
    benefit = TextAreaField(
        _l("Expected benefit"), [_at_most(LONGEST["benefit"])], filters=[tidy],
        description=_l("What will be better afterwards?"),
    )  # fmt: skip
    place = StringField(
        _l("Location"), [_at_most(LONGEST["place"])], filters=[tidy],
        description=_l("A street, a park, a building: as one would tell a visitor."),
    )  # fmt: skip
    neighbourhood = SelectField(_l("Neighbourhood"), default="")
    field = SelectField(_l("Field"), default="")
    cost_minor = MoneyField(
        _l("Estimated cost"), [Optional()],
        description=_l("A rough guess in won is enough; the city checks it."),
    )  # fmt: skip
    title_en = StringField(
        _l("Title in English (if you like)"), [_at_most(LONGEST["title_en"])], filters=[tidy],
        description=_l("For neighbours who read English."),
    )  # fmt: skip
    summary_en = StringField(
        _l("The sentence in English (if you like)"),
        [_at_most(LONGEST["summary_en"])],
        filters=[tidy],
    )
    # What the writer started from: with it, changes of two people are put together field by field.
    base = StringField(widget=HiddenInput())
    written = StringField(widget=HiddenInput())

    def offer(
        self, neighbourhoods: Sequence[Neighbourhood], fields: Sequence[Field], language: str
    ) -> None:
        """Set what may be chosen; call before validating."""
        whole = ("", _l("Whole city"))
        none = ("", _l("Choose a field"))
        self.neighbourhood.choices = choices(
            [whole, *((row.slug, row.name(language)) for row in neighbourhoods)]
        )
        self.field.choices = choices([none, *((row.slug, row.name(language)) for row in fields)])

    def validate_cost_minor(self, field: MoneyField) -> None:
        """The usual cap for one project."""
        if field.data is not None and field.data > COST_CAP_MINOR:
            cap = money.exact(COST_CAP_MINOR, "KRW")
            raise ValidationError(_l("One project may cost at most %(cap)s.", cap=cap))

    def text(self) -> Text:
        """What was written, as the service takes it."""
        return Text(
            title=text_of(self.title),
            summary=text_of(self.summary),
            title_en=text_of(self.title_en),
            summary_en=text_of(self.summary_en),
            need=text_of(self.need),
            benefit=text_of(self.benefit),
            place=text_of(self.place),
            neighbourhood=text_of(self.neighbourhood) or None,
            field=text_of(self.field) or None,
            cost_minor=self.cost_minor.data,
        )

    @classmethod
    def of(cls, text: Text) -> "ProposalForm":
        """The form as it is shown to whoever goes on from `text`."""
        form = cls(formdata=None, data=asdict(text))
        form.start_from(text)
        return form

    def start_from(self, text: Text) -> None:
        """Note what is written on from here."""
        self.base.data, self.base.raw_data = json.dumps(asdict(text), ensure_ascii=False), None

    def started_from(self) -> Mapping[str, Any]:
        """What the writer started from, as far as the form tells."""
        try:
            said = json.loads(text_of(self.base))
        except (ValueError, RecursionError):
            return {}
        return said if isinstance(said, dict) else {}

    @property
    def is_live(self) -> bool:
        """Whether the words are stored already, and only the rest of the form is to be saved."""
        return bool(self.written.data == LIVE)

    def take(self, words: Mapping[str, str]) -> None:
        """Set the words to those that are stored."""
        for name, said in words.items():
            self[name].data, self[name].raw_data = said, [said]

    def name_missing(self, names: Iterable[str]) -> None:
        """Put a sentence on each field for which the proposal cannot be submitted."""
        for name in names:
            most = LONGEST.get(name)
            is_long = most is not None and len(text_of(self[name])) > most
            too_long = _l("At most %(max)d letters, please.", max=most)
            self[name].errors = [too_long if is_long else MISSING[name]]


MISSING: Mapping[str, Any] = {
    "title": _l("Give it a title."),
    "summary": _l("Say it in one sentence."),
    "need": _l("Tell why it is needed."),
    "benefit": _l("Tell what will be better."),
    "place": _l("Tell where it should be."),
    "field": _l("Choose a field."),
    "cost_minor": _l("Guess what it costs."),
}


class MoveForm(Form):
    """One step of the status machine, by an official. What was typed stays on the page."""

    steps: Mapping[str, Move]
    to = SelectField(_l("Next status"), default="")
    reason_code = SelectField(_l("Reason not eligible"), default="")
    reason = TextAreaField(_l("Reason, which everyone can read"), [_at_most(2000)], filters=[tidy])
    due_on = DateField(
        _l("The author answers by"), [Optional()],
        description=_l("When you ask for more information; else in 14 days."),
    )  # fmt: skip
    into_number = StringField(
        _l("Receipt number of the proposal it is merged into"), [_at_most(10)], filters=[tidy]
    )

    def offer(self, steps: Mapping[str, Move]) -> None:
        """Set which steps are open, and on which terms; call before validating."""
        self.steps = steps
        self.to.choices = choices((code, STATUSES[code].name) for code in steps)
        none = ("", _l("None"))
        self.reason_code.choices = choices([none, *UNFIT_REASONS.items()])

    def validate_reason(self, field: TextAreaField) -> None:
        """Some steps are owed a reason."""
        step = self.steps.get(self.to.data or "")
        if step and step.needs_reason and not field.data:
            raise ValidationError(_l("Write the reason. Everyone can read it."))

    def validate_reason_code(self, field: SelectField) -> None:
        """The verdict "not eligible" names one of the published reasons."""
        step = self.steps.get(self.to.data or "")
        if step and step.needs_code and not field.data:
            raise ValidationError(_l("Choose why it is not eligible."))

    def refuse_day(self, sentence: Any) -> None:
        """Say that the author is given too few days, or too many."""
        self.due_on.errors = [sentence]

    def refuse_target(self) -> None:
        """Say that nothing can be merged into the proposal of that number."""
        self.into_number.errors = [
            _l("A proposal is merged into one that is public and on its way. Check the number.")
        ]


class ObjectionForm(Form):
    """The author's objection to "not eligible"."""

    reason = TextAreaField(
        _l("What did the department overlook?"),
        [DataRequired(_l("Tell what was overlooked.")), _at_most(2000)], filters=[tidy],
    )  # fmt: skip
