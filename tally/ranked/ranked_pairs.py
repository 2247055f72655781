"""Ranked pairs (Tideman): lock defeats from the strongest on, but none against those locked before.

Defeats go by their strength; of equally strong ones that with fewer votes against goes first. Those
that are equal in both are looked at together: what is locked whichever of them goes first, is
locked. What depends on the order is a tie, and `Ties` is asked: for the preferred of the candidates
who beat, then for the least preferred of those whom that one beats (Zavist and Tideman 1989). Where
nothing settles it, all defeats of the tie are set aside.

Laws: whoever beats all others wins; the winner is in the Smith set; clones neither help nor harm
(without ties); more support never drops a winner.

References
----------
T. N. Tideman, Independence of clones as a criterion for voting rules, Social Choice and Welfare 4
(1987). T. M. Zavist, T. N. Tideman, Complete independence of clones in the ranked pairs rule,
Social Choice and Welfare 6 (1989).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tally.ranked.ballots import Ballots
from tally.ranked.beats import components, layers, named, outcome, spread, strengths
from tally.ranked.contest import Contest
from tally.ranked.outcome import RankedOutcome
from tally.ranked.pairwise import Pairwise, pairwise
from tally.ranked.ties import Ties

Pair = tuple[int, int]


def ranked_pairs(
    contest: Contest,
    rankings: Ballots,
    ties: Ties,
    *,
    strength: str = "winning",
    unranked: str = "last",
) -> RankedOutcome:
    """The outcome by ranked pairs.

    Parameters
    ----------
    strength : "winning", "margin" or "ratio", as `tally.ranked.beats.strengths` has them
    unranked : "last" or "not_compared", as `tally.ranked.pairwise` has them

    Raises
    ------
    BallotError : another word for either.

    >>> from tally.ranked import Rankings
    >>> contest = Contest.of("Ada", "Bo", "Cy")
    >>> rankings = Rankings.of(3, [(0, 1, 2), (1, 2, 0), (2, 0, 1)], weights=[4, 3, 2])
    >>> ranked_pairs(contest, rankings, Ties()).ranking
    ((0,), (1,), (2,))
    """
    votes = pairwise(contest, rankings, unranked=unranked)
    return by_matrix(contest, votes, ties, strength=strength, unranked=unranked)


def by_matrix(
    contest: Contest, votes: Pairwise, ties: Ties, *, strength: str, unranked: str = "last"
) -> RankedOutcome:
    """The outcome from the pairwise matrix alone; its matrix "locked" has 1 for a locked defeat."""
    locked = lock(votes, strength, ties)
    ranking = named(votes.standing, layers(locked))
    told = tuple(map(tuple, locked.astype(int).tolist()))
    return outcome(
        f"ranked_pairs_{strength}",
        contest,
        votes.ballots,
        ranking,
        ties,
        parameters=(("unranked", unranked),),
        matrices=(
            ("locked", spread(told, votes.standing, contest.size)),
            ("pairwise", votes.matrix()),
        ),
    )


def lock(votes: Pairwise, strength: str, ties: Ties) -> NDArray[np.bool_]:
    """The defeats that are locked, the implied ones included: s x s, without circles.

    Notes
    -----
    A defeat between two components is never against a locked one: only those within a component
    are walked. The walk costs O(1) for a defeat that is implied or against locked ones, and for all
    others together O(s^2) operations on numbers of s bits.
    """
    support = votes.among(votes.standing)
    figures = strengths(votes, strength).figures
    locked: NDArray[np.bool_] = support > support.T
    for group in components(support):
        if len(group) > 1:
            inner = np.ix_(group, group)
            locked[inner] = False
            names = [votes.standing[at] for at in group.tolist()]
            order = _Order.of(len(group))
            for level in _levels(figures[inner], support[inner]):
                for one, other in order.add_level(level, names, ties):
                    locked[group[one], group[other]] = True
    return locked


def _levels(figures: NDArray[Any], support: NDArray[Any]) -> Iterator[list[Pair]]:
    """Defeats from the strongest on, those together that are equal in votes against as well."""
    winners, losers = np.nonzero(figures)
    against = support[losers, winners]
    if against.dtype == object:
        against = np.unique(against, return_inverse=True)[1]
    strength = figures[winners, losers].astype(np.int64)
    order = np.lexsort((against, -strength))
    keys = zip(strength[order].tolist(), against[order].tolist(), strict=True)
    pairs = zip(winners[order].tolist(), losers[order].tolist(), strict=True)
    for _, level in groupby(zip(keys, pairs, strict=True), key=lambda row: row[0]):
        yield [pair for _, pair in level]


@dataclass
class _Order:
    """The locked order of s candidates as sets of bits.

    Attributes
    ----------
    below, above : length s; whom each has below or above by locked defeats, and itself
    """

    below: list[int]
    above: list[int]

    @classmethod
    def of(cls, size: int) -> "_Order":
        return cls([1 << at for at in range(size)], [1 << at for at in range(size)])

    def add_level(self, level: list[Pair], names: Sequence[int], ties: Ties) -> list[Pair]:
        """Lock what can be locked of equally strong defeats; those that were."""
        if len(level) == 1:
            return [pair for pair in level if self.add(*pair)]
        before = self.below.copy(), self.above.copy()
        possible = [pair for pair in level if not self.is_against(*pair)]
        if all(self.add(*pair) for pair in possible):  # no order would have changed anything
            return possible
        self.below, self.above = before
        return self._add_in_turn(possible, names, ties)

    def _add_in_turn(self, level: list[Pair], names: Sequence[int], ties: Ties) -> list[Pair]:
        """Lock those that are in no circle with the others; ask for one of the rest; and again."""
        locked: list[Pair] = []
        while level:
            circles = self._circles(level)
            sure = [pair for pair, circle in zip(level, circles, strict=True) if not circle]
            locked += [pair for pair in sure if self.add(*pair)]
            level = [pair for pair, circle in zip(level, circles, strict=True) if circle]
            chosen = _chosen(level, names, ties)
            if chosen is None:
                break
            self.add(*chosen)
            locked.append(chosen)
            level = [pair for pair in level if pair != chosen and not self.is_against(*pair)]
        return locked

    def _circles(self, level: list[Pair]) -> list[bool]:
        """Whether each pair is in a circle of these and locked defeats.

        Two are in one circle if each is reached from the other (S. R. Kosaraju's two walks).
        """
        onward, back = self.below.copy(), self.above.copy()
        for one, other in level:
            onward[one] |= 1 << other
            back[other] |= 1 << one
        left = everybody = (1 << len(onward)) - 1
        finished: list[int] = []
        for start in range(len(onward)):
            left = _walk(onward, start, left, finished)
        circle, left = [0] * len(onward), everybody
        for start in reversed(finished):
            reached: list[int] = []
            left = _walk(back, start, left, reached)
            for at in reached:
                circle[at] = start
        return [circle[one] == circle[other] for one, other in level]

    def is_against(self, one: int, other: int) -> bool:
        """Whether the second is above the first."""
        return bool(self.below[other] >> one & 1)

    def add(self, one: int, other: int) -> bool:
        """Put one above another, unless that is against what is locked; whether it is locked."""
        below, above = self.below, self.above
        if below[other] >> one & 1:
            return False
        if not below[one] >> other & 1:
            higher, lower = above[one] & ~above[other], below[other] & ~below[one]
            gained, gainers = below[other], above[one]
            for at in _bits(higher):
                below[at] |= gained
            for at in _bits(lower):
                above[at] |= gainers
        return True


def _walk(onward: Sequence[int], start: int, left: int, finished: list[int]) -> int:
    """Go from `start` to all of `left` that can be reached; who is still left.

    Each is noted in `finished` when there is nowhere to go from there any more.
    """
    path = [start] if left >> start & 1 else []
    left &= ~(1 << start)
    while path:
        ways = onward[path[-1]] & left
        if ways:
            path.append((ways & -ways).bit_length() - 1)
            left &= ~(ways & -ways)
        else:
            finished.append(path.pop())
    return left


def _bits(number: int) -> Iterator[int]:
    while number:
        last = number & -number
        yield last.bit_length() - 1
        number ^= last


def _chosen(level: Iterable[Pair], names: Sequence[int], ties: Ties) -> Pair | None:
    """The defeat that goes first of those in circles; None: there is none, or it is not settled."""
    at = {names[one]: one for pair in level for one in pair}
    winner = ties.choose({names[one] for one, _ in level}, best=True) if at else None
    if winner is None:
        return None
    losers = {names[other] for one, other in level if one == at[winner]}
    loser = ties.choose(losers, best=False)
    return None if loser is None else (at[winner], at[loser])
