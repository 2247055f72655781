"""`gwangjang notify`: tells people what the journal says of what they follow."""

import os

import click

from app import logs, telling
from app.beside import until_a_signal
from app.config import Config
from core.db import opened
from proposals.notices import making


@click.command()
@click.option("--watch", is_flag=True, help="Go on, with a look every two seconds.")
def command(*, watch: bool) -> None:
    """Make the notices that are due, once or again and again.

    One such process with --watch belongs to every city on PostgreSQL; two are no harm. On SQLite
    the site does it itself.

    Example: gwangjang notify --watch
    """
    config = Config.from_environ(os.environ)
    logs.configure(config.log_level)
    with opened(config.database_url) as database:
        if not watch:
            told = 0
            while step := making.turn(database):
                told += step
            click.echo(f"People were told of {told} lines of the journal.")
            return
        telling.run(database, until_a_signal())
