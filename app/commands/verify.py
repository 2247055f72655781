"""`gwangjang verify`: count a vote again from its bundle; needs no settings and no database."""

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import click

from app.commands.speech import language_option, speaking
from ballots.board.notes import Key, NoteError
from budget.verification.steps import State, Step, exit_code, verify
from core.words import LazyString
from core.words import gettext as _
from core.words import lazy_gettext as _l

# Step -> what is looked at.
TITLES: Mapping[str, LazyString] = MappingProxyType(
    {
        "V0": _l("The form of the file"),
        "V1": _l("Sums and their signature"),
        "V2": _l("The log's key and its witnesses"),
        "V3": _l("The tree of the log"),
        "V4": _l("Earlier checkpoints"),
        "V5": _l("Each leaf and each ballot"),
        "V6": _l("Opening and close"),
        "V7": _l("The last ballot of each voter"),
        "V8": _l("Batches of paper"),
        "V9": _l("Sheets made void"),
        "V10": _l("The count"),
        "V11": _l("The ballots as published"),
        "V12": _l("The audit of paper"),
        "V13": _l("Receipts"),
    }
)
STATES: Mapping[State, LazyString] = MappingProxyType(
    {State.RIGHT: _l("right"), State.WRONG: _l("WRONG"), State.UNCHECKED: _l("not checked")}
)
VERDICTS = (
    _l("All was checked, and all is right."),
    _l("Something is wrong."),
    _l("Nothing is wrong, but not all could be checked."),
)


file_path = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("file", type=file_path)
@click.option("--key", help="The log's key; the bundle's own unless given.")
@click.option("--receipt", multiple=True, type=file_path, help="A receipt to prove; any number.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a step.")
@language_option
@click.pass_context
def command(
    ctx: click.Context, file: Path, key: str | None, receipt: tuple[Path, ...], lang: str, *,
    as_json: bool,
) -> None:  # fmt: skip
    """Count a vote again from its recount bundle FILE, and check all that leads to the outcome.

    Ends with 0 if all was checked and is right, 1 if something is wrong, 2 if nothing is wrong but
    something could not be checked. docs/bundle.md tells what each step is.

    Example: gwangjang verify bundle.tar --receipt mine.txt
    """
    with speaking(lang, file), file.open("rb") as opened:
        log_key = _key(key) if key else None
        steps = []
        receipts = [(path.name, path.read_bytes()) for path in receipt]
        for step in verify(opened, key=log_key, receipts=receipts):
            steps.append(step)
            click.echo(_as_json(step) if as_json else _line(step))
        code = exit_code(steps)
        if not as_json:
            click.echo(VERDICTS[code])
    ctx.exit(code)


def _key(written: str) -> Key:
    """The key that was named; a plain failure where it is none, for 2 has a meaning of its own."""
    try:
        return Key.read(written)
    except NoteError as error:
        raise click.ClickException(f"--key: {error}") from None


def _line(step: Step) -> str:
    return _(
        "%(step)s %(state)s · %(title)s: %(said)s",
        step=f"{step.name:<3}", state=STATES[step.state], title=TITLES[step.name], said=step.said,
    )  # fmt: skip


def _as_json(step: Step) -> str:
    told = {"step": step.name, "state": step.state, "said": str(step.said)}
    return json.dumps(told, ensure_ascii=False)
