"""`gwangjang tally`: count a file; needs no settings and no database."""

import json
from pathlib import Path

import click

import tally
from app.commands.speech import language_option, speaking
from core.words import gettext as _
from tally import Amount, Outcome
from tally.formats import pabulib
from tally.formats.pabulib import PabulibFile


@click.command()
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option(
    "--rule", type=click.Choice(list(tally.RULES)), default="greedy_cost", show_default=True
)
@click.option(
    "--minimum-votes", default=0, show_default=True, help="Leave projects with fewer votes out."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, for programs.")
@language_option
def command(
    files: tuple[Path, ...], rule: str, minimum_votes: int, lang: str, *, as_json: bool
) -> None:
    """Count Pabulib FILES exactly and say which projects are funded, and why.

    Example: gwangjang tally election.pb --rule greedy_card --lang ko
    """
    for path in files:
        with speaking(lang, path):
            file = pabulib.read_bytes(path.read_bytes())
            outcome = tally.count(
                rule, file.instance(), file.profile(), minimum_votes=minimum_votes
            )
            if as_json:
                click.echo(_json(path, outcome))
            else:
                _show(path, file, outcome)


def _json(path: Path, outcome: Outcome) -> str:
    body = {
        "file": str(path),
        "rule": outcome.rule,
        "winners": list(outcome.funded),
        "cost": pabulib.number(outcome.spent),
        "left": pabulib.number(outcome.left),
        "ties": [{"options": list(tie.options), "mattered": tie.mattered} for tie in outcome.ties],
        "outcome": json.loads(outcome.to_json()),
    }
    return json.dumps(body, ensure_ascii=False)


def _show(path: Path, file: PabulibFile, outcome: Outcome) -> None:
    from rich.console import Console  # noqa: PLC0415 - --json must not wait for it
    from rich.table import Table  # noqa: PLC0415

    from budget import report  # noqa: PLC0415

    currency = file.meta.get("currency", "")

    def show(amount: Amount) -> str:
        return f"{_grouped(amount)} {currency}".strip()

    console = Console()
    names = {project.id: project.name for project in file.projects}
    table = Table(title=str(path.name), show_lines=False)
    table.add_column(_("Project"))
    table.add_column(_("Cost"), justify="right", no_wrap=True)
    table.add_column(_("Why"))
    for line in report.lines(outcome, show):
        mark = "✔" if line.is_funded else "·"
        table.add_row(
            f"{mark} {names[line.turn.option]}", show(line.turn.cost), line.reason,
            style="bold" if line.is_funded else "dim",
        )  # fmt: skip
    console.print(table)
    console.print(
        _(
            "%(number)s projects for %(spent)s; %(left)s left of %(limit)s; %(ballots)s ballots.",
            number=len(outcome.funded), spent=show(outcome.spent), left=show(outcome.left),
            limit=show(outcome.limit), ballots=f"{outcome.ballots:,}",
        )
    )  # fmt: skip
    for sentence in [*report.tie_sentences(outcome, names), *file.notes]:
        console.print(f"· {sentence}")


def _grouped(amount: Amount) -> str:
    whole, _point, rest = pabulib.number(amount).partition(".")
    return f"{int(whole):,}" + (f".{rest}" if rest else "")
