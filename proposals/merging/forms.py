"""Proposing a merge, refusing or undoing it, and splitting."""

from collections.abc import Sequence

from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, ValidationError
from wtforms.widgets import HiddenInput

from core.forms import Form, choices, text_of, tidy
from core.words import lazy_gettext as _l
from proposals.merging import splitting
from proposals.models import Proposal
from proposals.services import LONGEST

_AT_MOST = _l("At most %(max)d letters, please.")
_REASON = [
    DataRequired(_l("Write the reason. Everyone can read it.")),
    Length(max=2000, message=_AT_MOST),
]
_NO_SUCH = _l("No proposal on its way has this number: %(number)s.")
MOST_OTHERS = 8


class MergeForm(Form):
    """What is merged into what, and why."""

    into_number = StringField(
        _l("Receipt number of the proposal it becomes part of"), [Length(max=10, message=_AT_MOST)],
        filters=[tidy],
    )  # fmt: skip
    draft = SelectField(
        _l("Or a draft of yours that you wrote for this"), default="",
        description=_l("It is handed in once everybody agrees."),
    )  # fmt: skip
    others = StringField(
        _l("Receipt numbers of others that are merged too, if any"),
        [Length(max=100, message=_AT_MOST)], filters=[tidy],
        description=_l("With a comma between them."),
    )  # fmt: skip
    reason = TextAreaField(
        _l("Why they belong together; everyone can read it"),
        _REASON,
        filters=[tidy],
    )

    def offer(self, drafts: Sequence[Proposal]) -> None:
        """Set which drafts may be the target; call before validating."""
        none = ("", _l("None"))
        self.draft.choices = choices([none, *((str(one.id), one.title) for one in drafts)])

    def validate_into_number(self, field: StringField) -> None:
        """One target: a number or a draft."""
        if not field.data and not self.draft.data:
            raise ValidationError(_l("Name the proposal that it becomes part of."))

    def validate_others(self, _field: StringField) -> None:
        """A handful at most."""
        if len(self.other_numbers()) > MOST_OTHERS:
            raise ValidationError(_l("At most %(most)s others at once.", most=MOST_OTHERS))

    def other_numbers(self) -> list[str]:
        """The numbers of what is merged beside the proposal at hand."""
        return text_of(self.others).replace(",", " ").split()

    def refuse(self, field: StringField, number: str) -> None:
        """Say that this number is no proposal's."""
        field.errors = [_NO_SUCH % {"number": number}]


class ReasonForm(Form):
    """A reason that everyone can read."""

    reason = TextAreaField(
        _l("Reason, which everyone can read"),
        _REASON,
        filters=[tidy],
    )


class AgreeForm(Form):
    """The word of an author, on the text that the page showed."""

    digest = StringField(widget=HiddenInput())

    def seen(self) -> bytes:
        """The digest of that text; of none, if it is no digest."""
        try:
            return bytes.fromhex(text_of(self.digest))
        except ValueError:
            return b""


class SplitForm(Form):
    """The titles of the parts."""

    titles = TextAreaField(
        _l("The titles of the parts, one a line"), filters=[tidy],
        description=_l("From two to four. You shorten the text of each afterwards."),
    )  # fmt: skip

    def parts(self) -> list[str]:
        """The titles, without empty lines."""
        return [line.strip() for line in text_of(self.titles).splitlines() if line.strip()]

    def validate_titles(self, _field: TextAreaField) -> None:
        """Some, and none too long."""
        if not splitting.FEWEST <= len(self.parts()) <= splitting.MOST:
            raise ValidationError(_l("Write from two to four titles, each on its own line."))
        if any(len(title) > LONGEST["title"] for title in self.parts()):
            raise ValidationError(_AT_MOST % {"max": LONGEST["title"]})
