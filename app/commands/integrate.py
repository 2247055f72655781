"""`gwangjang integrate`: puts what was cast into the logs, and signs them."""

import os

import click

from app import logs
from app.beside import until_a_signal
from app.config import Config
from app.integrating import report
from app.keys import keys_of
from ballots.integrator import Integrator
from core.db import opened


@click.command()
def command() -> None:
    """Put ballots into the public logs, a batch every second, and sign each batch.

    One such process belongs to every city on PostgreSQL; two are no harm. On SQLite the site does
    it itself.

    Example: gwangjang integrate
    """
    config = Config.from_environ(os.environ)
    logs.configure(config.log_level)
    stopped = until_a_signal()
    keys = keys_of(config)
    with opened(config.database_url) as database:
        Integrator(database, keys, config.mix).run(stopped, report)
