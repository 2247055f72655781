"""Canonical JSON: one value, one row of bytes (RFC 8785, restricted to what leaves need).

Objects with ASCII keys, arrays, strings in normal form C, booleans, and whole numbers that every
JSON reader holds exactly. No floats, no null, no key twice.
"""

import json
import unicodedata
from typing import Any, NoReturn

MOST = 2**53 - 1  # the largest whole number that JSON readers agree on


class CanonicalError(ValueError):
    """This is not canonical JSON, or cannot become it."""


def dumps(value: Any) -> bytes:
    """The bytes of a value.

    Raises
    ------
    CanonicalError : it holds a float, a null, a number out of range, a key that is no ASCII text,
        or text that is not in normal form C.

    >>> dumps({"b": [1, True], "a": "광장"}).decode()
    '{"a":"광장","b":[1,true]}'
    """
    _check(value)
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


def loads(data: bytes) -> Any:
    """The value of canonical bytes, and of no others.

    Raises
    ------
    CanonicalError : no JSON, or the same value has other canonical bytes.

    >>> loads(b'{"a":1}')
    {'a': 1}
    >>> loads(b'{"a": 1}')
    Traceback (most recent call last):
    ...
    ballots.board.canonical.CanonicalError: the same value is written otherwise: {"a":1}
    """
    try:
        value = json.loads(
            data.decode(), object_pairs_hook=_object, parse_float=_refuse, parse_constant=_refuse
        )
        again = dumps(value)
    except RecursionError:
        raise CanonicalError("nested too deeply") from None
    except CanonicalError:
        raise
    except ValueError as error:  # of the text's encoding, of its JSON, of its length of digits
        raise CanonicalError(str(error)) from None
    if again != data:
        raise CanonicalError(f"the same value is written otherwise: {again.decode()}")
    return value


def _check(value: Any) -> None:
    if isinstance(value, dict):
        for key, inner in value.items():
            if not isinstance(key, str) or not key.isascii():
                raise CanonicalError(f"a key is no ASCII text: {key!r}")
            _check(inner)
    elif isinstance(value, list):
        for inner in value:
            _check(inner)
    elif isinstance(value, str):
        _check_text(value)
    elif not isinstance(value, int):  # True and False are ints, and allowed
        raise CanonicalError(f"neither text nor whole number: {value!r}")
    elif not -MOST <= value <= MOST:
        raise CanonicalError(f"a number out of range: {value}")


def _check_text(text: str) -> None:
    if text.isascii():  # most text in a log, and in normal form by itself
        return
    if not unicodedata.is_normalized("NFC", text):
        raise CanonicalError(f"text is not in normal form C: {text!r}")
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        raise CanonicalError(f"half a letter: {text!r}")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise CanonicalError("a key stands twice in an object")
    return found


def _refuse(written: str) -> NoReturn:
    raise CanonicalError(f"no whole number: {written}")
