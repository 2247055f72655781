"""`gwangjang formats`: files of elections, from one form into another."""

from pathlib import Path

import click

from app.commands.speech import language_option, speaking
from core.words import gettext as _
from tally.formats import pabulib


@click.group()
def group() -> None:
    """Read and write files of elections."""


@group.command("convert")
@click.argument(
    "source", metavar="IN", type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.argument("target", metavar="OUT", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Write over OUT if it is there.")
@click.option("--lenient", is_flag=True, help="Repair what can be repaired, and say what was.")
@language_option
def convert(source: Path, target: Path, lang: str, *, force: bool, lenient: bool) -> None:
    """Read the Pabulib file IN and write it to OUT as it should be: UTF-8, plain quoting, points.

    Columns and keys that are not known are kept.

    Example: gwangjang formats convert spreadsheet.pb clean.pb --lenient
    """
    with speaking(lang, source):
        file = pabulib.read_bytes(source.read_bytes(), lenient=lenient)
        text = _text(source, file)
        try:
            with target.open("w" if force else "x", encoding="utf-8", newline="") as out:
                out.write(text)
        except FileExistsError:
            raise click.ClickException(
                _("%(file)s is there already; --force writes over it.", file=target)
            ) from None
        for note in file.notes:
            click.echo(f"· {note}")
        click.echo(
            _(
                "%(file)s: %(projects)s projects, %(ballots)s ballots.",
                file=target, projects=len(file.projects), ballots=f"{len(file.votes):,}",
            )
        )  # fmt: skip


def _text(source: Path, file: pabulib.PabulibFile) -> str:
    try:
        return pabulib.write(file)
    except ValueError as error:
        raise click.ClickException(
            _("%(file)s cannot be written plainly: %(reason)s", file=source, reason=error)
        ) from error
