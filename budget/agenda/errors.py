"""What the agenda refuses."""

from core.errors import RoomError


class NoAdoptedAmountError(RoomError):
    """The council adopts an amount between nothing and what was asked."""
