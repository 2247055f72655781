"""`gwangjang cycle`: a whole cycle by command. The journal says that the operator acted."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from sqlalchemy.orm import Session

from app.commands import answers
from app.commands.speech import language_option, speaking
from app.config import Config
from app.keys import keys_of
from ballots import cosigning
from ballots.board.policy import Policy
from ballots.integrator import Integrator
from ballots.keys import Keys
from ballots.paper import printing
from ballots.tokens.mix import Mix
from budget import bundle as bundles
from budget import files, publication, queries, services
from budget.models import Cycle
from budget.phases import PHASES
from core import clock, money
from core.db import Database, opened
from core.journal import OPERATOR, Actor
from core.typesetting import NoKoreanFontError
from core.words import gettext as _
from tally.formats import pabulib

THE_OPERATOR = Actor(OPERATOR)


@dataclass(frozen=True)
class Desk:
    """What every command here works with."""

    database: Database
    keys: Keys
    shelf: Path  # of the bundles
    mix: Mix

    @classmethod
    @contextmanager
    def opened(cls) -> Iterator["Desk"]:
        """The database and keys that the settings name, closed again at the end."""
        config = Config.from_environ(os.environ)
        with opened(config.database_url) as database:
            keys = keys_of(config)
            yield cls(database, keys, config.bundles, config.mix)

    def settle(self) -> None:
        """Put what waits into the logs, and sign them."""
        Integrator(self.database, self.keys, self.mix).turn()

    @contextmanager
    def cycle(self, slug: str) -> Iterator[tuple[Session, Cycle]]:
        """The cycle of that address in a writing session."""
        with self.database.writing() as session:
            cycle = queries.cycle(session, slug)
            if cycle is None:
                raise click.ClickException(
                    _("There is no cycle %(slug)s. See `gwangjang cycle list`.", slug=slug)
                )
            yield session, cycle


@click.group()
def group() -> None:
    """Make, close, count, publish and export cycles."""


@group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--slug", help="The cycle's address; the file's name unless given.")
@click.option("--title", help="The cycle's title; the file's description unless given.")
@language_option
def import_(file: Path, slug: str | None, title: str | None, lang: str) -> None:
    """Make a cycle out of a Pabulib FILE, casting each of its ballots.

    Example: gwangjang cycle import warsaw.pb --slug warsaw-2026
    """
    with speaking(lang, file), Desk.opened() as desk:
        read = pabulib.read_bytes(file.read_bytes())
        title = title or read.meta.get("description") or file.stem
        plan = files.ImportPlan(
            slug=slug or _slug(file.stem), source=file.name, title_ko=title, title_en=title
        )
        with _progress() as progress, desk.database.writing() as session:
            task = progress.add_task(_("Casting ballots"), total=len(read.votes))
            cycle = files.import_cycle(
                session, read, plan, actor=THE_OPERATOR, keys=desk.keys, now=clock.now(),
                progress=lambda done: progress.advance(task, done),
            )  # fmt: skip
        desk.settle()
        for note in read.notes:
            click.echo(f"· {note}", err=True)
        click.echo(
            _(
                "%(slug)s is open with %(options)s projects, %(ballots)s ballots and %(fund)s.",
                slug=cycle.slug, options=len(read.projects), ballots=f"{len(read.votes):,}",
                fund=money.exact(cycle.contest.fund_minor, cycle.contest.currency),
            )
        )  # fmt: skip


@group.command("list")
@language_option
def list_(lang: str) -> None:
    """List all cycles and their phases.

    Example: gwangjang cycle list
    """
    with speaking(lang), Desk.opened() as desk, desk.database.reading() as session:
        for cycle in queries.all_cycles(session):
            click.echo(f"{cycle.slug}\t{PHASES[cycle.phase]}\t{cycle.contest.title(lang)}")


@group.command("open")
@click.argument("slug")
@language_option
def open_(slug: str, lang: str) -> None:
    """Open the vote of a frozen slate. Officers do it by two, on its page; see docs/ceremony.md.

    Example: gwangjang cycle open 2027
    """
    with speaking(lang), Desk.opened() as desk:
        with desk.cycle(slug) as (session, cycle):
            services.open_vote(session, cycle, actor=THE_OPERATOR, keys=desk.keys, now=clock.now())
        desk.settle()
        click.echo(_("%(slug)s is open.", slug=slug))


@group.command()
@click.argument("slug")
@click.option("--reason", help="Why before the planned end; everyone can read it.")
@language_option
def close(slug: str, reason: str | None, lang: str) -> None:
    """Close the vote: compare roll and box, destroy the link key. Officers do it by two.

    Example: gwangjang cycle close warsaw-2026
    """
    with speaking(lang), Desk.opened() as desk, desk.cycle(slug) as (session, cycle):
        imported = _("All ballots of the imported file are in the box.") if cycle.source else ""
        found = services.close_vote(
            session, cycle, actor=THE_OPERATOR, keys=desk.keys, now=clock.now(),
            reason=reason or imported,
        )  # fmt: skip
        click.echo(
            _(
                "Closed: %(ballots)s ballots, %(marks)s marks on the roll; they agree.",
                ballots=f"{found.ballots:,}", marks=f"{found.marks:,}",
            )
        )  # fmt: skip
    with Desk.opened() as desk:
        desk.settle()


@group.command()
@click.argument("slug")
@language_option
def witness(slug: str, lang: str) -> None:
    """Ask the witnesses to sign the log as it stands; exit 1 unless enough of them have.

    Example: gwangjang cycle witness warsaw-2026
    """
    with speaking(lang), Desk.opened() as desk:
        with desk.cycle(slug) as (_session, cycle):
            contest_id = cycle.contest_id
        found = cosigning.gather(
            desk.database, contest_id, evidence=desk.keys.signers.guards / "evidence",
            current=Policy.read(desk.keys.witnesses),
        )  # fmt: skip
        for line in answers.lines(found):
            click.echo(line)
        if not found.is_met:
            raise click.ClickException(_("Too few witnesses have signed."))
        if found.alarms:
            raise click.ClickException(_("Enough witnesses have signed, but there is an alarm."))
        click.echo(_("Enough witnesses have signed."))


@group.command()
@click.argument("slug")
@click.option("--seed", help="The lot drawn in public, where ties are settled by lot.")
@language_option
def count(slug: str, seed: str | None, lang: str) -> None:
    """Count the closed vote by the rule that was announced.

    Example: gwangjang cycle count warsaw-2026
    """
    with speaking(lang), Desk.opened() as desk, desk.cycle(slug) as (session, cycle):
        outcome = services.count(session, cycle, actor=THE_OPERATOR, now=clock.now(), seed=seed)
        currency = cycle.contest.currency
        click.echo(
            _(
                "Counted: %(number)s projects for %(spent)s; %(left)s left.",
                number=len(outcome.funded), spent=money.exact(int(outcome.spent), currency),
                left=money.exact(int(outcome.left), currency),
            )
        )  # fmt: skip


@group.command()
@click.argument("slug")
@language_option
def publish(slug: str, lang: str) -> None:
    """Publish the outcome and put the selected projects on the agenda.

    Example: gwangjang cycle publish warsaw-2026
    """
    with speaking(lang), Desk.opened() as desk, desk.cycle(slug) as (session, cycle):
        publication.publish(
            session, cycle, actor=THE_OPERATOR, keys=desk.keys, shelf=desk.shelf, now=clock.now()
        )
        click.echo(_("%(slug)s is published.", slug=slug))
    with Desk.opened() as desk:
        desk.settle()


@group.command()
@click.argument("slug")
@language_option
def recount(slug: str, lang: str) -> None:
    """Count again from the box and compare byte for byte; exit 1 if anything differs.

    Example: gwangjang cycle recount warsaw-2026
    """
    with speaking(lang), Desk.opened() as desk, desk.cycle(slug) as (session, cycle):
        if not services.recount(session, cycle):
            raise click.ClickException(
                _("The recount of %(slug)s differs from what is stored.", slug=slug)
            )
        click.echo(_("The recount of %(slug)s gives the same outcome, byte for byte.", slug=slug))


@group.command()
@click.argument("slug")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@language_option
def export(slug: str, file: Path, lang: str) -> None:
    """Write the projects, the money and the ballots of a closed cycle to a Pabulib FILE.

    Example: gwangjang cycle export warsaw-2026 again.pb
    """
    with speaking(lang), Desk.opened() as desk, desk.cycle(slug) as (session, cycle):
        file.write_text(pabulib.write(files.export_cycle(session, cycle)), encoding="utf-8")
        click.echo(_("%(file)s is written.", file=file))


@group.command("ballots-pdf")
@click.argument("slug")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@language_option
def ballots_pdf(slug: str, file: Path, lang: str) -> None:
    """Write the ballot on paper of a cycle whose slate is frozen to FILE, as a PDF to be printed.

    Example: gwangjang cycle ballots-pdf warsaw-2026 ballot.pdf
    """
    with speaking(lang), Desk.opened() as desk, desk.cycle(slug) as (session, cycle):
        if cycle.contest.rules_digest is None:
            raise click.ClickException(_("The slate of %(slug)s is not frozen yet.", slug=slug))
        try:
            printed = printing.ballot(session, cycle.contest)
        except NoKoreanFontError:
            raise click.ClickException(
                _("No Korean font is installed here. See docs/paper.md.")
            ) from None
        file.write_bytes(printed.getvalue())
        click.echo(_("%(file)s is written.", file=file))


@group.command()
@click.argument("slug")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--auditors", is_flag=True, help="With the leaves, also where the vote is sealed.")
@language_option
def bundle(slug: str, file: Path, lang: str, *, auditors: bool) -> None:
    """Write the recount bundle of a counted cycle to FILE: all that it takes to count without us.

    Example: gwangjang cycle bundle warsaw-2026 bundle.tar && gwangjang verify bundle.tar
    """
    with speaking(lang, file), Desk.opened() as desk:
        with desk.cycle(slug) as (session, cycle):
            bundles.write(session, cycle, file, keys=desk.keys, for_auditors=auditors)
        click.echo(_("%(file)s is written. Check it: python3 verify.py %(file)s", file=file))


def _slug(stem: str) -> str:
    return "-".join("".join(c if c.isalnum() else " " for c in stem).lower().split())[:60]


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
        console=Console(stderr=True),
    )  # fmt: skip
