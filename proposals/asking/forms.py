"""The round's own fields as a form, and the desk's forms for fields and unit prices."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from wtforms import BooleanField, Field, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, ValidationError
from wtforms.widgets import HiddenInput

from core.forms import Form, MoneyField, choices, text_of, tidy
from core.words import lazy_gettext as _l
from proposals.asking import kinds
from proposals.asking.models import (
    LONGEST_HELP,
    LONGEST_LABEL,
    LONGEST_SOURCE,
    LONGEST_UNIT,
    FormField,
    UnitPrice,
)
from proposals.asking.queries import Asked
from proposals.asking.services import FieldPlan, PricePlan

MOST_CHOICES = 12
PREFIX = "asked-"


def _at_most(letters: int) -> Length:
    return Length(max=letters, message=_l("At most %(max)d letters, please."))


def _bare(text: str | None) -> str | None:
    """Digits as they are kept: without commas, and without zeros before them."""
    digits = (text or "").replace(",", "")
    return str(int(digits)) if digits.isascii() and digits.isdigit() else text


def _in_digits(_form: Any, field: Field) -> None:
    if field.data and not kinds.is_number(field.data):
        raise ValidationError(_l("Write a whole number in digits, for example 120."))


def _select(one: FormField, language: str, **about: Any) -> Field:
    options = (
        kinds.YES_NO.items()
        if one.kind == "yes_no"
        else ((str(at), name) for at, name in enumerate(one.choice_names(language)))
    )
    return SelectField(
        choices=choices([("", _l("Not answered yet")), *options]), default="", **about
    )


_FIELDS: Mapping[str, Callable[..., Any]] = {
    "text": lambda _one, _language, **about: TextAreaField(
        validators=[_at_most(kinds.LONGEST_ANSWER)], filters=[tidy], **about
    ),
    "number": lambda _one, _language, **about: StringField(
        validators=[_in_digits], filters=[tidy, _bare], **about
    ),
    "choice": _select,
    "yes_no": _select,
}


class AnswersForm(Form):
    """What the round asks besides; `bind` makes the form for these fields."""

    asked: Sequence[Asked]
    asked_base = StringField(widget=HiddenInput())

    @staticmethod
    def bind(asked: Sequence[Asked], language: str) -> "AnswersForm":
        """The form of these fields with what is answered."""
        made: dict[str, Any] = {"asked": asked}
        for one in asked:
            made[_name(one)] = _FIELDS[one.field.kind](
                one.field, language, label=one.field.label(language),
                description=one.field.help(language),
            )  # fmt: skip
        form: AnswersForm = type("BoundAnswersForm", (AnswersForm,), made)(
            data={_name(one): one.value for one in asked}
        )
        if not form.is_submitted():
            form.start_from_here()
        return form

    def start_from_here(self) -> None:
        """Note what is written on from here."""
        base = {str(one.field.id): one.value for one in self.asked}
        self.asked_base.data, self.asked_base.raw_data = json.dumps(base), None

    @property
    def fields(self) -> Sequence[Field]:
        """The fields in their order."""
        return [self[_name(one)] for one in self.asked]

    def base(self) -> dict[UUID, str]:
        """What the writer started from, as far as the form tells."""
        try:
            said = json.loads(text_of(self.asked_base))
        except (ValueError, RecursionError):
            return {}
        told = said if isinstance(said, dict) else {}
        return {one.field.id: str(told.get(str(one.field.id), "")) for one in self.asked}

    def values(self) -> dict[UUID, str]:
        """What was answered."""
        return {one.field.id: text_of(self[_name(one)]) for one in self.asked}

    def validate(self, extra_validators: Any = None) -> bool:
        """Of the right kind, and written on what stands there now."""
        is_right = bool(super().validate(extra_validators))
        base = self.base()
        stale = [
            one
            for one in self.asked
            if text_of(self[_name(one)]) not in (one.value, base.get(one.field.id, ""))
            and one.value != base.get(one.field.id, "")
        ]
        for one in stale:
            self[_name(one)].errors = [
                _l("Somebody else answered this meanwhile. Save again to have yours instead.")
            ]
        if stale:
            self.start_from_here()
        return is_right and not stale

    def name_missing(self, missing: Sequence[FormField]) -> None:
        """Put a sentence on each field without which the proposal cannot be handed in."""
        for field in missing:
            self[f"{PREFIX}{field.id}"].errors = [_l("This round asks for an answer here.")]


def _name(one: Asked) -> str:
    return f"{PREFIX}{one.field.id}"


class FieldForm(Form):
    """A question of a round, as the budget office writes it."""

    kind = SelectField(_l("Kind of answer"), default="text")
    label_ko = StringField(
        _l("Question in Korean"),
        [DataRequired(_l("Write the question.")), _at_most(LONGEST_LABEL)], filters=[tidy],
    )  # fmt: skip
    label_en = StringField(
        _l("Question in English"),
        [DataRequired(_l("Write the question.")), _at_most(LONGEST_LABEL)], filters=[tidy],
    )  # fmt: skip
    help_ko = StringField(_l("Help in Korean"), [_at_most(LONGEST_HELP)], filters=[tidy])
    help_en = StringField(_l("Help in English"), [_at_most(LONGEST_HELP)], filters=[tidy])
    choices = TextAreaField(
        _l("What may be chosen"), [_at_most(2000)], filters=[tidy],
        description=_l("One a line, in Korean and English with a | between them."),
    )  # fmt: skip
    is_needed = BooleanField(_l("Must be answered before a proposal is handed in"))

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.kind.choices = choices(kinds.KINDS.items())

    def validate_choices(self, _field: TextAreaField) -> None:
        """From two to twelve choices, each in both languages, where one of a few is asked for."""
        if self.kind.data != "choice":
            return
        rows = self._rows()
        whole = all(len(names) == 2 and all(names) for names in rows)  # noqa: PLR2004 - two languages
        if not whole or not 2 <= len(rows) <= MOST_CHOICES:  # noqa: PLR2004 - one is no choice
            raise ValidationError(
                _l("Write from two to twelve lines, each with both languages and a | between them.")
            )
        if any(len(name) > LONGEST_LABEL for names in rows for name in names):
            raise ValidationError(_l("At most %(max)d letters, please.", max=LONGEST_LABEL))

    def plan(self) -> FieldPlan:
        """The field, as the service takes it."""
        names = ("kind", "label_ko", "label_en", "help_ko", "help_en")
        rows = self._rows() if self.kind.data == "choice" else []
        return FieldPlan(
            **{name: text_of(self[name]) for name in names}, choices=rows,
            is_needed=bool(self.is_needed.data),
        )  # fmt: skip

    def _rows(self) -> list[list[str]]:
        lines = [line for line in text_of(self.choices).splitlines() if line.strip()]
        return [[name.strip() for name in line.split("|")] for line in lines]


class PriceForm(Form):
    """A unit price, as the city enters it."""

    what_ko = StringField(
        _l("What, in Korean"), [DataRequired(_l("Write what it is.")), _at_most(LONGEST_LABEL)],
        filters=[tidy],
    )  # fmt: skip
    what_en = StringField(
        _l("What, in English"), [DataRequired(_l("Write what it is.")), _at_most(LONGEST_LABEL)],
        filters=[tidy],
    )  # fmt: skip
    unit_ko = StringField(
        _l("Unit in Korean"), [DataRequired(_l("Write the unit.")), _at_most(LONGEST_UNIT)],
        filters=[tidy],
    )  # fmt: skip
    unit_en = StringField(
        _l("Unit in English"), [DataRequired(_l("Write the unit.")), _at_most(LONGEST_UNIT)],
        filters=[tidy],
    )  # fmt: skip
    price_minor = MoneyField(
        _l("Price of one unit"),
        [InputRequired(_l("Write the price.")), NumberRange(min=1, max=10**12)],
    )
    source = StringField(
        _l("Where it is from"),
        [DataRequired(_l("Write where it is from.")), _at_most(LONGEST_SOURCE)],
        filters=[tidy], description=_l("A price list, or what a project cost the city."),
    )  # fmt: skip
    year = IntegerField(
        _l("Of the year"), [InputRequired(_l("Write the year.")), NumberRange(min=2000, max=2100)]
    )

    @classmethod
    def of(cls, price: UnitPrice | None) -> "PriceForm":
        """The form for a new price, or for one that is there."""
        return cls(obj=price)

    def plan(self) -> PricePlan:
        """The price, as the service takes it."""
        names = ("what_ko", "what_en", "unit_ko", "unit_en", "source")
        return PricePlan(
            **{name: text_of(self[name]) for name in names},
            price_minor=self.price_minor.data or 0, year=self.year.data or 0,
        )  # fmt: skip
