"""A log that we make and that others read: files as they are served, and proofs as they are given."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from ballots import entries
from ballots.board import canonical
from ballots.board.checkpoint import Checkpoint
from ballots.board.merkle import consistency_proof, inclusion_proof, leaf_hash, root
from ballots.board.notes import LOG, Note, Signer
from ballots.board.tiles import WIDTH, Tile, bundle, bundles, nodes_of, tiles_of
from tally.audit import sampling

ELECTION = "interop.example/pb/2026"
SIZE, OLD = 70_533, 70_000
INDEXES = (0, 1, 255, 256, 65_535, 65_536, 69_999, 70_532)
OLDS = (1, 2, 255, 256, 257, 65_536, 65_537, 70_000, 70_532, 70_533)
VALUES = 20_000
LETTERS = 'aZ0 _"\\/\b\t\n\r\f\u0000\u001f\u007f\u20ac가힣광장🗳é\ue000\ufffd'


class Log:
    """`SIZE` ballots, their tree, and its key."""

    signer = Signer.of(ELECTION, LOG, hashlib.sha256(b"interop").digest())

    @cached_property
    def leaves(self) -> list[bytes]:
        return [
            entries.ballot(
                ELECTION, "web", _bytes(f"p{at}")[:16], _bytes(f"n{at}"), f'{{"a":[{1 + at % 30}]}}'
            ).leaf
            for at in range(SIZE)
        ]

    @cached_property
    def rows(self) -> list[list[bytes]]:
        """Hashes of leaves; above them the root of each full 256."""
        rows = [[leaf_hash(leaf) for leaf in self.leaves]]
        while len(rows[-1]) >= WIDTH:
            low = rows[-1]
            full = range(0, len(low) // WIDTH * WIDTH, WIDTH)
            rows.append([root(low[at : at + WIDTH]) for at in full])
        return rows

    def tile(self, tile: Tile) -> bytes:
        first = tile.index * WIDTH
        if tile.level is None:
            return bundle(self.leaves[first : first + tile.width])
        return b"".join(self.rows[tile.level][first : first + tile.width])

    def note(self, size: int) -> Note:
        text = str(Checkpoint(ELECTION, size, root(self.rows[0][:size])))
        return Note(text, (self.signer.sign(text),))

    def consistency(self, old: int, size: int) -> list[bytes]:
        return consistency_proof(nodes_of(self.tile, size), old, size) if old else []

    def inclusion(self, index: int, size: int) -> list[bytes]:
        return inclusion_proof(nodes_of(self.tile, size), index, size)

    def write(self, folder: Path) -> None:
        """All that a reader without us is given."""
        for size in (OLD, SIZE):
            for tile in (*tiles_of(size), *bundles(0, size)):
                path = folder / tile.path
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(self.tile(tile))
            (folder / f"checkpoint-{size}").write_text(str(self.note(size)), encoding="utf-8")
        (folder / "vkey").write_text(str(self.signer.key))
        (folder / "proofs.json").write_text(json.dumps(self._proofs()))
        (folder / "values.jsonl").write_bytes(b"\n".join(map(canonical.dumps, values())))
        (folder / "sample.json").write_text(json.dumps(samples()))

    def _proofs(self) -> Mapping[str, Any]:
        return {
            "size": SIZE,
            "roots": {size: root(self.rows[0][:size]).hex() for size in (*OLDS, SIZE)},
            "inclusion": [
                {"index": index, "leaf": self.rows[0][index].hex(), "proof": _hex(self.inclusion(index, SIZE))}
                for index in INDEXES
            ],
            "consistency": [{"old": old, "proof": _hex(self.consistency(old, SIZE))} for old in OLDS],
        }  # fmt: skip


def values() -> Iterator[Any]:
    """Values that leaves could hold, each another; the same in every run."""
    for at in range(VALUES):
        yield _value(_bytes(f"value {at}"), 3)


def samples() -> list[Mapping[str, Any]]:
    """Draws of sheets: a seed, the ids, and what we draw first."""
    ids = [f"{batch}:{sheet}" for batch in range(1, 30) for sheet in range(1, 71)]
    seeds = [f"{int.from_bytes(_bytes(f'seed {at}')) % 10**20:020d}" for at in range(10)]
    return [{"seed": seed, "ids": ids, "drawn": sampling.sample(seed, ids, 200)} for seed in seeds]


def _value(drawn: bytes, depth: int) -> Any:
    kind, rest = drawn[0] % (7 if depth else 4), drawn[1:]
    if kind in (0, 1):
        return int.from_bytes(rest[:7]) % canonical.MOST * (1 if kind else -1)
    if kind == 2:
        return bool(rest[0] % 2)
    if kind == 3:
        return "".join(LETTERS[byte % len(LETTERS)] for byte in rest[: rest[0] % 12])
    inner = [_value(_bytes(f"{drawn.hex()}{at}"), depth - 1) for at in range(rest[0] % 5)]
    return (
        inner
        if kind == 4
        else {_key(_bytes(f"{drawn.hex()}k{at}")): one for at, one in enumerate(inner)}
    )


def _key(drawn: bytes) -> str:
    return "".join(chr(32 + byte % 95) for byte in drawn[: drawn[0] % 6])


def _bytes(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def _hex(hashes: Sequence[bytes]) -> list[str]:
    return [hashed.hex() for hashed in hashes]
