"""STAR: score, then automatic runoff: of the two with the most points, whom more ballots prefer.

A ballot prefers the one to whom it gives more points; no mark is 0 points. Where the runoff is
level, the finalist with more points wins.

Which candidates come into the runoff may be a tie of points. `ties` is asked for one after the
other; where nothing settles it, every runoff that is possible is held, and whoever wins one of them
is among the winners.

References
----------
The Equal Vote Coalition, STAR Voting (2014). Its own tie-breaking by pairwise wins and by five-star
votes is not part of this rule; an order or a lot is.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np

from tally.contest import Amount
from tally.ranked.ballots import Ballots, Figures, Rankings, over
from tally.ranked.beats import by_figure, outcome
from tally.ranked.contest import Contest
from tally.ranked.outcome import Count, RankedOutcome, Ranking
from tally.ranked.reading import added, sums
from tally.ranked.score import scored, totals
from tally.ranked.ties import Ties

_FINALISTS = 2


def star(contest: Contest, rankings: Ballots, ties: Ties) -> RankedOutcome:
    """The outcome by STAR. The ranking is by points, but for the winner, who is first.

    Raises
    ------
    BallotError : the ballots have no points, or too many for a candidate.

    >>> from dataclasses import replace
    >>> rankings = Rankings.of(3, [(0, 1), (1, 0), (1,)], weights=[2, 2, 1])
    >>> scored = replace(rankings, scores=np.array([5, 1, 4, 3, 5]))
    >>> outcome = star(Contest.of("Ada", "Bo", "Cy"), scored, Ties())
    >>> outcome.winners, [turn.votes for turn in outcome.rounds]
    ((1,), [((0, 16), (1, 15), (2, 0)), ((0, 2), (1, 3))])
    """
    points = totals(contest, rankings)
    by_points = by_figure(contest.standing, [points[place] for place in contest.standing])
    finals = list(_finals(by_points, ties))
    votes = {final: _runoff(contest, rankings, final) for final in finals}
    level = {
        place
        for final in finals
        for place in final
        if (votes[final][place], points[place])
        == max((votes[final][other], points[other]) for other in final)
    }
    rounds = [tuple((place, points[place]) for place in contest.standing)]
    rounds += [tuple(sorted(votes[final].items())) for final in finals if len(final) > 1]
    winners = tuple(sorted(level))
    return outcome(
        "star",
        contest,
        rankings.ballots,
        (winners, *_without(by_points, winners)) if winners else (),
        ties,
        rounds=tuple(map(Count, rounds)),
    )


def _finals(by_points: Ranking, ties: Ties) -> Iterator[tuple[int, ...]]:
    """Who can come into the runoff together; the only one, where there is one candidate."""
    chosen: list[int] = []
    left = by_points
    while left and len(chosen) < _FINALISTS:
        tier, places = left[0], _FINALISTS - len(chosen)
        if len(tier) <= places:  # all of them come in, in whatever order
            chosen += tier
            left = left[1:]
            continue
        one = ties.choose(tier, best=True)
        if one is None:
            for more in combinations(tier, places):
                yield tuple(sorted((*chosen, *more)))
            return
        chosen.append(one)
        left = _without(left, (one,))
    if chosen:
        yield tuple(sorted(chosen))


def _without(ranking: Ranking, out: Sequence[int]) -> Ranking:
    tiers = (tuple(place for place in tier if place not in out) for tier in ranking)
    return tuple(tier for tier in tiers if tier)


def _runoff(contest: Contest, rankings: Ballots, final: tuple[int, ...]) -> dict[int, Amount]:
    """The ballots that prefer each finalist to the other."""
    votes = rankings.sums(_ahead, contest, final)[0].tolist()
    return {
        place: over(said, rankings.weights_unit)
        for place, said in zip(final, votes, strict=False)  # a single one has no other
    }


def _ahead(rankings: Rankings, contest: Contest, final: tuple[int, ...]) -> Figures:
    """Row 0: the ballots that prefer each finalist to the other."""
    found = np.zeros(_FINALISTS, dtype=np.int64)
    for run, scores in scored(contest, rankings):
        given = np.zeros((_FINALISTS, len(run.weights)), dtype=np.int64)
        for row, place in zip(given, final, strict=False):
            at = run.places == place
            row[run.owners[at]] = scores[at]
        apart = np.flatnonzero(given[0] != given[1])
        second = (given[1] > given[0])[apart].astype(np.intp)
        found = added(found, sums(second, run.weights[apart], _FINALISTS))
    return {0: found}
