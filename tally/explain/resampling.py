"""How firm an outcome is under any rule: an estimate, by drawing ballots anew from a stated seed.

In each draw so many ballots, taken at random, are replaced by copies of as many others, drawn with
replacement from all. The share of draws that fund the same options is an estimate; so is the number
of ballots at which half the draws fund others. They are no margins: whoever wants another outcome
changes better chosen ballots.

The draws come from a generator whose numbers are fixed for all time: PCG64, set by SHA-256 of the
seed. So anybody with the seed draws the same.

References
----------
B. Efron, Bootstrap Methods: Another Look at the Jackknife (Annals of Statistics, 1979);
M. E. O'Neill, PCG: A Family of Simple Fast Space-Efficient Statistically Good Algorithms (2014).
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from tally.axioms.figures import Figures
from tally.contest import Instance
from tally.errors import BallotError, ShortSeedError
from tally.outcome import Outcome
from tally.profile import Ints, Profile
from tally.ties import SHORTEST_SEED

Count = Callable[[Instance, Profile], Outcome]


@dataclass(frozen=True, slots=True)
class Estimate(Figures):
    """What so many draws gave.

    Attributes
    ----------
    seed : hexadecimal
    changed : ballots replaced in each draw
    same : draws that fund the same options, in whatever order
    funded : for each option in how many draws it is funded, in the instance's order
    """

    seed: str
    draws: int
    changed: int
    same: int
    funded: tuple[tuple[str, int], ...]
    claim: str = "estimate"


@dataclass(frozen=True, slots=True)
class Half(Figures):
    """The least number of replaced ballots tried at which at most half the draws fund the same.

    Attributes
    ----------
    changed : None: even with all ballots drawn anew, more than half fund the same
    tried : (ballots replaced, draws that fund the same), in the order tried
    """

    seed: str
    draws: int
    changed: int | None
    tried: tuple[tuple[int, int], ...]
    claim: str = "estimate"


def redrawn(
    count: Count, instance: Instance, profile: Profile, *, seed: bytes, draws: int, changed: int
) -> Estimate:
    """The outcomes of `draws` elections in each of which `changed` ballots were drawn anew.

    Parameters
    ----------
    count : the rule, with its parameters and tie order; it is called once for each draw, and once
        for the election itself
    seed : at least 16 bytes, drawn in public after closing
    changed : from 0 to the number of ballots

    Raises
    ------
    ShortSeedError : a seed of fewer than 16 bytes.
    BallotError : weights that are not whole, or more ballots to change than there are.

    Notes
    -----
    O(n) for a draw over n ballots, besides the count.
    """
    before = frozenset(count(instance, profile).funded)
    outcomes = [
        frozenset(count(instance, drawn).funded) for drawn in _drawn(profile, seed, draws, changed)
    ]
    times = tuple((name, sum(name in funded for funded in outcomes)) for name in instance.index)
    return Estimate(seed.hex(), draws, changed, outcomes.count(before), times)


def half(count: Count, instance: Instance, profile: Profile, *, seed: bytes, draws: int) -> Half:
    """At how many replaced ballots half the draws fund others: by doubling, then halving.

    Raises
    ------
    ShortSeedError, BallotError : as above

    Notes
    -----
    Some 2 log2(n) times `draws` counts.
    """
    most = int(profile.weights.sum())
    tried: list[tuple[int, int]] = []

    def falls(changed: int) -> bool:
        found = redrawn(count, instance, profile, seed=seed, draws=draws, changed=changed)
        tried.append((changed, found.same))
        return 2 * found.same <= draws

    low, high = 0, min(1, most)
    while not falls(high):
        if high == most:
            return Half(seed.hex(), draws, None, tuple(tried))
        low, high = high, min(2 * high, most)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if falls(middle) else (middle, high)
    return Half(seed.hex(), draws, high, tuple(tried))


def _drawn(profile: Profile, seed: bytes, draws: int, changed: int) -> Iterator[Profile]:
    voters = int(profile.weights.sum())
    if len(seed) < SHORTEST_SEED:
        raise ShortSeedError(f"a seed needs {SHORTEST_SEED} bytes, this one has {len(seed)}")
    if profile.weights_unit != 1 or not 0 <= changed <= voters:
        raise BallotError(f"of {voters} whole ballots, {changed} cannot be drawn anew")
    number = int.from_bytes(hashlib.sha256(seed).digest())
    bits = np.random.PCG64(number)
    ends = np.cumsum(profile.weights)
    for _ in range(draws):
        out = np.argsort(bits.random_raw(voters), kind="stable")[:changed]
        anew = _below(bits, voters, changed)
        gone = _by_group(out, ends)
        weights = profile.weights - gone + _by_group(anew, ends)
        yield _with_weights(profile, weights)


def _below(bits: np.random.PCG64, bound: int, number: int) -> Ints:
    """So many whole numbers from 0 to below `bound`, each as likely as the others."""
    found = np.zeros(0, np.uint64)
    fair = 2**64 - 2**64 % bound if bound else 0  # numbers from here on would favour the small ones
    while len(found) < number:
        raw = np.asarray(bits.random_raw(number - len(found)), np.uint64)
        found = np.concatenate([found, raw[raw <= np.uint64(fair - 1)] % np.uint64(bound)])
    return found.astype(np.int64)


def _by_group(voters: Ints, ends: Ints) -> Ints:
    """How many of these voters are in each group."""
    return np.bincount(np.searchsorted(ends, voters, side="right"), minlength=len(ends))


def _with_weights(profile: Profile, weights: Ints) -> Profile:
    """The groups that have voters, with so many."""
    kept = weights > 0
    lengths = np.diff(profile.starts)
    picks = np.repeat(kept, lengths)
    return replace(
        profile,
        starts=np.concatenate([[0], np.cumsum(lengths[kept])]).astype(np.int64),
        places=profile.places[picks],
        points=None if profile.points is None else profile.points[picks],
        weights=weights[kept],
    )
