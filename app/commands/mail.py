"""`gwangjang mail`: sends notices to those who want them by mail."""

import os

import click

from app import create_app, logs, mailing
from app.beside import until_a_signal
from app.config import Config
from app.mailing import Office


@click.command()
@click.option("--watch", is_flag=True, help="Go on, with a look every ten seconds.")
def command(*, watch: bool) -> None:
    """Send the letters that are due, once or again and again.

    One such process with --watch belongs to every city on PostgreSQL that sends mail; two are no
    harm. On SQLite the site does it itself.

    Example: gwangjang mail --watch
    """
    config = Config.from_environ(os.environ)
    logs.configure(config.log_level)
    app = create_app(config)
    office = Office.of(app, config)
    if office is None:
        raise click.ClickException(
            "GWANGJANG_SMTP_URL is not set: for example smtp://user:password@mail.city.example:587."
        )
    database = app.extensions["database"]
    try:
        if watch:
            mailing.run(database, office, until_a_signal())
            return
        tried = 0
        while number := mailing.turn(database, office):
            tried += number
        click.echo(f"Letters that were due: {tried}.")
    finally:
        database.dispose()
