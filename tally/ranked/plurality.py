"""Plurality: every ballot gives one vote to whom it ranks first; the most votes win.

Those who share the first rank share the vote equally (`shared` "split"), or such a ballot gives no
vote ("nothing").

References
----------
In law e.g. the Representation of the People Act 1983 (UK), schedule 1, rule 18.
"""

from fractions import Fraction

import numpy as np

from tally.errors import BallotError
from tally.ranked.ballots import Rankings
from tally.ranked.beats import by_figure, outcome
from tally.ranked.contest import Contest
from tally.ranked.outcome import RankedOutcome
from tally.ranked.reading import added, runs, sums
from tally.ranked.ties import Ties

SHARED = ("split", "nothing")


def plurality(
    contest: Contest, rankings: Rankings, ties: Ties, *, shared: str = "split"
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
    found: dict[int, np.ndarray] = {}  # by how many share the first rank
    for run in runs(contest, rankings):
        first, last = run.ends
        sizes = np.where(first == 0, last + 1, 0)
        for size in np.flatnonzero(np.bincount(sizes, minlength=1)).tolist():
            at = sizes == size
            more = sums(run.places[at], run.heavy[at], contest.size)
            found[size] = added(found[size], more) if size in found else more
    votes = [Fraction(0)] * contest.size
    for size, said in found.items():
        if size == 1 or (size > 1 and shared == "split"):
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
