"""Greedy: walk the options from most to least satisfaction for their cost; take what still fits.

Laws: the budget limit is kept; the order of voters has no effect; scaling all money by one number
changes nothing; more support never drops a funded option.

References
----------
N. Talmon and P. Faliszewski, A Framework for Approval-Based Budgeting Methods (AAAI 2019).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby

from tally.contest import Amount, Instance, Option
from tally.outcome import Decision, Outcome, Round, Tie
from tally.profile import Profile
from tally.ties import TieOrder

UNSUPPORTED, SUPPORTED, FREE = range(3)  # who comes last, who by merit, who first
Merit = tuple[int, Fraction]


@dataclass(frozen=True)
class Terms:
    """What cities vary.

    Attributes
    ----------
    minimum_votes : an option named on fewer ballots is out
    stop : end at the first option that does not fit, instead of skipping it
    """

    minimum_votes: int = 0
    stop: bool = False


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
    merits = [
        _merit(option, said, said) for option, said in zip(instance.options, votes, strict=True)
    ]
    turns = _turns(instance, votes, merits, ties)
    return _walk("greedy_cost", instance, profile, turns, Terms(minimum_votes, stop))


def by_votes_per_cost(
    instance: Instance,
    profile: Profile,
    ties: TieOrder,
    *,
    minimum_votes: int = 0,
    stop: bool = False,
) -> Outcome:
    """Most votes for each unit of money first."""
    turns = _turns_per_cost(instance, profile.votes(), ties)
    return _walk("greedy_card", instance, profile, turns, Terms(minimum_votes, stop))


def by_points_per_cost(
    instance: Instance,
    profile: Profile,
    ties: TieOrder,
    *,
    minimum_votes: int = 0,
    stop: bool = False,
) -> Outcome:
    """Most points for each unit of money first; on ordinal ballots, Borda points."""
    turns = _turns_per_cost(instance, profile.scores(), ties)
    return _walk("greedy_score", instance, profile, turns, Terms(minimum_votes, stop))


@dataclass(frozen=True, slots=True)
class _Turn:
    """An option with all that decides when its turn comes."""

    option: Option
    place: int  # in the instance
    support: Amount
    merit: Merit


def _merit(option: Option, support: Amount, by: Amount) -> Merit:
    """Supported options without cost come first, unsupported ones last."""
    if not support:
        return UNSUPPORTED, Fraction(0)
    return (SUPPORTED, Fraction(by)) if option.cost else (FREE, Fraction(0))


def _turns_per_cost(instance: Instance, support: Sequence[Amount], ties: TieOrder) -> list[_Turn]:
    merits = [
        _merit(option, said, Fraction(said) / option.cost if option.cost else 0)
        for option, said in zip(instance.options, support, strict=True)
    ]
    return _turns(instance, support, merits, ties)


def _turns(
    instance: Instance, support: Sequence[Amount], merits: Sequence[Merit], ties: TieOrder
) -> list[_Turn]:
    """Every option in the order of its turn: best merit first, then by the tie order."""
    lot = {name: at for at, name in enumerate(ties)}
    turns = [
        _Turn(option, place, support[place], merits[place])
        for place, option in enumerate(instance.options)
    ]
    return sorted(turns, key=lambda turn: (-turn.merit[0], -turn.merit[1], lot[turn.option.id]))


def _walk(
    rule: str, instance: Instance, profile: Profile, turns: Sequence[_Turn], terms: Terms
) -> Outcome:
    votes = profile.votes()
    left, stopped = instance.limit, False
    rounds: list[Round] = []
    ties: list[Tie] = []
    for _, level in groupby(turns, key=lambda turn: turn.merit):
        tied = list(level)
        in_play = [turn.option for turn in tied if votes[turn.place] >= terms.minimum_votes]
        if len(in_play) > 1:
            mattered = not stopped and _matters(in_play, left, stop=terms.stop)
            ties.append(Tie(tuple(option.id for option in in_play), mattered))
        for turn in tied:
            option = turn.option
            decision = _decide(option, votes[turn.place], left, terms, stopped=stopped)
            rounds.append(Round(option.id, turn.support, option.cost, left, decision))
            left -= option.cost if decision is Decision.FUNDED else 0
            stopped = stopped or (terms.stop and decision is Decision.DOES_NOT_FIT)
    return Outcome(
        rule=rule,
        parameters=(("minimum_votes", terms.minimum_votes), ("stop", terms.stop)),
        limit=instance.limit,
        ballots=profile.ballots,
        rounds=tuple(rounds),
        ties=tuple(ties),
    )


def _decide(option: Option, votes: int, left: Amount, terms: Terms, *, stopped: bool) -> Decision:
    if votes < terms.minimum_votes:
        return Decision.TOO_FEW_VOTES
    if stopped:
        return Decision.AFTER_THE_STOP
    return Decision.FUNDED if option.cost <= left else Decision.DOES_NOT_FIT


def _matters(tied: Sequence[Option], left: Amount, *, stop: bool) -> bool:
    """Whether another order of these would fund another set.

    Those that fit alone and cannot all be paid together compete: each of them is funded if it
    comes first. With `stop`, one that never fits ends the walk wherever it stands.
    """
    fit = [option for option in tied if option.cost <= left]
    contested = tied if stop else fit
    return bool(fit) and sum(option.cost for option in contested) > left
