"""`gwangjang serve`: the site, by gunicorn and gevent."""

import os
import sys
from collections.abc import Mapping
from typing import NoReturn

import click

from app.config import Config


@click.command()
@click.option("--bind", default="127.0.0.1:8000", show_default=True, help="Address and port.")
@click.option("--workers", default=1, show_default=True, help="Processes; SQLite takes one only.")
def command(bind: str, workers: int) -> None:
    """Serve the site with the settings of the environment.

    Example: gwangjang serve --bind 0.0.0.0:8000
    """
    config = Config.from_environ(os.environ)
    if workers > 1 and config.database_url.startswith("sqlite"):
        raise click.ClickException(
            "SQLite has one writer, so it is served by one process: leave --workers at 1, "
            "or set GWANGJANG_DATABASE_URL to PostgreSQL."
        )
    replace_with_server(os.environ, bind, workers)


def replace_with_server(environ: Mapping[str, str], bind: str, workers: int = 1) -> NoReturn:
    """Become the server: this process is gone, and signals reach gunicorn itself."""
    arguments = [
        sys.executable, "-m", "gunicorn", "--config", "python:app.server",
        "--workers", str(workers), "--bind", bind,
    ]  # fmt: skip
    os.execve(sys.executable, arguments, dict(environ))  # noqa: S606 - our own interpreter, no shell
