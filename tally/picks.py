"""How many options of each field a ballot may name, and how much of each field voters approved.

Gwangmyeong lets each voter name up to a quarter of every field, rounded up. Rounding up gives small
fields more: 2 of 6 options is a third, 5 of 19 is 26 percent. These figures show it.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from tally.contest import Instance
from tally.errors import InstanceError
from tally.profile import Profile

QUARTER = Fraction(1, 4)


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a ballot paper: its options, and how many of them a voter may name."""

    name: str
    options: int
    picks: int

    @property
    def approval(self) -> Fraction:
        """The mean share of ballots that name an option of this field, if all voters name `picks`.

        The picks are spread over the options, whichever they are: picks divided by options.
        """
        return Fraction(self.picks, self.options)


def picks(options: int, share: Fraction = QUARTER) -> int:
    """A share of the options, rounded up.

    >>> [picks(options) for options in (6, 19, 11, 13)]
    [2, 5, 3, 4]
    """
    return ceil(options * share)


def fields(of: Mapping[str, str], share: Fraction = QUARTER) -> tuple[Field, ...]:
    """The fields in the order in which they first stand in `of` (option id -> field).

    >>> [float(round(field.approval, 3)) for field in fields({"a": "x", "b": "x", "c": "y"})]
    [0.5, 1.0]
    """
    return tuple(
        Field(name, size, picks(size, share)) for name, size in Counter(of.values()).items()
    )


def approval(instance: Instance, profile: Profile, of: Mapping[str, str]) -> dict[str, Fraction]:
    """For each field the mean, over its options, of the share of ballots that name the option.

    Parameters
    ----------
    of : option id -> field, each option once
    profile : over `instance`; empty ballots count as ballots. No ballots at all give 0

    Raises
    ------
    InstanceError : `of` does not name each option once.
    """
    if of.keys() != instance.index.keys():
        raise InstanceError("each option must stand in one field, and no other option")
    named: dict[str, Fraction] = {}
    for option, votes in zip(instance.options, profile.votes(), strict=True):
        named[of[option.id]] = named.get(of[option.id], Fraction(0)) + votes
    sizes = Counter(of.values())
    ballots = Fraction(profile.ballots)
    return {
        name: votes / (ballots * sizes[name]) if ballots else Fraction(0)
        for name, votes in named.items()
    }
