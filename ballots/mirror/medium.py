"""A file that only grows, of records that are there whole or not at all.

Before each record stand its length in four bytes and its SHA-256. A record that the power cut short
ends the file; it is not there, and the next one is written over it.
"""

import fcntl
import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from core import disk

_LENGTH, _DIGEST = 4, hashlib.sha256().digest_size


@dataclass(frozen=True, slots=True)
class Tail:
    """How a medium ends.

    Attributes
    ----------
    last : the last whole record; None if there is none
    is_torn : something stands behind it that is no record
    """

    last: bytes | None = None
    is_torn: bool = False


class Medium:
    """One such file; its folder must be there, for an unmounted disk is none."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._whole = 0  # bytes that are known to be whole records
        self._last: bytes | None = None

    def bodies(self) -> Iterator[bytes]:
        """Every whole record from the first one; of a file that is not there, none."""
        if self.path.exists():
            with self.path.open("rb") as file:
                for _, body in _walk(file, 0):
                    yield body

    def tail(self) -> Tail:
        """How it ends now."""
        if not self.path.exists():
            return Tail()
        with self.path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            return self._look(file)

    def extend(self, make: Callable[[Tail], Iterable[bytes]]) -> None:
        """Append what `make` gives for the tail, each record on the disk before the next is made.

        Nobody else writes meanwhile. What is torn goes with the first record, and not before.

        Raises
        ------
        OSError : a record could not be written; it is not there.
        """
        is_new = not self.path.exists()
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, disk.PRIVATE_FILE)
        with os.fdopen(descriptor, "rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            if is_new:
                disk.sync_folder(self.path.parent)
            for body in make(self._look(file)):
                framed = len(body).to_bytes(_LENGTH) + hashlib.sha256(body).digest() + body
                os.ftruncate(descriptor, self._whole)
                _write(descriptor, framed)
                os.fsync(descriptor)
                self._whole, self._last = self._whole + len(framed), body

    def _look(self, file: BinaryIO) -> Tail:
        """Read what was added since the last look."""
        size = file.seek(0, os.SEEK_END)
        if size < self._whole:  # another file in its place
            self._whole, self._last = 0, None
        for end, body in _walk(file, self._whole):
            self._whole, self._last = end, body
        return Tail(self._last, size > self._whole)


def _walk(file: BinaryIO, at: int) -> Iterator[tuple[int, bytes]]:
    """Each whole record from a place on, and where it ends."""
    file.seek(at)
    while len(frame := file.read(_LENGTH + _DIGEST)) == _LENGTH + _DIGEST:
        length = int.from_bytes(frame[:_LENGTH])
        body = file.read(length)
        if len(body) != length or hashlib.sha256(body).digest() != frame[_LENGTH:]:
            return
        at += len(frame) + length
        yield at, body


def _write(descriptor: int, data: bytes) -> None:
    """All of it: one call may write a part."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
