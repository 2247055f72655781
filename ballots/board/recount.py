"""The files of a bundle that follow from a log: its tiles, the ballots that count, the result."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import repeat
from typing import Any

from ballots.board import canonical
from ballots.board.merkle import leaf_hash, root
from ballots.board.reading import Vote
from ballots.board.tiles import WIDTH, Tile, bundle

BALLOTS, ROLL, TALLY, RESULT = "ballots.jsonl", "roll-summary.json", "tally.json", "result.json"
SMALL = 10  # fewer ballots than this might tell who cast them


@dataclass(frozen=True, slots=True)
class Marks:
    """How many voters a district has, and how many are marked to have voted by web or on paper."""

    voters: int
    web: int = 0
    paper: int = 0


def tile_files(leaves: Iterable[bytes], *, with_leaves: bool) -> Iterator[tuple[str, bytes]]:
    """Path and content of each tile of a log, as its leaves come; what it holds in memory is small.

    Parameters
    ----------
    with_leaves : the files of the leaves too
    """
    waiting: list[bytes] = []
    index = 0
    growing = Tiles()
    for leaf in leaves:
        yield from growing.take(leaf_hash(leaf))
        if with_leaves:
            waiting.append(leaf)
            if len(waiting) == WIDTH:
                yield Tile(None, index).path, bundle(waiting)
                waiting, index = [], index + 1
    if waiting:
        yield Tile(None, index, len(waiting)).path, bundle(waiting)
    yield from growing.partial()


@dataclass
class Tiles:
    """The tiles of a log that grows by one hash at a time.

    Attributes
    ----------
    rows : level -> hashes that fill no tile yet
    full : level -> full tiles so far
    """

    rows: list[list[bytes]] = field(default_factory=list)
    full: list[int] = field(default_factory=list)

    def take(self, hashed: bytes, level: int = 0) -> Iterator[tuple[str, bytes]]:
        """The tiles that a further hash fills, as path and content."""
        if level == len(self.rows):
            self.rows.append([])
            self.full.append(0)
        row = self.rows[level]
        row.append(hashed)
        if len(row) == WIDTH:
            yield Tile(level, self.full[level]).path, b"".join(row)
            self.rows[level] = []
            self.full[level] += 1
            yield from self.take(root(row), level + 1)

    def partial(self) -> Iterator[tuple[str, bytes]]:
        """The tiles at the end, which are not full."""
        for level, row in enumerate(self.rows):
            if row:
                yield Tile(level, self.full[level], len(row)).path, b"".join(row)


def ballot_lines(votes: Iterable[Vote]) -> Iterator[bytes]:
    """The lines of `ballots.jsonl`: sorted, so that their order tells nothing of the casting.

    Where few ballots share district and channel their lines do not name the channel, and where few
    share the district not the district either. Equal ballots are held once.
    """
    cast: Counter[tuple[str, str, int, bytes]] = Counter(
        (vote.district, vote.channel, vote.form, canonical.dumps(vote.choices)) for vote in votes
    )
    in_cell: Counter[tuple[str, str]] = Counter()
    in_district: Counter[str] = Counter()
    for (district, channel, _, _), times in cast.items():
        in_cell[district, channel] += times
        in_district[district] += times
    lines: Counter[bytes] = Counter()
    for (district, channel, form, choices), times in cast.items():
        cell = {"c": channel} if in_cell[district, channel] >= SMALL else {}
        place = {"d": district} if in_district[district] >= SMALL else {}
        said = canonical.dumps({**cell, **place, "f": form})
        lines[said[:-1] + b',"x":' + choices + b"}\n"] += times
    for line in sorted(lines):
        yield from repeat(line, lines[line])


def roll_summary(districts: Mapping[str, Marks], rollhash: str) -> bytes:
    """The file `roll-summary.json`."""
    told = {
        name: {"paper": marks.paper, "voters": marks.voters, "web": marks.web}
        for name, marks in districts.items()
    }
    return canonical.dumps({"districts": told, "rollhash": rollhash})


def result(tally: bytes, *, ballots: int, funded: Iterable[int], seed: str) -> bytes:
    """The file `result.json`.

    Parameters
    ----------
    tally : the file `tally.json`
    ballots : that were counted
    funded : numbers of options
    seed : of the lots; empty where none are drawn
    """
    body: dict[str, Any] = {
        "ballots": ballots,
        "funded": sorted(funded),
        "seed": seed,
        "trace": hashlib.sha256(tally).hexdigest(),
    }
    return canonical.dumps(body)
