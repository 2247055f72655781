"""Casts that come together share one transaction: one look at the contest, one commit, one fsync.

A ballot waits only as long as the commit before its own takes; when nobody else votes, it is cast
at once and alone. Each voter is answered after the commit, and each with their own refusal: where
one ballot of a batch cannot be cast, all of the batch are cast one by one.
"""

import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from queue import Empty, SimpleQueue
from uuid import UUID

from sqlalchemy.exc import OperationalError

from ballots import services
from ballots.errors import NotRecordedError
from ballots.keys import Keys
from ballots.services import Paper
from core.db import Database
from core.errors import RoomError

MOST = 64  # ballots in one transaction


@dataclass
class _Waiting:
    """One ballot, and who waits for what becomes of it."""

    contest_id: UUID
    paper: Paper
    now: datetime
    channel: str
    done: threading.Event = field(default_factory=threading.Event)
    code: str = ""
    error: Exception | None = None


class Collector:
    """Casts for one process; its thread begins with the first ballot, so after any fork."""

    def __init__(self, database: Database, keys: Keys) -> None:
        self._database = database
        self._keys = keys
        self._queue: SimpleQueue[_Waiting] = SimpleQueue()
        self._starting = threading.Lock()
        self._runs_in: int | None = None

    def cast(self, contest_id: UUID, paper: Paper, *, now: datetime, channel: str = "web") -> str:
        """Cast one ballot; its receipt code. Raises what `services.cast` raises."""
        self._start()
        waiting = _Waiting(contest_id, paper, now, channel)
        self._queue.put(waiting)
        waiting.done.wait()
        if waiting.error is not None:
            raise waiting.error
        return waiting.code

    def _start(self) -> None:
        if self._runs_in == os.getpid():
            return
        with self._starting:
            if self._runs_in != os.getpid():
                self._runs_in = os.getpid()
                threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        later: list[_Waiting] = []
        while True:
            waiting = later or [self._queue.get()]
            while len(waiting) < MOST:
                try:
                    waiting.append(self._queue.get_nowait())
                except Empty:
                    break
            batch, later = _together(waiting)
            self._cast(batch)

    def _cast(self, batch: Sequence[_Waiting]) -> None:
        first = batch[0]
        try:
            with self._database.writing_rows() as connection:
                codes = services.cast(
                    connection,
                    first.contest_id,
                    [waiting.paper for waiting in batch],
                    keys=self._keys,
                    now=max(waiting.now for waiting in batch),
                    channel=first.channel,
                )
        except Exception as error:
            if len(batch) > 1 and isinstance(error, RoomError):
                for waiting in batch:
                    self._cast([waiting])
                return
            for waiting in batch:
                waiting.error = _told(error)
        else:
            for waiting, code in zip(batch, codes, strict=True):
                waiting.code = code
        for waiting in batch:
            waiting.done.set()


def _told(error: Exception) -> Exception:
    """What a voter is told of a fault; the operator finds its cause in the logs."""
    if not isinstance(error, OperationalError):
        return error
    refusal = NotRecordedError()
    refusal.__cause__ = error
    return refusal


def _together(waiting: Sequence[_Waiting]) -> tuple[list[_Waiting], list[_Waiting]]:
    """Those that go into one transaction with the first: of its contest, each voter once."""
    batch: list[_Waiting] = []
    later: list[_Waiting] = []
    voters: set[str] = set()
    kind = (waiting[0].contest_id, waiting[0].channel)
    for one in waiting:
        is_alike = (one.contest_id, one.channel) == kind and one.paper.voter_id not in voters
        voters.add(one.paper.voter_id)  # of one voter the earlier ballot goes first
        (batch if is_alike else later).append(one)
    return batch, later
