"""`gwangjang roll`: a listed roll by command. The journal says that the operator acted."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from sqlalchemy.orm import Session

from app.commands.speech import language_option, speaking
from app.config import Config
from ballots.models import Contest
from ballots.roll import checking, letters, services, words
from ballots.roll.keys import RollKeys
from ballots.roll.services import Letter
from budget import queries
from core import city, clock, codes
from core.db import opened
from core.journal import OPERATOR, Actor
from core.words import gettext as _
from core.words import language, moment, ngettext, teach

THE_OPERATOR = Actor(OPERATOR)
ROOT = Path(__file__).resolve().parent.parent


@click.group()
def group() -> None:
    """Import the list of a vote's voters, print their code letters, erase it at the end."""


@group.command("import")
@click.argument("slug")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Check the file only; write nothing.")
@language_option
def import_(slug: str, file: Path, dry_run: bool, lang: str) -> None:
    """Put the voters that FILE (CSV) lists on the roll of the cycle SLUG; all, or none.

    Example: gwangjang roll import 2027 voters.csv --dry-run
    """
    with speaking(lang), _contest(slug) as (session, contest, keys):
        report = checking.check(session, contest, file.read_bytes(), keys=keys)
        for fault in [*report.faults, *report.notes]:
            column, wrong, advice = words.told(fault, report.electorate)
            click.echo(
                _(
                    "%(file)s, line %(line)s, %(column)s: %(wrong)s %(advice)s",
                    file=file, line=fault.line, column=column, wrong=wrong, advice=advice,
                ),
                err=True,
            )  # fmt: skip
        if report.faults:
            raise click.ClickException(
                ngettext(
                    "%(num)d thing is wrong: nothing was written",
                    "%(num)d things are wrong: nothing was written",
                    len(report.faults),
                )
            )
        if dry_run:
            said = ngettext(
                "%(num)d voter can be put on the roll. Nothing is written yet.",
                "%(num)d voters can be put on the roll. Nothing is written yet.",
                len(report.entries),
            )
        else:
            voters = services.put(
                session, contest, report.entries, actor=THE_OPERATOR, now=clock.now()
            )
            said = _("%(number)s voters are on the roll now.", number=f"{voters:,}")
        click.echo(said)


@group.command("letters")
@click.argument("slug")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--site", required=True, help="Address of the site, for example https://city.example."
)
@click.option("--limit", default=services.LETTERS, show_default=True, help="Letters at most.")
@language_option
def letters_(slug: str, file: Path, site: str, limit: int, lang: str) -> None:
    """Make codes for voters without one and write their letters to FILE (HTML, a page each).

    The codes stand in FILE alone: print it, then destroy it.

    Example: gwangjang roll letters 2027 letters.html --site https://city.example
    """
    with speaking(lang), _contest(slug) as (session, contest, keys):
        printed = services.print_letters(
            session, contest, keys=keys, actor=THE_OPERATOR, now=clock.now(), limit=limit
        )
        # In the transaction: if the file cannot be written, the codes are not made.
        _write(session, contest, printed, file, site)
        click.echo(
            ngettext(
                "%(num)d letter is in %(file)s. Print it, then destroy the file.",
                "%(num)d letters are in %(file)s. Print them, then destroy the file.",
                len(printed),
                file=file,
            )
        )


@group.command("erase")
@click.argument("slug")
@language_option
def erase(slug: str, lang: str) -> None:
    """Forget who stood on the roll of a closed vote; the marks stay, nameless.

    Example: gwangjang roll erase 2027
    """
    with speaking(lang), _contest(slug) as (session, contest, keys):
        services.erase(session, contest, keys=keys, actor=THE_OPERATOR, now=clock.now())
        click.echo(_("The roll is erased."))


@contextmanager
def _contest(slug: str) -> Iterator[tuple[Session, Contest, RollKeys]]:
    config = Config.from_environ(os.environ)
    with opened(config.database_url) as database, database.writing() as session:
        cycle = queries.cycle(session, slug)
        if cycle is None:
            raise click.ClickException(
                _("There is no cycle %(slug)s. See `gwangjang cycle list`.", slug=slug)
            )
        yield session, cycle.contest, RollKeys(config.keys_dir)


def _write(
    session: Session, contest: Contest, printed: list[Letter], file: Path, site: str
) -> None:
    templates = Environment(
        loader=FileSystemLoader(ROOT.parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    teach(templates)
    templates.filters |= {"moment": moment, "receipt": codes.grouped}

    def render(name: str, **values: object) -> str:
        return templates.get_template(name).render(locale=language(), **values)

    address = f"{site.rstrip('/')}/votes/{contest.id}/code"
    helpline = Config.from_environ(os.environ).helpline
    style = (ROOT / "static" / "app.css").read_text(encoding="utf-8")
    page = render(
        "roll/letters_file.html",
        contest=contest,
        letters=printed,
        stationery=letters.stationery(render, contest, address, helpline),
        places={row.slug: row for row in city.neighbourhoods(session)},
        style=Markup("<style>{}</style>").format(Markup(style)),  # noqa: S704 - our own file
    )
    file.touch(mode=0o600)
    file.write_text(page, encoding="utf-8")
