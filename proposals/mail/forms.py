"""The choice of how often."""

from wtforms import RadioField

from core.forms import Form, choices
from core.words import lazy_gettext as _l
from proposals.mail.paces import PACES

NEVER = "never"


class MailForm(Form):
    """How often notices come by mail."""

    pace = RadioField(
        _l("How often"),
        choices=choices([(NEVER, _l("Never: I look here")), *PACES.items()]),
        default=NEVER,
    )
