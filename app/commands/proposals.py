"""`gwangjang proposals`: what happens to proposals by the calendar."""

import os

import click

from app.config import Config
from core import clock
from core.db import opened
from proposals.review import services


@click.group()
def group() -> None:
    """What happens to proposals by the calendar."""


@group.command()
def lapse() -> None:
    """Close what authors were asked and did not answer by the deadline. Run it once a day.

    Example: gwangjang proposals lapse
    """
    url = Config.from_environ(os.environ).database_url
    with opened(url) as database, database.writing() as session:
        closed = services.lapse(session, now=clock.now())
    click.echo(f"{len(closed)} proposals were closed without an answer.")
