"""The same election with something changed, so that it can be counted again."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from tally.axioms.replay import picks_of
from tally.contest import Amount, Instance, Option
from tally.errors import BallotError
from tally.profile import KINDS, Ints, Profile


def with_cost(instance: Instance, option: str, cost: Amount) -> Instance:
    """The instance with another cost of one option."""
    options = tuple(Option(row.id, cost) if row.id == option else row for row in instance.options)
    return replace(instance, options=options)


def with_new_voters(profile: Profile, place: int, number: int) -> Profile:
    """The profile with so many more voters who name this option and no other.

    Raises
    ------
    BallotError : the ballots have points, or weights that are not whole.

    >>> import tally
    >>> instance = tally.Instance((tally.Option("a", 1), tally.Option("b", 1)), 2)
    >>> with_new_voters(tally.Profile.of("approval", instance, [["a"]]), 1, 3).votes()
    [1, 3]
    """
    check_plain(profile)
    return _with_ballots(profile, profile.weights, *_alone(place, number))


def with_support(profile: Profile, place: int, voters: Ints) -> Profile:
    """The profile in which so many voters of each group name this option besides their own.

    Parameters
    ----------
    voters : length g; 0 for groups that name the option already

    Raises
    ------
    BallotError : as above
    """
    check_plain(profile)
    groups = np.flatnonzero(voters)
    picks, owner = picks_of(profile, groups)
    owner = np.concatenate([owner, np.arange(len(groups))])
    places = np.concatenate([profile.places[picks], np.full(len(groups), place)])
    order = np.lexsort((places, owner))
    lengths = np.diff(profile.starts)[groups] + 1
    return _with_ballots(profile, profile.weights - voters, lengths, places[order], voters[groups])


def named_alone(profile: Profile, place: int, voters: Ints) -> Profile:
    """The profile in which so many voters of each group name this option and no other.

    Raises
    ------
    BallotError : as above
    """
    check_plain(profile)
    return _with_ballots(profile, profile.weights - voters, *_alone(place, int(voters.sum())))


def blanked(profile: Profile, voters: Ints) -> Profile:
    """The profile in which so many voters of each group name nothing.

    Raises
    ------
    BallotError : as above
    """
    check_plain(profile)
    nothing = np.zeros(1, np.int64)
    total = np.array([voters.sum()], np.int64)
    return _with_ballots(profile, profile.weights - voters, nothing, nothing[:0], total)


def check_plain(profile: Profile) -> None:
    """Ballots that only name options, of whole voters: others have no one way to be changed.

    Raises
    ------
    BallotError : the ballots have points or ranks, or weights that are not whole.
    """
    if profile.points is not None or KINDS[profile.kind] is None or profile.weights_unit != 1:
        raise BallotError(
            f"{profile.kind} ballots with points or parts of voters cannot be changed"
        )


def first_voters(weights: Ints, order: Sequence[int] | Ints, number: int) -> Ints:
    """So many voters, taken group by group in this order: length g.

    >>> first_voters(np.array([2, 5, 3]), [2, 0], 4).tolist()
    [1, 0, 3]
    """
    order = np.asarray(order, np.int64)
    sizes = weights[order]
    taken = np.zeros(len(weights), np.int64)
    taken[order] = np.clip(number - (np.cumsum(sizes) - sizes), 0, sizes)
    return taken


def _alone(place: int, number: int) -> tuple[Ints, Ints, Ints]:
    """One group of so many voters, or none, who name this option alone."""
    some = 1 if number else 0
    return (
        np.ones(some, np.int64),
        np.full(some, place, np.int64),
        np.full(some, number, np.int64),
    )


def _with_ballots(
    profile: Profile, weights: Ints, lengths: Ints, places: Ints, voters: Ints
) -> Profile:
    """The groups that still have voters, then further ballots: their lengths, picks and voters."""
    kept = np.flatnonzero(weights > 0)
    picks, _ = picks_of(profile, kept)
    all_lengths = np.concatenate([[0], np.diff(profile.starts)[kept], lengths])
    return replace(
        profile,
        starts=np.cumsum(all_lengths).astype(np.int64),
        places=np.concatenate([profile.places[picks], places]),
        weights=np.concatenate([weights[kept], voters]),
    )
