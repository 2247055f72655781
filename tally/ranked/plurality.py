"""Plurality: every ballot gives one vote to whom it ranks first; the most votes win.

Those who share the first rank share the vote equally (`shared` "split"), or such a ballot gives no
vote ("nothing").

References
----------
In law e.g. the Representation of the People Act 1983 (UK), schedule 1, rule 18.
"""

from collections.abc import Iterator
from fractions import Fraction

import numpy as np

from tally.errors import BallotError
from tally.ranked.ballots import Ballots, Figures, Rankings
from tally.ranked.beats import by_figure, outcome
from tally.ranked.contest import Contest
from tally.ranked.outcome import RankedOutcome
from tally.ranked.reading import runs, sums, together
from tally.ranked.ties import Ties

SHARED = ("split", "nothing")


def plurality(
    contest: Contest, rankings: Ballots, ties: Ties, *, shared: str = "split"
) -> RankedOutcome:
    """The outcome by first choices.

    Parameters
    ----------
    shared : "split" or "nothing", for a first rank that is shared

    Raises
    ------
    BallotError : another word for `shared`.

    >>> contest = Contest.of("Ada", "Bo", "Cy")
    >>> rankings = Rankings.of(3, [(0, 1), ({1, 2}, 0), (1,)], weights=[3, 1, 2])
    >>> outcome = plurality(contest, rankings, Ties())
    >>> outcome.winners, outcome.facts[1]
    ((0,), ('votes 1', Fraction(5, 2)))
    """
    if shared not in SHARED:
        raise BallotError(f"shared is one of {', '.join(SHARED)}, not {shared!r}")
    votes = [Fraction(0)] * contest.size
    for size, said in rankings.sums(_firsts, contest).items():
        if size == 1 or shared == "split":
            for place, weight in enumerate(said.tolist()):
                votes[place] += Fraction(weight, rankings.weights_unit * size)
    exact = [vote.numerator if vote.denominator == 1 else vote for vote in votes]
    told = [exact[place] for place in contest.standing]
    return outcome(
        "plurality",
        contest,
        rankings.ballots,
        by_figure(contest.standing, told),
        ties,
        parameters=(("shared", shared),),
        facts=tuple((f"votes {place}", exact[place]) for place in contest.standing),
    )


def _firsts(rankings: Rankings, contest: Contest) -> Figures:
    """By how many share the first rank: the ballots that put each candidate there."""
    return together(_firsts_of(rankings, contest))


def _firsts_of(rankings: Rankings, contest: Contest) -> Iterator[Figures]:
    for run in runs(contest, rankings):
        first, last = run.ends
        sizes = np.where(first == 0, last + 1, 0)
        for size in np.flatnonzero(np.bincount(sizes, minlength=1)[1:]).tolist():
            at = sizes == size + 1
            yield {size + 1: sums(run.places[at], run.heavy[at], contest.size)}
