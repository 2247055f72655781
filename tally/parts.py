"""A part of an election: some of its options, their bonds, and the ballots cut down to them."""

from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np

from tally.contest import Amount, Instance
from tally.profile import Profile
from tally.ties import TieOrder


def part_of(
    instance: Instance, names: Collection[str], limit: Amount, funded: Collection[str] = ()
) -> Instance:
    """Some options, in the same order, with a limit of their own.

    Parameters
    ----------
    names : the options that stay; none of them excludes one that is funded
    funded : options funded before, elsewhere: what needs them has them

    Raises
    ------
    InstanceError : an option that stays needs one that neither stays nor is funded.
    """
    kept = set(names)
    rivals = (tuple(name for name in rivals if name in kept) for rivals in instance.rivals)
    return Instance(
        tuple(option for option in instance.options if option.id in kept),
        limit,
        tuple(names for names in rivals if len(names) > 1),
        tuple(
            (name, other)
            for name, other in instance.needs
            if name in kept - set(funded) and other not in funded
        ),
    )


def order_in(part: Instance, ties: Sequence[str]) -> TieOrder:
    """The same tie order, of the part's options only."""
    return tuple(name for name in ties if name in part.index)


def cut(profile: Profile, instance: Instance, part: Instance) -> Profile:
    """The ballots as far as they speak of `part`'s options; all voters remain, some with nothing.

    Points stay as given; ranked options are ranked among those that remain.

    Parameters
    ----------
    profile : over `instance`
    part : some of the instance's options, in the same order

    Notes
    -----
    A few passes over the k picks. Ballots that have become equal are not merged.

    >>> from tally import Instance, Option, Profile
    >>> whole = Instance((Option("a", 1), Option("b", 1), Option("c", 1)), 2)
    >>> ballots = Profile.of("approval", whole, [["a", "b"], ["b", "c"], ["b"]])
    >>> cut(ballots, whole, part_of(whole, ["a", "c"], 1)).votes()
    [1, 1]
    """
    there = np.full(profile.size, -1, dtype=np.int64)
    there[[instance.index[option.id] for option in part.options]] = np.arange(len(part.options))
    places = there[profile.places]
    stays = places >= 0
    starts = np.concatenate([[0], np.cumsum(stays)]).astype(np.int64)[profile.starts]
    points = None if profile.points is None else profile.points[stays]
    if profile.kind == "ordinal":  # Borda: how many of the remaining are ranked below
        points = np.repeat(starts[1:], np.diff(starts)) - np.arange(starts[-1]) - 1
    return replace(
        profile, size=len(part.options), starts=starts, places=places[stays], points=points
    )
