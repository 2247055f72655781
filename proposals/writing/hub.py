"""News of open texts: on SQLite, where there is one process, at once; else by PostgreSQL's NOTIFY.

A notice says only up to which number a text has grown. The one that listens reads the rows of all
notices that came together, once for all pages of this process. So nothing is lost with a notice,
nothing in it can be too long, and whoever may listen reads no words in it. What a feed holds are
the last rows of an open text, to be sent again and again: forgetting it loses nothing, and it goes
when the last page of the text does.
"""

import itertools
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import datetime, timedelta
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
_ROWS = """
    SELECT added.proposal_id, added.seq, added.data
    FROM unnest(%s::uuid[], %s::bigint[]) AS known (id, seq)
    JOIN writing_updates AS added ON added.proposal_id = known.id AND added.seq > known.seq
    ORDER BY added.proposal_id, added.seq
"""
GATHER = 0.01  # seconds in which notices are gathered, so that their rows are read at once
COUNT_EVERY = timedelta(seconds=10)  # between two looks at who is here
RETRY = 2.0  # seconds until a lost connection is opened anew
LONGEST_TAIL, LARGEST_TAIL = 128, 512 * 1024  # updates that a feed holds, and bytes of them
MOST_FEEDS = 16  # sockets of one person in one process: pages, and those just left or reloaded
People = Sequence[Mapping[str, Any]]
Reading = Callable[[], AbstractContextManager[Session]]


class Feed:
    """What happens to one open text, for all its pages in this process."""

    def __init__(self, proposal_id: UUID) -> None:
        self.proposal_id = proposal_id
        self.pages: set[Callable[[], None]] = set()
        self._tail: deque[tuple[int, bytes]] = deque()
        self._size = 0  # bytes in the tail
        self._seq: int | None = None  # of the last row in the tail; None: nothing was read yet
        self._told = 0  # up to which row the text has grown, as far as notices say
        self._people: People | None = None  # None: somebody came, went or moved
        self._counted_at: datetime | None = None  # when the people were
        self._moves = 0  # lest people who were read before a move are kept after it
        self._lock = threading.Lock()

    @property
    def known(self) -> int | None:
        """Up to which row the tail goes; None: nothing was read yet."""
        return self._seq

    def grow(self, seq: int, updates: Iterable[tuple[int, bytes]] = ()) -> None:
        """Take note that the text has grown up to `seq`; with the rows that are at hand."""
        with self._lock:
            self._told = max(self._told, seq)
            for number, update in updates:
                if self._seq == number - 1:
                    self._hold([(number, update)])
        self._wake()

    def move(self) -> None:
        """Take note that somebody came, went or moved."""
        self._moves += 1
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
            new = itertools.takewhile(lambda row: row[0] > after, reversed(self._tail))
            return queries.Since(seq, [data for _, data in new][::-1])

    def people(self, reading: Reading, *, now: datetime) -> People:
        """Who is here; looked up anew now and then, for whoever vanishes without a word."""
        found, counted_at = self._people, self._counted_at
        if found is None or counted_at is None or now - counted_at >= COUNT_EVERY:
            self._counted_at, moves = now, self._moves
            with reading() as session:
                found = queries.gathering(session, self.proposal_id, now=now)
            if moves == self._moves:
                self._people = found
        return found

    def _read(self, session: Session, after: int) -> None:
        """Read on from where the tail ends; from the page's own place if there is none yet."""
        known = after if self._seq is None else self._seq
        rows = queries.rows(session, self.proposal_id, known)
        if not rows or rows[0][0] != known + 1:  # what lies between was folded, or nothing is new
            self._tail.clear()
            self._size = 0
        if not rows:
            writing = queries.head(session, self.proposal_id)
            self._seq = writing.seq if writing else None
            return
        self._hold(rows)

    def _hold(self, rows: Sequence[tuple[int, bytes]]) -> None:
        """Take rows into the tail, and let the oldest go that are too many."""
        self._tail.extend(rows)
        self._size += sum(len(update) for _, update in rows)
        self._seq = rows[-1][0]
        while len(self._tail) > LONGEST_TAIL or self._size > LARGEST_TAIL:
            self._size -= len(self._tail.popleft()[1])

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
        rows = [] if update is None else [(seq, update)]
        self._note(session, f"{proposal_id.hex} {seq}", lambda: self._grow(proposal_id, seq, rows))

    def moved(self, session: Session, proposal_id: UUID) -> None:
        """Tell all pages that somebody came, went or moved, once the work of `session` is kept."""
        self._note(session, proposal_id.hex, lambda: self._move(proposal_id))

    def send(self, session: Session) -> None:
        """Send the notices of this session to all processes, this one too, with its commit."""
        if notices := session.info.pop(CHANNEL, None):
            session.connection().execute(_NOTIFY, {"channel": CHANNEL, "notices": list(notices)})

    def _note(self, session: Session, notice: str, act: Callable[[], None]) -> None:
        """Do it here, or have it done by whoever listens, this process too: in order of commits."""
        if self._database.is_sqlite:
            after_commit(session, act)
        else:
            session.info.setdefault(CHANNEL, {})[notice] = None

    def _grow(self, proposal_id: UUID, seq: int, rows: Iterable[tuple[int, bytes]] = ()) -> None:
        if feed := self._feeds.get(proposal_id):
            feed.grow(seq, rows)

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
                while True:
                    self._pass_on(connection, _gathered(connection))
            pause.wait(RETRY)

    def _pass_on(self, connection: psycopg.Connection, notices: Iterable[str]) -> None:
        """Take what notices tell of texts that are open here to their feeds, with their rows."""
        grown: dict[UUID, int] = {}
        for notice in notices:
            name, _, number = notice.partition(" ")
            if number:
                grown[UUID(name)] = int(number)
            else:
                self._move(UUID(name))
        rows = self._rows(connection, grown)
        for proposal_id, seq in grown.items():
            self._grow(proposal_id, seq, rows.get(proposal_id, ()))

    def _rows(
        self, connection: psycopg.Connection, ids: Iterable[UUID]
    ) -> Mapping[UUID, Sequence[tuple[int, bytes]]]:
        """What was added to these texts after what their feeds know, if they know anything."""
        feeds = [feed for id_ in ids if (feed := self._feeds.get(id_))]
        known = {feed.proposal_id: feed.known for feed in feeds if feed.known is not None}
        found: dict[UUID, list[tuple[int, bytes]]] = {}
        if known:
            given = [list(known), list(known.values())]
            for id_, seq, data in connection.execute(_ROWS, given):
                found.setdefault(id_, []).append((seq, data))
        return found

    def _catch_up(self) -> None:
        with self._database.reading() as session:
            for proposal_id in list(self._feeds):
                if writing := queries.head(session, proposal_id):
                    self._grow(proposal_id, writing.seq)
                    self._move(proposal_id)


def _gathered(connection: psycopg.Connection) -> list[str]:
    """The notices that come next, and those that come within a moment after."""
    first = [notice.payload for notice in connection.notifies(stop_after=1)]
    return first + [notice.payload for notice in connection.notifies(timeout=GATHER)]
