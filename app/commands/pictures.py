"""Pictures of counted files, written as SVG into a folder."""

from pathlib import Path

import click

from budget.report import decimal
from core.words import gettext as _
from tally import Amount, Outcome
from tally.explain.pictures import Bar, funded
from tally.formats.pabulib import Election


def write(folder: Path, file: str, election: Election, outcome: Outcome) -> Path:
    """Draw what was funded, up to the limit; where the picture stands.

    Raises
    ------
    ClickException : another file stands there; nothing is written over.
    """
    currency = election.meta.get("currency", "")

    def money(amount: Amount) -> str:
        return f"{decimal(amount)} {currency}".strip()

    options = {option.id: option for option in election.instance.options}
    bars = [
        Bar(election.names.get(name, name), options[name].cost, money(options[name].cost))
        for name in outcome.funded
    ]
    picture = funded(
        _("Funded by %(rule)s: %(number)s projects", rule=outcome.rule, number=len(bars)),
        bars,
        Bar(_("Left"), outcome.left, money(outcome.left)),
        outcome.limit,
        money(outcome.limit),
    )
    path = folder / f"{Path(file).stem}.{outcome.rule}.svg"
    put(path, picture)
    return path


def put(path: Path, text: str) -> None:
    """Write a new file, and its folder where there is none.

    Raises
    ------
    ClickException : another file stands there; nothing is written over.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="utf-8") as target:
            target.write(text)
    except FileExistsError:
        raise click.ClickException(_("%(file)s is there already.", file=path)) from None
