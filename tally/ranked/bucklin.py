"""Bucklin: count first choices; while nobody has a majority, add the next choices of every ballot.

In round k a ballot counts for all whom it ranks k-th or better, once each. The round in which a
candidate first has more than half of all ballots ends the count: the most votes in it win. If
nobody ever has, the most votes at the end do. A shared rank counts for all who share it.

References
----------
J. W. Bucklin's plan of Grand Junction, Colorado (1909). C. G. Hoag, G. H. Hallett, Proportional
Representation (1926), section 262.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tally.contest import Amount
from tally.ranked.ballots import Rankings, over
from tally.ranked.beats import by_figure, outcome
from tally.ranked.contest import Contest
from tally.ranked.outcome import Count, RankedOutcome
from tally.ranked.reading import added, runs, sums
from tally.ranked.ties import Ties


def bucklin(contest: Contest, rankings: Rankings, ties: Ties) -> RankedOutcome:
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
    for more in by_level(contest, rankings):
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


def by_level(contest: Contest, rankings: Rankings) -> list[NDArray[Any]]:
    """For each rank, the first first: how many ballots put each candidate there, over the unit."""
    found: list[NDArray[Any]] = []
    for run in runs(contest, rankings):
        levels = run.levels.astype(np.intp)
        depth = int(levels.max(initial=-1)) + 1
        figures = sums(levels * contest.size + run.places, run.heavy, depth * contest.size)
        for level, more in enumerate(figures.reshape(depth, contest.size)):
            if level == len(found):
                found.append(more)
            else:
                found[level] = added(found[level], more)
    return found
