"""`gwangjang`: everything that is done without a browser; the work is in app/commands."""

import importlib
import sys
from collections.abc import Mapping
from types import MappingProxyType

import click

from app.config import ConfigError

# Command -> module and object, imported when asked for: counting a file must not wait for Flask.
COMMANDS: Mapping[str, str] = MappingProxyType(
    {
        "demo": "app.commands.demo:group",
        "tally": "app.commands.tally:command",
        "certify": "app.commands.certify:command",
        "verify": "app.commands.verify:command",
        "margin": "app.commands.margin:command",
        "assertions": "app.commands.margin:assertions_command",
        "formats": "app.commands.formats:group",
        "cycle": "app.commands.cycle:group",
        "roll": "app.commands.roll:group",
        "serve": "app.commands.serve:command",
        "integrate": "app.commands.integrate:command",
        "notify": "app.commands.notify:command",
        "mail": "app.commands.mail:command",
        "log": "app.commands.log:group",
        "mirror": "app.commands.mirror:group",
        "witness": "app.commands.witness:group",
        "db": "app.commands.db:group",
        "city": "app.commands.city:group",
        "proposals": "app.commands.proposals:group",
        "account": "app.commands.account:group",
    }
)


class Lazy(click.Group):
    """A group that imports a command when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """All commands, in the table's order."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """The command, imported now; None if there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="gwangjang")
def root() -> None:
    """Gwangjang (광장): participatory budgeting in the open."""


def main() -> None:
    """The console script: one clear sentence for a wrong setting, never a trace."""
    try:
        root()
    except ConfigError as error:
        click.echo(f"gwangjang: {error}", err=True)
        sys.exit(2)
