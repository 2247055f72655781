"""What an audit of the paper refuses."""

from core.errors import RoomError


class NoPaperError(RoomError):
    """The vote has no sheets of paper to look at."""


class LevelOutcomeError(RoomError):
    """A decision hangs on a tie: no sample can confirm it."""


class WrongSeedError(RoomError):
    """The seed is not 20 to 200 digits."""


class AuditMovedError(RoomError):
    """The audit is not in a state for this."""


class NotDrawnError(RoomError):
    """The sheet is not among those that were drawn, or this account has read it already."""


class SheetsUnreadError(RoomError):
    """`unread` sheets of the sample are not read by two people alike."""


class AuditOpenError(RoomError):
    """An audit of the paper has begun and is not finished: nothing is published before it is."""
