"""`gwangjang log`: what is done when a public log cannot be brought back."""

from datetime import datetime
from pathlib import Path

import click

from app.commands.cycle import THE_OPERATOR, Desk
from app.commands.speech import language_option, speaking
from ballots.integrator import Integrator
from ballots.mirror import sealing
from budget import succession
from core import clock, words
from core.clock import SEOUL
from core.words import gettext as _


@click.group()
def group() -> None:
    """Go on after a loss."""


@group.command("continue")
@click.argument("slug")
@click.option("--document", required=True, help="The decision; everyone can read it.")
@click.option(
    "--by", nargs=2, required=True, metavar="OFFICER OFFICER",
    help="The two officers who stand for it; the new log names them.",
)  # fmt: skip
@click.option(
    "--key", type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The auditors' key, where the mirror has entries that the database lacks.",
)  # fmt: skip
@click.option(
    "--until", type=click.DateTime(["%Y-%m-%dT%H:%M"]),
    help="A later end of voting, in the time of Seoul; as announced unless given.",
)  # fmt: skip
@language_option
def continue_(
    slug: str, *, document: str, by: tuple[str, str], key: Path | None, until: datetime | None,
    lang: str,
) -> None:  # fmt: skip
    """Let a vote whose log is halted go on in a new log, because signed entries are lost for good.

    The old log is never signed again and stays as evidence. Whoever has no ballot among the entries
    that are left can vote again. See docs/mirror.md before.

    Example: gwangjang log continue 2027 --document "Commission 2027-14" --by "A. Kim" "B. Lee"
    """
    with speaking(lang, key), Desk.opened() as desk:
        now, end = clock.now(), until.replace(tzinfo=SEOUL) if until else None
        with desk.cycle(slug) as (session, cycle):
            if end is not None and end <= max(now, cycle.contest.closes_at):
                raise click.ClickException(_("The new end must be later than the one announced."))
            private = sealing.private_key(key.read_bytes()) if key else None
            found = succession.continue_vote(
                session, cycle, by=by, document=document, actor=THE_OPERATOR, keys=desk.keys,
                now=now, private=private, until=end,
            )  # fmt: skip
        integrator = Integrator(desk.database, desk.keys)
        integrator.check()
        integrator.turn()
        click.echo(
            _(
                "The vote goes on: %(kept)s entries were kept and %(lost)s are lost. %(reopened)s "
                "voters are not marked any more. It ends on %(moment)s.",
                kept=found.kept, lost=found.lost, reopened=found.reopened,
                moment=words.moment(found.contest.closes_at),
            )
        )  # fmt: skip
        if found.replayed.strangers:
            click.echo(
                _(
                    "%(strangers)s ballots are by voters who are on the roll no more. "
                    "The vote cannot be closed until they are: see docs/mirror.md.",
                    strangers=found.replayed.strangers,
                )
            )  # fmt: skip
        click.echo(
            _(
                "Who took a paper ballot since the backup, without having voted online, is not in "
                "the log: mark them by the lists of the polling stations."
            )
        )
