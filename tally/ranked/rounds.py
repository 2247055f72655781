"""What rules that count by rounds share: sure losers, what a round tells, and the outcome."""

from collections.abc import Callable, Mapping, Sequence

from tally.contest import Amount
from tally.outcome import Parameter
from tally.ranked.contest import Contest
from tally.ranked.outcome import Count, RankedOutcome
from tally.ranked.preferences import OVERVOTE, REASONS
from tally.ranked.ties import Ties
from tally.ranked.transfers import Box, Flows


def harmless_batch(votes: Mapping[int, Amount]) -> tuple[int, ...]:
    """The most candidates from the bottom whose votes together are fewer than the next one's.

    >>> harmless_batch({0: 10, 1: 3, 2: 1, 3: 1})
    (1, 2, 3)
    """
    levels: dict[Amount, list[int]] = {}
    for one, said in votes.items():
        levels.setdefault(said, []).append(one)
    found: list[int] = []
    seen: list[int] = []
    total: Amount = 0
    for said in sorted(levels):
        if total < said:
            found = list(seen)
        seen += levels[said]
        total += said * len(levels[said])
    return tuple(sorted(found))


Worth = Callable[[tuple[int | tuple[int, ...], ...], int], Amount]


def exhausted(
    box: Box, worth: Worth, more: Sequence[tuple[str, Amount]] = ()
) -> tuple[tuple[str, Amount], ...]:
    """(reason, votes) of ballots that count for nobody now, none of them zero.

    Parameters
    ----------
    worth : (path, voters) to votes
    more : further reasons with their votes
    """
    found: dict[str, Amount] = {}
    for (path, holder), voters in box.voters.items():
        if isinstance(holder, tuple) or holder < 0:
            reason = REASONS[OVERVOTE if isinstance(holder, tuple) else -1 - holder]
            found[reason] = found.get(reason, 0) + worth(path, voters)
    for reason, votes in more:
        found[reason] = found.get(reason, 0) + votes
    return tuple((why, votes) for why, votes in sorted(found.items()) if votes)


def matrix(flows: Flows, worth: Worth) -> tuple[tuple[int, int, Amount], ...]:
    """(from, to, votes) of what was moved, -1 for nobody; votes that stayed are left out."""
    found: dict[tuple[int, int], Amount] = {}
    for (source, target), voters in flows.items():
        way = _person(source[1]), _person(target[1])
        if way[0] != way[1]:
            found[way] = found.get(way, 0) + worth(target[0], voters)
    return tuple((*way, votes) for way, votes in sorted(found.items()) if votes)


def _person(holder: int | tuple[int, ...]) -> int:
    """Shared ranks that wait count for nobody."""
    return holder if isinstance(holder, int) and holder >= 0 else -1


def elected(
    rule: str,
    contest: Contest,
    ballots: Amount,
    ties: Ties,
    *,
    winners: Sequence[int],
    hopeful: Sequence[int],
    gone: Sequence[tuple[int, ...]],
    rounds: Sequence[Count],
    overvote: str,
    batch: bool | None,
) -> RankedOutcome:
    """The outcome of a count for several seats.

    Parameters
    ----------
    winners : in the order of election
    hopeful : who still stood in the end; those elected among them are passed over
    gone : who went out, round by round
    batch : None where the rule has no such parameter
    """
    words: list[tuple[str, Parameter]] = [] if batch is None else [("batch", batch)]
    rest = tuple(sorted(set(hopeful).difference(winners)))
    return RankedOutcome(
        rule=rule,
        parameters=(*words, ("overvote", overvote)),
        names=contest.names,
        ballots=ballots,
        seats=contest.seats,
        winners=tuple(winners),
        ranking=tuple(who for who in (tuple(winners), rest, *gone[::-1]) if who),
        rounds=tuple(rounds),
        ties=tuple(ties.met),
    )
