"""What is refused about needs and pledges."""

from core.errors import RoomError


class NeedsFixedError(RoomError):
    """The proposal is on a ballot, or beyond: its list of needs stands."""


class NeedsFullError(RoomError):
    """A proposal lists only so many needs."""


class NeedPledgedError(RoomError):
    """Somebody pledged to it, so the need stays."""


class PledgesClosedError(RoomError):
    """The proposal is no longer, or not yet, one that anybody can pledge to."""


class PledgesFullError(RoomError):
    """One person offers only so many pledges to one proposal at a time."""


class PledgeStepError(RoomError):
    """The pledge is not at that step, or this is not the person to take it."""
