"""News of open texts: within this process at once, from others by PostgreSQL's NOTIFY.

A notice says only up to which number a text has grown; whoever is woken reads the rows, once for
all pages of this process. So nothing is lost with a notice, and nothing in it can be too long. What
a feed holds are the last rows of an open text, to be sent again and again: forgetting it loses
nothing, and it goes when the last page of the text does.
"""

import threading
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import text
from sqlalchemy.orm import Session

from core.db import Database, after_commit
from proposals.errors import TooManyPagesError
from proposals.writing import queries

CHANNEL = "writing"
_NOTIFY = text("SELECT pg_notify(:channel, notice) FROM unnest(CAST(:notices AS text[])) AS notice")
RETRY = 2.0  # seconds until a lost connection is opened anew
LONGEST_TAIL = 128  # updates that a feed holds
MOST_FEEDS = 16  # sockets of one person in one process: pages, and those just left or reloaded
People = Sequence[Mapping[str, Any]]
Reading = Callable[[], AbstractContextManager[Session]]


class Feed:
    """What happens to one open text, for all its pages in this process."""

    def __init__(self, proposal_id: UUID) -> None:
        self.proposal_id = proposal_id
        self.pages: set[Callable[[], None]] = set()
        self._tail: deque[tuple[int, bytes]] = deque(maxlen=LONGEST_TAIL)
        self._seq: int | None = None  # of the last row in the tail; None: nothing was read yet
        self._told = 0  # up to which row the text has grown, as far as notices say
        self._people: People | None = None  # None: somebody came, went or moved
        self._lock = threading.Lock()

    def grow(self, seq: int, update: bytes | None = None) -> None:
        """Take note that the text has grown up to `seq`; with the update, if it is at hand."""
        with self._lock:
            self._told = max(self._told, seq)
            if update is not None and self._seq == seq - 1:
                self._tail.append((seq, update))
                self._seq = seq
        self._wake()

    def move(self) -> None:
        """Take note that somebody came, went or moved."""
        self._people = None
        self._wake()

    def since(self, after: int, reading: Reading) -> queries.Since | None:
        """What was added after `after`; None: longer ago than the feed remembers.

        Parameters
        ----------
        reading : opens a session, if rows are to be read at all
        """
        with self._lock:
            if self._seq is None or self._told > self._seq:
                with reading() as session:
                    self._read(session, after)
            seq = self._seq or 0
            first = self._tail[0][0] if self._tail else seq + 1
            if after < first - 1:
                return None
            return queries.Since(seq, [data for number, data in self._tail if number > after])

    def people(self, reading: Reading, *, now: datetime) -> People:
        """Who is here."""
        found = self._people
        if found is None:
            with reading() as session:
                found = self._people = queries.gathering(session, self.proposal_id, now=now)
        return found

    def _read(self, session: Session, after: int) -> None:
        """Read on from where the tail ends; from the page's own place if there is none yet."""
        known = after if self._seq is None else self._seq
        rows = queries.rows(session, self.proposal_id, known)
        if not rows or rows[0][0] != known + 1:  # what lies between was folded, or nothing is new
            self._tail.clear()
        if not rows:
            writing = queries.head(session, self.proposal_id)
            self._seq = writing.seq if writing else None
            return
        self._tail.extend(rows)
        self._seq = rows[-1][0]

    def _wake(self) -> None:
        for wake in list(self.pages):
            wake()


class Hub:
    """The feeds of the texts that are open in this process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._feeds: dict[UUID, Feed] = {}
        self._readers: Counter[UUID] = Counter()
        self._is_listening = database.is_sqlite  # whose one process needs no notice from others

    @property
    def size(self) -> int:
        """How many texts are open here."""
        return len(self._feeds)

    @contextmanager
    def reading(
        self, proposal_id: UUID, wake: Callable[[], None], *, account_id: UUID
    ) -> Iterator[Feed]:
        """The feed of a text; within the block `wake` is called whenever something happens.

        Raises
        ------
        TooManyPagesError : this person reads too many feeds in this process.
        """
        with self._lock:
            if self._readers[account_id] >= MOST_FEEDS:
                raise TooManyPagesError(pages=MOST_FEEDS)
            self._readers[account_id] += 1
            feed = self._feeds.setdefault(proposal_id, Feed(proposal_id))
            feed.pages.add(wake)
            if not self._is_listening:
                self._is_listening = True
                threading.Thread(target=self._listen, daemon=True).start()
        try:
            yield feed
        finally:
            with self._lock:
                self._readers[account_id] -= 1
                if not self._readers[account_id]:
                    del self._readers[account_id]
                feed.pages.discard(wake)
                if not feed.pages:
                    del self._feeds[proposal_id]

    def grown(
        self, session: Session, proposal_id: UUID, seq: int, update: bytes | None = None
    ) -> None:
        """Tell all pages that the text has grown, once the work of `session` is kept."""
        after_commit(session, lambda: self._grow(proposal_id, seq, update))
        self._note(session, f"{proposal_id.hex} {seq}")

    def moved(self, session: Session, proposal_id: UUID) -> None:
        """Tell all pages that somebody came, went or moved, once the work of `session` is kept."""
        after_commit(session, lambda: self._move(proposal_id))
        self._note(session, proposal_id.hex)

    def send(self, session: Session) -> None:
        """Send the notices of this session to the other processes, with its commit."""
        if notices := session.info.pop(CHANNEL, None):
            session.connection().execute(_NOTIFY, {"channel": CHANNEL, "notices": list(notices)})

    def _note(self, session: Session, notice: str) -> None:
        if not self._database.is_sqlite:
            session.info.setdefault(CHANNEL, {})[notice] = None

    def _grow(self, proposal_id: UUID, seq: int, update: bytes | None = None) -> None:
        if feed := self._feeds.get(proposal_id):
            feed.grow(seq, update)

    def _move(self, proposal_id: UUID) -> None:
        if feed := self._feeds.get(proposal_id):
            feed.move()

    def _listen(self) -> None:
        """Pass on the notices of all processes; after a lost connection look at every text."""
        url = self._database.url.set(drivername="postgresql").render_as_string(hide_password=False)
        pause = threading.Event()
        while True:
            with (
                suppress(psycopg.OperationalError),
                psycopg.connect(url, autocommit=True) as connection,
            ):
                connection.execute(f"LISTEN {CHANNEL}")
                self._catch_up()
                for notice in connection.notifies():
                    proposal_id, _, seq = notice.payload.partition(" ")
                    if seq:
                        self._grow(UUID(proposal_id), int(seq))
                    else:
                        self._move(UUID(proposal_id))
            pause.wait(RETRY)

    def _catch_up(self) -> None:
        with self._database.reading() as session:
            for proposal_id in list(self._feeds):
                if writing := queries.head(session, proposal_id):
                    self._grow(proposal_id, writing.seq)
                    self._move(proposal_id)
