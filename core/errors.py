"""The root of every refusal that a room can give."""

from typing import Any, ClassVar


class RoomError(Exception):
    """A refusal that a person may meet.

    A subclass names one refusal; `app/refusals.py` gives it a status and a sentence in the reader's
    language. Keyword arguments become the sentence's placeholders.
    """

    code: ClassVar[str]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.code = cls.__name__.removesuffix("Error")

    def __init__(self, **values: object) -> None:
        super().__init__(f"{self.code} {values}" if values else self.code)
        self.values = values
