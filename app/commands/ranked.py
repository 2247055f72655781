"""`gwangjang tally` on files of ranked ballots: who wins by which rule, and what was level."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

import click

from app.commands.speech import speaking
from budget.report import decimal
from core.words import LazyString
from core.words import gettext as _
from core.words import lazy_gettext as _l
from tally.formats import ranked
from tally.formats.ranked import RankedFile, rctab
from tally.ranked import RANKED_RULES, Contest, RankedOutcome, RankedTie, count_ranked
from tally.ranked.rctab_rules import Rules

_HEAD = 2**16  # bytes in which a configuration shows itself

# What settled a tie (`tally.ranked.ties`), in words.
BY: Mapping[str, LazyString] = MappingProxyType(
    {
        "forwards": _l("earliest round that differs"),
        "backwards": _l("latest round that differs"),
        "order": _l("the order of the contest"),
        "first": _l("the first in the order of the contest"),
        "lot": _l("lot"),
        "java": _l("RCTab's lot"),
    }
)


@dataclass(frozen=True)
class RankedAsk:
    """What is asked of every file.

    Attributes
    ----------
    rules : ids of `tally.ranked.RANKED_RULES`
    seats : None: as many as the file says
    contest : by its name; empty: the only one of the file
    seed : of a public lot for ties, in hexadecimal digits
    """

    rules: tuple[str, ...]
    seats: int | None = None
    contest: str = ""
    seed: bytes | None = None


@dataclass(frozen=True)
class RankedCount:
    """One file counted by one rule."""

    path: str
    file: RankedFile
    outcome: RankedOutcome


def counts(
    files: tuple[str, ...], ask: RankedAsk, lang: str, faults: list[click.ClickException]
) -> Iterator[RankedCount]:
    """Every file by every rule. One that cannot be counted is put down, and the rest goes on."""
    for path in files:
        try:
            with speaking(lang, Path(path)):
                file, rules = _read(Path(path), ask.contest)
                contest = replace(file.contest, seats=ask.seats or file.contest.seats)
        except click.ClickException as fault:
            faults.append(fault)
            continue
        for rule in ask.rules:
            try:
                with speaking(lang, Path(path)):
                    outcome = _count(rule, contest, file, rules, ask.seed)
            except click.ClickException as fault:
                faults.append(fault)
            else:
                yield RankedCount(path, file, outcome)


def is_configuration(path: str) -> bool:
    """Whether this is a configuration of RCTab: a count by its own rules."""
    with Path(path).open("rb") as file:
        return rctab.is_configuration(file.read(_HEAD))


def _read(path: Path, contest: str) -> tuple[RankedFile, Rules | None]:
    """The file, and the rules that it brings along; raises FormatError and OSError."""
    if is_configuration(str(path)):
        configured = rctab.load(path, contest)
        return configured.file, configured.rules
    return ranked.load(path.read_bytes(), contest), None


def _count(
    rule: str, contest: Contest, file: RankedFile, rules: Rules | None, seed: bytes | None
) -> RankedOutcome:
    """The outcome; by `rctab` with the file's rules, which settle its ties unless a seed does."""
    if rule != "rctab" or rules is None:
        return count_ranked(rule, contest, file.rankings, seed=seed)
    if seed is not None:
        return count_ranked(rule, contest, file.rankings, seed=seed, rules=rules)
    return RANKED_RULES[rule].run(contest, file.rankings, rules.ties(contest), rules=rules)


def as_json(counted: RankedCount) -> str:
    """One line: winners as numbers from 0 in the order of the file, with their names."""
    outcome = counted.outcome
    body = {
        "file": counted.path,
        "rule": outcome.rule,
        "winners": list(outcome.winners),
        "names": [outcome.names[winner] for winner in outcome.winners],
        "seats": outcome.seats,
        "ties": [_tie(tie) for tie in outcome.ties],
        "outcome": json.loads(outcome.to_json()),
    }
    return json.dumps(body, ensure_ascii=False)


def _tie(tie: RankedTie) -> Mapping[str, object]:
    return {
        "candidates": list(tie.candidates),
        "chosen": list(tie.chosen),
        "by": tie.by,
        "round": tie.round,
    }


def show(found: Iterator[RankedCount]) -> None:
    """Say of each count who wins, how the rounds stood and what was level."""
    for counted in found:
        outcome = counted.outcome
        click.echo(f"{counted.path}: {counted.file.contest.title}".rstrip(": "))
        click.echo(
            _(
                "%(rule)s; ballots: %(ballots)s, seats: %(seats)s",
                rule=outcome.rule, ballots=decimal(outcome.ballots), seats=outcome.seats,
            )
        )  # fmt: skip
        for place, winner in enumerate(outcome.winners, 1):
            click.echo(f"  {place}. {outcome.names[winner]}")
        for number, turn in enumerate(outcome.rounds, 1):
            votes = sorted(turn.votes, key=lambda row: -row[1])
            said = ", ".join(f"{outcome.names[who]} {decimal(many)}" for who, many in votes)
            click.echo(_("  round %(number)s: %(votes)s", number=number, votes=said))
        for tie in outcome.ties:
            click.echo("  " + _level(outcome, tie))
        click.echo()


def _level(outcome: RankedOutcome, tie: RankedTie) -> str:
    names = ", ".join(outcome.names[candidate] for candidate in tie.candidates)
    if not tie.chosen:
        return _("level, and nothing settles it: %(names)s", names=names)
    chosen = ", ".join(outcome.names[candidate] for candidate in tie.chosen)
    return _(
        "level: %(names)s; taken: %(chosen)s (%(by)s)", names=names, chosen=chosen, by=BY[tie.by]
    )
