"""What is refused of photos and attachments; the values say how much would be taken."""

from core.errors import RoomError


class FileRefusedError(RoomError):
    """Base of what is wrong with one file, for forms that say it beside the field."""


class NotAPhotoError(FileRefusedError):
    """No JPEG, PNG or WebP picture, or a damaged one."""


class MovingPictureError(FileRefusedError):
    """The picture moves."""


class TooManyPixelsError(FileRefusedError):
    """More pixels than are unpacked; told by the file's head, before anything is."""


class NotAPdfError(FileRefusedError):
    """No PDF, or one that is cut off."""


class LargeFileError(FileRefusedError):
    """More bytes than one file may have."""


class SameFileError(FileRefusedError):
    """The proposal has this file already."""


class FullProposalError(FileRefusedError):
    """The proposal has as many files of this kind as it may."""


class FullShareError(FileRefusedError):
    """The person keeps as much as one person may."""


class NoSuchFileError(RoomError):
    """The proposal has no such file, or no longer."""
