"""What a written text says, who wrote what of it, and edits made of plain words.

Pure: bytes in, bytes or words out; no document stays in memory.

pycrdt counts places in UTF-8 bytes and Yjs in UTF-16 units; nobody but `_byte_places` turns one
count into another.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import partial
from itertools import accumulate
from typing import Any

from pycrdt import Doc, Text, get_state, get_update, merge_updates

from proposals.errors import UnreadableUpdateError
from proposals.writing.updates import FIELDS

EMPTY = b"\0\0"  # the update that says nothing; also the state of one who has nothing
NOTHING = b"\0"  # the state vector of one who has nothing, as pages send it
# Above this product of two lengths words are not matched one by one: a paste over everything.
_LONGEST_MATCH = 1_000_000


@dataclass(frozen=True)
class Run:
    """Words that stand together and were written by one person; None: nobody is known."""

    text: str
    writer: Any


def merged(updates: Iterable[bytes]) -> bytes:
    """All updates as one."""
    found = list(updates)
    return merge_updates(*found) if found else EMPTY


def deleted(whole: bytes) -> bytes:
    """The update that says what was deleted of `whole`, and nothing else."""
    return get_update(whole, get_state(whole))


def deletes_more(known: bytes, ranges: Iterable[tuple[int, int, int]]) -> bool:
    """Whether any of these units is not deleted by `known`.

    Parameters
    ----------
    ranges : client, first clock, number of units
    """
    return merge_updates(known, _deletion(ranges)) != merge_updates(known)


def missing(whole: bytes, state: bytes) -> bytes:
    """What somebody lacks who has `state`, a state vector of Yjs.

    Raises
    ------
    UnreadableUpdateError : `state` is no state vector.
    """
    try:
        return get_update(whole, state)
    except ValueError:
        raise UnreadableUpdateError from None


def folded(whole: bytes) -> bytes:
    """The same text with the least of its history: pieces joined, deleted words left out.

    Whose each unit is stays as it is, and so does everything that a late edit may hang on.
    """
    return _document(whole).get_update()


def contents(whole: bytes, *later: bytes) -> dict[str, str]:
    """The words of each field, of a text and the updates after it."""
    document = _document(whole)
    for update in later:
        document.apply_update(update)
    return {name: str(_field(document, name)) for name in FIELDS}


def edit(whole: bytes, client: int, words: Mapping[str, str]) -> bytes | None:
    """The update by which `client` makes the fields read like `words`; None: they do already.

    Only what differs is touched, so that words of others keep their writers.
    """
    document = _document(whole, client)
    before = document.get_state()
    is_changed = False
    with document.transaction():
        for name, text in words.items():
            field = _field(document, name)
            old = str(field)
            if old == text:
                continue
            is_changed = True
            places = _byte_places(old)
            for start, end, said in reversed(_differences(old, text)):
                if end > start:
                    del field[places[start] : places[end]]
                if said:
                    field.insert(places[start], said)
    return document.get_update(before) if is_changed else None


def authorship(
    whole: bytes, writers: Mapping[Any, Sequence[tuple[int, int]]]
) -> dict[str, list[Run]]:
    """Who wrote which words, field by field.

    Each writer's words are deleted in a copy, by an update that says just that: the copy tells
    what went from where. So each unit is told by its own number, whatever happened around it.

    Parameters
    ----------
    writers : writer -> the clients of that person and the number of units of each
    """
    owners: dict[str, list[Any]] = {}
    said = contents(whole)
    for name, text in said.items():
        owners[name] = [None] * len(text.encode())
    for writer, clients in writers.items():
        own = [(client, 0, count) for client, count in clients if count]
        for name, start, end in _deleted(whole, _deletion(own)):
            owners[name][start:end] = [writer] * (end - start)
    return {name: _runs(text, owners[name]) for name, text in said.items()}


def _deleted(whole: bytes, deletion: bytes) -> list[tuple[str, int, int]]:
    """Field, first and last byte of each piece of the text that the deletion takes away."""
    document = _document(whole)
    found: list[tuple[str, int, int]] = []

    def note(name: str, event: Any) -> None:
        at = 0
        for step in event.delta:
            if "retain" in step:
                at += step["retain"]
            else:
                found.append((name, at, at + step["delete"]))
                at += step["delete"]

    fields = {name: _field(document, name) for name in FIELDS}  # kept, or nobody is told
    for name, field in fields.items():
        field.observe(partial(note, name))
    document.apply_update(deletion)
    return found


def _runs(text: str, owners: Sequence[Any]) -> list[Run]:
    runs: list[Run] = []
    start, places = 0, _byte_places(text)
    for at in range(1, len(text) + 1):
        if at == len(text) or owners[places[at]] != owners[places[start]]:
            runs.append(Run(text[start:at], owners[places[start]]))
            start = at
    return runs


def _deletion(ranges: Iterable[tuple[int, int, int]]) -> bytes:
    """The update that deletes these units: client, first clock, number of units."""
    of_client: dict[int, list[int]] = {}
    for client, *range_ in ranges:
        of_client.setdefault(client, []).extend(range_)
    numbers = [0, len(of_client)]
    for client, pairs in of_client.items():
        numbers += [client, len(pairs) // 2, *pairs]
    return b"".join(map(_number, numbers))


def _number(value: int) -> bytes:
    parts = []
    while value > 0x7F:  # noqa: PLR2004 - seven bits a byte
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*parts, value])


def _byte_places(text: str) -> list[int]:
    """The place in UTF-8 bytes of each character of `text`, and of its end.

    >>> _byte_places("a한👋")
    [0, 1, 4, 8]
    """
    return list(accumulate((len(sign.encode()) for sign in text), initial=0))


def _differences(old: str, new: str) -> list[tuple[int, int, str]]:
    """What to replace in `old`: first place, last place, words instead; in order."""
    start = _common(old, new)
    end = _common(old[start:][::-1], new[start:][::-1])
    a, b = old[start : len(old) - end], new[start : len(new) - end]
    if len(a) * len(b) > _LONGEST_MATCH:
        return [(start, start + len(a), b)]
    steps = SequenceMatcher(None, a, b, autojunk=False).get_opcodes()
    return [(start + i1, start + i2, b[j1:j2]) for kind, i1, i2, j1, j2 in steps if kind != "equal"]


def _common(one: str, other: str) -> int:
    """How many signs two texts have in common at their beginning."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))


def _document(whole: bytes, client: int | None = None) -> Doc[Any]:
    document: Doc[Any] = Doc(client_id=client)
    document.apply_update(whole)
    return document


def _field(document: Doc[Any], name: str) -> Text:
    field: Text = document.get(name, type=Text)
    return field
