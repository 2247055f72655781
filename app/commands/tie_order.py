"""The order that settles ties, as a command is given it: by seed, by file, else by the ids."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from core.words import gettext as _
from tally import Instance, TieOrder, by_id, tie_order


@dataclass(frozen=True)
class GivenOrder:
    """What was given: the seed of a public lot, a file of ids, or nothing."""

    seed: str | None = None
    path: Path | None = None

    def order(self, instance: Instance) -> TieOrder:
        """Each option's id once, first wins.

        Raises
        ------
        ClickException : both are given, or what is given is no order of these options.
        ShortSeedError : the seed has too few bytes.
        """
        if self.seed is not None and self.path is not None:
            raise click.ClickException(_("Give either --seed or --tie-order, not both."))
        if self.seed is not None:
            return tie_order(bytes_of(self.seed), [option.id for option in instance.options])
        if self.path is not None:
            return _listed(self.path, instance)
        return by_id(instance)

    def told(self) -> str:
        """By what level projects go, in a sentence."""
        if self.seed is not None:
            return _("Ties go by the lot of seed %(seed)s.", seed=self.seed)
        if self.path is not None:
            return _("Ties go by the order in %(file)s.", file=self.path)
        return _("Ties go by the smaller id, read as text.")


def tie_order_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--seed` and `--tie-order`, as parameters of the command."""
    command = click.option(
        "--tie-order", type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="File of project ids, one a line: of level projects the first named wins.",
    )(command)  # fmt: skip
    return click.option(
        "--seed", metavar="HEX",
        help="Seed of a lot drawn in public, 16 bytes or more: it orders level projects.",
    )(command)  # fmt: skip


def bytes_of(seed: str) -> bytes:
    """The bytes of hexadecimal digits; ClickException where they are none."""
    try:
        return bytes.fromhex(seed)
    except ValueError:
        raise click.ClickException(
            _("--seed takes digits 0 to 9 and letters a to f, two for each byte.")
        ) from None


def _listed(path: Path, instance: Instance) -> TieOrder:
    seen: dict[str, int] = {}
    lines = path.read_bytes().decode("utf-8-sig", errors="replace").splitlines()
    for line, name in enumerate(map(str.strip, lines), 1):
        if not name:
            continue
        expected = ""
        if name not in instance.index:
            expected = _("the id of a project in the file")
        elif name in seen:
            expected = _("each id once")
        if expected:
            raise click.ClickException(
                _(
                    "%(file)s, line %(line)s: expected %(expected)s, found “%(found)s”.",
                    file=path, line=line, expected=expected, found=name,
                )
            )  # fmt: skip
        seen[name] = line
    if missing := [option.id for option in instance.options if option.id not in seen]:
        raise click.ClickException(
            _("%(file)s: these ids are missing: %(ids)s", file=path, ids=", ".join(missing))
        )
    return tuple(seen)
