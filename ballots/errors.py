"""What the ballots room refuses. Each tells the voter what to do, never the choices."""

from collections.abc import Sequence

from core.errors import RoomError


class ContestClosedError(RoomError):
    """Voting has not begun, or is over: the closing instant itself is too late."""


class NotOnRollError(RoomError):
    """Some voters are not on the roll of this contest; `number` of them."""


class PaperBallotError(RoomError):
    """The voter has voted on paper, which is final."""


class InvalidBallotError(RoomError):
    """Root of what a ballot may not say."""


class TornFormError(InvalidBallotError):
    """What was sent is not the whole page: its random bytes are missing or torn."""


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


class BallotInBoxError(RoomError):
    """This very ballot was handed in before: nothing was done twice.

    Attributes
    ----------
    codes : the receipts, which are the same
    """

    def __init__(self, codes: Sequence[str]) -> None:
        super().__init__()
        self.codes = codes


class RollbackError(RoomError):
    """The log of `size` leaves does not grow out of the `signed` ones that `by` has kept.

    `by` is "guard", "mirror" or the name of a witness.
    """


class NotRecordedError(RoomError):
    """The database could not write a ballot down, be it that its disk is full."""


class LogHaltedError(RoomError):
    """The log does not follow from what was signed: nothing is recorded until that is settled."""


class WrongCredentialError(RoomError):
    """Ballots of this vote bear the other kind of credential: a pseudonym, or a token."""


class TokenIssuedError(RoomError):
    """The voter has a token, which stands for the ballot: there is no paper beside it."""


class LinkKeyMissingError(RoomError):
    """The contest's link key is not at hand: nobody can vote until it is."""


class NotWitnessedError(RoomError):
    """Too few witnesses have signed the log of `size` leaves; `signed` names those who have."""


class ReconciliationError(RoomError):
    """Roll and box do not agree; nothing was closed."""


class InvariantError(RoomError):
    """Something does not hold that must before a vote is closed; `checks` names what."""


class LogFaultError(RoomError):
    """The leaves do not say what a log may say; `why`."""
