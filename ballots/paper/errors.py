"""What is refused about paper."""

from core.errors import RoomError


class PaperNotOpenError(RoomError):
    """Batches are declared, typed and re-opened while the vote is open, and not after its close."""


class StationInUseError(RoomError):
    """The station has a batch or has handed out paper: it stays; or the name is taken."""


class NoSuchStationError(RoomError):
    """The vote has no such station."""


class SamePersonError(RoomError):
    """This needs another account than the one that did the step before."""


class BatchMovedError(RoomError):
    """The batch is not in a state for this any more."""


class KeyingDoneError(RoomError):
    """This typing is finished and cannot be changed."""


class SheetsMissingError(RoomError):
    """`missing` sheets of `sheets` are not typed, the first of them `first`."""


class NoSuchSheetError(RoomError):
    """The batch has no such sheet to be typed."""


class UnreadableEntryError(RoomError):
    """What was typed for a sheet is no entry; `typed` is the part that is not understood."""


class NothingTypedError(RoomError):
    """Nothing was typed for a sheet; a blank sheet is typed as 0."""


class OpenBatchesError(RoomError):
    """Batches are not closed, or their sheets do not add up: `stations` names them."""


class BallotsBeyondRollError(RoomError):
    """There are more ballots than voters on the roll: `ballots`, `voters`."""
