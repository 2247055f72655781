"""What a booth refuses."""

from core.errors import RoomError


class WrongPermitError(RoomError):
    """No live permit has this code: it was used, has run out, or was mistyped."""


class SignedInBoothError(RoomError):
    """A person is signed in on the device, so that it is nobody's booth."""
