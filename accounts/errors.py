"""What the accounts room refuses."""

from core.errors import RoomError


class AddressInUseError(RoomError):
    """Another account has this e-mail address."""


class WrongSignInError(RoomError):
    """No account has this address and password together; which of the two is not said."""


class WrongCodeError(RoomError):
    """The authenticator's code is wrong, old, or was used before."""


class ExclusiveRolesError(RoomError):
    """Nobody both edits the ballot and opens the tally."""


class OwnRoleError(RoomError):
    """Nobody grants or takes a role of their own."""


class LastAdminError(RoomError):
    """The last administrator cannot be taken away."""


class NoSuchAccountError(RoomError):
    """No account has this address."""
