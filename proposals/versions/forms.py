"""Why a version is kept, or restored."""

from wtforms import StringField
from wtforms.validators import DataRequired, Length

from core.forms import Form, tidy
from core.words import lazy_gettext as _l

_AT_MOST = Length(max=200, message=_l("At most %(max)d letters, please."))


class NameForm(Form):
    """What somebody keeps a version for."""

    why = StringField(
        _l("What is this version for?"),
        [DataRequired(_l("Say in a few words what it is for.")), _AT_MOST],
        filters=[tidy], description=_l("For example: before we shorten it."),
    )  # fmt: skip


class RestoreForm(Form):
    """Why an old version is to stand again."""

    why = StringField(_l("Why? (if you like)"), [_AT_MOST], filters=[tidy])
