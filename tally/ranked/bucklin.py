"""Bucklin: count first choices; while nobody has a majority, add the next choices of every ballot.

In round k a ballot counts for all whom it ranks k-th or better, once each. The round in which a
candidate first has more than half of all ballots ends the count: the most votes in it win. If
nobody ever has, the most votes at the end do. A shared rank counts for all who share it.

References
----------
J. W. Bucklin's plan of Grand Junction, Colorado (1909). C. G. Hoag, G. H. Hallett, Proportional
Representation (1926), section 262.
"""

from collections.abc import Iterator

import numpy as np

from tally.contest import Amount
from tally.ranked.ballots import Ballots, Figures, Rankings, over
from tally.ranked.beats import by_figure, outcome
from tally.ranked.contest import Contest
from tally.ranked.outcome import Count, RankedOutcome
from tally.ranked.reading import added, runs, sums, together
from tally.ranked.ties import Ties


def bucklin(contest: Contest, rankings: Ballots, ties: Ties) -> RankedOutcome:
    """The outcome by Bucklin's rule.

    The ranking goes by the round in which a candidate comes to a majority, then by the votes in it;
    those who never do follow by their votes at the end.

    >>> contest = Contest.of("Ada", "Bo", "Cy")
    >>> rankings = Rankings.of(3, [(0, 1), (1,), (2, 1)], weights=[4, 3, 3])
    >>> outcome = bucklin(contest, rankings, Ties())
    >>> outcome.winners, [turn.votes for turn in outcome.rounds]
    ((1,), [((0, 4), (1, 3), (2, 3)), ((0, 4), (1, 10), (2, 3))])
    """
    unit = rankings.weights_unit
    half = over(int(rankings.ballots * unit), 2 * unit)
    sofar: list[list[Amount]] = []
    votes = np.zeros(contest.size, dtype=np.int64)
    for _, more in sorted(rankings.sums(_by_level, contest).items()):
        votes = added(votes, more)
        sofar.append([over(int(vote), unit) for vote in votes[list(contest.standing)]])
    keys: list[tuple[int, Amount]] = []
    for at in range(len(contest.standing)):
        reached = [turn for turn, row in enumerate(sofar) if row[at] * 2 > rankings.ballots]
        turn = reached[0] if reached else len(sofar) - 1
        keys.append((-turn if reached else -len(sofar), sofar[turn][at] if sofar else 0))
    ranking = by_figure(contest.standing, keys)
    last = min(-max(keys)[0] + 1, len(sofar)) if keys else 0
    return outcome(
        "bucklin",
        contest,
        rankings.ballots,
        ranking,
        ties,
        rounds=tuple(
            Count(tuple(zip(contest.standing, row, strict=True)), threshold=half)
            for row in sofar[:last]
        ),
    )


def _by_level(rankings: Rankings, contest: Contest) -> Figures:
    """By rank, from 0 without gaps: how many ballots put each candidate there."""
    return together(_levels_of(rankings, contest))


def _levels_of(rankings: Rankings, contest: Contest) -> Iterator[Figures]:
    for run in runs(contest, rankings):
        levels = run.levels.astype(np.intp)
        depth = int(levels.max(initial=-1)) + 1
        figures = sums(levels * contest.size + run.places, run.heavy, depth * contest.size)
        yield dict(enumerate(figures.reshape(depth, contest.size)))
