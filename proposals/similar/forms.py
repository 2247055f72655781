"""What is typed so far, and how it differs from another proposal."""

from wtforms import StringField, TextAreaField
from wtforms.validators import Length

from core.forms import Form, text_of, tidy
from core.words import lazy_gettext as _l
from proposals.services import Text
from proposals.similar.models import LONGEST_REASON


class TypedForm(Form):
    """A proposal in the middle of being written: anything may be missing, nothing is refused."""

    title = StringField(filters=[tidy])
    summary = StringField(filters=[tidy])
    need = StringField(filters=[tidy])
    title_en = StringField(filters=[tidy])
    summary_en = StringField(filters=[tidy])

    def text(self) -> Text:
        """What was typed."""
        return Text(
            title=text_of(self.title), summary=text_of(self.summary), need=text_of(self.need),
            title_en=text_of(self.title_en), summary_en=text_of(self.summary_en),
        )  # fmt: skip


class DifferenceForm(Form):
    """The author's word on how two proposals differ."""

    reason = TextAreaField(
        _l("Mine is different because …"),
        [Length(max=LONGEST_REASON, message=_l("At most %(max)d letters, please."))],
        filters=[tidy],
    )
