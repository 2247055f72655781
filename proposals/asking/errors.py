"""What is refused of answers and prices."""

from core.errors import RoomError


class StaleAnswerError(RoomError):
    """Somebody else answered the same field since it was read."""


class FieldsFixedError(RoomError):
    """A round's fields change until its call begins, and no more."""


class WrongAnswerError(RoomError):
    """An answer is not of its field's kind, or the field is not asked."""


class FieldsFullError(RoomError):
    """A round asks at most `most` questions of its own."""
