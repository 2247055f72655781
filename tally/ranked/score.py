"""Score voting: every ballot gives points to candidates; the greatest sum wins.

Whom a ballot gives no points has 0 from it.

References
----------
W. D. Smith, Range voting (2000). C. Hillinger, The case for utilitarian voting, Homo Oeconomicus 22
(2005).
"""

from collections.abc import Iterator
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from tally.contest import Amount
from tally.errors import BallotError
from tally.ranked.ballots import Ballots, Figures, Ints, Rankings, over
from tally.ranked.beats import by_figure, outcome
from tally.ranked.contest import Contest
from tally.ranked.outcome import RankedOutcome
from tally.ranked.reading import Run, added, runs, sums
from tally.ranked.ties import Ties

MOST_POINTS = 2**17  # on one ballot for one candidate


def score(contest: Contest, rankings: Ballots, ties: Ties) -> RankedOutcome:
    """The outcome by sums of points.

    Raises
    ------
    BallotError : the ballots have no points, or more than `MOST_POINTS` for a candidate.

    >>> from dataclasses import replace
    >>> rankings = Rankings.of(2, [(0, 1), (1,)])
    >>> scored = replace(rankings, scores=np.array([5, 4, 3]))
    >>> score(Contest.of("Ada", "Bo"), scored, Ties()).facts
    (('score 0', 5), ('score 1', 7))
    """
    points = totals(contest, rankings)
    told = [points[place] for place in contest.standing]
    return outcome(
        "score",
        contest,
        rankings.ballots,
        by_figure(contest.standing, told),
        ties,
        facts=tuple(zip((f"score {place}" for place in contest.standing), told, strict=True)),
    )


def totals(contest: Contest, rankings: Ballots) -> list[Amount]:
    """Length m: the points of each candidate; raises as `score` does."""
    points = rankings.sums(_points, contest)[0]
    return [over(figure, rankings.weights_unit) for figure in points.tolist()]


def _points(rankings: Rankings, contest: Contest) -> Figures:
    """Row 0: the points of each candidate."""
    points: NDArray[Any] = np.zeros(contest.size, dtype=np.int64)
    for run, scores in scored(contest, rankings):
        points = added(points, sums(run.places, run.heavy, contest.size, scores))
    return {0: points}


def scored(contest: Contest, rankings: Rankings) -> Iterator[tuple[Run, Ints]]:
    """All ballots in runs, each with the points of its marks; raises as `score` does."""
    if rankings.scores is None:
        raise BallotError("these ballots have no points")
    if np.abs(rankings.scores).max(initial=0) > MOST_POINTS:
        raise BallotError(f"a ballot gives a candidate at most {MOST_POINTS} points")
    for run in runs(contest, rankings):
        yield run, cast("Ints", run.scores)
