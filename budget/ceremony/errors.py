"""What ceremonies refuse."""

from core.errors import RoomError


class UnreadFigureError(RoomError):
    """A figure was not read out and ticked by the officer: `checks`."""
