"""What somebody would have a proposal say, and what its authors answer."""

from dataclasses import asdict

from wtforms import IntegerField, StringField, TextAreaField
from wtforms.validators import AnyOf, DataRequired, InputRequired, Length
from wtforms.widgets import HiddenInput

from core.forms import Form, tidy
from core.words import lazy_gettext as _l
from proposals.forms import ProposalForm
from proposals.services import Text

_AT_MOST = Length(max=500, message=_l("At most %(max)d letters, please."))


class AmendmentForm(ProposalForm):
    """A copy of one version, to be changed."""

    version = IntegerField(validators=[InputRequired()], widget=HiddenInput())
    reason = TextAreaField(
        _l("Why should it read so?"), [DataRequired(_l("Tell the authors why.")), _AT_MOST],
        filters=[tidy], description=_l("Everyone can read it, with your name."),
    )  # fmt: skip

    @classmethod
    def on(cls, number: int, text: Text) -> "AmendmentForm":
        """The form with the words of that version."""
        return cls(formdata=None, data={**asdict(text), "version": number})

    def refuse_same(self) -> None:
        """Say that nothing was changed."""
        self.title.errors = [_l("You have changed nothing yet. Write what should read otherwise.")]


class DecisionForm(Form):
    """The authors' answer to one part."""

    part = IntegerField(validators=[InputRequired()])
    then = StringField(validators=[AnyOf(["accept", "decline"])])
    why = TextAreaField(validators=[_AT_MOST], filters=[tidy])
