"""What is refused about proposals handed in for others."""

from core.errors import RoomError


class WrongClaimError(RoomError):
    """No receipt has this code, or it was used."""


class NotForDeskError(RoomError):
    """It was not handed in for anybody, or that person has an account now and writes alone."""
