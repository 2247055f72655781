"""`gwangjang account`: the first officials, and those who lost their authenticator."""

import os
import secrets
from contextlib import AbstractContextManager

import click

from accounts import passwords, queries, services
from accounts.errors import NoSuchAccountError
from app.commands.speech import language_option, speaking
from app.config import Config
from core import clock
from core.access import Role
from core.db import Database, opened
from core.journal import OPERATOR, Actor
from core.words import gettext as _

THE_OPERATOR = Actor(OPERATOR)
ROLE = click.Choice([role.value for role in Role])


@click.group()
def group() -> None:
    """Accounts of officials. Citizens sign up on the site."""


@group.command()
@click.argument("email")
@click.option("--name", required=True, help="Name shown in public.")
@click.option("--role", "roles", multiple=True, type=ROLE, help="May be given more than once.")
@language_option
def create(email: str, name: str, roles: tuple[str, ...], lang: str) -> None:
    """Make an account with roles; the password is made up and printed once.

    Example: gwangjang account create poll@city.example --name "Poll office" --role poll_manager
    """
    password = "-".join(secrets.token_hex(2) for _ in range(4))
    given = services.SignUp(email, name, passwords.hashed(password), lang)
    with speaking(lang), _database() as database, database.writing() as session:
        account = services.sign_up(session, given, now=clock.now())
        for role in roles:
            services.grant_role(session, account, Role(role), actor=THE_OPERATOR, now=clock.now())
        click.echo(
            _(
                "%(email)s can sign in with the password %(password)s",
                email=account.email,
                password=password,
            )
        )


@group.command("reset-factor")
@click.argument("email")
@language_option
def reset_factor(email: str, lang: str) -> None:
    """Forget an official's lost authenticator; a new one is set up at the next sign-in.

    Example: gwangjang account reset-factor poll@city.example
    """
    with speaking(lang), _database() as database, database.writing() as session:
        account = queries.by_email(session, email)
        if account is None:
            raise NoSuchAccountError(email=email)
        services.reset_factor(session, account, actor=THE_OPERATOR, now=clock.now())
        click.echo(
            _("%(email)s sets up a new authenticator at the next sign-in.", email=account.email)
        )


def _database() -> AbstractContextManager[Database]:
    return opened(Config.from_environ(os.environ).database_url)
