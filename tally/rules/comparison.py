"""The comparison step: an outcome is kept only if no more voters prefer another one to it.

Wieliczka 2023 announced it for equal shares against greedy. It takes any two outcomes.

Laws: whoever prefers one, prefers the other or minds neither is every voter once; exchanging the
outcomes exchanges the figures; an outcome compared with itself is kept and nobody minds.

References
----------
equalshares.net, the Green Million of Wieliczka (2023); Pabulib names the rule
"equalshares/add1-comparison".
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from tally.contest import Amount, Instance
from tally.errors import InstanceError
from tally.outcome import Outcome
from tally.profile import Profile


@dataclass(frozen=True, slots=True)
class Preferences:
    """How many voters prefer which of two outcomes; together they are all ballots."""

    first: Amount
    second: Amount
    indifferent: Amount


def preferences(
    instance: Instance,
    profile: Profile,
    first: Collection[str],
    second: Collection[str],
    *,
    by_cost: bool = False,
) -> Preferences:
    """How many voters prefer which of two sets of funded options.

    A voter prefers the set with more funded options that the ballot names; by cost, the set whose
    funded options that the ballot names cost more together.

    Parameters
    ----------
    first, second : ids of funded options
    by_cost : compare their cost instead of their number

    Raises
    ------
    InstanceError : an id is unknown.

    Notes
    -----
    One pass over the k picks; exact (whole numbers, of any size where costs need it).

    >>> from tally import Instance, Option, Profile
    >>> instance = Instance((Option("pool", 9), Option("bench", 2), Option("tree", 1)), 9)
    >>> ballots = Profile.of("approval", instance, [["pool", "bench", "tree"], ["pool"], []])
    >>> preferences(instance, ballots, ["bench", "tree"], ["pool"])
    Preferences(first=1, second=1, indifferent=1)
    >>> preferences(instance, ballots, ["bench", "tree"], ["pool"], by_cost=True)
    Preferences(first=0, second=2, indifferent=1)
    """
    unknown = {*first, *second} - instance.index.keys()
    if unknown:
        raise InstanceError(f"unknown options: {', '.join(sorted(unknown))}")
    costs, _, _ = instance.whole
    worth = costs if by_cost else (1,) * len(costs)
    gains = [
        said * ((option.id in first) - (option.id in second))
        for option, said in zip(instance.options, worth, strict=True)
    ]
    # Whole numbers that no machine word holds are added as Python's own.
    wide = sum(worth) >= 2**63
    gain_of_pick = np.array(gains, dtype=object if wide else np.int64)[profile.places]
    starts = profile.starts[:-1][np.diff(profile.starts) > 0]  # empty ballots mind neither
    speaking = profile.weights[np.diff(profile.starts) > 0]
    gain = np.add.reduceat(gain_of_pick, starts) if len(starts) else np.zeros(0, np.int64)
    ahead = int(speaking[gain > 0].sum())
    behind = int(speaking[gain < 0].sum())
    level = int(profile.weights.sum()) - ahead - behind
    return Preferences(*(_voters(said, profile.weights_unit) for said in (ahead, behind, level)))


def keep_if_preferred(
    instance: Instance, profile: Profile, first: Outcome, second: Outcome, *, by_cost: bool = False
) -> Outcome:
    """The first outcome if at least as many voters prefer it as prefer the second; else the second.

    Parameters
    ----------
    first, second : two counts of `profile` over `instance`, as of equal shares and of greedy
    by_cost : see `preferences`

    Returns
    -------
    The outcome kept, with the figures as facts (`prefer_first`, `prefer_second`, `prefer_neither`)
    and with what was compared as parameters (`compared_first`, `compared_second`: the rules;
    `compared_by`; `kept`).

    Raises
    ------
    InstanceError : an outcome funds an option that the instance does not have.
    """
    said = preferences(instance, profile, first.funded, second.funded, by_cost=by_cost)
    stays = said.first >= said.second
    kept = first if stays else second
    how = (
        ("compared_by", "cost" if by_cost else "number"),
        ("compared_first", first.rule),
        ("compared_second", second.rule),
        ("kept", "first" if stays else "second"),
    )
    figures = (
        ("prefer_first", said.first),
        ("prefer_neither", said.indifferent),
        ("prefer_second", said.second),
    )
    return replace(
        kept,
        parameters=tuple(sorted((*kept.parameters, *how))),
        facts=tuple(sorted((*kept.facts, *figures))),
    )


def _voters(numerator: int, unit: int) -> Amount:
    exact = Fraction(numerator, unit)
    return exact.numerator if exact.denominator == 1 else exact
