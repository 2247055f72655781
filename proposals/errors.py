"""What the proposals room refuses."""

from collections.abc import Mapping
from typing import Any

from core.errors import RoomError


class IncompleteProposalError(RoomError):
    """A proposal cannot be submitted while something is missing; `missing` names the fields."""


class ForbiddenMoveError(RoomError):
    """The status machine has no such step, or not for this role."""


class ReasonNeededError(RoomError):
    """This step needs a reason that the public can read."""


class MergeTargetError(RoomError):
    """A proposal is merged into another one that is public and still on its way."""


class ConsentNeededError(RoomError):
    """A proposal that has an author is merged with the consent of all, and never by hand."""


class NotYourProposalError(RoomError):
    """Only its author may change a proposal."""


class FrozenProposalError(RoomError):
    """The text may not change any more at this status."""


class ConsentMissingError(RoomError):
    """Not everyone who writes the proposal has agreed to this, to the text as it stands."""


class TextMovedError(RoomError):
    """The text has been changed since the person read what is to be agreed to."""


class UnreadableUpdateError(RoomError):
    """What a page sent is no edit of a proposal's fields."""


class GapInUpdateError(RoomError):
    """An edit hangs on words that are not stored: something before it is missing."""


class ForgedWriterError(RoomError):
    """An edit claims to be of a page that is somebody else's."""


class LongUpdateError(RoomError):
    """One edit is larger than a page may send at once."""


class FullTextError(RoomError):
    """The text with its whole history has grown as large as may be kept."""


class TooManyPagesError(RoomError):
    """One person has a text open on more pages at once than are kept."""


class InvitationUsedError(RoomError):
    """The invitation was used, or there never was one."""


class OwnInvitationError(RoomError):
    """The author needs no invitation to the own proposal."""


class AlreadyAskedError(RoomError):
    """This person has asked, or was asked, to write with the author."""


class RequestAnsweredError(RoomError):
    """The request was answered, or there never was one."""


class SharedDraftError(RoomError):
    """Others write on the draft too, so it is not one person's to delete."""


class StaleTextError(RoomError):
    """Fields were changed on both sides since the text was read.

    `conflicts` has for each such field what it was and what it is now; `text` has the rest put
    together, and the writer's own words where there is a conflict.
    """

    def __init__(self, *, conflicts: Mapping[str, tuple[Any, Any]], text: Any) -> None:
        super().__init__()
        self.conflicts, self.text = conflicts, text
