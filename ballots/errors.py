"""What the ballots room refuses. Each tells the voter what to do, never the choices."""

from core.errors import RoomError


class ContestClosedError(RoomError):
    """Voting has not begun, or is over: the closing instant itself is too late."""


class NotOnRollError(RoomError):
    """Some voters are not on the roll of this contest; `number` of them."""


class PaperBallotError(RoomError):
    """The voter has voted on paper, which is final."""


class InvalidBallotError(RoomError):
    """Root of what a ballot may not say."""


class UnknownOptionError(InvalidBallotError):
    """A choice is not on the slate; `number`."""


class RepeatedOptionError(InvalidBallotError):
    """A choice stands twice; `number`."""


class TooManyPicksError(InvalidBallotError):
    """More picks than the rule allows; `picked`, `limit`."""


class TooManyInFieldError(InvalidBallotError):
    """More picks in one field than the rule allows; `field`, `picked`, `limit`."""


class OverFundError(InvalidBallotError):
    """The picks cost more than there is; `over` says by how much."""


class PointsError(InvalidBallotError):
    """Points are missing or not above zero."""


class LinkKeyMissingError(RoomError):
    """The contest's link key is not at hand: nobody can vote until it is."""


class ReconciliationError(RoomError):
    """Roll and box do not agree; nothing was closed."""
