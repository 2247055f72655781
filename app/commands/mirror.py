"""`gwangjang mirror`: the second copy of every log, which the auditors alone can read."""

from pathlib import Path

import click
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from app.commands.cycle import THE_OPERATOR, Desk
from app.commands.speech import language_option, speaking
from ballots import log
from ballots.integrator import Integrator
from ballots.mirror import comparing, replay, sealing
from ballots.mirror.mirror import needed
from core import clock, disk, journal
from core.words import gettext as _
from core.words import ngettext

KEY = click.argument("key", type=click.Path(exists=True, dir_okay=False, path_type=Path))


@click.group()
def group() -> None:
    """Keep every log a second time, sealed for the auditors, and bring it back from there."""


@group.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@language_option
def key(file: Path, lang: str) -> None:
    """Make the auditors' key: FILE is for them alone, what is printed for GWANGJANG_MIRROR_KEY.

    Run it on the auditors' own machine, never on the city's.

    Example: gwangjang mirror key auditors.pem
    """
    with speaking(lang, file):
        if file.exists():
            raise click.ClickException(_("%(file)s is there already.", file=file))
        made = sealing.new_key()
        disk.replace(file.absolute(), sealing.private_pem(made))
        click.echo(sealing.public_text(made.public_key()))


@group.command()
@language_option
def begin(lang: str) -> None:
    """Bring a new mirror, or one that was switched off, up to the logs; once, after setting it up.

    Example: gwangjang mirror begin
    """
    with speaking(lang), Desk.opened() as desk, desk.database.reading() as session:
        mirror, connection = needed(desk.keys.mirror), session.connection()
        for contest_id in log.sizes(connection):
            board = log.head(connection, contest_id)
            fresh = mirror.follow(connection, board, signed=0)
            click.echo(f"{board.election}\t+{fresh}")


@group.command()
@click.option(
    "--key", "file", type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The auditors' key: open every record too.",
)  # fmt: skip
@language_option
def check(file: Path | None, lang: str) -> None:
    """Compare database, mirror and guard of every log; exit 1 unless they belong together.

    Example: gwangjang mirror check --key auditors.pem
    """
    with speaking(lang, file), Desk.opened() as desk, desk.database.reading() as session:
        private, faults = _private(file) if file else None, 0
        for contest_id in log.sizes(session.connection()):
            found = comparing.compare(
                session.connection(), contest_id, keys=desk.keys, private=private
            )
            line = _(
                "%(log)s: database %(database)s, mirror %(mirror)s, signed %(signed)s.",
                log=found.election, database=found.database.size, mirror=found.mirrored.size,
                signed=found.signed.size,
            )  # fmt: skip
            click.echo(f"{line} {found.database.root.hex()}")
            faults += not found.is_whole
        if faults:
            raise click.ClickException(
                ngettext(
                    "%(num)d log is not what was mirrored or signed. See docs/mirror.md.",
                    "%(num)d logs are not what was mirrored or signed. See docs/mirror.md.",
                    faults,
                )
            )


@group.command("replay")
@click.argument("slug")
@KEY
@language_option
def replay_(slug: str, key: Path, lang: str) -> None:
    """Put back into the log of an open vote what a restored database lacks, by the auditors' KEY.

    Example: gwangjang mirror replay 2027 auditors.pem
    """
    with speaking(lang, key), Desk.opened() as desk:
        with desk.cycle(slug) as (session, cycle):
            found = replay.replay(session, cycle.contest, keys=desk.keys, private=_private(key))
            if found.leaves:
                journal.record(
                    session, THE_OPERATOR, "log.replayed", about="contest",
                    about_id=cycle.contest_id, now=clock.now(), leaves=found.leaves,
                    title_ko=cycle.contest.title_ko, title_en=cycle.contest.title_en,
                )  # fmt: skip
        click.echo(
            _(
                "%(leaves)s entries were put back; the log has %(size)s. "
                "%(marks)s marks on the roll were changed.",
                leaves=found.leaves, size=found.size, marks=found.marks,
            )
        )  # fmt: skip
        if found.strangers:
            click.echo(
                _(
                    "%(strangers)s ballots are by voters who are on the roll no more. "
                    "The vote cannot be closed until they are: see docs/mirror.md.",
                    strangers=found.strangers,
                )
            )  # fmt: skip
        click.echo(
            _(
                "Who took a paper ballot since the backup, without having voted online, is not in "
                "the log: mark them by the lists of the polling stations."
            )
        )
        integrator = Integrator(desk.database, desk.keys)
        integrator.check()
        integrator.turn()


def _private(file: Path) -> X25519PrivateKey:
    return sealing.private_key(file.read_bytes())
