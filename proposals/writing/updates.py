"""Updates of Yjs read unit by unit: the gate through which every edit of a text passes. Pure.

Laws: an update that passes holds nothing but text and deletions within the fields of a proposal,
nothing of it waits for something that is not there, and each writer's units are numbered on from
where they ended. So whoever wrote a unit can be told for ever by the number of its client.

The format is version 1 of Yjs' updates (https://github.com/yjs/yjs, ``UpdateEncoder.js``,
``Item.js``): clients with their structs, then the set of deletions; lengths and clocks count UTF-16
units.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from proposals.errors import GapInUpdateError, UnreadableUpdateError

# The fields that are written together, and which of them are one line.
LINES = ("title", "summary", "place", "title_en", "summary_en")
AREAS = ("need", "benefit")
FIELDS = (*LINES, *AREAS)

MOST_CLIENTS = 64  # in one update: the pages that one person wrote on while cut off
_DELETED, _STRING = 1, 4
_HAS_ORIGIN, _HAS_RIGHT, _HAS_KEY, _KIND = 0x80, 0x40, 0x20, 0x1F
_BY_NAME = 1
_LARGEST = (1 << 53) - 1  # what JavaScript counts exactly
_REFUSED_SIGNS = frozenset("\0\r")

Unit = tuple[int, int]  # client and clock


@dataclass(frozen=True)
class Struct:
    """Units in one piece: whose, from which clock on, how many, and what they hang on."""

    client: int
    clock: int
    length: int
    needs: tuple[Unit, ...]
    text: str | None  # None: deleted already


@dataclass(frozen=True)
class Update:
    """What an update says. `deletes` are (client, first clock, number of units)."""

    structs: Sequence[Struct]
    deletes: Sequence[tuple[int, int, int]]

    @property
    def clients(self) -> frozenset[int]:
        """All that are named, as writers, as neighbours or as those whose units are deleted."""
        own = {struct.client for struct in self.structs}
        near = {client for struct in self.structs for client, _ in struct.needs}
        return frozenset(own | near | {client for client, _, _ in self.deletes})


class _Bytes:
    """Reads the numbers and strings of lib0; whatever is no such thing is refused."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def byte(self) -> int:
        if self._at >= len(self._data):
            raise UnreadableUpdateError
        self._at += 1
        return self._data[self._at - 1]

    def number(self) -> int:
        found = shift = 0
        while True:
            part = self.byte()
            found |= (part & 0x7F) << shift
            shift += 7
            if found > _LARGEST or shift > 63:  # noqa: PLR2004 - nine bytes hold all 53 bits
                raise UnreadableUpdateError
            if part < 0x80:  # noqa: PLR2004 - the last byte has no upper bit
                return found

    def string(self) -> str:
        length = self.number()
        piece = self._data[self._at : self._at + length]
        self._at += length
        try:
            found = piece.decode()
        except UnicodeDecodeError:
            raise UnreadableUpdateError from None
        if len(piece) < length:
            raise UnreadableUpdateError
        return found

    def end(self) -> None:
        if self._at != len(self._data):
            raise UnreadableUpdateError


def units(text: str) -> int:
    """How many UTF-16 units the text has: what Yjs counts.

    >>> units("한👋")
    3
    """
    return len(text) + sum(1 for sign in text if sign > "\uffff")


def read(data: bytes) -> Update:
    """The update, if it is text and deletions within the fields of a proposal.

    Raises
    ------
    UnreadableUpdateError : anything else.
    """
    source = _Bytes(data)
    structs: list[Struct] = []
    deletes: list[tuple[int, int, int]] = []
    writers = source.number()
    if writers > MOST_CLIENTS:
        raise UnreadableUpdateError
    for _ in range(writers):
        count, client, clock = source.number(), source.number(), source.number()
        if not count or any(struct.client == client for struct in structs):
            raise UnreadableUpdateError
        for _ in range(count):
            struct = _struct(source, client, clock)
            structs.append(struct)
            clock += struct.length
    for _ in range(source.number()):
        client, count = source.number(), source.number()
        deletes += [(client, source.number(), source.number()) for _ in range(count)]
    source.end()
    return Update(structs, deletes)


def _struct(source: _Bytes, client: int, clock: int) -> Struct:
    info = source.byte()
    kind = info & _KIND
    if kind not in (_DELETED, _STRING) or info & _HAS_KEY:
        raise UnreadableUpdateError
    needs = [
        (source.number(), source.number()) for side in (_HAS_ORIGIN, _HAS_RIGHT) if info & side
    ]
    if not needs and (source.number() != _BY_NAME or source.string() not in FIELDS):
        raise UnreadableUpdateError
    text = source.string() if kind == _STRING else None
    length = source.number() if text is None else units(text)
    if not length or (text and not _REFUSED_SIGNS.isdisjoint(text)):
        raise UnreadableUpdateError
    if clock:
        needs.append((client, clock - 1))
    return Struct(client, clock, length, tuple(needs), text)


def rises(update: Update, known: Mapping[int, int]) -> dict[int, int]:
    """The clocks that rise by an update, given those of the clients that it names.

    Parameters
    ----------
    known : client -> number of its units that are stored; 0 where it is missing

    Raises
    ------
    GapInUpdateError : a unit hangs on one that is neither stored nor in the update, or deletes one.
    """
    clocks = {client: known.get(client, 0) for client in update.clients}
    waiting: dict[int, deque[Struct]] = {}
    for struct in update.structs:
        waiting.setdefault(struct.client, deque()).append(struct)
    has_moved = True
    while has_moved:  # at most once for each struct and client, however they hang together
        has_moved = False
        for client, queue in waiting.items():
            while queue and all(clock < clocks[near] for near, clock in queue[0].needs):
                struct = queue.popleft()
                clocks[client] = max(clocks[client], struct.clock + struct.length)
                has_moved = True
    if any(waiting.values()):
        raise GapInUpdateError
    if any(first + count > clocks[client] for client, first, count in update.deletes):
        raise GapInUpdateError
    return {client: clock for client, clock in clocks.items() if clock > known.get(client, 0)}
