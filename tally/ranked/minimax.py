"""Minimax (Simpson, Kramer): the least bad worst defeat wins.

How bad a candidate's defeat by another is, by the name of the measure:

- ``winning``: the votes for the other, if they are more than those for the candidate; else 0
- ``margin``: the votes for the other less those for the candidate; below 0 where that is no defeat
- ``opposition``: the votes for the other, whether it is a defeat or not

Laws: with winning votes and margins whoever beats all others wins; with opposition not always.
Neither need the winner be in the Smith set, nor is the rule independent of clones.

References
----------
P. B. Simpson, On defining areas of voter choice, Quarterly Journal of Economics 83 (1969). G. H.
Kramer, A dynamical model of political equilibrium, Journal of Economic Theory 16 (1977).
"""

import numpy as np

from tally.errors import BallotError
from tally.ranked.ballots import Ballots, over
from tally.ranked.beats import by_figure, outcome
from tally.ranked.contest import Contest
from tally.ranked.outcome import RankedOutcome
from tally.ranked.pairwise import Pairwise, pairwise
from tally.ranked.ties import Ties

MEASURES = ("winning", "margin", "opposition")


def minimax(
    contest: Contest,
    rankings: Ballots,
    ties: Ties,
    *,
    strength: str = "winning",
    unranked: str = "last",
) -> RankedOutcome:
    """The outcome by worst defeats.

    Parameters
    ----------
    strength : "winning", "margin" or "opposition", as told above
    unranked : "last" or "not_compared", as `tally.ranked.pairwise` has them

    Raises
    ------
    BallotError : another word for either.

    >>> from tally.ranked import Rankings
    >>> contest = Contest.of("Ada", "Bo", "Cy")
    >>> rankings = Rankings.of(3, [(0, 1, 2), (1, 2, 0), (2, 0, 1)], weights=[4, 3, 2])
    >>> minimax(contest, rankings, Ties()).facts
    (('worst 0', 5), ('worst 1', 6), ('worst 2', 7))
    """
    votes = pairwise(contest, rankings, unranked=unranked)
    return by_matrix(contest, votes, ties, strength=strength, unranked=unranked)


def by_matrix(
    contest: Contest, votes: Pairwise, ties: Ties, *, strength: str, unranked: str = "last"
) -> RankedOutcome:
    """The outcome from the pairwise matrix alone."""
    figures = [over(worst, votes.unit) for worst in worst_defeats(votes, strength)]
    return outcome(
        f"minimax_{strength}",
        contest,
        votes.ballots,
        by_figure(votes.standing, [-figure for figure in figures]),
        ties,
        parameters=(("unranked", unranked),),
        matrices=(("pairwise", votes.matrix()),),
        facts=tuple(zip((f"worst {place}" for place in votes.standing), figures, strict=True)),
    )


def worst_defeats(votes: Pairwise, strength: str) -> list[int]:
    """The worst defeat of each who stands, over the unit; 0 for one who stands alone.

    Raises
    ------
    BallotError : another word for `strength`.
    """
    if strength not in MEASURES:
        raise BallotError(f"strength is one of {', '.join(MEASURES)}, not {strength!r}")
    support = votes.among(votes.standing)
    if strength == "margin":
        figures = support - support.T
        if len(figures) > 1:  # nobody's margin over oneself stands for a defeat
            np.fill_diagonal(figures, figures.min())
    else:
        figures = np.where(support > support.T, support, 0) if strength == "winning" else support
    return [int(worst) for worst in figures.max(axis=0, initial=figures.min(initial=0))]
