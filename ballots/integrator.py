"""The one that appends: takes what waits, puts it into the log, and signs the log anew.

Batches come one at a time. After each commit the log is *settled*: the guard checks and signs, and
the checkpoint is published. A crash in between is made good by the next turn, for what is to do
follows from the database and the guard alone.
"""

import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from functools import partial
from uuid import UUID

from ballots import log, pending, startup
from ballots.alarms import hours
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
        """Compare every log with what is kept outside the database; how many open votes were read.

        The log of an open vote is read from its first leaf and compared with guard, mirror and
        every witness that answers; of the others, and of votes of which the database knows
        nothing, the sizes are; of logs that were lost and go on under another name, nothing is. To
        be done before the first turn: a database set back in the night is found in the morning.

        Raises
        ------
        ExceptionGroup : of the logs that are not what was signed; they are halted.
        """
        with self._database.reading() as session:
            connection = session.connection()
            running, sizes = log.running(connection), log.sizes(connection)
            passed = {*running, *log.ended(connection)}
        kept = [one for one in startup.kept(self._keys) if one not in passed]
        self._each([*kept, *running], partial(self._examine, running, sizes))
        return len(running)

    def settle(self, contest_id: UUID) -> None:
        """Mirror and sign the log as it stands, and publish the checkpoint.

        Raises
        ------
        RollbackError : the log does not grow out of what was signed or mirrored last.
        MirrorBehindError, OSError : it could not be mirrored; nothing was signed.
        """
        with self._database.reading() as session:
            connection = session.connection()
            board = log.head(connection, contest_id)
            if self._keys.mirror is not None:  # before anybody can have a receipt
                signed = self._keys.signers.last(contest_id).size
                self._keys.mirror.follow(connection, board, signed=signed)
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

    def _examine(
        self, running: Collection[UUID], sizes: Mapping[UUID, int], contest_id: UUID
    ) -> None:
        if contest_id not in running:
            startup.compare_size(sizes.get(contest_id, 0), contest_id, self._keys)
            return
        startup.compare(self._database, contest_id, self._keys)
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
