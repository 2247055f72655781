"""What the room of versions refuses."""

from core.errors import RoomError


class SameTextError(RoomError):
    """The text has not changed since the version `number`: there is nothing to keep or restore."""


class NoSuchVersionError(RoomError):
    """The proposal has no version of that number, or none that this reader sees."""
