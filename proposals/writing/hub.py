"""Waking those who wait for a text: within this process at once, in others by PostgreSQL's NOTIFY.

A notice says only which text has grown; whoever is woken reads the rows. So nothing is lost with a
notice, and nothing in it can be too long.
"""

import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import UUID

import psycopg
from sqlalchemy import text
from sqlalchemy.orm import Session

from core.db import Database, after_commit

CHANNEL = "writing"
RETRY = 2.0  # seconds until a lost connection is opened anew


class Hub:
    """Who waits for which text in this process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._waiting: dict[UUID, set[Callable[[], None]]] = defaultdict(set)
        self._is_listening = database.is_sqlite  # whose one process needs no notice from others

    @contextmanager
    def waiting(self, proposal_id: UUID, wake: Callable[[], None]) -> Iterator[None]:
        """Within the block `wake` is called whenever the text grows or somebody comes or goes."""
        with self._lock:
            self._waiting[proposal_id].add(wake)
            if not self._is_listening:
                self._is_listening = True
                threading.Thread(target=self._listen, daemon=True).start()
        try:
            yield
        finally:
            with self._lock:
                self._waiting[proposal_id].discard(wake)
                if not self._waiting[proposal_id]:
                    del self._waiting[proposal_id]

    def tell(self, session: Session, proposal_id: UUID) -> None:
        """Wake all who wait for this text, once the work of `session` is kept."""
        if self._database.is_sqlite:
            after_commit(session, lambda: self.wake(proposal_id))
        else:
            notify = text("SELECT pg_notify(:channel, :id)")
            session.execute(notify, {"channel": CHANNEL, "id": proposal_id.hex})

    def wake(self, *proposal_ids: UUID) -> None:
        """Wake all who wait for these texts here."""
        with self._lock:
            woken = [wake for id_ in proposal_ids for wake in self._waiting.get(id_, ())]
        for wake in woken:
            wake()

    def _listen(self) -> None:
        """Wake by the notices of all processes; after a lost connection everybody, to be sure."""
        url = self._database.url.set(drivername="postgresql").render_as_string(hide_password=False)
        pause = threading.Event()
        while True:
            try:
                with psycopg.connect(url, autocommit=True) as connection:
                    connection.execute(f"LISTEN {CHANNEL}")
                    with self._lock:
                        everything = list(self._waiting)
                    self.wake(*everything)
                    for notice in connection.notifies():
                        self.wake(UUID(notice.payload))
            except psycopg.OperationalError:
                pause.wait(RETRY)
