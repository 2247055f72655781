"""Tiles hold the whole tree: their names, what they hold, and any proof made from them."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ballots.board.merkle import (
    check_consistency,
    check_inclusion,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root,
)
from ballots.board.tiles import (
    Tile,
    TileError,
    bundle,
    bundles,
    grown,
    hashes_in,
    leaves_in,
    nodes_of,
    tiles_of,
)

HASHES = [leaf_hash(number.to_bytes(3)) for number in range(70_000)]


def files(size):
    """Every tile of a tree, by its definition."""
    kept = {}
    for tile in tiles_of(size):
        span = 256**tile.level
        first = tile.index * 256
        rows = [HASHES[(first + at) * span : (first + at + 1) * span] for at in range(tile.width)]
        kept[tile.path] = b"".join(map(root, rows))
    return kept


def test_a_tree_has_the_tiles_that_the_standard_names():
    names = [tile.path for tile in tiles_of(70_000)]
    assert len(names) == 273 + 1 + 1 + 1 + 1
    assert names[273:] == ["tile/0/273.p/112", "tile/1/000", "tile/1/001.p/17", "tile/2/000.p/1"]
    assert [tile.path for tile in tiles_of(256)] == ["tile/0/000", "tile/1/000.p/1"]
    assert Tile(0, 1234067).path == "tile/0/x001/x234/067"
    assert [tile.path for tile in bundles(0, 257)] == ["tile/entries/000", "tile/entries/001.p/1"]


@example(73, 73)
@given(st.integers(0, 1300), st.integers(0, 1300))
def test_growth_writes_what_was_not_there(old, size):
    old, size = sorted((old, size))
    assert {*grown(old, size)} == {*tiles_of(size)} - {*tiles_of(old)}


def test_every_proof_can_be_made_from_tiles():
    size = 67_001
    kept = files(size)
    nodes = nodes_of(lambda tile: kept[tile.path], size)
    whole = root(HASHES[:size])
    for index in (0, 1, 255, 256, 65_535, 65_536, 66_999, 67_000):
        check_inclusion(HASHES[index], index, size, inclusion_proof(nodes, index, size), whole)
    for old in (1, 256, 257, 65_536, 65_537, 67_000, 67_001):
        proof = consistency_proof(nodes, old, size)
        check_consistency(old, size, proof, root(HASHES[:old]), whole)


@given(st.lists(st.binary(max_size=300), max_size=8))
def test_leaves_come_back_from_their_bundle(leaves):
    data = bundle(leaves)
    assert leaves_in(data, len(leaves)) == leaves
    with pytest.raises(TileError, match="holds"):
        leaves_in(data, len(leaves) + 1)
    if leaves:
        with pytest.raises(TileError, match="ends within|holds"):
            leaves_in(data[:-1], len(leaves))


def test_what_is_too_long_or_too_short_is_refused():
    with pytest.raises(TileError, match="65535 bytes"):
        bundle([bytes(2**16)])
    with pytest.raises(TileError, match="64 bytes, not 63"):
        hashes_in(bytes(63), 2)


@pytest.mark.parametrize(
    "path", ["tile/0/000.p/256", "tile/0/000.p/300", "tile/0/x000/001", "tile/x", "tile/00/000"]
)
def test_a_path_has_one_form(path):
    with pytest.raises(TileError):
        Tile.read(path)


@given(st.one_of(st.none(), st.integers(0, 5)), st.integers(0, 10**9), st.integers(1, 256))
def test_a_tile_comes_back_from_its_path(level, index, width):
    tile = Tile(level, index, width)
    assert Tile.read(tile.path) == tile
