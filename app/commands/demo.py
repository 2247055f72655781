"""`gwangjang demo`: a living, fictional city on this machine."""

import os
import sys
from datetime import timedelta
from pathlib import Path

import click
import pyotp
from rich.console import Console
from rich.progress import Progress

from app import migrate
from app.commands.serve import replace_with_server
from app.config import Config
from app.demo.home import Home
from app.demo.people import LOG_INS
from app.demo.seed import Seeder
from app.keys import keys_of
from core import clock
from core.db import opened

DEFAULT_FOLDER = Path("demo-data")


@click.group(invoke_without_command=True)
@click.option(
    "--folder", type=click.Path(path_type=Path), default=DEFAULT_FOLDER, show_default=True
)
@click.option("--bind", default="127.0.0.1:8000", show_default=True, help="Address and port.")
@click.option("--reset", is_flag=True, help="Throw the demo's data away first.")
@click.option("--no-serve", is_flag=True, help="Load the city and stop.")
@click.pass_context
def group(context: click.Context, folder: Path, bind: str, *, reset: bool, no_serve: bool) -> None:
    """Load the demo city, if it is not there, and serve it.

    Example: gwangjang demo --bind 127.0.0.1:8080
    """
    home = Home(folder)
    context.obj = home
    if context.invoked_subcommand:
        return
    if reset:
        home.forget()
    home.prepare()
    load(home)
    show_log_ins(home, bind)
    if not no_serve:
        replace_with_server(home.environ(), bind)


@group.command()
@click.pass_obj
def code(home: Home) -> None:
    """Print the authenticator code of the demo's officials, good for about thirty seconds.

    Example: gwangjang demo code
    """
    if not home.settings_file.exists():
        raise click.ClickException(
            f"There is no demo in {home.folder}: start it with `gwangjang demo`."
        )
    click.echo(pyotp.TOTP(home.settings()["DEMO_AUTHENTICATOR"]).at(int(clock.now().timestamp())))


def load(home: Home) -> None:
    """Bring the tables up to date and load the city once; a half-loaded one is begun anew."""
    settings = home.settings()
    config = Config.from_environ({**os.environ, **settings})
    if not home.has_city():
        Path(config.database_url.removeprefix("sqlite:///")).unlink(missing_ok=True)
    with opened(config.database_url) as database:
        migrate.upgrade(database.writer)
        if home.has_city():
            return
        with Progress(console=Console(stderr=True)) as progress:
            Seeder(
                database=database,
                keys=keys_of(config),
                shelf=config.bundles,
                secret_key=config.secret_key,
                password=settings["DEMO_PASSWORD"],
                authenticator=settings["DEMO_AUTHENTICATOR"],
                now=clock.now() - timedelta(seconds=1),
                progress=progress,
            ).load()
        home.mark_loaded()


def show_log_ins(home: Home, bind: str) -> None:
    """Print the address and one log-in for each role."""
    console = Console(soft_wrap=True, highlight=False)
    console.print("\n[bold]데모 로그인 · Demo log-ins[/bold]")
    for person in LOG_INS:
        console.print(f"  {person.email:<26} {person.ko} · {person.en}")
    console.print(f"  비밀번호 · password: [bold]{home.settings()['DEMO_PASSWORD']}[/bold]")
    console.print(
        "공무원은 인증번호도 필요합니다 · Officials need a code too: "
        f"[bold]{sys.argv[0]} demo --folder {home.folder} code[/bold]"  # as it was called
    )
    console.print(f"\n  [bold]http://{bind}/[/bold]   (Ctrl-C: 그만 · stop)\n")
