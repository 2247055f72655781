"""Entering a proposal for somebody, and claiming one's own."""

from dataclasses import asdict
from typing import Any

from wtforms import SelectField, StringField
from wtforms.validators import DataRequired, Length

from core.forms import Form, MomentField, choices, text_of, tidy
from core.words import LazyString
from core.words import lazy_gettext as _l
from proposals.forms import ProposalForm
from proposals.handing.models import LONGEST_NAME, LONGEST_NOTE
from proposals.handing.services import CHANNELS, Agreement, Person

_AT_MOST = _l("At most %(max)d letters, please.")
CHANNEL_NAMES: dict[str, LazyString] = {
    "desk": _l("At a desk"),
    "paper": _l("On a paper form"),
    "phone": _l("By phone"),
}


class AgreedForm(ProposalForm):
    """A text that the desk enters in somebody's name, and how that person agreed to it."""

    channel = SelectField(_l("How it came"))
    consented_at = MomentField(
        _l("When the person agreed"), [DataRequired(_l("Write when the person agreed."))]
    )
    consent = StringField(
        _l("How the person agreed"),
        [DataRequired(_l("Write how the person agreed.")),
         Length(max=LONGEST_NOTE, message=_AT_MOST)],
        filters=[tidy],
        description=_l("For example: signed the paper form; said yes on the phone."),
    )  # fmt: skip

    def offer(self, *vocabulary: Any) -> None:
        """Set what may be chosen; call before validating."""
        super().offer(*vocabulary)
        self.channel.choices = choices((code, CHANNEL_NAMES[code]) for code in CHANNELS)

    def agreement(self) -> Agreement:
        """How the person agreed, once the form is valid."""
        assert self.consented_at.data is not None  # noqa: S101 - the field is required
        return Agreement(text_of(self.channel), text_of(self.consent), self.consented_at.data)


class HandInForm(AgreedForm):
    """A proposal, for whom it is, and how that person agreed."""

    name = StringField(
        _l("The person's name, as everyone may read it"),
        [DataRequired(_l("Write the name that the person agreed to.")),
         Length(max=LONGEST_NAME, message=_AT_MOST)],
        filters=[tidy], description=_l("A name or a nickname, as the person wishes."),
    )  # fmt: skip
    reach = StringField(
        _l("How to reach the person"),
        [DataRequired(_l("Write a telephone number or an address.")),
         Length(max=LONGEST_NOTE, message=_AT_MOST)],
        filters=[tidy],
        description=_l("Only the desk sees it. It is deleted once the person has an account."),
    )  # fmt: skip

    def person(self) -> Person:
        """For whom it is, once the form is valid."""
        return Person(
            name=text_of(self.name), reach=text_of(self.reach), **asdict(self.agreement())
        )


class ClaimForm(Form):
    """The code of a receipt."""

    code = StringField(
        _l("Code on your receipt"),
        [DataRequired(_l("Type the code.")), Length(max=40, message=_AT_MOST)], filters=[tidy],
        description=_l("Sixteen letters and digits in groups of four."),
    )  # fmt: skip
