"""JSON read member by member, so that a long array never lies in memory as a whole."""

import json
import re
from collections.abc import Generator, Iterator, Sequence
from typing import Any

from tally.errors import FormatError
from tally.formats.ranked.file import fault

_BLANK = re.compile(r"[ \t\r\n]*")
_decode = json.JSONDecoder().raw_decode
Step = str | int


class JsonText:
    """Text that is one JSON object.

    >>> list(JsonText('{"a": [1, 2], "b": {}}').walk("a"))
    [('a', 1, 7), ('a', 2, 10), ('b', {}, 18)]
    """

    def __init__(self, text: str) -> None:
        self.text = text

    def walk(self, streamed: str = "") -> Iterator[tuple[str, Any, int]]:
        """The members of the object, and where each stands; those of the array `streamed` singly.

        Raises
        ------
        FormatError : no JSON object.
        """
        at = self._expect(self._next(0), "{") - 1
        for step, value, start in self._items(at, streamed):
            yield str(step), value, start

    def place(self, path: Sequence[Step]) -> int:
        """Where the value at the end of this path stands, or as far as the path leads."""
        at = self._next(0)
        for step in path:
            found = (start for name, _, start in self._items(at) if name == step)
            at, known = next(found, at), at
            if at == known:
                break
        return at

    def fault(self, code: str, at: int, found: object, field: str = "") -> FormatError:
        """What is wrong at this place, by line and column."""
        line = self.text.count("\n", 0, at) + 1
        column = at - self.text.rfind("\n", 0, at)
        return fault(code, line, str(found)[:40], field, column=column)

    def _items(
        self, at: int, streamed: str = "", name: str | None = None
    ) -> Generator[tuple[Step, Any, int], None, int]:
        """The members from this bracket on; returns the place behind the last one."""
        is_object = self.text[at] == "{"
        closing = "}" if is_object else "]"
        at, number = self._next(at + 1), 0
        while self.text[at : at + 1] != closing:
            if number:
                at = self._next(self._expect(at, ","))
            step: Step = number if name is None else name
            if is_object:
                step, at = self._value(at)
                at = self._next(self._expect(self._next(at), ":"))
            if streamed and step == streamed and self.text[at : at + 1] == "[":
                at = yield from self._items(at, name=streamed)
            else:
                value, end = self._value(at)
                yield step, value, at
                at = end
            at, number = self._next(at), number + 1
        return at + 1

    def _next(self, at: int) -> int:
        found = _BLANK.match(self.text, at)
        assert found is not None  # noqa: S101 - it matches nothing as well
        return found.end()

    def _expect(self, at: int, sign: str) -> int:
        if self.text[at : at + 1] != sign:
            raise self.fault("ranked_json", at, self.text[at : at + 20])
        return at + 1

    def _value(self, at: int) -> tuple[Any, int]:
        try:
            return _decode(self.text, at)
        except json.JSONDecodeError as error:
            raise self.fault(
                "ranked_json", error.pos, self.text[error.pos : error.pos + 20]
            ) from None
        except (RecursionError, ValueError):  # nested too deep, or a number of thousands of digits
            raise self.fault("ranked_json", at, self.text[at : at + 20]) from None
