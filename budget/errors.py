"""What the budget room refuses."""

from core.errors import RoomError


class WrongPhaseError(RoomError):
    """The cycle is in another phase than this act needs."""


class MissingError(RoomError):
    """The gate's checklist is not complete; `missing` names what lacks."""


class SlugInUseError(RoomError):
    """Another cycle has this address."""


class TooEarlyError(RoomError):
    """The vote's planned end is not reached; closing now needs a public reason."""


class NotEligibleError(RoomError):
    """Only proposals found eligible go on a slate."""


class SeedNeededError(RoomError):
    """Ties are settled by lot: the seed drawn in public is needed, at least 16 bytes long."""


class LogUnsignedError(RoomError):
    """The log of a vote is longer than what was signed of it: its integrator has to run first."""


class SigningKeyMissingError(RoomError):
    """The key that signs the log of a vote is not at hand."""


class SumsDifferError(RoomError):
    """Votes do not add up to the picks on the ballots: nothing is published."""
