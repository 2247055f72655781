"""What the room of amendments refuses."""

from core.errors import RoomError


class NotAmendableError(RoomError):
    """Amendments are for public texts on their way to the ballot, whose authors can decide."""


class NothingAmendedError(RoomError):
    """The copy reads like the version that it was made from."""


class TooManyAmendmentsError(RoomError):
    """One person has `open` amendments to this proposal waiting already."""


class OwnAmendmentError(RoomError):
    """One of several authors proposed it: another of them decides."""


class DecidedPartError(RoomError):
    """The part was decided upon, or taken back."""


class MovedPartError(RoomError):
    """What the part changes reads otherwise now, so that it fits nowhere clearly."""


class BrokenTextError(RoomError):
    """With this part the proposal could not have been handed in: too long, or something missing."""
