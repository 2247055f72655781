"""Listing a need, offering a pledge, answering one."""

from typing import Any

from wtforms import DateField, SelectField, StringField, TextAreaField
from wtforms.validators import (
    DataRequired,
    Length,
    Optional,
    ValidationError,
)

from core import money
from core.forms import Form, choices, text_of, tidy
from core.words import lazy_gettext as _l
from proposals.pledges.models import LONGEST_NOTE, LONGEST_ORGANISATION, LONGEST_WHAT, MOST
from proposals.pledges.services import Offer, Want
from proposals.pledges.steps import FUNDS, KINDS

_AT_MOST = _l("At most %(max)d letters, please.")
_WHOLE = _l("Write a whole number, 1 or more.")


def _read(text: str, kind: str, currency: str) -> int:
    """The amount of a kind, as it was written; ValidationError if it is none."""
    try:
        read = money.parse(text, currency if kind == FUNDS else "KRW")
    except ValueError:
        raise ValidationError(_WHOLE) from None
    if not 0 < read <= MOST:
        raise ValidationError(_WHOLE)
    return read


class NeedForm(Form):
    """One need."""

    kind = SelectField(_l("What kind"), choices=choices(KINDS.items()))
    what = StringField(
        _l("What is needed"),
        [
            DataRequired(_l("Write what is needed.")),
            Length(max=LONGEST_WHAT, message=_AT_MOST),
        ],
        filters=[tidy], description=_l("For example: people who can build a bench"),
    )  # fmt: skip
    amount = StringField(
        _l("How much"), [DataRequired(_WHOLE)], filters=[tidy],
        description=_l("Hours, people, places, pieces, or money, as a whole number."),
    )  # fmt: skip
    by_day = DateField(
        _l("By when"), [Optional()], description=_l("Empty: as long as it is carried out.")
    )

    def __init__(self, *, currency: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.currency = currency
        self.read = 0

    def validate_amount(self, field: StringField) -> None:
        """A whole number above zero; money as people write it."""
        self.read = _read(text_of(field), text_of(self.kind), self.currency)

    def want(self) -> Want:
        """What was written."""
        return Want(text_of(self.kind), text_of(self.what), self.read, self.by_day.data)


class OfferForm(Form):
    """One pledge."""

    amount = StringField(_l("How much do you pledge"), [DataRequired(_WHOLE)], filters=[tidy])
    organisation = StringField(
        _l("In the name of"), [Length(max=LONGEST_ORGANISATION, message=_AT_MOST)], filters=[tidy],
        description=_l("A firm or an organisation that you may speak for. Empty: your own name."),
    )  # fmt: skip
    note = TextAreaField(
        _l("What the authors should know"), [Length(max=LONGEST_NOTE, message=_AT_MOST)],
        filters=[tidy], description=_l("Everyone can read it: no telephone numbers, please."),
    )  # fmt: skip

    def __init__(self, *, kind: str, currency: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.kind, self.currency, self.read = kind, currency, 0

    def validate_amount(self, field: StringField) -> None:
        """A whole number above zero; money as people write it."""
        self.read = _read(text_of(field), self.kind, self.currency)

    def offer(self) -> Offer:
        """What was written."""
        return Offer(self.read, text_of(self.organisation), text_of(self.note))


class StepForm(Form):
    """The public sentence that goes with a step, where one is needed."""

    said = TextAreaField(
        _l("A sentence that everyone can read"), [Length(max=LONGEST_NOTE, message=_AT_MOST)],
        filters=[tidy], description=_l("Needed to decline a pledge, and to thank for one."),
    )  # fmt: skip

    def ask(self) -> None:
        """Say that this step needs its sentence."""
        self.said.errors = [_l("Write the sentence: everyone can read it.")]
