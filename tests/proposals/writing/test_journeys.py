"""How often the database is asked while the rows of texts are held."""

import pytest
from pycrdt import Doc, Text

from proposals.writing import queries, storing, texts
from proposals.writing.exchange import Act, Exchange, Message
from proposals.writing.models import WritingUpdate
from proposals.writing.services import Page
from proposals.writing.storing import Sent
from tests import factories

LOCK, READ, NOTIFY = 1, 1, 1


@pytest.fixture
def drafts(database, now):
    """Three drafts, as ids with their authors."""
    with database.writing() as session:
        made = [factories.proposal(session, now) for _ in range(3)]
        return [(one.id, one.author_id) for one in made]


def typed(client: int, *words: str) -> list[bytes]:
    """The updates of a page that writes in a field of its own."""
    document, made = Doc(client_id=client), []
    text = document.get("summary_en", type=Text)
    document.observe(lambda event: made.append(event.update))
    for word in words:
        text += word
    return made


def writes(database, kinds: int) -> int:
    """Journeys that write so many kinds of rows: one on PostgreSQL; SQLite is in this process."""
    return kinds if database.is_sqlite else 1


def test_a_batch_for_some_texts_locks_reads_and_writes_once(database, now, drafts, count_queries):
    known = {id_: typed(7, "하나", "둘", "셋") for id_, _ in drafts}
    with database.writing() as session:
        storing.store_all(session, [Sent(id_, who, known[id_][0], now) for id_, who in drafts])
    sent = [Sent(id_, who, update, now) for id_, who in drafts for update in known[id_][1:]]
    sent += [Sent(id_, who, typed(8, "new")[0], now) for id_, who in drafts]
    with count_queries() as seen, database.writing() as session:
        answers = storing.store_all(session, sent)
    assert sorted(answers) == [2, 2, 2, 3, 3, 3, 4, 4, 4]
    pages = 1  # how many pages each person has, asked where new ones come
    assert len(seen) == LOCK + READ + pages + writes(database, kinds=4)
    with database.reading() as session:
        for id_, _ in drafts:
            said = texts.contents(queries.whole(session, queries.head(session, id_)))
            assert "하나둘셋" in said["summary_en"]
            assert "new" in said["summary_en"]


def test_an_exchange_holds_the_rows_for_three_journeys_and_the_commit(
    database, now, drafts, count_queries
):
    (id_, who), exchange = drafts[0], Exchange(database)
    first, second = typed(7, "하나", "둘")
    acts = [
        Act(id_, Message(Page("samepage", "need"), 0, b"\0", update), who, now, is_due=False)
        for update in (first, second)
    ]
    exchange.keep(acts[0])
    with count_queries() as seen:
        exchange.keep(acts[1])
    told = 0 if database.is_sqlite else NOTIFY
    assert len(seen) == LOCK + READ + writes(database, kinds=3) + told


def test_a_folding_reads_once_and_writes_each_table_once(
    database, now, drafts, count_queries, monkeypatch
):
    id_, who = drafts[0]
    monkeypatch.setattr(storing, "FOLD_EVERY", 4)
    updates = typed(7, *"가나다라마바사아")
    for update in updates[:3]:
        with database.writing() as session:
            storing.store(session, id_, update, account_id=who, now=now)
    with count_queries() as seen, database.writing() as session:
        storing.store(session, id_, updates[3], account_id=who, now=now)
    folding = 1 + 3
    assert len(seen) == LOCK + READ + writes(database, kinds=3) + folding
    for update in updates[4:]:
        with database.writing() as session:
            storing.store(session, id_, update, account_id=who, now=now)
    with database.reading() as session:
        head = queries.head(session, id_)
        assert (head.seq, head.folded) == (8, 8)
        kept = session.query(WritingUpdate).filter_by(proposal_id=id_).count()
        assert kept == 4  # the last stretch
        whole = queries.whole(session, head)
        assert texts.contents(whole)["summary_en"] == "가나다라마바사아"
        assert head.size == len(whole)


def test_what_was_deleted_is_looked_up_once_for_a_batch_and_not_for_what_was_sent_again(
    database, now, drafts, count_queries
):
    id_, who = drafts[0]
    document, made = Doc(client_id=7), []
    text = document.get("summary_en", type=Text)
    document.observe(lambda event: made.append(event.update))
    text += "abcdefgh"
    for _ in range(3):
        del text[2:3]
    written, *deletions = made
    with database.writing() as session:
        storing.store(session, id_, written, account_id=who, now=now)
    with count_queries() as seen, database.writing() as session:
        assert storing.store(session, id_, written, account_id=who, now=now) is None
    assert len(seen) == LOCK + READ
    twice = [Sent(id_, who, one, now) for one in (*deletions, deletions[1])]
    with count_queries() as seen, database.writing() as session:
        assert storing.store_all(session, twice) == [2, 3, 4, None]
    assert len(seen) == LOCK + READ + 1 + writes(database, kinds=2)
    with count_queries() as seen, database.writing() as session:
        assert storing.store_all(session, twice) == [None, None, None, None]
    assert len(seen) == LOCK + READ + 1
    with database.reading() as session:
        said = texts.contents(queries.whole(session, queries.head(session, id_)))
    assert said["summary_en"] == "abfgh"
