"""The leaves of a bundle and their hashes, as its tiles hold them."""

from collections.abc import Iterator

from ballots.board.merkle import leaf_hash
from ballots.board.tiles import Tile, bundles, hashes_in, leaves_in, tiles_of
from budget.verification.case import Case


def leaves_of(case: Case, size: int) -> Iterator[bytes]:
    """All leaves of the bundle, from the first."""
    for tile in bundles(0, size):
        yield from leaves_in(case.bundle.content(tile.path), tile.width)


def hashes_of(case: Case, size: int) -> Iterator[bytes]:
    """The hashes of all leaves: of the leaves themselves, where they are here."""
    if case.has_leaves:
        yield from map(leaf_hash, leaves_of(case, size))
        return
    for tile in tiles_of(size):
        if tile.level:
            return
        yield from hashes_in(case.bundle.content(tile.path), tile.width)


def hash_at(case: Case, index: int, size: int) -> bytes:
    """The hash of one leaf, of the lowest tiles."""
    width = Tile(0, 0).width
    tile = Tile(0, index // width, min(width, size - index // width * width))
    return hashes_in(case.bundle.content(tile.path), tile.width)[index % width]
