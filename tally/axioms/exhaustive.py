"""Exhaustiveness: the limit is kept, and nothing more that somebody wants would fit.

References
----------
S. Rey and J. Maly, The (Computational) Social Choice Take on Indivisible Participatory Budgeting,
arXiv:2303.00621, section 2.
"""

from collections.abc import Collection, Set
from dataclasses import dataclass

from tally.axioms.figures import Figures
from tally.contest import Amount, Instance
from tally.profile import Profile


@dataclass(frozen=True, slots=True)
class Certificate(Figures):
    """The money left, and the cheapest supported option that it does not pay for; empty: none."""

    left: Amount
    cheapest: str
    axiom: str = "exhaustiveness"


@dataclass(frozen=True, slots=True)
class Violation(Figures):
    """The money left, below zero if the limit is broken; the supported options that would fit."""

    left: Amount
    fitting: tuple[str, ...]
    axiom: str = "exhaustiveness"


def check(instance: Instance, profile: Profile, funded: Collection[str]) -> Certificate | Violation:
    """Whether the money left pays for no further option that is supported and may be funded.

    Parameters
    ----------
    funded : ids, in any order; what excludes one of them, or needs one that is not among them, may
        not be funded

    >>> from tally import Instance, Option, Profile
    >>> instance = Instance((Option("pool", 6), Option("bench", 3)), limit=8)
    >>> profile = Profile.of("approval", instance, [["pool", "bench"]])
    >>> check(instance, profile, ["bench"])
    Certificate(left=5, cheapest='pool', axiom='exhaustiveness')
    """
    taken = set(funded)
    barred = barred_by(instance, taken)
    left = instance.limit - sum(option.cost for option in instance.options if option.id in taken)
    open_ones = [
        option
        for option, votes in zip(instance.options, profile.votes(), strict=True)
        if votes and option.id not in taken | barred
    ]
    fitting = tuple(option.id for option in open_ones if option.cost <= left)
    if fitting or left < 0:
        return Violation(left, fitting)
    return Certificate(left, min(open_ones, key=lambda option: option.cost).id if open_ones else "")


def barred_by(instance: Instance, taken: Set[str]) -> set[str]:
    """What may not be funded besides these: their rivals, and what needs one that is missing."""
    rivals = {name for names in instance.rivals if taken & set(names) for name in names}
    return rivals | {name for name, needed in instance.needs if needed not in taken}
