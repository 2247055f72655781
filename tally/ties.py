"""Ties are settled by an order that is handed in as a value, never by accident."""

import hashlib
from collections.abc import Callable, Collection, Sequence

from tally.contest import Instance, Option
from tally.errors import InstanceError, ShortSeedError

SHORTEST_SEED = 16

# All options' ids, first wins.
TieOrder = tuple[str, ...]


def by_id(instance: Instance) -> TieOrder:
    """Smallest identifier as text first ("10" before "9"): the order of the reference outcomes."""
    return _sorted(instance, lambda option: option.id)


def by_cost(instance: Instance, then: Sequence[str] = ()) -> TieOrder:
    """Least cost first; among equal costs the order of `then`, a lot drawn before, else the id.

    Raises
    ------
    InstanceError : `then` is given and does not name each option once.
    """
    if then and sorted(then) != sorted(instance.index):
        raise InstanceError("a given order must name each option once")
    place = {name: at for at, name in enumerate(then or by_id(instance))}
    return _sorted(instance, lambda option: (option.cost, place[option.id]))


def tie_order(seed: bytes, options: Collection[str]) -> TieOrder:
    """Options ordered by lot, so that anyone holding the seed can repeat the draw.

    Parameters
    ----------
    seed : at least 16 bytes, drawn in public after closing
    options : m distinct identifiers; their order here has no effect

    Returns
    -------
    length m, best lot first

    Raises
    ------
    ShortSeedError, InstanceError : the caller's fault, nothing was drawn.

    Notes
    -----
    Key of an option: SHA-256(seed, 0x00, UTF-8 identifier). O(m log m).

    References
    ----------
    R. L. Rivest, Consistent Sampling with Replacement, arXiv:1808.10016 (lots from a seed).

    >>> tie_order(bytes(16), ["bench", "pool", "trees"])
    ('bench', 'trees', 'pool')
    """
    if len(seed) < SHORTEST_SEED:
        raise ShortSeedError(f"a seed needs {SHORTEST_SEED} bytes, this one has {len(seed)}")
    if len(set(options)) != len(options):
        raise InstanceError("an option's id stands twice")
    return tuple(
        sorted(options, key=lambda name: hashlib.sha256(seed + b"\x00" + name.encode()).digest())
    )


def _sorted(instance: Instance, key: "Callable[[Option], object]") -> TieOrder:
    return tuple(option.id for option in sorted(instance.options, key=key))  # type: ignore[arg-type]  # each caller's keys are comparable with one another
