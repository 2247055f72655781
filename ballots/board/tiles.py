"""The tree as files: 256 hashes in each, and the leaves beside them (C2SP tlog-tiles).

A tile of level l holds hashes of perfect subtrees of 256^l leaves; what lies between is hashed when
it is asked for. Full tiles never change; the last one of each level is *partial*, and a wider one
takes its place as the log grows.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ballots.board.merkle import HASH_BYTES, Nodes, node_hash

HEIGHT = 8
WIDTH = 2**HEIGHT
LONGEST_LEAF = 2**16 - 1
_PATH_DIGITS = 3
_PATH = re.compile(
    r"tile/(entries|0|[1-9][0-9]?)/((?:x[0-9]{3}/){0,5}[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?"
)


class TileError(ValueError):
    """A tile or a bundle of leaves is not what its name says."""


@dataclass(frozen=True, slots=True)
class Tile:
    """The name of one tile.

    Attributes
    ----------
    level : 0 for hashes of leaves; None for the leaves themselves
    index : from 0
    width : hashes in it, 1 to 256
    """

    level: int | None
    index: int
    width: int = WIDTH

    @classmethod
    def read(cls, path: str) -> "Tile":
        """The tile of a path as `path` writes it.

        Raises
        ------
        TileError : there is none of this path.

        >>> Tile.read("tile/entries/x001/234.p/7")
        Tile(level=None, index=1234, width=7)
        """
        found = _PATH.fullmatch(path)
        if found is None:
            raise TileError(f"no path of a tile: {path}")
        level, place, width = found.groups()
        index = int(place.replace("/", "").replace("x", ""))
        tile = cls(None if level == "entries" else int(level), index, int(width or WIDTH))
        if tile.path != path:  # too wide, or digits before the number
            raise TileError(f"no path of a tile: {path}")
        return tile

    @property
    def path(self) -> str:
        """Where it is served.

        >>> Tile(0, 1234067).path, Tile(None, 5, 3).path
        ('tile/0/x001/x234/067', 'tile/entries/005.p/3')
        """
        groups: list[str] = []
        rest = self.index
        while rest or not groups:
            rest, group = divmod(rest, 10**_PATH_DIGITS)
            groups.append(f"{'x' if groups else ''}{group:0{_PATH_DIGITS}}")
        place = "/".join(reversed(groups))
        part = f".p/{self.width}" if self.width < WIDTH else ""
        return f"tile/{'entries' if self.level is None else self.level}/{place}{part}"


def tiles_of(size: int) -> Iterator[Tile]:
    """All tiles of hashes of a tree, the lowest level first."""
    yield from grown(0, size)


def grown(old: int, size: int) -> Iterator[Tile]:
    """The tiles that a tree of `size` leaves has and that of `old` leaves had not.

    >>> [tile.path for tile in grown(255, 258)]
    ['tile/0/000', 'tile/0/001.p/2', 'tile/1/000.p/1']
    """
    level, before, now = 0, old, size
    while now:
        for index in range(before // WIDTH, -(-now // WIDTH)):
            width = min(WIDTH, now - index * WIDTH)
            if index * WIDTH + width > before:
                yield Tile(level, index, width)
        level, before, now = level + 1, before // WIDTH, now // WIDTH


def bundles(old: int, size: int) -> Iterator[Tile]:
    """The same for the files of leaves."""
    for tile in grown(old, size):
        if tile.level == 0:
            yield Tile(None, tile.index, tile.width)


def nodes_of(read: Callable[[Tile], bytes], size: int) -> Nodes:
    """The hashes of perfect subtrees, from the tiles of a tree of `size` leaves.

    Raises
    ------
    TileError : when asked, a tile has another length than its name says.
    """
    kept: dict[tuple[int, int], list[bytes]] = {}

    def tile(level: int, index: int) -> list[bytes]:
        if (level, index) not in kept:
            width = min(WIDTH, (size >> HEIGHT * level) - index * WIDTH)
            kept[level, index] = hashes_in(read(Tile(level, index, width)), width)
        return kept[level, index]

    def node(level: int, place: int) -> bytes:
        row, up = divmod(level, HEIGHT)
        first = place << up
        hashes = tile(row, first // WIDTH)[first % WIDTH :][: 1 << up]
        while len(hashes) > 1:
            hashes = [node_hash(*pair) for pair in zip(hashes[::2], hashes[1::2], strict=True)]
        return hashes[0]

    return node


def hashes_in(data: bytes, width: int) -> list[bytes]:
    """The hashes of a tile; raises TileError."""
    if len(data) != width * HASH_BYTES:
        raise TileError(f"a tile of {width} hashes has {width * HASH_BYTES} bytes, not {len(data)}")
    return [data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)]


def bundle(leaves: Sequence[bytes]) -> bytes:
    """Leaves as a file: before each its length in two bytes.

    Raises
    ------
    TileError : a leaf is too long for that.
    """
    for leaf in leaves:
        if len(leaf) > LONGEST_LEAF:
            raise TileError(f"a leaf has at most {LONGEST_LEAF} bytes, not {len(leaf)}")
    return b"".join(len(leaf).to_bytes(2) + leaf for leaf in leaves)


def leaves_in(data: bytes, width: int) -> list[bytes]:
    """The leaves of a bundle; raises TileError."""
    found: list[bytes] = []
    at = 0
    while at < len(data):
        end = at + 2 + int.from_bytes(data[at : at + 2])
        if end > len(data):
            raise TileError("a bundle ends within a leaf")
        found.append(data[at + 2 : end])
        at = end
    if len(found) != width:
        raise TileError(f"a bundle of {width} leaves holds {len(found)}")
    return found
