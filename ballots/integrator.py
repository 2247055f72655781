"""The one that appends: takes what waits, puts it into the log, and signs the log anew.

Batches come one at a time. After each commit the log is *settled*: the guard checks and signs, and
the checkpoint is published. A crash in between is made good by the next turn, for what is to do
follows from the database and the guard alone.
"""

import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from uuid import UUID

from ballots import log, pending
from ballots.alarms import hours
from ballots.board.merkle import Edge, leaf_hash
from ballots.errors import RollbackError
from ballots.keys import Keys
from ballots.tokens import mixing
from ballots.tokens.mix import Mix
from core import clock
from core.db import Database

PAUSE = 1.0  # seconds between two batches: nobody's ballot stands alone in one when many vote


class Integrator:
    """Integrates every log of one database.

    Parameters
    ----------
    keys : where the logs' keys and guards are
    mix : how long ballots by token wait for each other
    """

    def __init__(self, database: Database, keys: Keys, mix: Mix | None = None) -> None:
        self._database = database
        self._keys = keys
        self._mix = mix or Mix()
        self._hour: int | None = None  # in which the totals were kept last

    def turn(self) -> int:
        """Integrate and settle every log that needs it; how many that were.

        A log that does not grow out of what was signed last is halted.

        Raises
        ------
        ExceptionGroup : of the logs that could not be; the others were.
        """
        with self._database.reading() as session:
            connection = session.connection()
            grown = log.unsigned(connection)
            ripe = mixing.ripe(connection, self._mix, clock.now())
        acts = dict.fromkeys(grown, self.finish) | dict.fromkeys(ripe, self.advance)
        return self._each(list(acts), lambda contest_id: acts[contest_id](contest_id))

    def check(self) -> int:
        """Read every log of an open vote from its first leaf, and compare; how many that were.

        To be done before the first turn: a database set back in the night is found in the morning.

        Raises
        ------
        ExceptionGroup : of the logs that are not what was signed; they are halted.
        """
        with self._database.reading() as session:
            running = log.running(session.connection())
        return self._each(running, self._examine)

    def settle(self, contest_id: UUID) -> None:
        """Sign the log as it stands, and publish the checkpoint.

        Raises
        ------
        RollbackError : the log does not grow out of what was signed last.
        """
        with self._database.reading() as session:
            connection = session.connection()
            board = log.head(connection, contest_id)
            hashes = partial(log.hashes, connection, contest_id)
            note = self._keys.signers.sign(contest_id, board.checkpoint, hashes)
        with self._database.writing_rows() as connection:
            log.keep_checkpoint(connection, contest_id, board.edge.size, note)

    def advance(self, contest_id: UUID) -> None:
        """Put all that waits into one log, and finish; raises as `finish` does."""
        with self._database.writing_rows() as connection:
            pending.integrate(connection, contest_id)
            mixing.begin_anew(connection, contest_id, clock.now())
        self.finish(contest_id)

    def finish(self, contest_id: UUID) -> None:
        """Settle one log; after its close, give up the order of the roll.

        Raises
        ------
        RollbackError : the log does not grow out of what was signed last.
        """
        self.settle(contest_id)
        with self._database.writing_rows() as connection:
            if contest_id not in log.running(connection):
                pending.forget_order(connection)

    def run(self, stopped: threading.Event, failed: Callable[[Exception], None]) -> None:
        """Check, then a turn every second until `stopped`; what goes wrong goes to `failed`."""
        act: Callable[[], int] = self.check
        while not stopped.is_set():
            try:
                act()
                self.tick(clock.now())
            except Exception as error:
                failed(error)
            act = self.turn
            stopped.wait(PAUSE)

    def tick(self, now: datetime) -> None:
        """Leave a mark that all is well; once an hour, keep what alarms need of the open votes."""
        self._keys.signers.beat()
        if now.hour != self._hour:
            with self._database.writing_rows() as connection:
                hours.note_hour(connection, now)
            self._hour = now.hour

    def _examine(self, contest_id: UUID) -> None:
        with self._database.reading() as session:
            connection = session.connection()
            board = log.head(connection, contest_id)
            found = Edge().grown(map(leaf_hash, log.leaves(connection, contest_id)))
            signed = self._keys.signers.last(contest_id)
            if found != board.edge or found.size < signed.size:
                raise RollbackError(size=found.size, signed=signed.size)
            begun = Edge().grown(log.hashes(connection, contest_id, 0, signed.size))
            if begun != signed:
                raise RollbackError(size=found.size, signed=signed.size)
        self._halt(contest_id, is_halted=False)

    def _each(self, contests: Sequence[UUID], act: Callable[[UUID], None]) -> int:
        failures: list[Exception] = []
        for contest_id in contests:
            try:
                act(contest_id)
            except Exception as error:
                if isinstance(error, RollbackError):
                    self._halt(contest_id, is_halted=True)
                failures.append(error)
        if failures:
            raise ExceptionGroup(f"{len(failures)} logs rest", failures)
        return len(contests)

    def _halt(self, contest_id: UUID, *, is_halted: bool) -> None:
        with self._database.writing_rows() as connection:
            log.halt(connection, contest_id, is_halted=is_halted)
