"""What is refused about merging and splitting."""

from core.errors import RoomError


class NothingToMergeError(RoomError):
    """A merge takes one or more received proposals into another one that is before the ballot."""


class AlreadyMergingError(RoomError):
    """One of the proposals waits for another merge already."""


class NotAskedError(RoomError):
    """Only authors and co-authors of the proposals consent or refuse."""


class MergeOverError(RoomError):
    """The merge was answered, taken back, or has lapsed."""


class MergeReviewedError(RoomError):
    """What was merged into has gone on since, so the merge stands."""


class OfficeMergesError(RoomError):
    """A proposal without an account behind it takes part in merges of the office only."""
