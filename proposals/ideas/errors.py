"""What the idea box refuses."""

from core.errors import RoomError


class NotYourIdeaError(RoomError):
    """Only who wrote an idea takes it back."""


class IdeaGoneError(RoomError):
    """The idea was taken back."""


class IdeaUsedError(RoomError):
    """A proposal was made of the idea, so it stays."""
