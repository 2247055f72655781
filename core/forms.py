"""The form that all forms are, and the fields that people here need."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from flask_wtf import FlaskForm
from wtforms import DateTimeLocalField, Field
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs
from wtforms.validators import ValidationError
from wtforms.widgets import TextInput

from core import money
from core.clock import SEOUL
from core.words import language
from core.words import lazy_gettext as _l


class Form(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """Base of all forms: guarded against forgery, errors in the reader's language."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]  # the same
        """WTForms' own sentences follow the page's language."""

        @property
        def locales(self) -> list[str]:
            """The reader's language first."""
            return [language(), "en"]


def tidy(text: str | None) -> str | None:
    """The text without blanks at its ends and without zero characters; a filter for fields.

    A line ends with one sign, as scripts see it, and not with two, as browsers send it.
    """
    if not text:
        return text
    return text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n").strip()


class MoneyField(Field):
    """An amount as people write it (12,000,000 or 1200만); `data` is minor units."""

    widget = TextInput()
    data: int | None

    def __init__(
        self, label: Any = None, validators: Any = None, *, currency: str = "KRW", **kwargs: Any
    ) -> None:
        super().__init__(label, validators, **kwargs)
        self.currency = currency

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return money.exact(self.data, self.currency) if self.data is not None else ""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the amount; a sentence that says how to write it where that fails."""
        if not valuelist or not valuelist[0].strip():
            self.data = None
            return
        try:
            self.data = money.parse(valuelist[0], self.currency)
        except ValueError:
            self.data = None
            raise ValidationError(
                _l("Write the amount in digits, for example 12,000,000.")
            ) from None


class MomentField(DateTimeLocalField):
    """A day and time in Asia/Seoul; `data` is an aware moment."""

    def __init__(self, label: Any = None, validators: Any = None, **kwargs: Any) -> None:
        super().__init__(label, validators, format=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"], **kwargs)

    def _value(self) -> str:
        if self.raw_data:
            return " ".join(self.raw_data)
        return self.data.astimezone(SEOUL).strftime("%Y-%m-%dT%H:%M") if self.data else ""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the day and time as Seoul's."""
        if not valuelist or not "".join(valuelist).strip():
            self.data = None
            return
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValidationError(
                _l("Write the day and time, for example 2026-09-13 18:00.")
            ) from None
        if isinstance(self.data, datetime):
            self.data = self.data.replace(tzinfo=SEOUL)


def errors_of(form: Form) -> Iterable[tuple[Field, str]]:
    """Each field that was not accepted, with its first sentence; for the summary above a form."""
    return [(field, field.errors[0]) for field in form if field.errors]


def choices(pairs: Iterable[tuple[str, Any]]) -> list[SelectChoice]:
    """What a select offers: (value, label) pairs."""
    return [SelectChoice(value=value, label=label) for value, label in pairs]


def text_of(field: Field) -> str:
    """What was written, without `None` for nothing."""
    return str(field.data or "")
