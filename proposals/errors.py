"""What the proposals room refuses."""

from core.errors import RoomError


class IncompleteProposalError(RoomError):
    """A proposal cannot be submitted while something is missing; `missing` names the fields."""


class ForbiddenMoveError(RoomError):
    """The status machine has no such step, or not for this role."""


class ReasonNeededError(RoomError):
    """This step needs a reason that the public can read."""


class MergeTargetError(RoomError):
    """A proposal is merged into another one that is public and still on its way."""


class NotYourProposalError(RoomError):
    """Only its author may change a proposal."""


class FrozenProposalError(RoomError):
    """The text may not change any more at this status."""
