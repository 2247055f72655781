"""JSON read member by member, so that a long array never lies in memory as a whole."""

import json
import re
from collections.abc import Generator, Iterator, Sequence
from typing import Any

from tally.errors import FormatError
from tally.formats.ranked.file import fault

_BLANK = re.compile(r"[ \t\r\n]*")
Step = str | int


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name twice")
    return found


_decode = json.JSONDecoder().raw_decode
_decode_strictly = json.JSONDecoder(object_pairs_hook=_once).raw_decode


class JsonText:
    """Text that is one JSON object; `strict` refuses a name that comes twice in an object.

    >>> list(JsonText('{"a": [1, 2], "b": {}}').walk("a"))
    [('a', 1, 7), ('a', 2, 10), ('b', {}, 19)]
    """

    def __init__(self, text: str, *, strict: bool = False) -> None:
        self.text = text
        self._decode = _decode_strictly if strict else _decode

    def walk(self, streamed: str = "") -> Iterator[tuple[str, Any, int]]:
        """The members of the object, and where each stands; those of the array `streamed` singly.

        Raises
        ------
        FormatError : no JSON object.
        """
        at = self._expect(self._next(0), "{") - 1
        end = self._next((yield from self._items(at, streamed)))
        if end < len(self.text):
            raise self._no_json(end)

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
    ) -> Generator[tuple[Any, Any, int], None, int]:
        """The members from this bracket on; returns the place behind the last one."""
        is_object = self.text[at] == "{"
        closing = "}" if is_object else "]"
        at, number = self._next(at + 1), 0
        while self.text[at : at + 1] != closing:
            if number:
                at = self._next(self._expect(at, ","))
            step: Any = number if name is None else name
            if is_object:
                step, colon = self._value(at)
                if not isinstance(step, str):
                    raise self._no_json(at)
                at = self._next(self._expect(self._next(colon), ":"))
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
            raise self._no_json(at)
        return at + 1

    def _value(self, at: int) -> tuple[Any, int]:
        try:
            return self._decode(self.text, at)
        except json.JSONDecodeError as error:
            raise self._no_json(error.pos) from None
        except (RecursionError, ValueError):  # nested too deep; thousands of digits; a name twice
            raise self._no_json(at) from None

    def _no_json(self, at: int) -> FormatError:
        return self.fault("ranked_json", at, self.text[at : at + 20])
