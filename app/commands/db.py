"""`gwangjang db`: the tables of the database."""

import os

import click

from app import migrate
from app.config import Config
from core.db import opened
from proposals.similar import keeping


@click.group()
def group() -> None:
    """Make or change the tables of the database that GWANGJANG_DATABASE_URL names."""


@group.command()
def upgrade() -> None:
    """Bring the tables to the newest version.

    Example: gwangjang db upgrade
    """
    with opened(Config.from_environ(os.environ).database_url) as database:
        migrate.upgrade(database.writer)
        keeping.keep_missing(database)  # where this version works them out in another way
    click.echo(f"The tables are at version {migrate.head()}.")
