"""What parts of any kind are: arrays as narrow as they can lie, in one file, with a digest.

The file is numpy's .npz: arrays and nothing that runs. The digest is of all that it holds, so that
a part that has changed is noticed before it is counted.
"""

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO, ClassVar, Self, cast
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from tally.errors import BallotError
from tally.scale.desk import Desk

Whole = NDArray[Any]  # whole numbers, of the narrowest type that holds them
MOST_GROUPS = 2**31
GOOD_SIZE = 2**17  # groups: what is kept for each of them fits into a processor's cache


class Sealed(ABC):
    """One part of the ballots.

    Attributes
    ----------
    HEAD : what its file says of it before the ballots, and of what type that is
    UNITS : those names of `HEAD` that numbers are divided by
    ARRAYS : the arrays, of whole numbers; every part has the first two
    """

    HEAD: ClassVar[Mapping[str, type]]
    UNITS: ClassVar[tuple[str, ...]]
    ARRAYS: ClassVar[tuple[str, ...]]

    @abstractmethod
    def in_units(self, *units: int) -> Self:
        """The same part with numbers over other units, each a multiple of the present one.

        Raises
        ------
        BallotError : the numbers would be too large.
        """

    def desk(self) -> Desk[Any]:
        """A new desk to count it at."""
        return Desk(self)

    @property
    def head(self) -> dict[str, Any]:
        """What a file says of the part before its ballots; there, with the digest."""
        return {name: getattr(self, name) for name in self.HEAD}

    def arrays(self) -> Iterator[tuple[str, Whole]]:
        """The arrays that it has, by name."""
        for name in self.ARRAYS:
            array = getattr(self, name)
            if array is not None:
                yield name, array

    @cached_property
    def digest(self) -> str:
        """SHA-256, in hex, of all that the part holds."""
        found = hashlib.sha256(json.dumps(self.head).encode())
        for name, array in self.arrays():
            found.update(f"{name} {array.dtype.str} {len(array)} ".encode())
            found.update(np.ascontiguousarray(array).data)
        return found.hexdigest()

    def write(self, to: Path | str) -> None:
        """Into a new file.

        Raises
        ------
        FileExistsError : what was counted once is not written over.
        """
        head = json.dumps({**self.head, "digest": self.digest}).encode()
        arrays: dict[str, Any] = {"head": np.frombuffer(head, np.uint8), **dict(self.arrays())}
        with Path(to).open("xb") as file:
            np.savez(file, **arrays)

    @classmethod
    def head_of(cls, path: Path | str) -> Mapping[str, Any]:
        """What a part's file says of itself, and its digest. Its arrays are not read.

        Raises
        ------
        OSError : it cannot be opened. BallotError : it is not a part of this kind.
        """
        with Path(path).open("rb") as file:
            return cls._opened(file, path, ())[0]

    @classmethod
    def read(cls, path: Path | str) -> Self:
        """The part that a file holds.

        Raises
        ------
        OSError : it cannot be opened.
        BallotError : it is not a part of this kind, or not what it was when it was written.
        """
        with Path(path).open("rb") as file:
            said, arrays = cls._opened(file, path, cls.ARRAYS)
        digest, made = said.pop("digest"), cast("Callable[..., Self]", cls)
        part = made(**said, **arrays)
        if part.digest != digest:
            raise BallotError(f"{path}: its ballots are not those that were written")
        return part

    @classmethod
    def _opened(
        cls, file: BinaryIO, path: Path | str, names: tuple[str, ...]
    ) -> tuple[dict[str, Any], dict[str, Whole]]:
        try:
            with np.load(file, allow_pickle=False) as found:
                said = json.loads(found["head"].tobytes())
                there = {*found.files, *cls.ARRAYS[:2]}
                arrays = {name: found[name] for name in names if name in there}
        except (ValueError, KeyError, TypeError, AttributeError, EOFError, BadZipFile) as error:
            raise BallotError(f"{path}: not a part of ballots") from error
        if {name: type(value) for name, value in said.items()} != {**cls.HEAD, "digest": str}:
            raise BallotError(f"{path}: not a part of such ballots")
        return said, arrays


def narrow(numbers: Whole) -> Whole:
    """The same numbers in the narrowest type; an unsigned one where none is negative."""
    least, most = int(numbers.min(initial=0)), int(numbers.max(initial=0))
    return numbers.astype(np.min_scalar_type(min(least, ~most) if least < 0 else most))
