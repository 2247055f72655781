"""The traits of many texts side by side, and the look-up of those that are most like one.

Pure. A look-up goes over all traits once, in one array: for a city's ten thousand proposals that is
a few milliseconds, and there is no tree or list of postings to keep in order. A shelf never
changes; `with_changes` copies what stays and takes the traits of nothing again.

Likeness is the cosine of the angle between two texts, each trait weighed by how rare it is. So a
text is most like itself (1.0), whatever its length, and one that shares nothing has 0.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from proposals.similar.traits import BUCKETS, Traits

Key = TypeVar("Key", bound=Hashable)

LEAST = 0.2  # likeness below which two texts are not like each other at all
_SMALL_CITY = 30  # texts: below that, rare says little

Rarity = NDArray[np.float32]


@dataclass(frozen=True)
class Near(Generic[Key]):
    """Something found: its key, and its likeness, 0 to 1."""

    key: Key
    likeness: float


@dataclass(frozen=True)
class Shelf(Generic[Key]):
    """Texts, each under a key; one key may have several, as a proposal in two languages.

    keys : length n
    starts : length n + 1, where the traits of each begin in `numbers` and `weights`
    """

    keys: tuple[Key, ...]
    starts: NDArray[np.int64]
    numbers: NDArray[np.uint32]
    weights: NDArray[np.float32]

    @classmethod
    def of(cls, texts: Iterable[tuple[Key, Traits]]) -> "Shelf[Key]":
        """A shelf of these; a text without any trait has no place on it."""
        placed = [(key, one) for key, one in texts if len(one)]
        return cls(
            tuple(key for key, _ in placed),
            _starts([len(one) for _, one in placed]),
            np.concatenate([np.empty(0, np.uint32), *(one.numbers for _, one in placed)]),
            np.concatenate([np.empty(0, np.float32), *(one.weights for _, one in placed)]),
        )

    def with_changes(self, changes: Mapping[Key, Sequence[Traits]]) -> "Shelf[Key]":
        """A shelf on which each of the keys has these texts instead, or none."""
        stays = np.array([key not in changes for key in self.keys], bool)
        lengths = np.diff(self.starts)
        traits_stay = np.repeat(stays, lengths)
        new = Shelf.of((key, one) for key, texts in changes.items() for one in texts)
        return Shelf(
            tuple(key for key in self.keys if key not in changes) + new.keys,
            _starts([*lengths[stays], *np.diff(new.starts)]),
            np.concatenate([self.numbers[traits_stay], new.numbers]),
            np.concatenate([self.weights[traits_stay], new.weights]),
        )

    @cached_property
    def rarity(self) -> Rarity:
        """How much each trait tells: little if many have it, as a city's name."""
        having = np.bincount(self.numbers, minlength=BUCKETS)
        texts = max(len(self.keys), _SMALL_CITY)
        rarity: Rarity = np.log1p((texts + 1) / (having + 0.5)).astype(np.float32)
        return rarity

    @cached_property
    def _lengths(self) -> NDArray[np.float64]:
        return self._lengths_by(self.rarity)

    def _lengths_by(self, rarity: Rarity) -> NDArray[np.float64]:
        """The length of each text as a vector."""
        squared = (rarity[self.numbers] * self.weights) ** 2
        lengths: NDArray[np.float64] = np.sqrt(
            np.add.reduceat(squared, self.starts[:-1], dtype=np.float64)
        )
        return lengths

    def nearest(
        self, text: Traits, most: int, *, rarity: Rarity, but: Key | None = None
    ) -> list[Near[Key]]:
        """The keys whose texts are most like this one, the most alike first.

        Parameters
        ----------
        most : how many at most
        rarity : length `BUCKETS`
        but : a key that is not asked for, as the one of `text` itself

        Notes
        -----
        Equal likeness is ordered by key, as text. O(traits on the shelf).
        """
        if not (self.keys and len(text)):
            return []
        squared = rarity * rarity
        wanted = np.zeros(BUCKETS, np.float32)
        wanted[text.numbers] = text.weights * squared[text.numbers]
        starts = self.starts[:-1]
        shared = np.add.reduceat(wanted[self.numbers] * self.weights, starts, dtype=np.float64)
        own = self._lengths if rarity is self.rarity else self._lengths_by(rarity)
        asked = np.sqrt(np.sum(text.weights.astype(np.float64) ** 2 * squared[text.numbers]))
        likeness = np.divide(shared, own * asked, out=np.zeros_like(own), where=own * asked > 0)
        best: dict[Key, float] = {}
        for place in np.flatnonzero(likeness >= LEAST):
            key = self.keys[place]
            if key != but:
                best[key] = max(best.get(key, 0.0), float(likeness[place]))
        ranked = sorted(best.items(), key=lambda one: (-round(one[1], 6), str(one[0])))
        return [Near(key, value) for key, value in ranked[:most]]


def _starts(lengths: Sequence[int]) -> NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)])
