"""What is refused about supports and what they oblige to."""

from core.errors import RoomError


class SupportClosedError(RoomError):
    """A proposal is supported while it is public and before it is on a ballot."""


class ObligationStandsError(RoomError):
    """The city owes this proposal that already."""


class NotYourObligationError(RoomError):
    """Another role answers this."""


class ObligationAnsweredError(RoomError):
    """The answer was given, and stands."""
