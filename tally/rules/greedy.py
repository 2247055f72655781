"""Greedy: walk the options from most to least satisfaction for their cost; take what still fits.

Laws: the budget limit is kept; the order of voters has no effect; scaling all money by one number
changes nothing; more support never drops a funded option. `walk` keeps rivals apart and needs
together.

References
----------
N. Talmon and P. Faliszewski, A Framework for Approval-Based Budgeting Methods (AAAI 2019).
"""

from collections.abc import Sequence
from fractions import Fraction

from tally.contest import Amount, Instance
from tally.errors import UnknownRuleError
from tally.outcome import Decision, Outcome
from tally.profile import Profile
from tally.rules.walk import Terms, line_up, walk
from tally.ties import TieOrder

# Refusals for want of money: what would come next if there were more of it.
FOR_WANT_OF_MONEY = frozenset({Decision.DOES_NOT_FIT, Decision.AFTER_THE_STOP})


def by_votes(
    instance: Instance,
    profile: Profile,
    ties: TieOrder,
    *,
    minimum_votes: int = 0,
    stop: bool = False,
) -> Outcome:
    """Most votes first: the usual rule of cities (a voter's satisfaction is the cost)."""
    votes = profile.votes()
    terms = Terms("greedy_cost", minimum_votes, stop)
    return walk(instance, line_up(instance, votes, votes, votes), ties, terms, profile.ballots)


def by_votes_per_cost(
    instance: Instance,
    profile: Profile,
    ties: TieOrder,
    *,
    minimum_votes: int = 0,
    stop: bool = False,
) -> Outcome:
    """Most votes for each unit of money first."""
    votes = profile.votes()
    stand = line_up(instance, votes, votes, _per_cost(instance, votes))
    terms = Terms("greedy_card", minimum_votes, stop)
    return walk(instance, stand, ties, terms, profile.ballots)


def by_points_per_cost(
    instance: Instance,
    profile: Profile,
    ties: TieOrder,
    *,
    minimum_votes: int = 0,
    stop: bool = False,
) -> Outcome:
    """Most points for each unit of money first; on ordinal ballots, Borda points."""
    points = profile.scores()
    stand = line_up(instance, profile.votes(), points, _per_cost(instance, points))
    terms = Terms("greedy_score", minimum_votes, stop)
    return walk(instance, stand, ties, terms, profile.ballots)


def reserve(outcome: Outcome, size: int = 5) -> tuple[str, ...]:
    """The next options of a greedy outcome: those refused for want of money, in their order.

    Parameters
    ----------
    outcome : of a rule that walks: `greedy_*` or channels
    size : how many at most, 0 or more

    Returns
    -------
    At most `size` ids. Options with too few votes, with a funded rival or without the partner that
    they need are no reserve: money would not help them.

    Raises
    ------
    UnknownRuleError : the outcome's rule does not walk, so that it has no next options.

    Notes
    -----
    If a funded option falls away, only a new count without it says exactly what is funded instead:
    its rivals are free then, and the money goes from the top again.
    """
    if not outcome.rule.startswith(("greedy_", "channels")):
        raise UnknownRuleError(f"{outcome.rule} has no order of turns to take a reserve from")
    refused = (turn.option for turn in outcome.rounds if turn.decision in FOR_WANT_OF_MONEY)
    return tuple(name for _, name in zip(range(size), refused, strict=False))


def _per_cost(instance: Instance, support: Sequence[Amount]) -> list[Amount]:
    """Support for each unit of money; as it is for what costs nothing and goes first anyway."""
    return [
        Fraction(said) / option.cost if option.cost else said
        for option, said in zip(instance.options, support, strict=True)
    ]
