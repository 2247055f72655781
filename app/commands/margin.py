"""`gwangjang margin` and `gwangjang assertions`: how safe a winner is, and what an audit tests."""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import click

from app.commands.speech import language_option, speaking
from core.words import LazyString
from core.words import gettext as _
from core.words import lazy_gettext as _l
from tally.axioms.figures import told
from tally.formats import ranked
from tally.formats.ranked import RankedFile
from tally.ranked import margins_pairwise
from tally.ranked.raire import NEB, NEN, Assertion, Assertions, assertions, check
from tally.ranked.shangrla import margins_of, to_shangrla

RULES = ("irv", *margins_pairwise.RULES)
MOST_SWAPS = 10  # lines of changed ballots
# What an assertion says of its winner and loser.
SAYINGS: Mapping[str, LazyString] = MappingProxyType(
    {
        NEB: _l("%(winner)s does not go out before %(loser)s"),
        NEN: _l("with only %(standing)s left, %(winner)s has more votes than %(loser)s"),
    }
)
files_argument = click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")


@click.command()
@files_argument
@click.option(
    "--rule", type=click.Choice(RULES), default="irv", show_default=True, help="How to count."
)
@json_option
@language_option
@click.pass_context
def command(
    ctx: click.Context, files: tuple[Path, ...], rule: str, lang: str, *, as_json: bool
) -> None:
    """Say how few ballots would have to be others, for others to win; exact for irv.

    Takes files of ranked ballots. Any ballot may become any other, and ties be broken either way.

    Example: gwangjang margin ward.blt --rule irv --json
    """

    def answer(path: Path, file: RankedFile) -> Iterator[str]:
        if rule != "irv":
            pairwise, _changed = margins_pairwise.margin(file.contest, file.rankings, rule)
            yield (
                _margin_json(path, file, rule, told(pairwise))
                if as_json
                else _bounds(file, pairwise.winners, pairwise.at_least, pairwise.at_most)
            )
            return
        from tally.ranked.margins_irv import margin  # noqa: PLC0415 - other rules need no scipy

        found, _changed = margin(file.contest, file.rankings)
        if as_json:
            yield _margin_json(path, file, rule, told(found))
            return
        names = file.contest.names
        yield _("%(winner)s wins.", winner=names[found.winner])
        yield _bounds(file, (found.rival,), found.at_least, found.at_most)
        yield _("Half the difference of the last round: %(number)s.", number=found.last_round)
        for swap in found.changes[:MOST_SWAPS]:
            before, after = (_ballot(file, ballot) for ballot in (swap.before, swap.after))
            yield f"  {swap.number} × {before} → {after}"
        if len(found.changes) > MOST_SWAPS:
            yield "  …"

    _each(ctx, files, lang, answer)


@click.command("assertions")
@files_argument
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path),
    help="Write them here as SHANGRLA reads them; takes one FILE.",
)  # fmt: skip
@click.option("--force", is_flag=True, help="Write over the file of --out if it is there.")
@click.option(
    "--contest", "name", default="1", show_default=True,
    help="The contest's name in the cast vote records.",
)  # fmt: skip
@json_option
@language_option
@click.pass_context
def assertions_command(
    ctx: click.Context, files: tuple[Path, ...], out: Path | None, name: str, lang: str,
    *, force: bool, as_json: bool,
) -> None:  # fmt: skip
    """Find assertions that together imply the winner of an instant run-off, for an audit by sample.

    Each is checked again: that it holds, and that no order with another winner is left.

    Example: gwangjang assertions ward.blt --out audit.json
    """

    def answer(path: Path, file: RankedFile) -> Iterator[str]:
        found = assertions(file.contest, file.rankings)
        if not _proved(file, found):
            raise click.ClickException(
                _("%(file)s: no assertions imply the winner; the count is too close.", file=path)
            )
        if out is not None:
            _write(out, to_shangrla(found, file.contest, name=name), force=force)
        if as_json:
            body = {"file": str(path), "names": file.contest.names, "assertions": told(found)}
            yield json.dumps(body, ensure_ascii=False)
            return
        winner = file.contest.names[found.winner]
        yield _("%(winner)s wins if these hold, each by so many votes:", winner=winner)
        yield from (f"  {one.margin:,}  {_saying(file, one)}" for one in found.assertions)

    with speaking(lang):
        if out is not None and len(files) > 1:
            raise click.UsageError(_("--out takes one file of ballots."))
    _each(ctx, files, lang, answer)


def _each(
    ctx: click.Context,
    files: tuple[Path, ...],
    lang: str,
    answer: Callable[[Path, RankedFile], Iterator[str]],
) -> None:
    """Answer for each file; one that cannot be answered for is told, and the rest goes on."""
    faults: list[click.ClickException] = []
    for path in files:
        try:
            with speaking(lang, path):
                for line in answer(path, ranked.load(path.read_bytes())):
                    click.echo(line)
        except click.ClickException as error:
            faults.append(error)
    for fault in faults:
        fault.show()
    if faults:
        ctx.exit(1)


def _margin_json(path: Path, file: RankedFile, rule: str, figures: object) -> str:
    body: dict[str, Any] = {"file": str(path), "rule": rule, "names": file.contest.names}
    return json.dumps({**body, "margin": figures}, ensure_ascii=False)


def _bounds(file: RankedFile, winners: tuple[int, ...], at_least: int, at_most: int | None) -> str:
    """The margin in a sentence; honest about what is not known."""
    names = ", ".join(file.contest.names[one] for one in winners)
    if at_most is None:
        return _("No ballots were found whose change lets others win.")
    if at_least == at_most:
        return _(
            "Ballots to change until %(names)s may win: %(number)s; fewer are not enough.",
            number=f"{at_most:,}", names=names,
        )  # fmt: skip
    return _(
        "Ballots to change until %(names)s may win: %(most)s; fewer than %(least)s are not enough.",
        most=f"{at_most:,}", names=names, least=f"{at_least:,}",
    )  # fmt: skip


def _ballot(file: RankedFile, ballot: tuple[int, ...]) -> str:
    return " > ".join(file.contest.names[one] for one in ballot) or _("(empty)")


def _saying(file: RankedFile, one: Assertion) -> str:
    names = file.contest.names
    return str(SAYINGS[one.kind]) % {
        "winner": names[one.winner],
        "loser": names[one.loser],
        "standing": ", ".join(names[other] for other in one.standing),
    }


def _proved(file: RankedFile, found: Assertions) -> bool:
    """Whether the assertions hold on the ballots, and imply the winner."""
    contest = file.contest
    return (
        not found.unruled
        and check(found.assertions, found.winner, contest.standing) is None
        and margins_of(found.assertions, contest, file.rankings)
        == tuple(one.margin for one in found.assertions)
    )


def _write(path: Path, text: str, *, force: bool) -> None:
    try:
        with path.open("w" if force else "x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise click.ClickException(
            _("%(file)s is there already; --force writes over it.", file=path)
        ) from None
