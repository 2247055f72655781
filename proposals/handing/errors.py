"""What is refused about proposals handed in for others."""

from core.errors import RoomError


class WrongClaimError(RoomError):
    """No receipt has this code, or it was used."""
