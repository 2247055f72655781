"""What the mirror refuses. Nothing is signed, or put back, until it is settled."""

from core.errors import RoomError


class NoMirrorError(RoomError):
    """No mirror is set up."""


class MirrorKeyError(RoomError):
    """This is no key of a mirror, or not the one that its records were sealed for."""


class MirrorBehindError(RoomError):
    """The mirror holds `size` leaves, but `signed` were signed: it is missing, new or damaged."""


class MirrorFaultError(RoomError):
    """The mirror does not say what a mirror may say; `why`."""


class LeavesLostError(RoomError):
    """Of `signed` leaves that were signed, the mirror has `size`: the others are lost."""


class PastCloseError(RoomError):
    """The vote has been closed: who is marked on the roll cannot be known any more."""


class UnknownTokensError(RoomError):
    """Who was given a token since the backup cannot be known: whoever has one could get another."""


class StrangersError(RoomError):
    """`ballots` that nobody has signed for are by nobody on the roll."""
