"""What the ballot page sends: numbers of chosen options, by name ``choice``.

No WTForms field stands for the choices: `ballots/kinds.py` is the one rule of what a ballot may
say, and building a field for each option would cost more than casting.
"""

from collections.abc import Iterable

from wtforms import StringField
from wtforms.validators import InputRequired, Length

from ballots.entries import NONCE_BYTES
from ballots.errors import TornFormError, UnknownOptionError
from ballots.kinds import Choices
from core.forms import Form, tidy
from core.words import lazy_gettext as _l


def choices_of(values: Iterable[str]) -> Choices:
    """The chosen numbers. Raises UnknownOptionError for what is not a number."""
    try:
        return Choices(tuple(int(value) for value in values))
    except ValueError:
        raise UnknownOptionError(number="?") from None


def nonce_of(value: str) -> bytes:
    """The random bytes of a ballot, the server's or the browser's own. Raises TornFormError."""
    try:
        nonce = bytes.fromhex(value)
    except ValueError:
        raise TornFormError from None
    if len(nonce) != NONCE_BYTES:
        raise TornFormError
    return nonce


class FindForm(Form):
    """A receipt code to look up."""

    code = StringField(
        _l("Ballot receipt code"), [InputRequired(_l("Type the code.")), Length(max=60)],
        filters=[tidy],
        description=_l("Twenty letters and digits. Hyphens and capitals do not matter."),
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )  # fmt: skip
