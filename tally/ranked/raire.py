"""Assertions that together imply the winner of an instant run-off, for an audit by sample.

Two kinds, each a comparison of two numbers of votes that any sample of ballots can test:

- *not eliminated before* (NEB): the first choices of one are more than all ballots that rank
  another above her or alone; so she cannot go out while the other stands;
- *not eliminated next* (NEN): when just a given set stands, one has more votes than another of
  them; so she is not the next to go out.

An order in which candidates may go out is *contradicted* by an assertion that it would break. If
all orders that end in another winner are contradicted, the winner has won, in whatever order the
others went out. `check` looks at all these orders; it shares nothing with the search.

How many ballots a comparison audit has to draw goes with the ballots over the margin, the votes by
which an assertion holds. The search makes the least margin as great as any set of such assertions
has it; of those of at least this margin it takes few, and prefers great margins: not the fewest.

References
----------
M. Blom, P. J. Stuckey, V. Teague, RAIRE: Risk-Limiting Audits for IRV Elections (arXiv:1903.08804).
P. B. Stark, Sets of Half-Average Nulls Generate Risk-Limiting Audits: SHANGRLA (2020).
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from heapq import heappop, heappush
from operator import attrgetter

from tally.axioms.figures import Figures
from tally.errors import InstanceError
from tally.ranked.ballots import Rankings
from tally.ranked.contest import Contest
from tally.ranked.places import Places

NEB, NEN = "NEB", "NEN"
MOST_ENDS = 50_000  # a minute or two
Order = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Assertion(Figures):
    """One comparison.

    Attributes
    ----------
    kind : ``NEB`` or ``NEN``
    winner, loser : of the comparison
    standing : of NEN, who stands, ascending; empty for NEB
    margin : the votes for the winner less those for the loser
    """

    kind: str
    winner: int
    loser: int
    standing: tuple[int, ...]
    margin: int

    def contradicts(self, end: Order) -> bool:
        """Whether no count that ends so can be: `end` is who goes out at last, the winner last.

        >>> Assertion("NEB", 0, 1, (), 5).contradicts((2, 1)), Assertion(
        ...     "NEN", 2, 1, (0, 1, 2), 5
        ... ).contradicts((2, 0, 1))
        (True, True)
        """
        if self.kind == NEB:
            return self.loser in end and self.winner not in end[end.index(self.loser) :]
        last = end[len(end) - len(self.standing) :]
        return last[:1] == (self.winner,) and sorted(last) == list(self.standing)


@dataclass(frozen=True, slots=True)
class Assertions(Figures):
    """What an audit has to test.

    Attributes
    ----------
    winner : by the contest's order of ties
    order : who goes out, one after the other, and at last the winner
    ballots : how many were cast, empty ones included
    assertions : the least margin first
    unruled : an end of orders with another winner that no assertion of a margin above 0
        contradicts; empty: the assertions imply the winner
    """

    winner: int
    order: Order
    ballots: int
    assertions: tuple[Assertion, ...]
    unruled: Order

    @property
    def difficulty(self) -> Fraction | None:
        """Ballots over the least margin; the ballots to draw grow with it. None: no assertions."""
        if not self.assertions:
            return None
        return Fraction(self.ballots, self.assertions[0].margin)


def check(
    assertions: Sequence[Assertion], winner: int, candidates: Collection[int]
) -> Order | None:
    """An end of orders with another winner that no assertion contradicts; None: there is none.

    >>> check([Assertion("NEB", 0, 1, (), 5)], 0, [0, 1]), check([], 0, [0, 1])
    (None, (0, 1))
    """
    waiting: list[Order] = [(one,) for one in candidates if one != winner]
    while waiting:
        end = waiting.pop()
        if any(assertion.contradicts(end) for assertion in assertions):
            continue
        if len(end) == len(candidates):
            return end
        waiting += [(one, *end) for one in candidates if one not in end]
    return None


def assertions(
    contest: Contest,
    rankings: Rankings,
    *,
    most_ends: int = MOST_ENDS,
) -> Assertions:
    """Assertions that imply the winner, with the greatest least margin that any set has.

    Parameters
    ----------
    most_ends : how many ends of orders may wait before the search gives up

    Raises
    ------
    BallotError : weights that are not whole, or do not fit 63 bits.
    InstanceError : fewer than two candidates stand, or more than `places.MOST_CANDIDATES`; more
        ends of orders than `most_ends`.

    >>> contest = Contest.of("Ann", "Ben", "Cai")
    >>> found = assertions(contest, Rankings.of(3, [(0, 2), (1, 2), (2,)], [6, 3, 4]))
    >>> [(one.kind, one.winner, one.loser, one.margin) for one in found.assertions]
    [('NEB', 2, 1, 1), ('NEN', 2, 0, 1)]
    """
    places = Places.of(contest, rankings)
    order = places.order_out(contest.tie_order)
    ends = Ends(places, order[-1])
    if not ends.narrow(most_ends):
        raise InstanceError(f"more than {most_ends} ends of orders would have to be ruled out")
    unruled = () if ends.least > 0 else ends.waiting[0]
    chosen: list[Assertion] = []
    if not unruled:
        chosen = _thinned(_covering(ends), ends.waiting, places.size)
        unruled = check(chosen, order[-1], range(places.size)) or ()
    numbers = places.candidates
    return Assertions(
        winner=numbers[order[-1]],
        order=tuple(numbers[one] for one in order),
        ballots=int(rankings.ballots),
        assertions=tuple(_numbered(one, numbers) for one in chosen),
        unruled=tuple(numbers[one] for one in unruled),
    )


class Ends:
    """Ends of orders, each with the assertions that contradict it; candidates as `Places` has them.

    Attributes
    ----------
    waiting : every order with another winner has one of these ends
    least : each of them is contradicted by an assertion of this margin at least
    """

    def __init__(self, places: Places, winner: int) -> None:
        self._places = places
        everybody = range(places.size)
        first, above = places.votes(everybody), places.above()
        self._before = (first[:, None] - above.T).tolist()  # the margin of NEB, row against column
        self._votes: dict[Order, dict[int, int]] = {}
        self._heap: list[tuple[int, int, Order]] = []
        for one in set(everybody) - {winner}:
            self._wait((one,), 0)

    @property
    def waiting(self) -> list[Order]:
        """The ends, the first one with the least margin of all."""
        return [end for *_, end in self._heap]

    @property
    def least(self) -> int:
        """The least margin of the best assertions of the ends."""
        return self._heap[0][0]

    def narrow(self, most: int) -> bool:
        """Continue ends until no assertions have a greater least margin; whether it came to that.

        The end whose best assertion has the least margin is continued first: what continues it has
        further assertions. Once that end is a whole order, no set does without so small a margin.

        Parameters
        ----------
        most : how many ends may wait
        """
        while len(self._heap[0][2]) < self._places.size:
            if len(self._heap) > most:
                return False
            margin, _, end = heappop(self._heap)
            for one in set(range(self._places.size)).difference(end):
                self._wait((one, *end), margin)
        return True

    def of(self, end: Order) -> Iterator[Assertion]:
        """The assertions that contradict an end and not the same without its first one."""
        one, later = end[0], end[1:]
        for other in later:
            yield Assertion(NEB, one, other, (), self._before[one][other])
        for other in set(range(self._places.size)).difference(end):
            yield Assertion(NEB, other, one, (), self._before[other][one])
        if later:
            standing = tuple(sorted(end))
            votes = self._votes_of(standing)
            loser = min(later, key=votes.__getitem__)
            yield Assertion(NEN, one, loser, standing, votes[one] - votes[loser])

    def _wait(self, end: Order, margin: int) -> None:
        best = max(margin, *(found.margin for found in self.of(end)))
        heappush(self._heap, (best, -len(end), end))

    def _votes_of(self, standing: Order) -> dict[int, int]:
        if standing not in self._votes:
            votes = self._places.votes(standing).tolist()
            self._votes[standing] = dict(zip(standing, votes, strict=True))
        return self._votes[standing]


def _covering(ends: Ends) -> list[Assertion]:
    """Few assertions that contradict all ends: each time the one that has most for its margin."""
    contradicted: dict[Assertion, set[int]] = {}
    waiting = ends.waiting
    for number, end in enumerate(waiting):
        for at in range(len(end)):
            for found in ends.of(end[at:]):
                if found.margin >= ends.least:
                    contradicted.setdefault(found, set()).add(number)
    chosen, left = [], set(range(len(waiting)))
    while left:
        best = max(contradicted, key=lambda found: len(contradicted[found] & left) * found.margin)
        chosen.append(best)
        left -= contradicted.pop(best)
    return chosen


def _thinned(chosen: list[Assertion], ends: Sequence[Order], size: int) -> list[Assertion]:
    """Those that are needed, the least margin first.

    One is not needed if every end that it alone contradicts goes on only in ways that others do.
    """
    key = attrgetter("margin", "kind", "winner", "loser", "standing")
    kept = sorted(chosen, key=key)
    by = {end: {one for one in kept if one.contradicts(end)} for end in ends}
    for found in tuple(kept):
        rest = [other for other in kept if other is not found]
        alone = [end for end, those in by.items() if those == {found}]
        further = _continued(alone, rest, size)
        if further is not None:
            kept = rest
            by = {end: those - {found} for end, those in by.items() if those != {found}} | further
    return kept


def _continued(
    ends: Sequence[Order], by: Sequence[Assertion], size: int
) -> dict[Order, set[Assertion]] | None:
    """What ends go on to until they are contradicted, and by which; None: not in every way."""
    found, waiting = dict[Order, set[Assertion]](), list(ends)
    while waiting:
        end = waiting.pop()
        those = {one for one in by if one.contradicts(end)}
        if those:
            found[end] = those
        elif len(end) == size:
            return None
        else:
            waiting += [(one, *end) for one in set(range(size)).difference(end)]
    return found


def _numbered(found: Assertion, numbers: Sequence[int]) -> Assertion:
    """The same with candidates by their numbers in the contest."""
    return Assertion(
        found.kind,
        numbers[found.winner],
        numbers[found.loser],
        tuple(numbers[one] for one in found.standing),
        found.margin,
    )
