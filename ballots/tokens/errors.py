"""What is refused of tokens. No sentence of these tells what was chosen."""

from core.errors import RoomError


class OtherTokenError(RoomError):
    """A token was issued to this voter before, by another code: there is one for each."""


class TornTokenError(RoomError):
    """What was sent to be signed is not blinded for this vote's key."""


class WrongTokenError(RoomError):
    """No token of this vote: not signed, of another district, or given back."""


class TornBallotError(RoomError):
    """What was sent is no ballot with a token as this vote has them."""


class TokenKeyMissingError(RoomError):
    """The key that signs the tokens of this vote is not at hand."""


class WrongRecoveryCodeError(RoomError):
    """This is no recovery code, or not the one of this voter's token."""


class TokenUsedError(RoomError):
    """A ballot was cast with this token: it cannot be given back."""
