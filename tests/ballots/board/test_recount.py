"""What follows from a log: its tiles, and the ballots without their voters."""

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ballots.board.merkle import Edge, leaf_hash
from ballots.board.reading import Vote
from ballots.board.recount import Marks, ballot_lines, result, roll_summary, tile_files
from ballots.board.tiles import bundles, hashes_in, leaves_in, nodes_of, tiles_of

LEAVES = [b"leaf %d" % number for number in range(66_000)]


@pytest.mark.parametrize("size", [0, 1, 2, 255, 256, 257, 513, 65_535, 65_536, 66_000])
def test_the_tiles_of_a_log_hold_its_tree_and_its_leaves(size):
    leaves = LEAVES[:size]
    files = dict(tile_files(leaves, with_leaves=True))
    tiles, entries = list(tiles_of(size)), list(bundles(0, size))
    assert files.keys() == {tile.path for tile in (*tiles, *entries)}
    found = [leaf for tile in entries for leaf in leaves_in(files[tile.path], tile.width)]
    assert found == leaves
    assert all(len(hashes_in(files[tile.path], tile.width)) == tile.width for tile in tiles)
    edge = Edge().grown(map(leaf_hash, leaves))
    nodes = nodes_of(lambda tile: files[tile.path], size)
    at, hashes = 0, []
    for level in reversed(range(size.bit_length())):
        if size >> level & 1:
            hashes.append(nodes(level, at >> level))
            at += 1 << level
    assert Edge(size, tuple(hashes)) == edge


def test_without_leaves_there_are_hashes_only():
    files = dict(tile_files(LEAVES[:300], with_leaves=False))
    assert files.keys() == {"tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1"}
    assert files == {
        path: content
        for path, content in tile_files(LEAVES[:300], with_leaves=True)
        if "entries" not in path
    }


VOTES = st.lists(
    st.builds(
        Vote,
        st.integers(0, 99),
        st.sampled_from(["cheolsan-3", "soha-2", "haan"]),
        st.sampled_from(["web", "paper", "booth"]),
        st.integers(1, 2),
        st.builds(lambda picks: {"a": sorted(picks)}, st.sets(st.integers(1, 3), max_size=2)),
    ),
    max_size=60,
)


@given(VOTES, st.randoms(use_true_random=False))
def test_lines_say_each_ballot_once_and_keep_silent_of_small_cells(votes, chance):
    lines = list(ballot_lines(votes))
    assert lines == sorted(lines)
    said = [json.loads(line) for line in lines]
    assert sorted(repr((one["f"], one["x"])) for one in said) == sorted(
        repr((vote.form, vote.choices)) for vote in votes
    )
    for district in ("cheolsan-3", "soha-2", "haan"):
        there = [vote for vote in votes if vote.district == district]
        named = [one for one in said if one.get("d") == district]
        assert len(named) == (len(there) if len(there) >= 10 else 0)
        for channel in ("web", "paper", "booth"):
            cast = sum(vote.channel == channel for vote in there)
            assert sum(one.get("c") == channel for one in named) == (cast if cast >= 10 else 0)
    assert all("d" in one for one in said if "c" in one)
    chance.shuffle(votes)
    assert list(ballot_lines(votes)) == lines


def test_a_line_is_as_the_specification_says():
    votes = [Vote(at, "soha-2", "web", 1, {"a": [2]}) for at in range(10)]
    assert set(ballot_lines(votes)) == {b'{"c":"web","d":"soha-2","f":1,"x":{"a":[2]}}\n'}
    assert next(ballot_lines(votes[:9])) == b'{"f":1,"x":{"a":[2]}}\n'


def test_roll_and_result_are_as_the_specification_says():
    told = roll_summary({"soha-2": Marks(12, web=3, paper=4), "haan": Marks(5)}, "ab" * 32)
    assert told.decode() == (
        '{"districts":{"haan":{"paper":0,"voters":5,"web":0},'
        '"soha-2":{"paper":4,"voters":12,"web":3}},"rollhash":"' + "ab" * 32 + '"}'
    )
    said = result(b"{}", ballots=7, funded=[3, 1], seed="0123456789abcdef")
    assert json.loads(said) == {
        "ballots": 7, "funded": [1, 3], "seed": "0123456789abcdef",
        "trace": hashlib.sha256(b"{}").hexdigest(),
    }  # fmt: skip
