"""The accounts room's forms."""

from collections.abc import Sequence

from wtforms import BooleanField, Field, PasswordField, SelectField, StringField
from wtforms.validators import DataRequired, Email, InputRequired, Length, ValidationError

from accounts import passwords
from core.access import Role
from core.city import Neighbourhood
from core.forms import Form, choices, tidy
from core.words import lazy_gettext as _l

EMAIL = (
    DataRequired(_l("Write your e-mail address.")),
    Length(max=254, message=_l("An e-mail address has at most 254 letters.")),
    Email(_l("Write an e-mail address, for example name@example.com.")),
)
NAME = (
    DataRequired(_l("Write a name or nickname.")),
    Length(max=40, message=_l("A name has at most 40 letters.")),
)


def long_enough(_form: Form, field: Field) -> None:
    """The password rule: length, and none that everybody tries first."""
    password = field.data or ""
    if len(password) < passwords.SHORTEST:
        raise ValidationError(_l("Use at least 10 letters or signs. A short sentence is fine."))
    if password.lower() in passwords.COMMON or len(set(password)) == 1:
        raise ValidationError(_l("That password is guessed first. Choose another one."))


class _Person(Form):
    """What the city needs to know of a person, and no more."""

    name = StringField(
        _l("Name or nickname"), NAME, filters=[tidy],
        description=_l("Everyone sees it beside what you write."),
    )  # fmt: skip
    neighbourhood = SelectField(_l("Neighbourhood"), default="")
    declares = BooleanField(
        _l("I live, work or study in the city and I am 14 or older"),
        description=_l("You need this to vote. The city may check it."),
    )

    def offer(self, neighbourhoods: Sequence[Neighbourhood], language: str) -> None:
        """Set what may be chosen; call before validating."""
        none = ("", _l("Choose a neighbourhood"))
        named = [(dong.slug, dong.name(language)) for dong in neighbourhoods]
        self.neighbourhood.choices = choices([none, *named])

    def validate_declares(self, field: BooleanField) -> None:
        """Belonging to the city's voters means a neighbourhood."""
        if field.data and not self.neighbourhood.data:
            raise ValidationError(_l("Choose your neighbourhood above as well."))


class SignUpForm(_Person):
    """A new account."""

    email = StringField(
        _l("E-mail address"), EMAIL, filters=[tidy],
        description=_l("You sign in with it. Nobody else sees it."),
        render_kw={"autocomplete": "username", "type": "email"},
    )  # fmt: skip
    password = PasswordField(
        _l("Password"), [InputRequired(_l("Choose a password.")), Length(max=200), long_enough],
        description=_l("At least 10 letters or signs. A short sentence is fine."),
        render_kw={"autocomplete": "new-password"},
    )  # fmt: skip
    consents = BooleanField(
        _l("I agree that the city keeps these details"),
        [InputRequired(_l("Without your consent there is no account."))],
        description=_l(
            "E-mail address, name and neighbourhood, to let you propose and vote, until you delete "
            "the account. You may refuse; then you can read everything but not take part."
        ),
    )


class DetailsForm(_Person):
    """My own details."""


class SignInForm(Form):
    """E-mail address and password."""

    email = StringField(
        _l("E-mail address"), [InputRequired(_l("Write your e-mail address."))], filters=[tidy],
        render_kw={"autocomplete": "username", "type": "email"},
    )  # fmt: skip
    password = PasswordField(
        _l("Password"), [InputRequired(_l("Write your password.")), Length(max=200)],
        render_kw={"autocomplete": "current-password"},
    )  # fmt: skip


class PasswordForm(Form):
    """A new password, with the present one."""

    current = PasswordField(
        _l("Present password"), [InputRequired(_l("Write your present password."))],
        render_kw={"autocomplete": "current-password"},
    )  # fmt: skip
    password = PasswordField(
        _l("New password"), [InputRequired(_l("Choose a password.")), Length(max=200), long_enough],
        description=_l("At least 10 letters or signs. A short sentence is fine."),
        render_kw={"autocomplete": "new-password"},
    )  # fmt: skip


class CodeForm(Form):
    """A code of the authenticator, or a printed recovery code."""

    code = StringField(
        _l("Code"), [InputRequired(_l("Write the code.")), Length(max=40)], filters=[tidy],
        description=_l("Six digits from your authenticator, or a printed recovery code."),
        render_kw={"autocomplete": "one-time-code", "inputmode": "text"},
    )  # fmt: skip


class EraseForm(Form):
    """The present password, before the account goes."""

    current = PasswordField(
        _l("Present password"), [InputRequired(_l("Write your present password."))],
        render_kw={"autocomplete": "current-password"},
    )  # fmt: skip


class RoleForm(Form):
    """A role for somebody."""

    email = StringField(_l("E-mail address"), EMAIL, filters=[tidy])
    role = SelectField(_l("Role"), choices=choices((role.value, role.value) for role in Role))
