"""The files of a bundle that follow from a log: its tiles, the ballots that count, the result."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
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
    rows: list[list[bytes]] = [[]]  # level -> hashes that fill no tile yet
    full = [0]  # level -> full tiles so far
    waiting: list[bytes] = []

    def take(level: int, hashed: bytes) -> Iterator[tuple[str, bytes]]:
        if level == len(rows):
            rows.append([])
            full.append(0)
        rows[level].append(hashed)
        if len(rows[level]) == WIDTH:
            hashes, rows[level] = rows[level], []
            yield Tile(level, full[level]).path, b"".join(hashes)
            full[level] += 1
            yield from take(level + 1, root(hashes))

    for leaf in leaves:
        if with_leaves:
            waiting.append(leaf)
            if len(waiting) == WIDTH:
                yield Tile(None, full[0]).path, bundle(waiting)
                waiting = []
        yield from take(0, leaf_hash(leaf))
    if waiting:
        yield Tile(None, full[0], len(waiting)).path, bundle(waiting)
    for level, hashes in enumerate(rows):
        if hashes:
            yield Tile(level, full[level], len(hashes)).path, b"".join(hashes)


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
