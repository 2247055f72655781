"""What the roll refuses."""

from core.errors import RoomError


class NoListError(RoomError):
    """This contest's voters declare themselves; there is no list to import, print or look into."""


class RollFixedError(RoomError):
    """Voting has begun: the roll was promised in public and stays as it is."""


class RollDraftGoneError(RoomError):
    """The checked import is not there any more, or roll or rules have changed since."""


class RollKeyMissingError(RoomError):
    """The roll's key is not at hand: nobody can be found by name or code."""


class WrongBallotCodeError(RoomError):
    """No voter of this contest has this code."""


class RollStillNeededError(RoomError):
    """The vote is not closed: its roll is still needed."""


class OutsideElectorateError(RoomError):
    """The voter's declaration does not make a voter of this contest; `reasons` in words."""
