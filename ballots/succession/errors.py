"""When a log is not continued under a new name. Nothing was changed."""

from core.errors import RoomError


class NotHaltedError(RoomError):
    """The log is not halted: it follows from what was signed, and goes on as it is."""


class NothingLostError(RoomError):
    """The log has `size` leaves, and of it `signed` were signed: no signed one is lost."""


class MirrorUnreadError(RoomError):
    """The mirror has `mirrored` leaves and the database `size`: it must be read first."""


class TokensLostError(RoomError):
    """It is a vote by blind token: who has one could get another."""


class DecisionError(RoomError):
    """It has a document and two different officers, each named by up to 200 letters."""
