"""The Smith set and the Schwartz set: who is left when only majorities speak.

*Smith*: the fewest candidates each of whom beats everybody else. *Schwartz*: all who are in a
smallest group that nobody outside beats. They are the same where no two candidates stand level;
otherwise the Schwartz set may be smaller. One candidate who beats all others is both alone.

References
----------
J. H. Smith, Aggregation of preferences with variable electorate, Econometrica 41 (1973). T.
Schwartz, Rationality and the myth of the maximum, Noûs 6 (1972).
"""

import numpy as np
from numpy.typing import NDArray

from tally.ranked.ballots import Ballots, Ints
from tally.ranked.beats import Beats, components, layers, named, outcome
from tally.ranked.contest import Contest
from tally.ranked.outcome import RankedOutcome
from tally.ranked.pairwise import Pairwise, pairwise
from tally.ranked.ties import Ties


def smith(
    contest: Contest, rankings: Ballots, ties: Ties, *, unranked: str = "last"
) -> RankedOutcome:
    """The Smith set; the ranking tells who would be it without those before, and so on.

    Parameters
    ----------
    unranked : "last" or "not_compared", as `tally.ranked.pairwise` has them

    Raises
    ------
    BallotError : another word for `unranked`.

    >>> from tally.ranked import Rankings
    >>> contest = Contest.of("Ada", "Bo", "Cy", "Di")
    >>> circle = Rankings.of(4, [(0, 1, 2), (1, 2, 0), (2, 0, 1)])
    >>> smith(contest, circle, Ties(("unsettled",))).ranking
    ((0, 1, 2), (3,))
    """
    votes = pairwise(contest, rankings, unranked=unranked)
    return by_matrix(contest, votes, ties, unranked=unranked)


def schwartz(
    contest: Contest, rankings: Ballots, ties: Ties, *, unranked: str = "last"
) -> RankedOutcome:
    """The Schwartz set; parameters and errors as for `smith`.

    >>> from tally.ranked import Rankings
    >>> contest = Contest.of("Ada", "Bo", "Cy")
    >>> rankings = Rankings.of(3, [(0, 1, 2), (2, 0, 1)])
    >>> schwartz(contest, rankings, Ties(("unsettled",))).winners
    (0, 2)
    """
    votes = pairwise(contest, rankings, unranked=unranked)
    return schwartz_by_matrix(contest, votes, ties, unranked=unranked)


def by_matrix(
    contest: Contest, votes: Pairwise, ties: Ties, *, unranked: str = "last"
) -> RankedOutcome:
    """The Smith set from the pairwise matrix alone."""
    groups = components(votes.among(votes.standing))
    return _outcome("smith", contest, votes, groups, ties, unranked=unranked)


def schwartz_by_matrix(
    contest: Contest, votes: Pairwise, ties: Ties, *, unranked: str = "last"
) -> RankedOutcome:
    """The Schwartz set from the pairwise matrix alone."""
    support = votes.among(votes.standing)
    found: list[Ints] = []
    for group in components(support):
        inner = support[np.ix_(group, group)]
        reach = reached(inner > inner.T)
        found += [group[layer] for layer in layers(reach & ~reach.T)]
    return _outcome("schwartz", contest, votes, found, ties, unranked=unranked)


def reached(beats: Beats) -> Beats:
    """Whether defeats lead from the row to the column (S. Warshall); s x s."""
    reach = beats.copy()
    for middle in range(len(reach)):
        reach |= np.outer(reach[:, middle], reach[middle])
    return reach


def _outcome(
    rule: str,
    contest: Contest,
    votes: Pairwise,
    groups: list[NDArray[np.int64]],
    ties: Ties,
    *,
    unranked: str,
) -> RankedOutcome:
    return outcome(
        rule,
        contest,
        votes.ballots,
        named(votes.standing, groups),
        ties,
        parameters=(("unranked", unranked),),
        matrices=(("pairwise", votes.matrix()),),
    )
