"""Whole runs over the purses of `tally.rules.fixed_point`, and how far add1 may look ahead by them.

These loops decide nothing. Where they are not sure the run is `UNSURE`. They tell how many
increments surely stay within the limit and do not end the search, and the exact purses
(`tally.rules.purses`) decide at both ends of what was leapt over.
"""

import numpy as np

from tally.rules.fixed_point import (
    DEAD,
    FAR,
    FINE,
    UNCLEAR,
    Ground,
    State,
    begin,
    compiled,
    look_at,
    pay,
)

WITHIN, OVER, ENDED, UNSURE = 0, 1, 2, 3  # what a run shows
NO, YES, UNKNOWN = 0, 1, 2
_NOBODY, _OPEN = -1, -2  # instead of an option: none can be bought; which one is not sure
_WORTH_A_LEAP = 4


@compiled
def goes_first(ground: Ground, option: int, pull: int, other: int, other_pull: int) -> int:
    """Whether the price cost / pull by satisfaction of `option` is less than that of `other`.

    Equal ones go by the tie order. A pull of 0 says that the price is not known exactly.
    """
    costs = ground.costs
    if pull == 0 or other_pull == 0:
        return UNKNOWN
    if ground.by_cost:
        mine, theirs = other_pull, pull
    elif max(float(costs[option]) * other_pull, float(costs[other]) * pull) > FAR:
        return UNKNOWN
    else:
        mine, theirs = costs[option] * other_pull, costs[other] * pull
    if mine == theirs:
        mine, theirs = ground.rank[option], ground.rank[other]
    return YES if mine < theirs else NO


@compiled
def next_of_not_looked(state: State, step: int) -> int:
    """Of those not looked at in this step, the option whose price may be the least; or none."""
    best, floor, at = _NOBODY, np.inf, 0
    while at < state.many[0]:
        option = state.running[at]
        if state.floors[option] == np.inf:  # out of the run
            state.many[0] -= 1
            state.running[at] = state.running[state.many[0]]
            continue
        if state.floors[option] < floor and state.looked[option] != step:
            best, floor = option, state.floors[option]
        at += 1
    return best


@compiled
def settled_pull(state: State, option: int) -> int:
    """The pull of all who pay, where nobody is capped: the price is then known exactly; else 0."""
    return 0 if state.poor[option] else state.rest[option]


@compiled
def choose(ground: Ground, state: State, step: int) -> int:
    """The option with the least price; `_NOBODY` can pay for any; `_OPEN`: it is not sure."""
    best = _NOBODY
    while True:
        option = next_of_not_looked(state, step)
        if option < 0 or (best >= 0 and state.floors[option] > state.ceilings[best]):
            return best
        seen = look_at(ground, state, option)
        if seen == UNCLEAR:
            return _OPEN
        if seen == DEAD:
            state.floors[option] = np.inf
            continue
        state.looked[option] = step
        if best < 0 or state.ceilings[option] < state.floors[best]:
            best = option
        elif state.floors[option] <= state.ceilings[best]:
            mine, theirs = settled_pull(state, option), settled_pull(state, best)
            verdict = goes_first(ground, option, mine, best, theirs)
            if verdict == UNKNOWN:
                return _OPEN
            if verdict == YES:
                best = option


@compiled
def buy(ground: Ground, state: State, option: int) -> None:
    """Note the purchase and let the backers pay."""
    at = state.bought[0]
    state.order[at] = option
    state.prices[at] = state.ceilings[option]
    state.sold[at] = settled_pull(state, option)
    state.bought[0] = at + 1
    pay(ground, state, option)


@compiled
def natural(ground: Ground, state: State, high: int, low: int) -> int:
    """What this endowment buys, in order: `WITHIN`, `OVER`, `ENDED` or `UNSURE`."""
    begin(ground, state, high, low)
    state.bought[0] = 0
    left = ground.limit
    while True:
        option = choose(ground, state, state.bought[0])
        if option == _OPEN:
            return UNSURE
        if option < 0:
            break
        buy(ground, state, option)
        left -= ground.costs[option]
    if left < 0:
        return OVER
    for option in ground.chosen:
        is_bought = False
        for at in range(state.bought[0]):
            is_bought = is_bought or state.order[at] == option
        if not is_bought and (not ground.exhaustive or ground.costs[option] <= left):
            return WITHIN
    return ENDED


@compiled
def same_until(ground: Ground, state: State, high: int, low: int) -> bool:
    """Whether all endowments from the last run's to this buy the same as that, in the same order.

    See `tally.rules.market.Market.is_least_until`. Where it is so, the last run is now this one.
    """
    begin(ground, state, high, low)
    many = state.bought[0]
    for at in range(many):
        option = state.order[at]
        ceiling, sold = state.prices[at], state.sold[at]
        while True:
            other = next_of_not_looked(state, at)
            if other < 0 or state.floors[other] > ceiling:
                break
            seen = look_at(ground, state, other)
            if seen == UNCLEAR:
                return False
            if seen == DEAD:
                state.floors[other] = np.inf
                continue
            state.looked[other] = at
            if other != option and state.floors[other] <= ceiling:
                mine = settled_pull(state, other)
                if goes_first(ground, other, mine, option, sold) != NO:
                    return False
        if state.looked[option] != at and look_at(ground, state, option) != FINE:
            return False
        state.bought[0] = at
        buy(ground, state, option)
    return choose(ground, state, many) == _NOBODY


@compiled
def leaps(ground: Ground, state: State, high: int, low: int) -> bool:
    """`same_until`; the last run stays as it was where that cannot be told."""
    prices, sold, many = state.prices.copy(), state.sold.copy(), state.bought[0]
    if same_until(ground, state, high, low):
        return True
    state.prices[:], state.sold[:], state.bought[0] = prices, sold, many
    return False


@compiled
def passed(ground: Ground, state: State, purse: tuple[int, int], step: int, most: int) -> int:
    """How many more steps surely stay within the limit, with something left to be tried.

    Parameters
    ----------
    purse : high and low of the endowment from which the steps go
    step : by which `high` grows each time
    most : how many steps are tried
    """
    high, low = purse
    done, leap = 0, 1
    while done < most:
        if leap >= _WORTH_A_LEAP:
            far = min(leap, most - done)
            if leaps(ground, state, high + (done + far) * step, low):
                done += far
                leap *= 2
            else:
                leap //= 2
            if leap >= _WORTH_A_LEAP:
                continue
        before, many = state.order.copy(), state.bought[0] if done else -1
        if natural(ground, state, high + (done + 1) * step, low) != WITHIN:
            break
        done += 1
        is_same = many == state.bought[0]
        for at in range(many):
            is_same = is_same and before[at] == state.order[at]
        leap = max(2, leap * 2) if is_same else 1
    return done
