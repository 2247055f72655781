"""`gwangjang witness`: watches over the logs of others, on a machine that is not the city's."""

import base64
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click

from app.commands.speech import language_option, speaking
from ballots.board.notes import LOG, Key, NoteError
from ballots.witness.witness import DamagedError, Witness
from core import words
from core.words import gettext as _

FOLDER = click.argument("folder", type=click.Path(file_okay=False, path_type=Path))


@click.group()
def group() -> None:
    """Watch over the logs of votes: run by a university, a newspaper, another city.

    FOLDER holds the witness's key, the logs that it follows, and what it has signed. It is never
    copied back from a backup: docs/witness.md says what to do when it is lost.
    """


@group.command()
@FOLDER
@click.option("--name", help="The witness's name, as witness.example/w1; for a new key.")
@language_option
def key(folder: Path, name: str | None, lang: str) -> None:
    """Make the witness's key, or print the public part of the one that is there.

    Example: gwangjang witness key /srv/witness --name witness.example/w1
    """
    with speaking(lang), _sentences(folder):
        if (folder / "key").exists():
            witness = Witness.at(folder)
            if name not in (None, witness.signer.name):
                raise click.ClickException(
                    _("This witness is called %(name)s.", name=witness.signer.name)
                )
        elif name is None:
            raise click.ClickException(_("A new key needs a name: --name witness.example/w1."))
        else:
            witness = Witness.create(folder, name)
        click.echo(str(witness.signer.key))


@group.command()
@FOLDER
@click.argument("log_key", metavar="KEY")
@click.argument("url", default="")
@language_option
def follow(folder: Path, log_key: str, url: str, lang: str) -> None:
    """Follow the log of a vote by its KEY, which the city gives; URL is for people to find it.

    Example: gwangjang witness follow /srv/witness city.example/pb/2026+1a2b3c4d+AbC…
    """
    with speaking(lang), _sentences(folder):
        found = _log_key(log_key)
        Witness.at(folder).follow(found, url)
        click.echo(_("%(name)s is followed from now on.", name=found.name))


@group.command()
@FOLDER
@click.option("--bind", default="127.0.0.1:8002", show_default=True, help="Address and port.")
@language_option
def serve(folder: Path, bind: str, lang: str) -> None:
    """Answer logs and people; a change of the logs that are followed needs no new start.

    Example: gwangjang witness serve /srv/witness
    """
    with speaking(lang), _sentences(folder):
        Witness.at(folder)
    arguments = [
        sys.executable, "-m", "gunicorn", "--worker-class", "gevent", "--workers", "1",
        "--no-control-socket", "--log-level", "warning", "--bind", bind,
        f"app.witness:served({str(folder.resolve())!r})",
    ]  # fmt: skip
    os.execv(sys.executable, arguments)  # noqa: S606 - our own interpreter, no shell


@group.command()
@FOLDER
@language_option
def show(folder: Path, lang: str) -> None:
    """Print what was signed last of each log; exit 1 if a log has contradicted itself.

    Example: gwangjang witness show /srv/witness
    """
    with speaking(lang), _sentences(folder):
        forked = False
        for sight in Witness.at(folder).sights():
            if sight.signed is None or sight.moment is None:
                click.echo(f"{sight.key.name}\t0")
                continue
            moment = words.moment(datetime.fromtimestamp(sight.moment, UTC))
            root = base64.b64encode(sight.signed.root).decode()
            click.echo(f"{sight.key.name}\t{sight.signed.size}\t{root}\t{moment}")
            forked |= sight.fork is not None
        if forked:
            raise click.ClickException(
                _("This log has signed two different roots for the same number of entries.")
            )


def _log_key(written: str) -> Key:
    try:
        found = Key.read(written)
    except NoteError:
        found = None
    if found and found.kind == LOG:
        return found
    raise click.ClickException(_("This is no key of a log: %(key)s", key=written))


@contextmanager
def _sentences(folder: Path) -> Iterator[None]:
    """What a witness cannot do, as one sentence."""
    try:
        yield
    except (DamagedError, NoteError) as error:
        raise click.ClickException(str(error)) from error
    except FileNotFoundError as error:
        raise click.ClickException(
            _("There is no witness in %(folder)s: make its key first.", folder=folder)
        ) from error
