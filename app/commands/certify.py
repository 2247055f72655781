"""`gwangjang certify`: prove somebody else's outcome again; needs no settings and no database."""

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType

import click

from app.commands.speech import language_option, speaking
from app.commands.tie_order import GivenOrder, tie_order_options
from budget.report import decimal
from core.words import LazyString
from core.words import gettext as _
from core.words import lazy_gettext as _l
from tally.certify import Check, Fault, certify, checks
from tally.claims import Claim, ClaimError, read
from tally.formats import pabulib
from tally.formats.pabulib import Election

# What was proved, in the order of the checks.
PROVED: Mapping[Check, LazyString] = MappingProxyType(
    {
        Check.STATED: _l(
            "It says the same in all places, in exact numbers (SHA-256 of it: %(digest)s)."
        ),
        Check.INSTANCE: _l(
            "The costs of all projects, the budget of %(limit)s and the %(ballots)s ballots are "
            "those of the file."
        ),
        Check.OPTIONS: _l("Each of the %(options)s projects has one round."),
        Check.SUMS: _l("The money left before each round follows from what was funded before."),
        Check.BUDGET: _l("%(spent)s is spent, no more than the budget; %(left)s is left."),
        Check.SUPPORT: _l("The votes or points of every project are those on the ballots."),
        Check.COUNT: _l(
            "Counted again by %(rule)s, all %(options)s rounds and all ties (%(ties)s) are the "
            "same. %(order)s"
        ),
        Check.PAYMENTS: _l(
            "The voters' shares pay just the costs of what they bought, and supporters of the "
            "others have too little left."
        ),
    }
)
# What a fault is about.
FAULTS: Mapping[Check, LazyString] = MappingProxyType(
    {
        Check.STATED: _l("It contradicts itself"),
        Check.INSTANCE: _l("It is not about this file"),
        Check.OPTIONS: _l("Not every project has one round"),
        Check.SUMS: _l("The money left before a round is wrong"),
        Check.BUDGET: _l("More is spent than there is"),
        Check.SUPPORT: _l("The ballots say otherwise"),
        Check.COUNT: _l("The rule counts otherwise"),
        Check.PAYMENTS: _l("The payments are wrong"),
    }
)
# What should stand in a place of the JSON: the codes of a ClaimError.
EXPECTED: Mapping[str, LazyString] = MappingProxyType(
    {
        "json": _l("JSON: an outcome, or lines of `gwangjang tally --json`"),
        "object": _l("an object in braces"),
        "list": _l("a list in brackets"),
        "key": _l("a value of this name"),
        "no key": _l("nothing of this name"),
        "each key once": _l("each name once"),
        "amount": _l("a whole number, or a fraction as text like 5/2"),
        "amount or null": _l("a whole number, a fraction as text like 5/2, or null"),
        "text": _l("text"),
        "true or false": _l("true or false"),
        "parameter": _l("a whole number, text, true or false"),
        "decision": _l("a decision, as funded or does_not_fit"),
    }
)


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("outcome", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--lenient", is_flag=True, help="Repair what can be repaired in the file.")
@tie_order_options
@language_option
def command(
    file: Path, outcome: Path, lang: str, *, lenient: bool, seed: str | None,
    tie_order: Path | None,
) -> None:  # fmt: skip
    """Prove the OUTCOME (JSON) of a Pabulib FILE again: its own words, then a new count.

    Says line by line what was proved, or the first thing that is wrong, and then ends with 1.

    Example: gwangjang tally a.pb --json > a.json && gwangjang certify a.pb a.json
    """
    with speaking(lang, file):
        election = pabulib.load(file.read_bytes(), lenient=lenient)
        given = GivenOrder(seed, tie_order)
        for claim in _claims(outcome):
            _prove(election, claim, given)


def _claims(path: Path) -> tuple[Claim, ...]:
    try:
        return read(path.read_bytes().decode())
    except UnicodeDecodeError:
        error = ClaimError("", "json", "bytes that are not UTF-8")
    except ClaimError as met:
        error = met
    raise click.ClickException(
        _(
            "%(file)s, %(where)s: expected %(expected)s, found “%(found)s”.",
            file=path, where=error.where or "-", expected=EXPECTED[error.code], found=error.found,
        )
    )  # fmt: skip


def _prove(election: Election, claim: Claim, given: GivenOrder) -> None:
    """Say what was proved of one outcome, or raise with the first fault."""
    outcome, instance = claim.outcome, election.instance
    currency = election.meta.get("currency", "")
    faults = claim.faults or certify(instance, election.profile, outcome, given.order(instance))
    if faults:
        raise click.ClickException(_fault(faults[0], len(faults)))
    facts = {
        "digest": sha256(outcome.to_json().encode()).hexdigest(),
        "limit": f"{decimal(outcome.limit)} {currency}".strip(),
        "ballots": decimal(outcome.ballots),
        "options": len(outcome.rounds),
        "spent": f"{decimal(outcome.spent)} {currency}".strip(),
        "left": f"{decimal(outcome.left)} {currency}".strip(),
        "rule": outcome.rule,
        "ties": len(outcome.ties),
        "order": given.told(),
    }
    for check in (Check.STATED, *checks(outcome)):
        click.echo(f"✔ {str(PROVED[check]) % facts}")


def _fault(fault: Fault, number: int) -> str:
    """The fault in a sentence, and how many there are."""
    where = [_("round %(place)s", place=fault.place)] if fault.place else []
    where += [name for name in (fault.option, fault.field) if name]
    said = _(
        "%(about)s: %(where)s: it says “%(said)s”, but it is “%(found)s”.",
        about=FAULTS[fault.check], where=", ".join(where), said=fault.said, found=fault.found,
    )  # fmt: skip
    if number > 1:
        said += " " + _("Faults in all: %(number)s.", number=number)
    return said
