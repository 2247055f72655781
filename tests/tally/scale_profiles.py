"""A made election, for the tests of ballots in parts."""

import numpy as np

from tally import Instance, Option, Profile


def drawn(seed: int, voters: int, options: int) -> tuple[Instance, Profile]:
    """A made election, large enough for floats to decide most of it."""
    random = np.random.default_rng(seed)
    costs = np.maximum(random.lognormal(8, 1, options), 100).astype(int).tolist()
    liked = random.exponential(size=(voters, options)) / np.arange(1, options + 1) ** -0.8
    places = np.sort(np.argpartition(liked, 5, axis=1)[:, :5], axis=1).reshape(-1)
    instance = Instance(
        tuple(Option(str(at), cost) for at, cost in enumerate(costs)), sum(costs) // 4
    )
    ones = np.ones(voters, dtype=np.int64)
    return instance, Profile("approval", options, np.arange(voters + 1) * 5, places, None, ones)
