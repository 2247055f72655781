"""What is refused of a place on the map."""

from core.errors import RoomError


class NoDistrictsError(RoomError):
    """The city has loaded no outlines, so there is no map."""


class OutsideCityError(RoomError):
    """The point lies in none of the city's districts."""
