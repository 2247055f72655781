"""`gwangjang db`: the tables of the database."""

import os

import click

from app import migrate
from app.config import Config
from core.db import Database, opened
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
        _keep_traits(database)
    click.echo(f"The tables are at version {migrate.head()}.")


def _keep_traits(database: Database) -> None:
    """What similar proposals are found by, where this version works it out in another way."""
    after, is_first = None, True
    while is_first or after is not None:
        is_first = False
        with database.writing() as session:
            after = keeping.keep_missing(session, after)
