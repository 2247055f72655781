"""What a text of 50,000 edits costs: to open, to keep, and in memory while it is open.

python bench/text.py [EDITS [DATABASES]]      default 50000 sqlite,postgresql

Five people write it, eight edits each in turn, which go to the server together as updates of Yjs
and meet there; each then takes in those of the others. Once they write as people do: a dozen
syllables in a run, each composed of its letters (ㅎ, 하, 한 are three edits), and now and then a
few letters are deleted. Once each edit is at a place of its own, which is the worst for the format.
The edits go through the storing that pages use, with its checks and foldings.

To open is the page with its form, the first exchange, and taking the update in as the page does.
To keep is all rows of the text: whole, last updates, whose each page is; with what PostgreSQL puts
around a row.
"""

import json
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import numpy as np
from _measure import Row, cpu, median, report
from flask import Flask
from log import fresh
from pycrdt import Doc, Text, TransactionEvent
from sqlalchemy import func, select

from app import create_app
from app.config import Config
from core.db import Database
from core.errors import RoomError
from proposals.models import Proposal
from proposals.people.models import Membership
from proposals.writing import queries, storing
from proposals.writing.exchange import Exchange, Message
from proposals.writing.hub import LARGEST_TAIL, LONGEST_TAIL, Feed
from proposals.writing.models import WritingClient, WritingUpdate, WritingWhole
from proposals.writing.services import Page
from proposals.writing.storing import Sent
from tests import factories
from tests.factories import TEXT
from tests.proposals.writing.typist import SECRET, cookie

EDITS, DATABASES = 50_000, "sqlite,postgresql"
MOST_MS, MOST_BYTES, PEOPLE, TURN, OPEN, SEED = 300, 40, 5, 8, 50, 7
SYLLABLES = ("ㅎ하한", "ㄱ그글", "ㅁ마말", "ㅅ시신", "ㅂ보봄", "ㄴ나날", "ㄱ거건", "ㄷ도동")
RUN, WIDE = 36, 3  # edits in one run; bytes of a Korean letter
# Bytes that PostgreSQL puts around a row, and those of its columns beside the update.
HEAD, UPDATE, CLIENT = 24 + 4, 16 + 4 + 16 + 8, 16 + 8 + 16 + 8


@dataclass
class Hand:
    """One person's page: its document, and what it wrote and has not sent."""

    proposal_id: UUID
    account_id: UUID
    client: int
    dice: np.random.Generator
    unsent: list[bytes] = field(default_factory=list)
    made: list[bytes] = field(default_factory=list)
    at: int = 0
    left: int = 0  # edits of the run

    def __post_init__(self) -> None:
        self.document = Doc(client_id=self.client)
        self.text = self.document.get("need", type=Text)
        self.document.observe(self._note)

    def _note(self, event: TransactionEvent) -> None:
        self.made.append(event.update)

    def take(self, update: bytes) -> None:
        """Take in what another one wrote."""
        self.document.apply_update(update)
        self.made.clear()

    def edit(self, act: Callable[["Hand", int], None]) -> None:
        """One edit, as an update of its own."""
        with self.document.transaction():
            act(self, len(self.text) // WIDE)
        (update,) = self.made
        self.made.clear()
        self.unsent.append(update)


def composing(hand: Hand, length: int) -> None:
    """A letter of a syllable; a run begins with a place of its own, or deletes there instead."""
    if not hand.left:
        hand.left, hand.at = RUN, int(hand.dice.integers(length + 1))
        if length > 60 and hand.dice.random() < min(0.9, length / 4000):
            hand.left, some = 0, min(12, length - hand.at)
            if some:
                del hand.text[hand.at * WIDE : (hand.at + some) * WIDE]
                return
            hand.left = RUN
    step = (RUN - hand.left) % 3
    hand.at = min(hand.at, length)
    if step and hand.at:
        del hand.text[(hand.at - 1) * WIDE : hand.at * WIDE]
        hand.at -= 1
    hand.text.insert(hand.at * WIDE, SYLLABLES[hand.left // 3 % len(SYLLABLES)][step])
    hand.at, hand.left = hand.at + 1, hand.left - 1


def scattered(hand: Hand, length: int) -> None:
    """A syllable anywhere; or, of four edits, one that deletes one or two letters anywhere."""
    at = int(hand.dice.integers(length + 1))
    some = min(int(hand.dice.integers(1, 3)), length - at)
    if some and hand.dice.random() < 0.25:
        del hand.text[at * WIDE : (at + some) * WIDE]
    else:
        hand.text.insert(at * WIDE, SYLLABLES[at % len(SYLLABLES)][2])


WAYS = {"in runs": composing, "at random places": scattered}


def write(database: Database, way: Callable[[Hand, int], None], edits: int) -> Hand:
    """A text by five people; the author's page."""
    now = datetime.now(UTC)  # noqa: TID251 - nothing else tells this program the time
    with database.writing() as session:
        people = [factories.account(session, now, name=f"e{at}") for at in range(PEOPLE)]
        text = replace(TEXT, need="")
        id_ = factories.proposal(session, now, author=people[0], text=text).id
        for person in people[1:]:
            row = {"account_id": person.id, "role": "coauthor", "joined_at": now}
            session.add(Membership(proposal_id=id_, **row))
    hands = [
        Hand(id_, person.id, 2**31 + at, np.random.default_rng(SEED + at))
        for at, person in enumerate(people)
    ]
    made = 0
    while made < edits:
        for hand in hands:
            for _ in range(min(TURN, edits - made)):
                hand.edit(way)
                made += 1
        sent = [Sent(id_, hand.account_id, one, now) for hand in hands for one in hand.unsent]
        with database.writing() as session:
            answers = storing.store_all(session, sent)
        assert not [one for one in answers if isinstance(one, RoomError)]
        for hand in hands:
            for other in hands:
                for update in other.unsent if other is not hand else ():
                    hand.take(update)
        for hand in hands:
            hand.unsent.clear()
    assert len({str(hand.text) for hand in hands}) == 1
    return hands[0]


def size(database: Database, id_: UUID) -> int:
    """Bytes of all rows of a text."""
    with database.reading() as session:
        whole = session.scalar(
            select(func.length(WritingWhole.data)).where(WritingWhole.proposal_id == id_)
        )
        updates, count = session.execute(
            select(func.coalesce(func.sum(func.length(WritingUpdate.data)), 0), func.count())
            .where(WritingUpdate.proposal_id == id_)
        ).one()  # fmt: skip
        pages = session.scalar(select(func.count()).where(WritingClient.proposal_id == id_))
    return whole + updates + count * (HEAD + UPDATE) + pages * (HEAD + CLIENT)


def opening(
    app: Flask, exchange: Exchange, hand: Hand, clock: Callable[[], float] = time.perf_counter
) -> dict[str, float]:
    """Milliseconds of each part of opening, and of the page that tells who wrote what."""
    client, path = app.test_client(), f"/proposals/{hand.proposal_id}"
    client.set_cookie("session", cookie(app, hand.account_id))
    now = datetime.now(UTC)  # noqa: TID251 - nothing else tells this program the time

    def page(path: str) -> str:
        answer = client.get(path)
        assert answer.status_code == 200, answer.status
        return answer.text

    def exchanged() -> bytes:
        first = Message(Page("benchpage1", "need"), -1, b"\0", None)
        answer = exchange(hand.proposal_id, first, account_id=hand.account_id, now=now)
        return json.dumps(answer).encode()

    def taken() -> str:
        document = Doc()
        document.apply_update(update)
        return str(document.get("need", type=Text))

    with app.extensions["database"].reading() as session:
        update = queries.whole(session, queries.head(session, hand.proposal_id))
    said = str(hand.text)
    assert said[:20] in page(f"{path}/edit")
    assert taken() == said
    acts = {
        "page": lambda: page(f"{path}/edit"), "exchange": exchanged, "taken in": taken,
        "words": lambda: page(f"{path}/words"),
    }  # fmt: skip
    return {name: median(act, clock=clock)[0] * 1000 for name, act in acts.items()}


def memory(database: Database, exchange: Exchange, hand: Hand) -> tuple[float, int]:
    """Kilobytes of one open text in a process, and how many texts are left when all are closed."""
    with database.reading() as session:
        seq = queries.head(session, hand.proposal_id).seq
    tracemalloc.start()
    before, feeds = tracemalloc.get_traced_memory()[0], []
    for _ in range(OPEN):  # as many texts, each with a tail as long as this one's
        feeds.append(Feed(hand.proposal_id))
        assert feeds[-1].since(seq - LONGEST_TAIL, database.reading).updates
    full = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    with exchange.hub.reading(hand.proposal_id, lambda: None, account_id=hand.account_id):
        assert exchange.hub.size == 1
    return (full - before) / OPEN / 1024, exchange.hub.size


def rows(edits: int, kinds: list[str]) -> Iterator[Row]:
    """The figures of each database and way of writing."""
    for part, kind in enumerate(kinds, start=1):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            folder.chmod(0o755)  # a server of another user has to enter
            with fresh(kind, folder) as database:
                url = database.url.render_as_string(hide_password=False)
                app = create_app(
                    Config(url, SECRET, folder / "keys", https=False, log_level="WARNING")
                )
                for way, act in WAYS.items():
                    yield from told(part, f"{kind}, {way}", app, act, edits)
                app.extensions["database"].dispose()


def told(
    part: int, name: str, app: Flask, way: Callable[[Hand, int], None], edits: int
) -> Iterator[Row]:
    """The figures of one text."""
    database = app.extensions["database"]
    exchange = Exchange(database)
    began = time.perf_counter()
    hand = write(database, way, edits)
    spent = time.perf_counter() - began
    with database.reading() as session:
        proposal = session.get_one(Proposal, hand.proposal_id)
        shares = queries.shares(session, proposal)
        assert len(shares.writers) >= PEOPLE, "a writer is lost"
        assert queries.words(session, proposal)["need"] == str(hand.text).strip()
    yield Row(part, f"{name}: {edits:,} edits, {len(str(hand.text)):,} letters", spent)
    kept = size(database, hand.proposal_id) / edits
    yield Row(part, f"{name}: kept, an edit", kept, most=MOST_BYTES, unit="B")
    times, busy = opening(app, exchange, hand), opening(app, exchange, hand, cpu)
    whole, own = (
        sum(found[each] for each in ("page", "exchange", "taken in")) for found in (times, busy)
    )
    for each, measured in times.items():
        yield Row(part, f"{name}: {each}", measured, unit="ms")
    yield Row(part, f"{name}: opened, CPU of this process", own, unit="ms")
    yield Row(part, f"{name}: opened", whole, most=MOST_MS, unit="ms")
    held, left = memory(database, exchange, hand)
    yield Row(part, f"{name}: memory, an open text", held, most=LARGEST_TAIL / 1024, unit="kB")
    yield Row(part, f"{name}: texts in memory after the last page", left, most=0, unit="")


def main(arguments: list[str]) -> None:
    edits, kinds = (arguments + [str(EDITS), DATABASES][len(arguments) :])[:2]
    report(rows(int(edits), kinds.split(",")))


if __name__ == "__main__":
    main(sys.argv[1:])
