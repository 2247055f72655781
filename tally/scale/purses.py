"""The purses of one part's voters, as its desk keeps them through a run of equal shares.

A voter is either emptied, or has paid the full price, once for each point, of every option bought
so far that the ballot names. So a purse is known exactly from the ballot and the prices; its float
is off by `slip` at most. A desk tells floats where bounds will do, and whole numbers (voters, and
how often they have paid which price) where exact figures are wanted.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from tally.profile import Ints
from tally.scale.desk import added
from tally.scale.part import Backers, Groups, OptionDesk

Floats = NDArray[np.float64]
Row = tuple[int, ...]
# An option bought, and its price for each point: numerator and denominator (a Fraction would be
# written out in decimals on its way to another process).
Purchase = tuple[int, int, int]

U = 2.0**-53  # unit roundoff of float64
TINY = 1e-300  # the float of a purse that may be empty: only a surely emptied one is 0


@dataclass(frozen=True)
class Run:
    """A run of equal shares as far as it has come.

    Attributes
    ----------
    by_points : whether a voter pays the price once for each point, or once for each option named
    endowment : of each voter: numerator and denominator
    bought : the purchases so far, in order
    """

    by_points: bool
    endowment: tuple[int, int]
    bought: tuple[Purchase, ...] = ()

    @property
    def start(self) -> float:
        """The endowment as a float."""
        return self.endowment[0] / self.endowment[1]

    @property
    def blur(self) -> float:
        """More than a purse's float, compared with what is due from it, can be wrong by.

        The first float is off by U x start. A purchase adds less than 4 U x start: what is due from
        one who can pay it is not above the start, rounded twice, and the difference once more. What
        is due now is rounded twice; if it is over twice the start, no rounding hides that.
        """
        return (10 + 4 * len(self.bought)) * U * self.start

    def held(self, row: Sequence[int]) -> Fraction:
        """The exact money of voters, none of them emptied.

        Parameters
        ----------
        row : the number of voters, then for each purchase the sum of their points for it
        """
        money = Fraction(row[0] * self.endowment[0], self.endowment[1])
        for times, (_, price, unit) in zip(row[1:], self.bought, strict=True):
            if times:
                money -= Fraction(times * price, unit)
        return money

    def at(self, desk: OptionDesk) -> "Purses":
        """The desk's purses, after these purchases."""
        return desk.state(Purses, replace(self, bought=()), self.bought)


@dataclass(frozen=True, slots=True)
class Seen:
    """What an option's backers would do at a price; floats, but for the counts.

    Attributes
    ----------
    paid : what they would pay in all
    pull : sum of weights x points of those whose purse is not below what is due
    money : what they hold in all
    alive : the number of those who are not emptied
    """

    paid: float
    pull: int
    money: float
    alive: int


@dataclass(frozen=True, slots=True)
class Sorted:
    """An option's backers, sorted by whether a price between two bounds empties them.

    Attributes
    ----------
    pull : sum of weights x points of those who surely keep something
    poor : those surely emptied, as `Run.held` takes them
    rest : (points for the option, then for each purchase) -> how many voters are in doubt
    """

    pull: int
    poor: Row
    rest: dict[Row, int]


@dataclass(frozen=True)
class Look:
    """The question for what an option's backers would do at the price `at` for each point."""

    run: Run
    option: int
    at: float

    def put_to(self, desk: OptionDesk) -> Seen:
        """The answer of one part."""
        return self.run.at(desk).look(self.option, self.at)

    def together(self, answers: Sequence[Seen]) -> Seen:
        """The sums."""
        return Seen(
            paid=sum(said.paid for said in answers),
            pull=sum(said.pull for said in answers),
            money=sum(said.money for said in answers),
            alive=sum(said.alive for said in answers),
        )


@dataclass(frozen=True)
class Sort:
    """The question for who is emptied, if the price lies in a range. Infinite: who holds what."""

    run: Run
    option: int
    low: float
    high: float

    def put_to(self, desk: OptionDesk) -> Sorted:
        """The answer of one part."""
        return self.run.at(desk).sort(self.option, self.low, self.high)

    def together(self, answers: Sequence[Sorted]) -> Sorted:
        """The sums."""
        rest: Counter[Row] = Counter()
        for said in answers:
            rest.update(said.rest)
        pull = sum(said.pull for said in answers)
        return Sorted(pull, added(said.poor for said in answers), dict(rest))


@dataclass(frozen=True, eq=False, slots=True)
class _Open:
    """The purses behind one option, picked out; kept until the next purchase or other option."""

    option: int
    backers: Backers
    purses: Floats
    money: float
    alive: int

    def due(self, price: float) -> Floats | float:
        """What each of them pays."""
        points = self.backers.points
        if points is None:
            return price
        return np.multiply(price, points, dtype=np.float64)


class Purses:
    """All purses of one part: g groups of equal ballots."""

    def __init__(self, desk: OptionDesk, start: Run) -> None:
        self._desk, self._start = desk, start
        self._float = np.full(len(desk.part.lengths), start.start)
        self._open: _Open | None = None
        self.steps: list[Purchase] = []

    def take(self, step: Purchase) -> None:
        """Let the backers of an option pay for it; who is emptied is decided exactly."""
        option, price, unit = step
        seen, blur = self._look_into(option), self._run.blur
        left = seen.purses - seen.due(price / unit)
        emptied = left < -blur
        (doubt,) = ((abs(left) <= blur) & (seen.purses > 0)).nonzero()
        if len(doubt):
            rows, which = self._alike(seen, doubt)
            poor = [self._run.held((1, *row[1:])) * unit < price * row[0] for row in rows]
            emptied[doubt] = np.array(poor)[which]
        left = np.maximum(left, TINY)
        left[emptied | (seen.purses == 0)] = 0.0
        self._float[seen.backers.groups] = left
        self._open = None
        self.steps.append(step)

    def look(self, option: int, at: float) -> Seen:
        """See `Look`."""
        seen = self._look_into(option)
        due = seen.due(at)
        paying = np.minimum(seen.purses, due)
        if seen.backers.weights is not None:
            paying *= seen.backers.weights
        full = seen.purses >= due
        return Seen(float(paying.sum()), _sum(seen.backers.pull, full), seen.money, seen.alive)

    def sort(self, option: int, low: float, high: float) -> Sorted:
        """See `Sort`."""
        seen, blur = self._look_into(option), self._run.blur
        alive = seen.purses > 0
        poor = alive & (seen.purses < seen.due(low) - blur)
        rich = seen.purses > seen.due(high) + blur
        groups = seen.backers.groups[poor]
        voters = self._desk.weights_of(groups)
        owner, column, points = self._payments(groups)
        paid = np.bincount(column, voters[owner] * points, 1 + len(self.steps))[1:]
        (doubt,) = (alive & ~poor & ~rich).nonzero()
        rest: dict[Row, int] = {}
        if len(doubt):
            rows, which = self._alike(seen, doubt)
            sums = np.bincount(which, self._desk.weights_of(seen.backers.groups[doubt]))
            rest = {row: int(number) for row, number in zip(rows, sums, strict=True)}
        poor_row = (int(voters.sum()), *(int(times) for times in paid))
        return Sorted(_sum(seen.backers.pull, rich), poor_row, rest)

    @property
    def _run(self) -> Run:
        return replace(self._start, bought=tuple(self.steps))

    def _look_into(self, option: int) -> _Open:
        if self._open is None or self._open.option != option:
            backers = self._desk.backers(option, by_points=self._start.by_points)
            purses = self._float.take(backers.groups)
            weights = backers.weights
            money = float(purses.sum() if weights is None else (purses * weights).sum())
            self._open = _Open(option, backers, purses, money, _sum(weights, purses > 0))
        return self._open

    def _payments(self, groups: Groups) -> tuple[Ints, Ints, Ints]:
        """What these groups have paid: place in `groups`, purchase from 1 on, times its price."""
        owner, places, points = self._desk.rows(groups, by_points=self._start.by_points)
        column = np.zeros(self._desk.part.size, dtype=np.int64)
        column[[option for option, *_ in self.steps]] = np.arange(1, 1 + len(self.steps))
        found = column[places]
        return owner[found > 0], found[found > 0], points[found > 0]

    def _alike(self, seen: _Open, some: Ints) -> tuple[list[Row], Ints]:
        """The different rows that `Sorted.rest` has for some backers, and which is whose."""
        table = np.zeros((len(some), 1 + len(self.steps)), dtype=np.int64)
        points = seen.backers.points
        table[:, 0] = 1 if points is None else points[some]
        owner, column, paid = self._payments(seen.backers.groups[some])
        table[owner, column] = paid
        rows, which = np.unique(table, axis=0, return_inverse=True)
        return [tuple(row) for row in rows.tolist()], which.reshape(-1)


def _sum(numbers: Ints | None, some: NDArray[np.bool_]) -> int:
    """The sum of `some` of the numbers; None: 1 each."""
    return int(np.count_nonzero(some) if numbers is None else numbers[some].sum())
