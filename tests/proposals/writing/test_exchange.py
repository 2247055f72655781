"""Exchanges that come at the same time, and the news of them."""

import secrets
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta
from threading import Barrier, Event
from uuid import uuid4

import pytest
from pycrdt import Doc, Text

from proposals.errors import NotYourProposalError, TooManyPagesError, UnreadableUpdateError
from proposals.models import Proposal
from proposals.people.models import Membership
from proposals.writing import hub, queries, services, storing
from proposals.writing.exchange import Act, Exchange, Message
from proposals.writing.hub import LONGEST_TAIL, MOST_FEEDS
from proposals.writing.models import WritingPresence
from proposals.writing.services import Page
from tests import factories


@pytest.fixture
def drafts(database, now):
    """Two drafts of the same two people: the ids of the drafts, then of the people."""
    with database.writing() as session:
        one, other = factories.account(session, now), factories.account(session, now)
        made = [factories.proposal(session, now, author=one).id for _ in range(2)]
        for id_ in made:
            row = {"account_id": other.id, "role": "coauthor", "joined_at": now}
            session.add(Membership(proposal_id=id_, **row))
        return made, [one.id, other.id]


def message(update: bytes | None = None, *, page: str | None = None, after: int = -1) -> Message:
    name = page or secrets.token_hex(6)
    return Message(Page(name, "need"), after, b"\0", update)


def typed(client: int, *words: str) -> list[bytes]:
    """The updates of a page that writes at the start of a field of its own."""
    document, made = Doc(client_id=client), []
    text = document.get("summary_en", type=Text)
    document.observe(lambda event: made.append(event.update))
    for word in words:
        text += word
    return made


def test_many_at_once_are_all_kept_and_a_refused_one_alone_is_refused(database, now, drafts):
    ids, people = drafts
    exchange, barrier = Exchange(database), Barrier(8)

    def write(turn: int) -> list[Exception]:
        refused = []
        barrier.wait()
        for update in typed(100 + turn, *(f"<{turn}.{number}>" for number in range(8))):
            for data in (update, b"\xff garbage"):
                try:
                    exchange.keep(Act(ids[turn % 2], message(data), people[turn // 4], now, False))
                except UnreadableUpdateError as refusal:
                    refused.append(refusal)
        return refused

    with ThreadPoolExecutor(8) as pool:
        refused = list(pool.map(write, range(8)))
    assert [len(own) for own in refused] == [8] * 8
    with database.reading() as session:
        for at, id_ in enumerate(ids):
            assert queries.head(session, id_).seq == 32
            said = queries.words(session, session.get(Proposal, id_))["summary_en"]
            for turn in range(at, 8, 2):
                assert "".join(f"<{turn}.{number}>" for number in range(8)) in said


def test_updates_of_one_batch_build_on_each_other(session, now):
    draft = factories.proposal(session, now)
    first, second = typed(7, "하나", "둘")
    sent = [
        storing.Sent(draft.id, draft.author_id, update, now)
        for update in (first, second, first, b"", second)
    ]
    answers = storing.store_all(session, sent)
    assert answers[:3] == [1, 2, None]
    assert isinstance(answers[3], UnreadableUpdateError)
    assert answers[4] is None
    assert queries.words(session, draft)["summary_en"] == "하나둘"


def test_a_page_too_many_stores_nothing(database, now, drafts, monkeypatch):
    ids, people = drafts
    monkeypatch.setattr(services, "MOST_PAGES", 1)
    exchange = Exchange(database)
    exchange(ids[0], message(), account_id=people[0], now=now)
    with pytest.raises(TooManyPagesError):
        exchange(ids[0], message(*typed(9, "x")), account_id=people[0], now=now)
    with database.reading() as session:
        assert queries.head(session, ids[0]).seq == 0


def test_a_proposal_that_is_not_there_is_refused(database, now, drafts):
    for update in (None, *typed(9, "x")):
        with pytest.raises(NotYourProposalError):
            Exchange(database)(uuid4(), message(update), account_id=drafts[1][0], now=now)


def test_a_page_that_only_looks_writes_nothing(database, now, drafts, count_queries):
    ids, people = drafts
    exchange, look = Exchange(database), message(page="samepage")
    exchange(ids[0], look, account_id=people[0], now=now)
    with count_queries() as asked:
        exchange(ids[0], look, account_id=people[0], now=now)
    assert all(statement.lstrip().startswith("SELECT") for statement in asked)


def by_and_by(is_so) -> bool:
    """Whether it becomes so: notices of PostgreSQL take a moment."""
    turn = Event()
    return any(is_so() or turn.wait(0.02) for _ in range(250))


def test_a_feed_tells_each_page_what_it_lacks(database, now, drafts):
    (id_, _), (person, _) = drafts
    exchange, woken = Exchange(database), Event()
    exchange(id_, message(), account_id=person, now=now)
    pages = typed(5, *"abcdefgh")
    with exchange.hub.reading(id_, woken.set, account_id=person) as feed:
        assert feed.since(0, database.reading).updates == []
        for update in pages[:4]:
            exchange.keep(Act(id_, message(update), person, now, False))
        assert woken.wait(5)
        assert by_and_by(lambda: feed.known == 4)
        since = feed.since(0, database.reading)
        assert (since.seq, list(since.updates)) == (4, pages[:4])
        assert list(feed.since(3, database.reading).updates) == pages[3:4]
        assert feed.since(-1, database.reading) is None  # a new page is told by the rows
        with database.writing() as session:  # another way than an exchange
            storing.store(session, id_, pages[4], account_id=person, now=now)
            exchange.announce(session, id_)
        assert by_and_by(lambda: feed.since(4, database.reading).updates == pages[4:5])
        assert exchange.hub.size == 1
    assert exchange.hub.size == 0  # an idle text is forgotten


def test_a_feed_holds_no_more_than_its_tail_and_survives_a_folding(
    database, now, drafts, monkeypatch
):
    (id_, _), (person, _) = drafts
    monkeypatch.setattr(storing, "FOLD_EVERY", 16)
    exchange = Exchange(database)
    exchange(id_, message(), account_id=person, now=now)
    updates = typed(5, *("x" for _ in range(LONGEST_TAIL + 40)))
    with exchange.hub.reading(id_, lambda: None, account_id=person) as feed:
        feed.since(0, database.reading)
        for update in updates[:-1]:
            exchange.keep(Act(id_, message(update), person, now, False))
        assert by_and_by(lambda: feed.known == len(updates) - 1)
        assert feed.since(0, database.reading) is None
        last = len(updates) - 1
        assert len(feed.since(last - LONGEST_TAIL, database.reading).updates) == LONGEST_TAIL
        with database.writing() as session:  # of which the feed is told late, after a folding
            storing.store(session, id_, updates[-1], account_id=person, now=now)
            more = typed(6, *("y" for _ in range(41)))
            for update in more:
                seq = storing.store(session, id_, update, account_id=person, now=now)
            exchange.announce(session, id_)
        assert by_and_by(lambda: feed.since(last, database.reading) is None)
        assert list(feed.since(seq - 1, database.reading).updates) == more[-1:]


def test_a_feed_holds_no_more_bytes_than_its_share(database, now, drafts, monkeypatch):
    (id_, _), (person, _) = drafts
    updates = typed(5, *("x" * 200 for _ in range(20)))
    monkeypatch.setattr(hub, "LARGEST_TAIL", sum(len(update) for update in updates[-8:]))
    exchange = Exchange(database)
    exchange(id_, message(), account_id=person, now=now)
    with exchange.hub.reading(id_, lambda: None, account_id=person) as feed:
        feed.since(0, database.reading)
        for update in updates:
            exchange.keep(Act(id_, message(update), person, now, False))
        assert by_and_by(lambda: feed.known == 20)
        assert list(feed.since(12, database.reading).updates) == updates[-8:]
        assert feed.since(11, database.reading) is None
        assert stored_since(database, id_, 11) == updates[11:]  # the rows have them still


def stored_since(database, id_, after):
    with database.reading() as session:
        return list(queries.since(session, queries.head(session, id_), after, b"\0").updates)


def test_a_page_that_stays_where_it_is_only_renews_its_sign(database, now, drafts, monkeypatch):
    (id_, _), (person, stranger) = drafts
    exchange, asked = Exchange(database), []
    monkeypatch.setattr(exchange, "_be_present", lambda _session, act: asked.append(act))
    with database.writing() as session:
        services.be_present(session, id_, Page("samepage", "need"), account_id=person, now=now)
    later = now + timedelta(seconds=20)
    exchange.keep(Act(id_, message(page="samepage"), person, later, True))
    assert not asked
    with database.reading() as session:
        assert session.get(WritingPresence, (id_, "samepage")).at == later
    for act in (
        Act(id_, message(page="samepage"), stranger, later, True),
        Act(id_, message(page="nextpage"), person, later, True),
        Act(id_, Message(Page("samepage", "title"), 0, b"\0", None), person, later, True),
        Act(uuid4(), message(page="samepage"), person, later, True),
    ):
        exchange.keep(act)
        assert asked.pop() is act


def test_one_person_reads_only_so_many_feeds(database, drafts):
    (id_, _), (person, other) = drafts
    hub = Exchange(database).hub
    with ExitStack() as open_:
        for _ in range(MOST_FEEDS):
            open_.enter_context(hub.reading(id_, Event().set, account_id=person))
        with pytest.raises(TooManyPagesError), hub.reading(id_, Event().set, account_id=person):
            pass
        open_.enter_context(hub.reading(id_, Event().set, account_id=other))
    assert hub.size == 0
    with hub.reading(id_, Event().set, account_id=person):
        assert hub.size == 1


@pytest.mark.only_on("postgresql")
def test_another_process_hears_of_it(database, now, drafts):
    (id_, _), (person, other) = drafts
    here, there = Exchange(database), Exchange(database)
    here(id_, message(), account_id=person, now=now)
    woken = Event()
    (update,) = typed(5, "소식")
    with there.hub.reading(id_, woken.set, account_id=other) as feed:
        feed.since(0, database.reading)
        for _ in range(100):  # until it listens
            here.keep(Act(id_, message(page="samepage"), person, now, True))
            if woken.wait(0.1):
                break
        assert [one["id"] for one in feed.people(database.reading, now=now)] == [str(person)]
        seen = threading.Event()
        while not seen.is_set():
            woken.clear()
            here.keep(Act(id_, message(update, page="otherpage"), other, now, True))
            assert woken.wait(10)
            if list(feed.since(0, database.reading).updates) == [update]:
                seen.set()
        assert len(feed.people(database.reading, now=now)) == 2
