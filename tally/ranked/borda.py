"""Borda: points by place on each ballot; the most points win.

Of m candidates who stand, by the name of the convention:

- ``shared``: m points for the first, one less for each next, 1 for the last. Those who share a rank
  share the points of their places equally, and so do all whom the ballot does not rank.
- ``symmetric``: one point for each candidate ranked below, less one for each ranked above; who is
  not ranked is below all who are. The order is the same as with ``shared``: on each ballot these
  points are twice those, less m + 1.
- ``truncated``: m - 1 points for the first, one less for each next; those who share a rank share
  the points of their places; who is not ranked gets nothing.

References
----------
J.-C. de Borda, Mémoire sur les élections au scrutin (1781). J. Emerson, The original Borda count
and partial voting, Social Choice and Welfare 40 (2013), on ballots that do not rank everybody.
"""

import numpy as np

from tally.errors import BallotError
from tally.ranked.ballots import Ballots, Figures, Rankings, over
from tally.ranked.beats import by_figure, outcome
from tally.ranked.contest import Contest
from tally.ranked.outcome import RankedOutcome
from tally.ranked.reading import added, runs, sums
from tally.ranked.ties import Ties

CONVENTIONS = ("shared", "symmetric", "truncated")
# "borda" alone is the first convention.
_RULES = dict(zip(CONVENTIONS, ("borda", "borda_symmetric", "borda_truncated"), strict=True))


def borda(
    contest: Contest, rankings: Ballots, ties: Ties, *, convention: str = "shared"
) -> RankedOutcome:
    """The outcome by points for places.

    Parameters
    ----------
    convention : "shared", "symmetric" or "truncated", as told above

    Raises
    ------
    BallotError : another word for `convention`.

    >>> contest = Contest.of("Ada", "Bo", "Cy", "Di")
    >>> rankings = Rankings.of(4, [(0,), (1, 2)])
    >>> [figure for _, figure in borda(contest, rankings, Ties()).facts]
    [Fraction(11, 2), 6, 5, Fraction(7, 2)]
    >>> [figure for _, figure in borda(contest, rankings, Ties(), convention="symmetric").facts]
    [1, 2, 0, -3]
    >>> open_ties = Ties(("unsettled",))
    >>> [figure for _, figure in borda(contest, rankings, open_ties, convention="truncated").facts]
    [3, 3, 2, 0]
    """
    if convention not in CONVENTIONS:
        raise BallotError(f"convention is one of {', '.join(CONVENTIONS)}, not {convention!r}")
    points = rankings.sums(_points, contest, convention)[0]
    unit, base = rankings.weights_unit, 0
    if convention == "shared":
        base = (len(contest.standing) + 1) * int(rankings.ballots * unit)
    if convention != "symmetric":  # the others are counted in halves
        unit *= 2
    figures = [over(int(points[place]) + base, unit) for place in contest.standing]
    return outcome(
        _RULES[convention],
        contest,
        rankings.ballots,
        by_figure(contest.standing, figures),
        ties,
        facts=tuple(zip((f"score {place}" for place in contest.standing), figures, strict=True)),
    )


def _points(rankings: Rankings, contest: Contest, convention: str) -> Figures:
    """Row 0: everybody's points, those of `truncated` twice; those of `shared` as `symmetric`."""
    size, stand = contest.size, len(contest.standing)
    points = np.zeros(size, dtype=np.int64)
    for run in runs(contest, rankings):
        first, last = run.ends
        if convention == "truncated":
            factors = 2 * (stand - 1) - first - last
        else:  # as many below less as many above, and L, which is then taken from everybody
            factors = stand - 1 - first - last + run.lengths[run.owners]
            ranked = sums(np.zeros_like(run.owners), run.heavy, 1)
            points = added(points, -np.repeat(ranked, size))
        points = added(points, sums(run.places, run.heavy, size, factors))
    return {0: points}
