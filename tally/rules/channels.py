"""Channels: ballots from the citizens' vote, a round table, a committee, each with a weight.

The score of an option is the sum over the channels of weight times (ballots that name it divided
by valid ballots). Then as greedy: best score first, and what no longer fits is skipped.

Laws: the walk's; besides, every ballot of one channel counted ten times changes nothing; a channel
without weight or without valid ballots changes no score; with one channel the funded are those of
`greedy_cost` with the same tie order; a valid ballot that names a funded option in addition never
drops it. One more ballot can: it lessens the worth of all others in its channel, so that the order
of other options, and what still fits after them, may change.

References
----------
Gwangmyeong 2024 (online 50, round table 50); Seoul 2017 (50, 40, 10); Yeoju and Jeju 2020 (30, 70):
as told in the press, see docs/rules/channels.md.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from types import MappingProxyType

import numpy as np

from tally.contest import Amount, Instance
from tally.errors import BallotError, InstanceError
from tally.outcome import Outcome
from tally.parts import cut, order_in
from tally.profile import Profile
from tally.rules.walk import Terms, line_up, walk
from tally.ties import TieOrder

# Weights that cities have used, the citizens' channel first.
PRESETS: Mapping[str, tuple[int, ...]] = MappingProxyType(
    {"50/50": (50, 50), "100/0": (100, 0), "50/40/10": (50, 40, 10), "30/70": (30, 70)}
)


@dataclass(frozen=True)
class Channel:
    """One way in which ballots came, and what it counts for.

    Attributes
    ----------
    weight : a whole number, not negative; the score's best is the sum of all channels' weights
    profile : all ballots that came this way
    said_valid : how many ballots to divide by, where a city's rule says otherwise than `valid`
        ("per participant"): at least as many as name any one option

    Raises
    ------
    InstanceError : a negative weight.
    BallotError : fewer valid ballots said than name an option.

    >>> from tally import Instance, Option, Profile
    >>> pool = Instance((Option("pool", 9),), 10)
    >>> ballots = Profile.of("approval", pool, [["pool"], ["pool"], []])
    >>> Channel("online", 50, ballots).worth
    Fraction(25, 1)
    """

    name: str
    weight: int
    profile: Profile
    said_valid: Amount | None = None

    def __post_init__(self) -> None:
        if self.weight < 0:
            raise InstanceError(f"channel {self.name}: the weight must not be negative")
        if self.said_valid is not None and self.said_valid < max(self.votes, default=0):
            raise BallotError(f"channel {self.name}: more ballots name an option than are valid")

    @cached_property
    def votes(self) -> tuple[Amount, ...]:
        """Length m: for each option the number of ballots that name it."""
        return tuple(self.profile.votes())

    @cached_property
    def valid(self) -> Amount:
        """How many ballots are valid: those that name at least one option.

        A ballot that names nothing is counted as cast and is not valid, as a paper without a mark.
        """
        if self.said_valid is not None:
            return self.said_valid
        named = int(self.profile.weights[np.diff(self.profile.starts) > 0].sum())
        return Fraction(named, self.profile.weights_unit)

    @property
    def worth(self) -> Fraction | None:
        """By how much one vote raises an option's score; None where there is no valid ballot."""
        return Fraction(self.weight) / self.valid if self.valid else None

    def within(self, instance: Instance, part: Instance) -> "Channel":
        """The channel's ballots about some options; a vote is worth what it is in the whole."""
        return replace(self, profile=cut(self.profile, instance, part), said_valid=self.valid)


def by_channels(
    instance: Instance,
    channels: Sequence[Channel],
    ties: TieOrder,
    *,
    minimum_votes: int = 0,
    stop: bool = False,
) -> Outcome:
    """Best score first, over all channels.

    Parameters
    ----------
    channels : at least one; the first is the citizens' own. Options level in score go by their
        votes in it, then by the lower cost, then by `ties`
    ties : each id once, first wins: the lot
    minimum_votes : an option named on fewer ballots, of all channels together, is out
    stop : end at the first option that does not fit, instead of skipping it

    Returns
    -------
    `Round.key` is the exact score, `Round.support` the votes of all channels together. The facts
    hold for each channel its ballots, its valid ballots and what one vote is worth, and each
    option's votes in it, so that every score can be reckoned again from the outcome alone.

    Raises
    ------
    InstanceError : no channel, a name that stands twice or holds a colon, no weight at all, needs
        in a circle.
    BallotError : a channel's ballots are about other options.

    Notes
    -----
    A channel without valid ballots adds nothing to any score; the weights of the others are not
    raised, which would change no order.
    """
    _check(instance, channels)
    scores = _scores(channels)
    votes = [sum(said) for said in zip(*(channel.votes for channel in channels), strict=True)]
    outcome = walk(
        instance,
        line_up(instance, votes, votes, scores),
        citizens_first(instance, channels[0], ties),
        Terms("channels", minimum_votes, stop),
        sum(channel.profile.ballots for channel in channels),
    )
    weights = tuple((f"weight:{channel.name}", channel.weight) for channel in channels)
    citizens = ("citizens", channels[0].name)
    return replace(
        outcome,
        parameters=tuple(sorted((*outcome.parameters, citizens, *weights))),
        facts=tuple(sorted(fact for channel in channels for fact in _facts(instance, channel))),
    )


def counting(
    instance: Instance,
    channels: Sequence[Channel],
    ties: TieOrder,
    *,
    minimum_votes: int = 0,
    stop: bool = False,
) -> Callable[[Instance], Outcome]:
    """How `envelopes.by_field` counts one field, or the pot, by these channels."""

    def counted(part: Instance) -> Outcome:
        cut_down = [channel.within(instance, part) for channel in channels]
        lot = order_in(part, ties)
        return by_channels(part, cut_down, lot, minimum_votes=minimum_votes, stop=stop)

    return counted


def citizens_first(instance: Instance, citizens: Channel, lot: TieOrder) -> TieOrder:
    """The order among equals: most votes in the citizens' channel, least cost, then the lot."""
    place = {name: at for at, name in enumerate(lot)}
    options = sorted(
        zip(instance.options, citizens.votes, strict=True),
        key=lambda pair: (-pair[1], pair[0].cost, place[pair[0].id]),
    )
    return tuple(option.id for option, _ in options)


def times(one: Channel, other: Channel) -> Fraction | None:
    """How many votes of the other channel weigh as much as one vote of this; None if none do.

    >>> from tally import Instance, Option, Profile
    >>> pool = Instance((Option("pool", 9),), 10)
    >>> committee = Channel("committee", 50, Profile.of("approval", pool, [["pool"]] * 40))
    >>> online = Channel("online", 50, Profile.of("approval", pool, [["pool"]] * 1200))
    >>> times(committee, online)
    Fraction(30, 1)
    """
    return one.worth / other.worth if one.worth is not None and other.worth else None


def _check(instance: Instance, channels: Sequence[Channel]) -> None:
    names = [channel.name for channel in channels]
    if len(set(names)) != len(names) or any(":" in name for name in names):
        raise InstanceError("a channel's name stands twice or holds a colon")
    if not sum(channel.weight for channel in channels):
        raise InstanceError("at least one channel must have a weight")
    for channel in channels:
        if channel.profile.size != len(instance.options):
            raise BallotError(f"channel {channel.name}: its ballots are about other options")


def _scores(channels: Sequence[Channel]) -> list[Fraction]:
    scores = [Fraction(0)] * channels[0].profile.size
    for channel in channels:
        worth = channel.worth or Fraction(0)
        scores = [score + worth * votes for score, votes in zip(scores, channel.votes, strict=True)]
    return scores


def _facts(instance: Instance, channel: Channel) -> Iterator[tuple[str, Amount]]:
    yield f"ballots:{channel.name}", channel.profile.ballots
    yield f"valid:{channel.name}", channel.valid
    if channel.worth is not None:
        yield f"worth:{channel.name}", channel.worth
    for option, votes in zip(instance.options, channel.votes, strict=True):
        yield f"votes:{channel.name}:{option.id}", votes
