"""Approval: every ballot approves some candidates; the most approvals win.

On ballots with points whoever has at least `least` points is approved. On ranked ballots all who
are ranked are, or only those of the first `ranks` ranks.

References
----------
S. J. Brams, P. C. Fishburn, Approval Voting, American Political Science Review 72 (1978).
"""

import numpy as np

from tally.errors import BallotError
from tally.ranked.ballots import Ballots, Figures, Rankings, over
from tally.ranked.beats import by_figure, outcome
from tally.ranked.contest import Contest
from tally.ranked.outcome import RankedOutcome
from tally.ranked.reading import added, runs, sums
from tally.ranked.ties import Ties


def approval(
    contest: Contest, rankings: Ballots, ties: Ties, *, least: int = 1, ranks: int = 0
) -> RankedOutcome:
    """The outcome by approvals.

    Parameters
    ----------
    least : the points that approve, on ballots that have points
    ranks : how many ranks approve, on ballots without points; 0: all

    Raises
    ------
    BallotError : `ranks` is negative.

    >>> contest = Contest.of("Ada", "Bo", "Cy")
    >>> rankings = Rankings.of(3, [(0,), (1, 0), (1, 2)])
    >>> approval(contest, rankings, Ties(order=(1, 0, 2))).facts
    (('votes 0', 2), ('votes 1', 2), ('votes 2', 1))
    >>> approval(contest, rankings, Ties(), ranks=1).winners
    (1,)
    """
    if ranks < 0:
        raise BallotError(f"the number of ranks that approve is 0 or more, not {ranks}")
    votes = rankings.sums(_votes, contest, least, ranks)[0]
    told = [over(int(votes[place]), rankings.weights_unit) for place in contest.standing]
    terms = (("least", least),) if rankings.is_scored else (("ranks", ranks),)
    return outcome(
        "approval",
        contest,
        rankings.ballots,
        by_figure(contest.standing, told),
        ties,
        parameters=terms,
        facts=tuple(zip((f"votes {place}" for place in contest.standing), told, strict=True)),
    )


def _votes(rankings: Rankings, contest: Contest, least: int, ranks: int) -> Figures:
    """Row 0: the approvals of each candidate."""
    votes = np.zeros(contest.size, dtype=np.int64)
    for run in runs(contest, rankings):
        if run.scores is not None:
            approved = run.scores >= least
        else:
            approved = run.levels < (ranks or contest.size)
        votes = added(votes, sums(run.places[approved], run.heavy[approved], contest.size))
    return {0: votes}
