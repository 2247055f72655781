"""One ballot, followed through a count: how it is written at a command, and where it went."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import groupby

from app.ranked.words import ENDED
from budget.report import decimal
from core.words import gettext as _
from tally import Amount
from tally.errors import UnknownRuleError
from tally.ranked import Contest, RankedOutcome
from tally.ranked.ballot_trace import Hold, ballot_trace

Tiers = tuple[tuple[int, ...], ...]


class UnknownNameError(ValueError):
    """Words that name no candidate, or several."""


def read(text: str, contest: Contest) -> Tiers:
    """A ballot written as ``Ada > Bo = Cy``: by names, parts of names that fit one, or nicknames.

    Raises
    ------
    UnknownNameError : its text is the words that name nobody, or several.
    """
    return tuple(
        tuple(_named(words.strip(), contest) for words in tier.split("="))
        for tier in text.split(">")
    )


def trace(outcome: RankedOutcome, contest: Contest, ballot: Tiers) -> tuple[Hold, ...]:
    """Where the ballot was in each round; nothing for rules through which none can be followed."""
    try:
        return ballot_trace(outcome, contest, ballot)
    except UnknownRuleError:
        return ()


def told(outcome: RankedOutcome, contest: Contest, ballot: Tiers) -> list[str]:
    """The same, a sentence for all rounds in which nothing changed."""
    holds = trace(outcome, contest, ballot)
    if not holds:
        return [_("This rule has no rounds through which a ballot could be followed.")]
    return [_stretch(outcome, list(same)) for _key, same in groupby(holds, key=_content)]


def _content(hold: Hold) -> tuple[object, ...]:
    return hold.parts, hold.exhausted


def _stretch(outcome: RankedOutcome, holds: list[Hold]) -> str:
    facts = {"number": holds[0].round, "parts": ", ".join(_parts(outcome, holds[0]))}
    if len(holds) == 1:
        return _("Round %(number)s: %(parts)s.", **facts)
    return _("Rounds %(number)s to %(last)s: %(parts)s.", last=holds[-1].round, **facts)


def _named(words: str, contest: Contest) -> int:
    wanted = words.casefold()
    for names in (contest.names, contest.nicknames):
        exact = [one for one, name in enumerate(names) if name.casefold() == wanted]
        if len(exact) == 1:
            return exact[0]
    within = [one for one, name in enumerate(contest.names) if wanted in name.casefold()]
    if len(within) != 1:
        raise UnknownNameError(words)
    return within[0]


def _parts(outcome: RankedOutcome, hold: Hold) -> Iterator[str]:
    for one, part in hold.parts:
        yield _("%(part)s for %(name)s", part=_part(part), name=outcome.names[one])
    for why, part in hold.exhausted:
        yield str(ENDED[why]) % {"votes": _part(part)}


def _part(part: Amount) -> str:
    """A part of one ballot: a whole one, a short fraction, or a decimal."""
    exact = Fraction(part)
    return str(exact) if exact.denominator < 100 else decimal(exact)  # noqa: PLR2004 - two digits
