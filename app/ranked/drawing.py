"""Pictures of a count of ranked ballots, in the language that is spoken."""

from collections.abc import Iterator

from app.ranked.story import names_of
from app.ranked.words import NAMES
from budget.report import decimal
from core.words import gettext as _
from tally.ranked import RankedOutcome
from tally.ranked.outcome import Matrix
from tally.ranked.pictures import Texts, matrix, most, rounds, turns


def drawn(outcome: RankedOutcome) -> Iterator[tuple[str, str]]:
    """(name, SVG) of every picture that the outcome gives: its rounds, and its pairwise votes."""
    if outcome.rounds:
        yield "rounds", rounds(_title(outcome), turns(outcome, _texts()), columns=2)
    pairwise = dict(outcome.matrices).get("pairwise")
    if pairwise is not None:
        order = [one for tier in outcome.ranking for one in tier]
        yield "matrix", pairs(outcome, pairwise, order)


def each_round(outcome: RankedOutcome) -> list[str]:
    """A picture for each round, all on one scale."""
    told = turns(outcome, _texts())
    return [rounds(turn.label, [turn], whole=most(told)) for turn in told]


def pairs(outcome: RankedOutcome, votes: Matrix, order: list[int]) -> str:
    """The pairwise votes as fields, in this order of candidates."""
    return matrix(
        _("One against one: %(names)s", names=names_of(outcome, order[:1])),
        [outcome.names[one] for one in order],
        [[votes[one][other] for other in order] for one in order],
        decimal,
    )


def _title(outcome: RankedOutcome) -> str:
    return _(
        "%(rule)s: %(names)s elected",
        rule=NAMES[outcome.rule], names=names_of(outcome, outcome.winners),
    )  # fmt: skip


def _texts() -> Texts:
    return Texts(
        turn=lambda number: _("Round %(number)s", number=number),
        votes=decimal,
        threshold=lambda votes: _("needed: %(needed)s", needed=decimal(votes)),
        elected=_("elected"),
        out=_("out"),
        exhausted=_("Count for nobody any more"),
    )
