"""Purses of equal shares as whole numbers, in plain loops: compiled where numba is at hand.

A purse is two whole numbers, ``high`` and ``low``: high + low / 2^bits, in units of 2^-scale of
the least money. Sums of them are exact; only a price is rounded, down, once. `State.slip` bounds
how far the numbers of any purse are from the true purse, in units of ``high``. Where the bound
leaves a question open, the answer is `UNCLEAR`.
"""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

Function = TypeVar("Function", bound=Callable[..., Any])
Whole = NDArray[np.int64]
Small = NDArray[np.uint32]
Floats = NDArray[np.float64]

FINE, DEAD, UNCLEAR = 0, 1, 2  # what a look at an option shows
_UP, _DOWN = 1 + 2.0**-40, 1 - 2.0**-40  # more than all roundings of a few float operations
FAR = 2**62
_EMPTY = -1  # `high` of a voter who surely has nothing left


def compiled(function: Function) -> Function:
    """The function in machine code, kept for the next process, where numba is at hand."""
    try:
        import numba  # noqa: PLC0415 - an extra that may be missing
    except ImportError:  # the loops run as they stand, slowly
        return function
    try:
        return cast(Function, numba.njit(cache=True)(function))
    except RuntimeError:  # pragma: no cover - there is no place where it could be kept
        return cast(Function, numba.njit(function))


class Ground(NamedTuple):
    """What stays the same over all runs: g groups of voters, m options, k (option, group) pairs.

    Attributes
    ----------
    weights : length g, voters in each group
    starts : length m + 1; option o is backed by pairs ``starts[o]:starts[o + 1]``
    groups, points : length k; `points` is of length 0 where each is 1
    most : length m, the most points that a backer gives
    costs : length m
    pulls : length m, sum of weights x points
    divisors : length m: a price divided by it is what options are compared by
    rank : length m, places in the tie order
    chosen : the options that may be bought
    limit : money
    by_cost : whether an option's satisfaction is its cost
    exhaustive : whether the search ends when nothing more fits
    scale, bits : see the module
    """

    weights: Whole
    starts: Whole
    groups: Small
    points: Whole
    most: Floats
    costs: Whole
    pulls: Whole
    divisors: Floats
    rank: Whole
    chosen: Whole
    limit: int
    by_cost: bool
    exhaustive: bool
    scale: int
    bits: int


class State(NamedTuple):
    """The work arrays of one run; `order`, `prices` and `sold` tell the last one that was whole.

    Attributes
    ----------
    purses : g x 3: high, low, voters in the group; side by side, as they are read together
    slip : length 1, bound of their error
    groups, points : length k, the pairs: of each option first the capped, then those who pay all;
        the emptied are left out
    alive, capped : length m, how many pairs are kept, and how many of them are capped
    rest, poor : length m, pull of those who pay all; voters capped
    due_high, due_low, width : length m, the price of a point, rounded down, and its error
    least : length m, a price (`high`) that the true one is not below
    floors, ceilings : length m, bounds of the price by satisfaction; infinite: out of the run
    running, many : length m and 1: the options still in the run come first, so many
    looked : length m, the step at which the option was looked at
    order : length m, the options bought in the last run
    prices : length m, bounds from above of their prices by satisfaction
    sold : length m, the pull that paid, where nobody was capped; else 0
    bought : length 1, how many
    """

    purses: Whole
    slip: Floats
    groups: Small
    points: Whole
    alive: Whole
    capped: Whole
    rest: Whole
    poor: Whole
    due_high: Whole
    due_low: Whole
    width: Floats
    least: Whole
    floors: Floats
    ceilings: Floats
    running: Whole
    many: Whole
    looked: Whole
    order: Whole
    prices: Floats
    sold: Whole
    bought: Whole

    @classmethod
    def of(cls, ground: Ground) -> "State":
        """Empty work arrays."""
        options, pairs = len(ground.costs), len(ground.groups)
        lengths = {"slip": 1, "many": 1, "bought": 1, "groups": pairs, "points": len(ground.points)}
        real = {"slip", "width", "floors", "ceilings", "prices"}
        arrays: dict[str, Any] = {
            name: np.zeros(lengths.get(name, options), np.float64 if name in real else np.int64)
            for name in cls._fields
        }
        arrays["purses"] = np.zeros((len(ground.weights), 3), np.int64)
        arrays["groups"] = arrays["groups"].astype(np.uint32)
        return cls(**arrays)


@compiled
def begin(ground: Ground, state: State, high: int, low: int) -> None:
    """All purses as they are before anything is bought."""
    state.purses[:, 0] = high
    state.purses[:, 1] = low
    state.purses[:, 2] = ground.weights
    state.slip[0] = 2.0**-ground.bits
    state.groups[:] = ground.groups
    state.points[:] = ground.points
    state.looked[:] = -1
    state.least[:] = 0
    state.many[0] = len(ground.chosen)
    state.running[: len(ground.chosen)] = ground.chosen
    for option in ground.chosen:
        state.alive[option] = ground.starts[option + 1] - ground.starts[option]
        cost = float(ground.costs[option]) * 2.0**ground.scale
        state.floors[option] = cost / ground.pulls[option] / ground.divisors[option] * _DOWN


@compiled
def money_of(ground: Ground, state: State, option: int) -> tuple[int, int, int, int]:
    """What its backers hold (`high`, rounded down), how many they are, their pull, the least purse.

    The emptied are dropped. Where backers give points, the least purse does not matter: -1.
    """
    first = ground.starts[option]
    kept, high, low, voters, pull, lowest = first, 0, 0, 0, 0, FAR
    for at in range(first, first + state.alive[option]):
        group = state.groups[at]
        if state.purses[group, 0] == _EMPTY:
            continue
        state.groups[kept] = group
        weight = state.purses[group, 2]
        high += weight * state.purses[group, 0]
        low += weight * state.purses[group, 1]
        voters += weight
        lowest = min(lowest, state.purses[group, 0])
        if len(state.points):
            state.points[kept] = state.points[at]
            pull += weight * state.points[at]
        kept += 1
    state.alive[option] = kept - first
    money = high + (low >> ground.bits)
    if len(state.points):
        return money, voters, pull, -1
    return money, voters, voters, lowest


@compiled
def cap(
    ground: Ground, state: State, span: tuple[int, int], due: tuple[int, int]
) -> tuple[int, tuple[int, int, int, int], int, int, int]:
    """Bring those of a span of pairs who hold less than is due to its front.

    Returns
    -------
    The place after them; their `high`, `low`, pull and number; how near (in `high`) a purse of
    theirs is to what is due, and one of the others; the least purse of the others.
    """
    split, last = span
    high, low, pull, poor, point = 0, 0, 0, 0, 1
    below, above, lowest = FAR, FAR, FAR
    for at in range(split, last):
        group = state.groups[at]
        due_high, due_low = due
        if len(state.points):
            point = state.points[at]
            due_low *= point
            due_high = due_high * point + (due_low >> ground.bits)
            due_low &= (1 << ground.bits) - 1
        held = state.purses[group, 0]
        gap = held - due_high
        if gap > 0 or (gap == 0 and state.purses[group, 1] >= due_low):
            above, lowest = min(above, gap), min(lowest, held)
            continue
        weight = state.purses[group, 2]
        below = min(below, -gap)
        high += weight * held
        low += weight * state.purses[group, 1]
        pull += weight * point
        poor += weight
        state.groups[at] = state.groups[split]
        state.groups[split] = group
        if len(state.points):
            state.points[at] = state.points[split]
            state.points[split] = point
            lowest = -1
        split += 1
    return split, (high, low, pull, poor), below, above, lowest


@compiled
def look_at(ground: Ground, state: State, option: int) -> int:
    """Find the option's price, its error and who is capped: `FINE`, `DEAD` or `UNCLEAR`."""
    money, voters, pull, lowest = money_of(ground, state, option)
    high, bits, slip = ground.costs[option] << ground.scale, ground.bits, state.slip[0]
    doubt = (voters * slip + 2) * _UP
    if money - high <= doubt:
        return DEAD if money - high < -doubt else UNCLEAR
    first, last = ground.starts[option], ground.starts[option] + state.alive[option]
    split, low, poor, nearest = first, 0, 0, FAR
    while True:
        price = high // pull
        due = (price, (((high - price * pull) << bits) + low) // pull)
        is_guess = price < state.least[option]
        if is_guess:
            due = (state.least[option], 0)
        if due[0] + 1 < lowest:  # nobody else is capped: no need to look at each
            above, before = lowest - due[0], split
        else:
            before = split
            split, theirs, below, above, lowest = cap(ground, state, (split, last), due)
            nearest, poor = min(nearest, below), poor + theirs[3]
            high, low, pull = high - theirs[0], low - theirs[1], pull - theirs[2]
            high, low = high + (low >> bits), low & ((1 << bits) - 1)
        if split == before or pull == 0:
            break
    if is_guess or pull == 0:  # by the error of purses, a guess was too high
        return UNCLEAR
    width = (poor * slip / pull + 2.0 ** (1 - bits)) * _UP
    if min(nearest, above) - 1 <= (slip + ground.most[option] * width) * _UP:
        return UNCLEAR
    state.capped[option], state.rest[option], state.poor[option] = split - first, pull, poor
    state.due_high[option], state.due_low[option], state.width[option] = due[0], due[1], width
    state.least[option] = max(state.least[option], due[0] - 2 - int(2 * width))
    figure, divisor = due[0] + due[1] * 2.0**-bits, ground.divisors[option]
    state.floors[option] = (figure * _DOWN - width) / divisor * _DOWN
    state.ceilings[option] = (figure * _UP + width) / divisor * _UP
    return FINE


@compiled
def pay(ground: Ground, state: State, option: int) -> None:
    """Let the backers pay for it; it was looked at since the last purchase."""
    first = ground.starts[option]
    split, last = first + state.capped[option], first + state.alive[option]
    for at in range(first, split):
        state.purses[state.groups[at], 0] = _EMPTY
    due_high, due_low = state.due_high[option], state.due_low[option]
    for at in range(split, last):
        group = state.groups[at]
        low, high = due_low, due_high
        if len(state.points):
            low = due_low * state.points[at]
            high = due_high * state.points[at] + (low >> ground.bits)
            low &= (1 << ground.bits) - 1
        left = state.purses[group, 1] - low
        state.purses[group, 1] = left & ((1 << ground.bits) - 1)
        state.purses[group, 0] += (left >> ground.bits) - high
    state.slip[0] = (state.slip[0] + ground.most[option] * state.width[option]) * _UP
    state.floors[option] = np.inf
