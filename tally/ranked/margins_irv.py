"""How many ballots would have to be others, for another candidate to win an instant run-off.

Any ballot may be changed into any other; how many there are stays. A tie may be broken either way:
a change that brings the winner level at the bottom is enough. So where the ballots as they are
leave a tie that decides, the margin is 0.

*How.* A search from the end of the count: of those who may be left at last, then of the last two,
and so on. What is known of the end of an order bounds every order that ends so
(`tally.ranked.margins_irv_program`), and ends that cost as much as a change in hand are left.
Assertions as for an audit (`tally.ranked.raire`) give a floor to all of them: half of their least
margin. On real ballots it mostly is the margin of victory itself.

*What is proved.* Floats only search. No fewer ballots will do (`at_least`): each bound is computed
in whole numbers, and the orders left out are covered by them. So many do (`at_most`): the changed
ballots are there, and `tally.ranked.irv` counted them again. Both are equal unless the search ended
at its limit, or the solver found no whole ballots as good as its fractions of ballots.

References
----------
T. R. Magrino, R. L. Rivest, E. Shen, D. Wagner, Computing the margin of victory in IRV elections
(EVT/WOTE 2011). M. Blom, V. Teague, P. J. Stuckey, R. Tidhar, Efficient computation of exact IRV
margins (ECAI 2016), on bounds from those who are out already.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import heappop, heappush

import numpy as np

from tally.axioms.figures import Figures
from tally.ranked.ballots import Ints, Rankings
from tally.ranked.contest import Contest
from tally.ranked.irv import irv
from tally.ranked.margins_irv_program import Path, Program
from tally.ranked.margins_pairwise import picked
from tally.ranked.places import Places
from tally.ranked.raire import Ends
from tally.ranked.ties import Ties

MOST_BRANCHES = 2_000
MOST_ENDS = 5_000  # of the floor that assertions give


@dataclass(frozen=True, slots=True)
class Swap(Figures):
    """So many ballots become others.

    Attributes
    ----------
    before, after : whom the ballot ranks, best first
    """

    before: tuple[int, ...]
    after: tuple[int, ...]
    number: int


@dataclass(frozen=True, slots=True)
class RunOffMargin(Figures):
    """The least number of changed ballots with which somebody else may win.

    Attributes
    ----------
    winner : by the contest's order of ties
    last_round : half the difference of the last two, rounded up: so many are always enough
    at_least : proved: fewer are not enough
    at_most : so many are: those of `changes`
    rival : who then wins
    order : from the rival to who then goes out first; of those level the later one goes out
    changes : which ballots become which
    """

    winner: int
    last_round: int
    at_least: int
    at_most: int
    rival: int
    order: tuple[int, ...]
    changes: tuple[Swap, ...]

    @property
    def is_exact(self) -> bool:
        """Whether the margin is known; else it lies between the two numbers."""
        return self.at_least == self.at_most


def margin(
    contest: Contest,
    rankings: Rankings,
    *,
    overvote: str = "skip",
    most_branches: int = MOST_BRANCHES,
) -> tuple[RunOffMargin, Rankings]:
    """The margin of victory, and ballots so changed that another wins.

    Parameters
    ----------
    overvote : ``skip`` or ``end``, as `tally.ranked.irv` has them
    most_branches : how many ends of orders are continued before the search gives up

    Raises
    ------
    BallotError : weights that are not whole, or do not fit 63 bits; another word.
    InstanceError : fewer than two candidates stand, or more than `places.MOST_CANDIDATES`.

    >>> contest = Contest.of("Ann", "Ben", "Cai", "Dee")
    >>> orders = [(0, 2), (1, 2), (2, 1), (3, 2, 1), (3,)]
    >>> found, changed = margin(contest, Rankings.of(4, orders, [8, 7, 5, 3, 1]))
    >>> found.winner, found.last_round, found.at_least, found.at_most, found.rival
    (2, 4, 1, 1, 1)
    >>> found.changes
    (Swap(before=(3,), after=(3, 1), number=1),)
    """
    search = _Search(contest, rankings, overvote)
    at_least = search.run(most_branches)
    best = search.best
    found = RunOffMargin(
        winner=search.winner,
        last_round=search.last_round,
        at_least=at_least,
        at_most=best.number,
        rival=best.rival,
        order=best.order,
        changes=best.swaps,
    )
    return found, best.rankings


@dataclass(frozen=True, eq=False)
class _Witness:
    """Ballots so changed that another wins, counted again.

    Attributes
    ----------
    rival : who wins
    order : from the winner to who goes out first; who is earlier in it was preferred in ties
    """

    number: int
    rival: int
    order: tuple[int, ...]
    swaps: tuple[Swap, ...]
    rankings: Rankings


class _Search:
    """Branch and bound over the ends of orders in which candidates go out.

    Attributes
    ----------
    best : the least change found
    """

    def __init__(self, contest: Contest, rankings: Rankings, overvote: str) -> None:
        self._contest, self._rankings, self._overvote = contest, rankings, overvote
        self._places = Places.of(contest, rankings, overvote)
        out = self._places.order_out(contest.tie_order)
        self._winner = out[-1]
        self.winner = self._places.candidates[self._winner]
        self._first = self._places.votes(range(self._places.size))
        few, many = sorted(self._places.votes(out[-2:]).tolist())
        self.last_round = -(-(many - few) // 2)
        self.best = self._of_last_round(out)

    def run(self, most_branches: int) -> int:
        """Search; what is proved of all changes."""
        waiting: list[tuple[int, int, Path]] = []  # (bound, less its length, the end of an order)
        tried: list[int] = []  # bounds of whole orders, whatever change was found for them
        ends = Ends(self._places, self._winner)
        ends.narrow(MOST_ENDS)
        floor = -(-ends.least // 2)  # a changed ballot takes at most 2 from an assertion's margin
        for last in set(range(self._places.size)) - {self._winner}:
            self._wait(waiting, (last,), 0)
        while waiting and max(floor, waiting[0][0]) < self.best.number and most_branches:
            most_branches -= 1
            bound, _, end = heappop(waiting)
            if len(end) == self._places.size:
                tried.append(bound)
                self._try(end)
            for one in set(range(self._places.size)).difference(end):
                self._wait(waiting, (one, *end), bound)
        return max(floor, min([self.best.number, *tried, *(bound for bound, *_ in waiting[:1])]))

    def _wait(self, waiting: list[tuple[int, int, Path]], end: Path, bound: int) -> None:
        """Keep an end of orders, unless it is known to cost as much as what is in hand."""
        bound = max(bound, self._bound_outside(end))
        if bound < self.best.number and len(end) > 1:
            bound = max(bound, self._bound_inside(end))
        if bound < self.best.number:
            heappush(waiting, (bound, -len(end), end))

    def _try(self, order: Path) -> None:
        """Find a least change for a whole order."""
        program, path_of = self._program(order)
        change = program.change()
        if change is not None and change.number < self.best.number:
            taken = _shared_out(change.taken, path_of, self._rankings.weights)
            puts = [(tuple(order[at] for at in path), many) for path, many in change.put]
            found = self._counted_again(taken, puts, order[::-1])
            if found.rival != self.winner:
                self.best = found

    def _bound_outside(self, end: Path) -> int:
        """Whoever is to go out before these all has no more votes than any of them then has.

        Her votes are at least the first choices; theirs at most those with only her beside them.
        """
        others = [one for one in range(self._places.size) if one not in end]
        most = self._places.votes_beside(end, others).min(axis=0)
        return max(0, -(int((most - self._first[others]).min(initial=0)) // 2))

    def _bound_inside(self, end: Path) -> int:
        """The bound of those in the end among each other; the program is solved if it may help."""
        program, _ = self._program(end)
        simple = program.simple_bound()
        return simple if simple >= self.best.number else program.bound()

    def _program(self, order: Path) -> tuple[Program, Ints]:
        paths, path_of = self._places.paths(order)
        ballots = np.zeros(len(paths), dtype=np.int64)
        np.add.at(ballots, path_of, self._rankings.weights)
        return Program(paths, ballots), path_of

    def _of_last_round(self, out: Path) -> _Witness:
        """Half the difference of the ballots that came to the winner, the other one in her place.

        The count goes as before until the winner goes out, in the last round if not before.
        """
        runner_up, winner = out[-2:]
        weights = np.where(self._places.holders(out[-2:]) == 1, self._rankings.weights, 0)
        taken = _first_ones(weights, self.last_round)
        puts = []
        for group in np.flatnonzero(taken).tolist():
            before = self._places.ahead_of(group, winner)
            puts.append(((*before, runner_up), int(taken[group])))
        return self._counted_again(taken, puts, (*out[-2::-1], winner))

    def _counted_again(
        self, taken: Ints, puts: Sequence[tuple[Path, int]], preferred: Path
    ) -> _Witness:
        """The ballots so changed, by `tally.ranked.irv`; ties go by those who are preferred."""
        contest, numbers = self._contest, self._places.candidates
        added = [(tuple(numbers[one] for one in path), many) for path, many in puts]
        left = self._rankings.weights - taken
        rows = np.flatnonzero(left)
        kept = picked(self._rankings, rows, left[rows]).rows()
        tiers = [(tuple((one,) for one in ballot), many) for ballot, many in added]
        rankings = Rankings.of_groups(contest.size, [*kept, *tiers])
        wanted = tuple(numbers[one] for one in preferred)
        out = Places.of(contest, rankings, self._overvote).order_out(wanted)
        order = tuple(numbers[one] for one in out[::-1])
        ties = Ties(("order",), (*order, *contest.withdrawn))
        return _Witness(
            number=sum(many for _, many in added),
            rival=irv(contest, rankings, ties, overvote=self._overvote).winners[0],
            order=order,
            swaps=self._paired(taken, added),
            rankings=rankings,
        )

    def _paired(self, taken: Ints, added: Sequence[tuple[Path, int]]) -> tuple[Swap, ...]:
        """Which ballots become which, one kind after the other."""
        swaps, waiting = [], list(added[::-1])
        for group in np.flatnonzero(taken).tolist():
            left = int(taken[group])
            while left:
                after, many = waiting.pop()
                number = min(left, many)
                swaps.append(Swap(self._places.ballot(group), after, number))
                left -= number
                if many > number:
                    waiting.append((after, many - number))
        return tuple(swaps)


def _shared_out(taken: Sequence[int], path_of: Ints, weights: Ints) -> Ints:
    """Length g: of each group how many ballots, the first groups of a path first."""
    found = np.zeros_like(weights)
    for path, many in enumerate(taken):
        found += _first_ones(np.where(path_of == path, weights, 0), many)
    return found


def _first_ones(weights: Ints, many: int) -> Ints:
    """Of each group how many ballots are among the first so many."""
    before = np.cumsum(weights) - weights
    taken: Ints = np.clip(many - before, 0, weights)
    return taken
