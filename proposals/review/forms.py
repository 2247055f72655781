"""The desk's forms for a review: the card, the cost sheet, the department, rivals."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import FieldList, FormField, SelectField, StringField, TextAreaField
from wtforms import Form as Part
from wtforms.validators import DataRequired, Length, Optional, ValidationError
from wtforms.widgets import HiddenInput

from core.forms import Form, MoneyField, choices, text_of, tidy
from core.words import LazyString
from core.words import lazy_gettext as _l
from proposals.review import costs
from proposals.review.costs import Line
from proposals.review.models import (
    LONGEST_BY,
    LONGEST_GROUND,
    LONGEST_NOTE,
    LONGEST_UNIT,
    LONGEST_WHAT,
    CostSheet,
    Criterion,
    Department,
    Duty,
)
from proposals.review.services import Answer

BLANK_LINES = 3
VERDICTS: Mapping[str, LazyString] = {
    "yes": _l("Yes"),
    "no": _l("No"),
    "na": _l("Not applicable"),
}


def _at_most(letters: int) -> Length:
    return Length(max=letters, message=_l("At most %(max)d letters, please."))


class CardForm(Form):
    """The questions of one step; `bind` makes the form for a card."""

    asked: Sequence[Criterion]
    conditions = TextAreaField(
        _l("Changes under which it is eligible"), [_at_most(2000)], filters=[tidy],
        description=_l("One a line. They are public once the proposal is eligible with changes."),
    )  # fmt: skip
    seen = StringField(widget=HiddenInput())

    @staticmethod
    def bind(asked: Sequence[Criterion], duty: Duty | None) -> "CardForm":
        """The form of these questions, with what was answered so far."""
        fields: dict[str, Any] = {"asked": asked}
        offered = choices([("", _l("Not answered yet")), *VERDICTS.items()])
        for one in asked:
            fields[f"verdict-{one.slug}"] = SelectField(_l("Answer"), choices=offered, default="")
            fields[f"note-{one.slug}"] = StringField(
                _l("Note"), [_at_most(LONGEST_NOTE)], filters=[tidy]
            )
        said = {one.criterion_slug: one for one in (duty.answers if duty else ())}
        data = {f"verdict-{slug}": one.verdict for slug, one in said.items()}
        data |= {f"note-{slug}": one.note for slug, one in said.items()}
        conditions = duty.conditions if duty else []
        data["conditions"] = "\n".join(conditions)
        form: CardForm = type("BoundCardForm", (CardForm,), fields)(data=data)
        form.now_there = _digest(data)
        if not form.is_submitted():
            form.seen.data = form.now_there
        return form

    now_there = ""

    def validate_seen(self, field: StringField) -> None:
        """Nobody's answers are overwritten unseen."""
        if field.data != self.now_there:
            field.data, field.raw_data = self.now_there, None
            raise ValidationError(
                _l("Somebody else worked on this card meanwhile. Compare, then save again.")
            )

    def answers(self) -> dict[str, Answer]:
        """What is answered, by the question's slug."""
        return {
            one.slug: Answer(verdict, text_of(self[f"note-{one.slug}"]))
            for one in self.asked
            if (verdict := text_of(self[f"verdict-{one.slug}"]))
        }

    def written_conditions(self) -> list[str]:
        """The changes, one each."""
        return [line.strip() for line in text_of(self.conditions).splitlines() if line.strip()]


def _digest(data: Mapping[str, str]) -> str:
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()


class LineForm(Part):
    """One line of a cost sheet; a line without a word is none."""

    what = StringField(_l("What"), [_at_most(LONGEST_WHAT)], filters=[tidy])
    quantity = StringField(_l("Quantity"), [Optional()], filters=[tidy])
    unit = StringField(_l("Unit"), [_at_most(LONGEST_UNIT)], filters=[tidy])
    price_minor = MoneyField(_l("Price of one unit"), [Optional()])
    estimated_by = StringField(_l("Who estimated it"), [_at_most(LONGEST_BY)], filters=[tidy])
    ground = StringField(_l("On what ground"), [_at_most(LONGEST_GROUND)], filters=[tidy])

    @property
    def is_blank(self) -> bool:
        """Whether nothing at all was written."""
        return not any(field.data for field in self)

    def validate_quantity(self, field: StringField) -> None:
        """A number above zero, with up to three decimals."""
        if field.data:
            try:
                costs.thousandths(field.data)
            except ValueError:
                raise ValidationError(
                    _l("Write a number above zero, for example 12 or 2.5.")
                ) from None

    def validate(self, extra_validators: Any = None) -> bool:
        """Whole or blank: a line lacks nothing."""
        is_right = bool(super().validate(extra_validators))
        if self.is_blank or not is_right:
            return is_right
        gaps = [field for field in self if field.data in (None, "")]
        for field in gaps:
            field.errors = [_l("This is missing.")]
        return not gaps

    def line(self) -> Line:
        """The line, as the service takes it."""
        return Line(
            what=text_of(self.what),
            quantity_milli=costs.thousandths(text_of(self.quantity)),
            unit=text_of(self.unit),
            price_minor=self.price_minor.data or 0,
            estimated_by=text_of(self.estimated_by),
            ground=text_of(self.ground),
        )


class CostForm(Form):
    """A cost sheet: its lines, and a few blank ones."""

    lines = FieldList(FormField(LineForm))
    version = StringField(widget=HiddenInput())

    @classmethod
    def of(cls, sheet: CostSheet | None) -> "CostForm":
        """The form to go on from the newest version."""
        lines = [
            {
                "what": line.what,
                "quantity": costs.plain(line.quantity_milli),
                "unit": line.unit,
                "price_minor": line.price_minor,
                "estimated_by": line.estimated_by,
                "ground": line.ground,
            }
            for line in (sheet.lines if sheet else ())
        ]
        form = cls(data={"lines": lines + [{}] * BLANK_LINES})
        form.newest = str(sheet.version if sheet else 0)
        if not form.is_submitted():
            form.version.data = form.newest
        return form

    newest = "0"

    def validate_version(self, field: StringField) -> None:
        """A new version comes after the one that it was written on."""
        if field.data != self.newest:
            field.data, field.raw_data = self.newest, None
            raise ValidationError(
                _l("Somebody else saved a newer version meanwhile. Compare, then save again.")
            )

    def refuse(self, sentence: str) -> None:
        """Say what is wrong with the sheet as a whole."""
        self.version.errors = [sentence]

    def written(self) -> list[Line]:
        """The lines that are not blank."""
        return [entry.form.line() for entry in self.lines if not entry.form.is_blank]


class AssignForm(Form):
    """Which department answers for a proposal."""

    department = SelectField(
        _l("Responsible department"), [DataRequired(_l("Choose a department."))]
    )
    reason = StringField(
        _l("Reason, if another one was responsible before"),
        [_at_most(LONGEST_NOTE)],
        filters=[tidy],
    )

    def offer(self, departments: Sequence[Department], language: str) -> None:
        """Set what may be chosen; call before validating."""
        none = ("", _l("Choose a department"))
        self.department.choices = choices(
            [none, *((one.slug, one.name(language)) for one in departments)]
        )


class RivalForm(Form):
    """Which other proposal excludes this one, and why."""

    number = StringField(
        _l("Receipt number of the other proposal"),
        [DataRequired(_l("Write its number.")), _at_most(10)], filters=[tidy],
    )  # fmt: skip
    reason = StringField(
        _l("Reason, which everyone can read"),
        [DataRequired(_l("Write the reason. Everyone can read it.")), _at_most(LONGEST_NOTE)],
        filters=[tidy],
    )

    def refuse(self) -> None:
        """Say that the two cannot be rivals."""
        self.number.errors = [
            _l("It is another proposal that is public and on its way. Check the number.")
        ]
