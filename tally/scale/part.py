"""One part of the ballots, as narrow as it can lie: about 12 bytes for a ballot with 10 picks.

A part is written to one file (numpy's .npz: arrays and nothing that runs), with a digest of what it
holds, so that a part that has changed is noticed before it is counted.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from tally.errors import BallotError
from tally.profile import EXACT_IN_A_FLOAT, KINDS, Profile

Whole = NDArray[Any]  # whole numbers, of the narrowest type that holds them
ARRAYS = ("lengths", "places", "points", "weights")
MOST_GROUPS = 2**31
GOOD_SIZE = 2**17  # groups: what is kept for each of them fits into a processor's cache


@dataclass(frozen=True, eq=False)
class Part:
    """g groups of equal ballots with k picks in all, as in `Profile`; order has no meaning.

    Attributes
    ----------
    lengths : length g, how many options each ballot names
    places : length k, the options named, ballot by ballot
    points : length k, over `points_unit`; None: 1 each
    weights : length g, above zero, over `weights_unit`; None: 1 each

    Raises
    ------
    BallotError : the arrays do not fit one another; a ballot names an option twice; or the weights
        times the most points add up to 2**53 or more, beyond which numpy's sums would not be exact:
        make smaller parts.
    """

    kind: str
    size: int
    lengths: Whole
    places: Whole
    points: Whole | None = None
    weights: Whole | None = None
    points_unit: int = 1
    weights_unit: int = 1

    def __post_init__(self) -> None:
        fits = (
            self.kind in KINDS
            and all(array.dtype.kind == "u" and array.ndim == 1 for _, array in self._arrays())
            and int(self.lengths.sum()) == len(self.places)
            and (not len(self.places) or int(self.places.max()) < self.size)
            and (self.points is None or len(self.points) == len(self.places))
            and (
                self.weights is None
                or (len(self.weights) == len(self.lengths) and bool(self.weights.all()))
            )
        )
        if not fits:
            raise BallotError("the arrays of a part do not fit one another")
        if not self._names_each_once():
            raise BallotError("a ballot names an option twice")
        _bound(self.voters * self.most_points, len(self.lengths))

    @classmethod
    def of(cls, profile: Profile) -> "Part":
        """The ballots of a profile.

        >>> from tally import Instance, Option
        >>> instance = Instance((Option("bench", 60), Option("trees", 50)), limit=100)
        >>> part = Part.of(Profile.of("approval", instance, [["bench"], ["bench"], ["trees"]]))
        >>> part.places, part.weights
        (array([0, 1], dtype=uint8), array([2, 1], dtype=uint8))
        """
        return cls(
            profile.kind,
            profile.size,
            _narrow(np.diff(profile.starts)),
            _narrow(profile.places),
            None if profile.points is None else _narrow(profile.points),
            None if (profile.weights == 1).all() else _narrow(profile.weights),
            profile.points_unit,
            profile.weights_unit,
        )

    @classmethod
    def cut(cls, profile: Profile, most: int = GOOD_SIZE) -> "Iterator[Part]":
        """A profile in parts of at most `most` groups, at least one part.

        >>> from tally import Instance, Option
        >>> instance = Instance((Option("bench", 60), Option("trees", 50)), limit=100)
        >>> profile = Profile.of("approval", instance, [["bench"], ["trees"], []])
        >>> [part.places.tolist() for part in Part.cut(profile, 2)]
        [[0, 1], []]
        """
        groups = len(profile.weights)
        for first in range(0, max(groups, 1), most):
            last = min(first + most, groups)
            here = slice(int(profile.starts[first]), int(profile.starts[last]))
            yield cls.of(
                replace(
                    profile,
                    starts=profile.starts[first : last + 1] - profile.starts[first],
                    places=profile.places[here],
                    points=None if profile.points is None else profile.points[here],
                    weights=profile.weights[first:last],
                )
            )

    @cached_property
    def voters(self) -> int:
        """How many voters there are, over `weights_unit`."""
        return len(self.lengths) if self.weights is None else sum(self.weights.tolist())

    @property
    def most_points(self) -> int:
        """The most points of one pick, over `points_unit`; at least 1."""
        return 1 if self.points is None else int(self.points.max(initial=1))

    @cached_property
    def digest(self) -> str:
        """SHA-256, in hex, of all that the part holds."""
        found = hashlib.sha256(json.dumps(self.head).encode())
        for name, array in self._arrays():
            found.update(f"{name} {array.dtype.str} {len(array)} ".encode())
            found.update(np.ascontiguousarray(array).data)
        return found.hexdigest()

    def in_units(self, points_unit: int, weights_unit: int) -> "Part":
        """The same part with numbers over other units, each a multiple of the present one.

        Raises
        ------
        BallotError : the numbers would be too large.
        """
        if (points_unit, weights_unit) == (self.points_unit, self.weights_unit):
            return self
        more_points, more = points_unit // self.points_unit, weights_unit // self.weights_unit
        _bound(self.voters * more * self.most_points * more_points)
        points, weights = self.points, self.weights
        if points is not None and more_points != 1:
            points = _narrow(points.astype(np.int64) * more_points)
        if more != 1:
            ones = np.ones(len(self.lengths), dtype=np.int64)
            weights = _narrow((ones if weights is None else weights) * np.int64(more))
        return replace(
            self,
            points=points,
            weights=weights,
            points_unit=points_unit if points is not None else 1,
            weights_unit=weights_unit,
        )

    def write(self, to: Path | str) -> None:
        """Into a new file.

        Raises
        ------
        FileExistsError : what was counted once is not written over.
        """
        head = json.dumps({**self.head, "digest": self.digest}).encode()
        arrays: dict[str, Any] = {"head": np.frombuffer(head, np.uint8), **dict(self._arrays())}
        with Path(to).open("xb") as file:
            np.savez(file, **arrays)

    def _names_each_once(self) -> bool:
        """Whether no ballot names an option twice: seen at a glance where places ascend."""
        rises = self.places[1:] > self.places[:-1]
        ends = np.cumsum(self.lengths, dtype=np.int64)
        rises[ends[(ends > 0) & (ends < len(self.places))] - 1] = True
        if rises.all():
            return True
        picks = np.repeat(np.arange(len(self.lengths)), self.lengths) * self.size + self.places
        return len(np.unique(picks)) == len(picks)

    @property
    def head(self) -> dict[str, Any]:
        """What a file says of the part before its ballots; there, with the digest."""
        return {
            "kind": self.kind,
            "points_unit": self.points_unit,
            "size": self.size,
            "weights_unit": self.weights_unit,
        }

    def _arrays(self) -> Iterator[tuple[str, Whole]]:
        for name in ARRAYS:
            array = getattr(self, name)
            if array is not None:
                yield name, array


def head(path: Path | str) -> Mapping[str, Any]:
    """What a part's file says of itself: kind, size, units, digest. Its arrays are not read.

    Raises
    ------
    OSError : it cannot be opened. BallotError : it is not a part.
    """
    with Path(path).open("rb") as file:
        return _read(file, path)[0]


def read(path: Path | str) -> Part:
    """The part that a file holds.

    Raises
    ------
    OSError : it cannot be opened.
    BallotError : it is not a part, or not what it was when it was written.
    """
    with Path(path).open("rb") as file:
        said, arrays = _read(file, path, ARRAYS)
        part = Part(
            said["kind"],
            said["size"],
            points_unit=said["points_unit"],
            weights_unit=said["weights_unit"],
            **arrays,
        )
    if part.digest != said["digest"]:
        raise BallotError(f"{path}: its ballots are not those that were written")
    return part


def _read(
    file: BinaryIO, path: Path | str, names: tuple[str, ...] = ()
) -> tuple[dict[str, Any], dict[str, Whole]]:
    try:
        with np.load(file, allow_pickle=False) as found:
            said = json.loads(found["head"].tobytes())
            return said, {name: found[name] for name in names if name in found.files}
    except (ValueError, KeyError, TypeError, AttributeError, EOFError, BadZipFile) as error:
        raise BallotError(f"{path}: not a part of ballots") from error


def _bound(most: int, groups: int = 0) -> None:
    if most >= EXACT_IN_A_FLOAT or groups >= MOST_GROUPS:
        raise BallotError("a part is too large, or its weights are: make smaller parts")


def _narrow(numbers: Whole) -> Whole:
    """The same numbers, none negative, in the narrowest type."""
    return numbers.astype(np.min_scalar_type(int(numbers.max(initial=0))))
