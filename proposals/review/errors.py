"""What is refused on the way through a review."""

from core.errors import RoomError


class CardOpenError(RoomError):
    """A step of the review ends once all its questions are answered; `missing` are not."""


class ConditionsMissingError(RoomError):
    """A proposal that is eligible with changes has its changes named."""


class ObjectionLateError(RoomError):
    """The author's time to object has passed."""


class ObjectedBeforeError(RoomError):
    """An objection is possible once."""


class SameReviewerError(RoomError):
    """Who found a proposal not eligible does not decide on the objection to that."""


class NotUnderReviewError(RoomError):
    """The proposal is not at the step of the review to which this belongs."""


class DeadlineRangeError(RoomError):
    """An author is given from `least` to `most` days to answer."""


class UnevenLineError(RoomError):
    """Quantity times price is no whole amount of money, in line `line`."""


class CostSheetSizeError(RoomError):
    """A cost sheet has from one line to `most`, and amounts that can be kept."""


class NoSuchDepartmentError(RoomError):
    """The city has no such department, or it is responsible already."""


class RivalryError(RoomError):
    """Two proposals exclude each other if they are two, both public and on their way."""


class RivalOnSlateError(RoomError):
    """A proposal that excludes this one, `title`, is on the slate."""
