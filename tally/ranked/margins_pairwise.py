"""How many ballots would have to be others, for the winners of a pairwise rule to be others.

Any ballot may be changed into any other. Two numbers are told: no fewer changed ballots can do
(`at_least`), and so many do (`at_most`): the changed ballots are given, and counted again.

*At least.* One changed ballot moves the votes of a pair by at most 1, the margin by at most 2.
While somebody beats all others, every rule here elects this one: so it takes half the smallest
margin. Where nobody does, the figures that the rule compares are bounded in the same way, if it
compares sums of ballots (minimax, Schulze, Copeland); else the bound is the trivial one, 1.

*At most.* For each rival, ballots are changed one after the other into ones that rank the rival
alone, those first that put the most candidates above the rival who must be passed; the number is
found by halving. It is a number that does, not the least that would.

References
----------
T. R. Magrino, R. L. Rivest, E. Shen, D. Wagner, Computing the margin of victory in IRV elections
(EVT/WOTE 2011), on the question; L. Xia, Computing the margin of victory for various voting rules
(EC 2012), on how hard it is for each rule.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tally.axioms.figures import Figures
from tally.errors import BallotError, UnknownRuleError
from tally.ranked import copeland, minimax, ranked_pairs, schulze
from tally.ranked.ballots import Ints, Rankings
from tally.ranked.beats import strengths
from tally.ranked.contest import Contest
from tally.ranked.outcome import RankedOutcome
from tally.ranked.pairwise import Pairwise, pairwise
from tally.ranked.reading import runs
from tally.ranked.ties import Ties

Decide = Callable[[Contest, Pairwise, Ties], RankedOutcome]
RULES: dict[str, Decide] = {
    "copeland": copeland.by_matrix,
    **{
        f"minimax_{kind}": partial(minimax.by_matrix, strength=kind)
        for kind in ("winning", "margin")
    },
    **{
        f"{name}_{kind}": partial(module.by_matrix, strength=kind)
        for name, module in (("schulze", schulze), ("ranked_pairs", ranked_pairs))
        for kind in ("winning", "margin", "ratio")
    },
}


@dataclass(frozen=True, slots=True)
class CondorcetMargin(Figures):
    """How safe it is that a candidate beats all others; all of it exact.

    Attributes
    ----------
    winner, rival : who beats all others, and by the least margin whom (the first of several)
    margin : that margin
    changed : the least number of ballots that, changed, take away that all others are beaten
    added : the least number of ballots that, added, do
    """

    winner: int
    rival: int
    margin: int
    changed: int
    added: int


@dataclass(frozen=True, slots=True)
class Margin(Figures):
    """Bounds on the least number of changed ballots that changes the winners.

    Attributes
    ----------
    at_least : proved, by what `reason` names: "condorcet", "figures" or "trivial"
    at_most : so many ballots, changed into ones for `rival` alone, do; None: no number was found
    winners : who then win
    """

    at_least: int
    reason: str
    at_most: int | None
    rival: int | None
    winners: tuple[int, ...]


def condorcet_margin(votes: Pairwise) -> CondorcetMargin | None:
    """The margin of whoever beats all others; None: nobody does, or one stands alone.

    Raises
    ------
    BallotError : weights that are not whole.

    Notes
    -----
    A margin over a rival is at most the votes for the winner of the pair, so there are enough
    ballots to change into ones that rank the rival alone: each takes 2 from the margin, an added
    one takes 1, and no ballot can take more.

    >>> from tally.ranked import Contest, Rankings
    >>> rankings = Rankings.of(2, [(0, 1), (1, 0)], weights=[8, 3])
    >>> condorcet_margin(pairwise(Contest.of("Ada", "Bo"), rankings))
    CondorcetMargin(winner=0, rival=1, margin=5, changed=3, added=5)
    """
    if votes.unit != 1:
        raise BallotError("parts of ballots cannot be changed")
    support = votes.among(votes.standing)
    margins = support - support.T
    for at, row in enumerate(margins):
        others = np.delete(row, at)
        if len(others) and others.min() > 0:
            margin = int(others.min())
            beaten = [votes.standing[other] for other in np.flatnonzero(row == margin).tolist()]
            return CondorcetMargin(votes.standing[at], beaten[0], margin, -(-margin // 2), margin)
    return None


def margin(
    contest: Contest, rankings: Rankings, rule: str, *, unranked: str = "last"
) -> tuple[Margin, Rankings | None]:
    """The bounds for a rule of `RULES`, and ballots so changed that others win.

    Raises
    ------
    UnknownRuleError : a rule that is not of `RULES`.
    BallotError : weights that are not whole, or do not fit 63 bits.

    Notes
    -----
    Some dozens of counts. Ties stand (nothing settles them): other winners are another set.

    >>> contest = Contest.of("Ada", "Bo", "Cy")
    >>> rankings = Rankings.of(3, [(0, 1, 2), (1, 2, 0), (2, 0, 1)], weights=[4, 3, 2])
    >>> found, changed = margin(contest, rankings, "schulze_winning")
    >>> found.at_least, found.at_most, found.winners
    (1, 1, (0, 1))
    """
    if rule not in RULES:
        raise UnknownRuleError(f"{rule} has no margin here; there are: {', '.join(RULES)}")
    if rankings.weights_unit != 1 or rankings.weights.dtype == object:
        raise BallotError("parts of ballots cannot be changed, nor so many")
    election = _Election(contest, rankings, unranked, RULES[rule])
    at_least, reason = _at_least(election, rule)
    best: tuple[int, int] | None = None
    for rival in contest.standing:
        number = election.least_for(rival, int(rankings.ballots) if best is None else best[0] - 1)
        best = best if number is None else (number, rival)
    if best is None:
        return Margin(at_least, reason, None, None, ()), None
    number, rival = best
    changed = election.changed(rival, number)
    winners = election.winners(pairwise(contest, changed, unranked=unranked))
    return Margin(at_least, reason, number, rival, winners), changed


def _at_least(election: "_Election", rule: str) -> tuple[int, str]:
    """A number of changed ballots below which the winners stay, and why."""
    beaten = condorcet_margin(election.votes)
    if beaten is not None:
        return beaten.changed, "condorcet"
    support = election.votes.among(election.votes.standing)
    least = _least_figures(election, rule) if len(election.before) == 1 < len(support) else 0
    return (least, "figures") if least > 1 else (1, "trivial")


def _least_figures(election: "_Election", rule: str) -> int:
    """The same from the figures that the rule compares; 0: it compares no sums of ballots.

    As long as no pair turns round, winning votes of a defeat move by at most 1 a ballot; margins
    by at most 2, whether a pair turns or not. The figures of two candidates must meet.
    """
    votes, name = election.votes, rule.rpartition("_")[0] or rule
    support = votes.among(votes.standing)
    margins = np.abs(support - support.T)[np.triu_indices(len(support), 1)]
    steady = -(-int(margins.min()) // 2)
    if name == "copeland":
        return steady
    winner = votes.standing.index(election.before[0])
    if name == "minimax":
        worst = sorted(minimax.worst_defeats(votes, rule.rpartition("_")[2]))
        gap = worst[1] - worst[0]
    elif name == "schulze" and not rule.endswith("ratio"):
        defeats = strengths(votes, rule.rpartition("_")[2])
        if defeats.values is not None:  # only their order is at hand
            return 0
        paths = schulze.closure(defeats.figures, votes).astype(np.int64)
        gap = int(np.delete(paths[winner] - paths[:, winner], winner).min())
    else:
        return 0
    return -(-gap // 4) if rule.endswith("margin") else min(steady, -(-gap // 2))


class _Election:
    """One count, and what it is with ballots changed for a rival.

    Attributes
    ----------
    votes, before : the pairwise votes and the winners of the ballots as they are
    """

    def __init__(self, contest: Contest, rankings: Rankings, unranked: str, decide: Decide) -> None:
        self._contest, self._rankings = contest, rankings
        self._unranked, self._decide = unranked, decide
        self.votes = pairwise(contest, rankings, unranked=unranked)
        self.before = self.winners(self.votes)

    def winners(self, votes: Pairwise) -> tuple[int, ...]:
        """Who wins; all of those who are level."""
        return self._decide(self._contest, votes, Ties(("unsettled",))).winners

    def least_for(self, rival: int, most: int) -> int | None:
        """How many ballots, changed in order, change the winners; None: not with `most`."""
        if most < 1 or self.before == (rival,):
            return None
        order = self._order(rival)
        if not self._is_other(rival, order, most):
            return None
        low, high = 0, most
        while high - low > 1:
            middle = (low + high) // 2
            if self._is_other(rival, order, middle):
                high = middle
            else:
                low = middle
        return high

    def changed(self, rival: int, number: int) -> Rankings:
        """The ballots, so many of them changed into ones that rank the rival above all others."""
        taken = self._taken(self._order(rival), number)
        left = self._rankings.weights - taken
        rest = picked(self._rankings, np.flatnonzero(left), left[left > 0])
        size = rest.size
        others = [place for place in range(size) if place != rival]
        ranks = rest.ranks
        if ranks is None:
            ranks = np.arange(len(rest.places)) - np.repeat(rest.starts[:-1], rest.lengths) + 1
        return replace(
            rest,
            starts=np.append(rest.starts, rest.starts[-1] + size),
            places=np.concatenate([rest.places, np.array([rival, *others], rest.places.dtype)]),
            ranks=np.concatenate([ranks, np.array([1, *[2] * len(others)])]).astype(np.uint16),
            weights=np.append(rest.weights, number),
        )

    def _is_other(self, rival: int, order: Ints, number: int) -> bool:
        taken = self._taken(order, number)
        rows = np.flatnonzero(taken)
        part = picked(self._rankings, rows, taken[rows])
        gone = pairwise(self._contest, part, unranked=self._unranked)
        support = self.votes.support - gone.support
        standing = [place for place in self._contest.standing if place != rival]
        support[rival, standing] += number
        return self.winners(replace(self.votes, support=support)) != self.before

    def _taken(self, order: Ints, number: int) -> Ints:
        """Length g: of each group, how many ballots are among the first in this order."""
        weights = self._rankings.weights[order]
        before = np.cumsum(weights) - weights
        taken = np.zeros_like(self._rankings.weights)
        taken[order] = np.clip(number - before, 0, weights)
        return taken

    def _order(self, rival: int) -> Ints:
        """The groups, first those that put the most who must be passed above the rival."""
        size = self._contest.size
        support = self.votes.support
        must = support[:, rival] >= support[rival]
        gains: list[NDArray[Any]] = []
        for run in runs(self._contest, self._rankings):
            own = np.full(len(run.weights), size)
            mine = run.places == rival
            own[run.owners[mine]] = run.levels[mine]
            ahead = must[run.places] & (run.levels < own[run.owners])
            gains.append(np.bincount(run.owners[ahead], minlength=len(run.weights)))
        return np.argsort(-np.concatenate(gains), kind="stable")


def picked(rankings: Rankings, rows: Ints, weights: NDArray[Any]) -> Rankings:
    """Some of the groups with other weights, without their points."""
    lengths = rankings.lengths[rows]
    starts = np.concatenate(([0], np.cumsum(lengths)))
    at = np.repeat(rankings.starts[rows] - starts[:-1], lengths) + np.arange(starts[-1])
    return replace(
        rankings,
        starts=starts,
        places=rankings.places[at],
        ranks=None if rankings.ranks is None else rankings.ranks[at],
        weights=weights,
        scores=None,
    )
