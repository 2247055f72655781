"""Kemeny: of all orders of the candidates, one that goes against the fewest votes.

An order goes against a ballot once for each pair of candidates that the two put the other way
round. The count is exact, and so is what is said of ties: who can be first in some best order, and
which pairs have the same order in all of them.

*How.* Whoever is in a component that beats all others stands above them in every best order (the
extended Condorcet criterion), so each component is ordered by itself. Up to `MOST_SETS` candidates
all sets of them are looked at (`tally.ranked.kemeny_sets`); beyond, linear programs bound what an
order can do, and exact whole numbers prove it (`tally.ranked.kemeny_bounds`).

Laws: whoever beats all others is first; a component that beats another stands above it; all ballots
reversed, the best orders are reversed.

References
----------
J. G. Kemeny, Mathematics without numbers, Daedalus 88 (1959). H. P. Young, A. Levenglick, A
consistent extension of Condorcet's election principle, SIAM Journal on Applied Mathematics 35
(1978). M. Truchon, An extension of the Condorcet criterion and Kemeny orders (1998).
"""

from collections.abc import Sequence
from math import prod
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from tally.ranked.ballots import Ballots, Ints, over
from tally.ranked.beats import Beats, components, layers, named, outcome
from tally.ranked.contest import Contest
from tally.ranked.kemeny_sets import Sets
from tally.ranked.outcome import RankedOutcome
from tally.ranked.pairwise import Pairwise, pairwise
from tally.ranked.reading import EXACT
from tally.ranked.ties import Ties

MOST_SETS = 14


class Orders(Protocol):
    """All best orders of one component, its candidates numbered from 0.

    Attributes
    ----------
    votes : what a best order has for it, over the unit
    count : how many best orders there are; None: more than one, not counted
    """

    votes: int
    count: int | None

    def next_ones(self, before: tuple[int, ...]) -> list[int]:
        """Who can come after these, in this order, in a best order."""

    def certain(self) -> Beats:
        """Whether the row is above the column in every best order."""


def kemeny(
    contest: Contest, rankings: Ballots, ties: Ties, *, unranked: str = "last"
) -> RankedOutcome:
    """The outcome by Kemeny's rule.

    Where several orders are best and nothing settles it, `winners` are all who are first in one of
    them, and the ranking is in layers: those whom no other is above in every best order, and so on.

    Parameters
    ----------
    unranked : "last" or "not_compared", as `tally.ranked.pairwise` has them

    Raises
    ------
    BallotError : another word for `unranked`.
    InstanceError : a component too large, or too tangled, for a proof (`kemeny_bounds`).

    >>> from tally.ranked import Rankings
    >>> contest = Contest.of("Ada", "Bo", "Cy")
    >>> rankings = Rankings.of(3, [(0, 1, 2), (1, 2, 0), (2, 0, 1)], weights=[4, 3, 2])
    >>> outcome = kemeny(contest, rankings, Ties())
    >>> outcome.ranking, dict(outcome.facts)["votes for"]
    (((0,), (1,), (2,)), 17)
    """
    votes = pairwise(contest, rankings, unranked=unranked)
    return by_matrix(contest, votes, ties, unranked=unranked)


def by_matrix(
    contest: Contest, votes: Pairwise, ties: Ties, *, unranked: str = "last"
) -> RankedOutcome:
    """The outcome from the pairwise matrix alone."""
    support = votes.among(votes.standing)
    if int(support.max(initial=0)) * support.size >= EXACT:
        support = support.astype(object)
    groups = components(support)
    found = [_orders(support[np.ix_(group, group)]) for group in groups]
    first: tuple[int, ...] = ()
    ranking: list[tuple[int, ...]] = []
    for group, orders in zip(groups, found, strict=True):
        names = [votes.standing[at] for at in group.tolist()]
        order, level = _walk(orders, names, ties)
        first = first or tuple(order[:1] or level)
        ranking += named(names, layers(orders.certain())) if level else [(name,) for name in order]
    best = _votes_for(support, groups, found)
    facts = [
        ("votes against", over(int(support.sum()) - best, votes.unit)),
        ("votes for", over(best, votes.unit)),
    ]
    counts = [orders.count for orders in found]
    if None not in counts:
        facts.append(("best orders", prod(map(int, counts))))  # type: ignore[arg-type]  # no None
    return outcome(
        "kemeny",
        contest,
        votes.ballots,
        tuple(ranking),
        ties,
        parameters=(("unranked", unranked),),
        matrices=(("pairwise", votes.matrix()),),
        facts=tuple(facts),
        winners=first,
        asked=True,
    )


def _orders(support: NDArray[Any]) -> Orders:
    """All best orders of one component."""
    if len(support) <= MOST_SETS:
        return Sets(support)
    from tally.ranked.kemeny_bounds import Bounds  # noqa: PLC0415 - who does not need scipy loads none

    return Bounds(support)


def _walk(orders: Orders, names: Sequence[int], ties: Ties) -> tuple[list[int], list[int]]:
    """A best order, as far as it is settled, and who stands level for the next place."""
    before: list[int] = []
    while len(before) < len(names):
        level = [names[at] for at in orders.next_ones(tuple(before))]
        chosen = ties.choose(level, best=True)
        if chosen is None:
            return [names[at] for at in before], level
        before.append(names.index(chosen))
    return [names[at] for at in before], []


def _votes_for(support: NDArray[Any], groups: list[Ints], found: list[Orders]) -> int:
    """What the best orders have for them: within components, and between them from above."""
    if not groups:
        return 0
    order = np.concatenate(groups)
    votes = int(np.triu(support[np.ix_(order, order)]).sum())
    for group, orders in zip(groups, found, strict=True):
        votes += orders.votes - int(np.triu(support[np.ix_(group, group)]).sum())
    return votes
