"""What is refused when proposals are compared."""

from core.errors import RoomError


class NotComparableError(RoomError):
    """A proposal is told apart from another one that is public."""
