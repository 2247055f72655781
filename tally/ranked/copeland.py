"""Copeland: the most wins against the others one by one, less the losses.

Laws: whoever beats all others wins; the winners are in the Smith set. Ties are frequent.

References
----------
A. H. Copeland, A reasonable social welfare function, University of Michigan (1951).
"""

from tally.ranked.ballots import Ballots
from tally.ranked.beats import by_figure, outcome
from tally.ranked.contest import Contest
from tally.ranked.outcome import RankedOutcome
from tally.ranked.pairwise import Pairwise, pairwise
from tally.ranked.ties import Ties


def copeland(
    contest: Contest, rankings: Ballots, ties: Ties, *, unranked: str = "last"
) -> RankedOutcome:
    """The outcome by wins less losses.

    Parameters
    ----------
    unranked : "last" or "not_compared", as `tally.ranked.pairwise` has them

    Raises
    ------
    BallotError : another word for `unranked`.

    >>> from tally.ranked import Rankings
    >>> contest = Contest.of("Ada", "Bo", "Cy")
    >>> rankings = Rankings.of(3, [(0, 1, 2), (1, 2, 0)], weights=[3, 2])
    >>> copeland(contest, rankings, Ties()).facts
    (('score 0', 2), ('score 1', 0), ('score 2', -2))
    """
    return by_matrix(
        contest, pairwise(contest, rankings, unranked=unranked), ties, unranked=unranked
    )


def by_matrix(
    contest: Contest, votes: Pairwise, ties: Ties, *, unranked: str = "last"
) -> RankedOutcome:
    """The outcome from the pairwise matrix alone."""
    support = votes.among(votes.standing)
    beats = support > support.T
    scores = (beats.sum(axis=1) - beats.sum(axis=0)).tolist()
    return outcome(
        "copeland",
        contest,
        votes.ballots,
        by_figure(votes.standing, scores),
        ties,
        parameters=(("unranked", unranked),),
        matrices=(("pairwise", votes.matrix()),),
        facts=tuple(zip((f"score {place}" for place in votes.standing), scores, strict=True)),
    )
