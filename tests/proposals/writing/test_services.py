"""Storing what was written: all or nothing, in order, under the writer's name."""

import secrets
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from threading import Barrier

import pytest
from pycrdt import Doc, Text
from sqlalchemy import func, select

from core.db import Database
from proposals import services as proposals
from proposals.errors import (
    ForgedWriterError,
    FrozenProposalError,
    FullTextError,
    GapInUpdateError,
    LongUpdateError,
    NotYourProposalError,
    TooManyPagesError,
    UnreadableUpdateError,
)
from proposals.models import Proposal
from proposals.people.models import Membership
from proposals.writing import queries, services, storing, texts
from proposals.writing.models import Writing, WritingClient, WritingPresence, WritingUpdate
from proposals.writing.services import Page
from tests import factories
from tests.factories import DAY, TEXT


@pytest.fixture
def draft(session, now):
    return factories.proposal(session, now)


def coauthor(session, proposal, now, role="coauthor"):
    person = factories.account(session, now)
    session.add(Membership(proposal_id=proposal.id, account_id=person.id, role=role, joined_at=now))
    session.flush()
    return person


def page(session, proposal, client=None) -> Doc:
    """A page that has the text as it stands."""
    document = Doc(client_id=client or secrets.randbits(32))
    document.apply_update(queries.whole(session, services.opened(session, proposal)))
    return document


def typed(document: Doc, words: str, field="need") -> bytes:
    """The update by which a page writes at the end of a field."""
    before = document.get_state()
    text = document.get(field, type=Text)
    text += words
    return document.get_update(before)


def rows(session) -> int:
    return session.scalar(select(func.count()).select_from(WritingUpdate))


def test_a_text_begins_with_the_words_that_were_there_and_their_author(session, draft, now):
    assert queries.shares(session, draft) is None
    services.opened(session, draft)
    services.opened(session, draft)
    assert queries.words(session, draft) == queries.columns(draft)
    (writer,) = queries.shares(session, draft).writers
    assert (writer.name, writer.letters) == ("Hana", sum(map(len, queries.columns(draft).values())))


def test_each_one_writes_under_the_own_name(session, draft, now):
    other = coauthor(session, draft, now)
    other.name = "Minho"
    first, second = page(session, draft), page(session, draft)
    assert (
        storing.store(session, draft.id, typed(first, " 하나"), account_id=draft.author_id, now=now)
        == 1
    )
    assert (
        storing.store(session, draft.id, typed(second, " 둘👋"), account_id=other.id, now=now) == 2
    )
    runs = queries.shares(session, draft).runs["need"]
    said = {run.text.strip(): run.name for run in runs}
    assert said["둘👋"] == "Minho"
    assert "".join(run.text for run in runs) == queries.words(session, draft)["need"]
    assert all(name == "Hana" for text, name in said.items() if "둘" not in text)


def test_what_was_sent_twice_is_stored_once(session, draft, now):
    document = page(session, draft)
    update = typed(document, "한 번")
    deletion = document.get_state()
    assert storing.store(session, draft.id, update, account_id=draft.author_id, now=now) == 1
    text = document.get("need", type=Text)
    del text[0:3]
    cut = document.get_update(deletion)
    assert storing.store(session, draft.id, cut, account_id=draft.author_id, now=now) == 2
    for again in (update, cut, texts.merged([update, cut])):
        assert storing.store(session, draft.id, again, account_id=draft.author_id, now=now) is None
    assert rows(session) == 2


def test_nobody_writes_as_the_page_of_another(session, draft, now):
    other = coauthor(session, draft, now)
    storing.store(
        session,
        draft.id,
        typed(page(session, draft, 7), "mine"),
        account_id=draft.author_id,
        now=now,
    )
    forged = typed(page(session, draft, 7), "theirs")
    with pytest.raises(ForgedWriterError):
        storing.store(session, draft.id, forged, account_id=other.id, now=now)
    mixed = texts.merged([forged, typed(page(session, draft, 8), "own")])
    with pytest.raises(ForgedWriterError):
        storing.store(session, draft.id, mixed, account_id=other.id, now=now)
    assert rows(session) == 1
    assert session.get(WritingClient, (draft.id, 8)) is None


def test_hostile_updates_leave_no_trace(session, draft, now):
    document = page(session, draft)
    typed(document, "first")
    late = typed(document, "second")
    cases = {
        b"\xff\xff": UnreadableUpdateError, b"": UnreadableUpdateError, late: GapInUpdateError,
        b"\0" * (storing.LONGEST_UPDATE + 1): LongUpdateError,
    }  # fmt: skip
    for update, refusal in cases.items():
        with pytest.raises(refusal):
            storing.store(session, draft.id, update, account_id=draft.author_id, now=now)
    assert rows(session) == 0
    assert session.scalar(select(func.count()).select_from(WritingClient)) == 1


def test_a_full_text_takes_no_more(session, draft, now, monkeypatch):
    monkeypatch.setattr(storing, "MOST_CLIENTS", 2)  # the first page is that of the words before
    storing.store(
        session, draft.id, typed(page(session, draft), "a"), account_id=draft.author_id, now=now
    )
    with pytest.raises(FullTextError):
        storing.store(
            session, draft.id, typed(page(session, draft), "b"), account_id=draft.author_id, now=now
        )
    monkeypatch.setattr(storing, "LARGEST_TEXT", services.opened(session, draft).size + 5)
    with pytest.raises(FullTextError):
        storing.store(
            session, draft.id, typed(page(session, draft), "c"), account_id=draft.author_id, now=now
        )
    assert rows(session) == 1


def test_only_authors_write_and_only_while_it_is_open(session, draft, now):
    stranger, viewer = factories.account(session, now), coauthor(session, draft, now, "viewer")
    for person in (stranger, viewer):
        with pytest.raises(NotYourProposalError):
            storing.store(
                session, draft.id, typed(page(session, draft), "x"), account_id=person.id, now=now
            )
    update = typed(page(session, draft), "x")
    proposals.submit(session, draft, author_id=draft.author_id, now=now)
    with pytest.raises(FrozenProposalError):
        storing.store(session, draft.id, update, account_id=draft.author_id, now=now)
    assert rows(session) == 0


def test_folding_keeps_words_writers_and_who_is_behind(session, draft, now, monkeypatch):
    monkeypatch.setattr(storing, "FOLD_EVERY", 4)
    other = coauthor(session, draft, now)
    writers = [(page(session, draft), draft.author_id), (page(session, draft), other.id)]
    late = page(session, draft)
    seen = late.get_state()
    for turn in range(10):
        document, person = writers[turn % 2]
        storing.store(session, draft.id, typed(document, f"{turn}"), account_id=person, now=now)
    head = queries.head(session, draft.id)
    assert (head.seq, head.folded, rows(session)) == (10, 8, 6)  # those of the last stretch stay
    assert head.size == len(queries.whole(session, head)) or rows(session)
    for after, state in ((0, seen), (-1, b"\0"), (99, seen)):
        since = queries.since(session, head, after, state)
        document = Doc()
        if state == seen:
            document.apply_update(late.get_update())
        for update in since.updates:
            document.apply_update(update)
        assert str(document.get("need", type=Text)) == queries.words(session, draft)["need"]
    assert len(queries.since(session, head, 9, b"").updates) == 1
    by_writer = {w.letters for w in queries.shares(session, draft).writers}
    assert 5 in by_writer  # the other's five digits


def test_the_columns_follow_when_it_is_handed_in(session, draft, now):
    storing.store(
        session,
        draft.id,
        typed(page(session, draft), "\n둘째 줄", "title"),
        account_id=draft.author_id,
        now=now,
    )
    assert draft.title == TEXT.title
    assert queries.titles(session, [draft]) == {draft.id: f"{TEXT.title} 둘째 줄"}
    proposals.submit(session, draft, author_id=draft.author_id, now=now)
    assert draft.title == f"{TEXT.title} 둘째 줄"
    head = queries.head(session, draft.id)
    assert head.settled == head.seq


def test_a_plain_form_writes_as_its_person_and_keeps_the_words_of_others(session, draft, now):
    other = coauthor(session, draft, now)
    other.name = "Minho"
    storing.store(
        session,
        draft.id,
        typed(page(session, draft), " 그리고 밝혀요."),
        account_id=other.id,
        now=now,
    )
    base = asdict(proposals.current(session, draft))
    text = proposals.Text(**{**base, "need": base["need"].replace("어두워요", "매우 어두워요")})
    proposals.revise(session, draft, text, author_id=draft.author_id, base=base, now=now)
    runs = {run.text: run.name for run in queries.shares(session, draft).runs["need"]}
    assert runs == {"매우 어두워요.": "Hana", " 그리고 밝혀요.": "Minho"}


def test_presence_is_bounded_and_lapses(session, draft, now):
    for number in range(services.MOST_PAGES):
        services.be_present(
            session, draft.id, Page(f"page{number}", "need"), account_id=draft.author_id, now=now
        )
    services.be_present(
        session, draft.id, Page("page0", "x" * 500), account_id=draft.author_id, now=now
    )
    with pytest.raises(TooManyPagesError):
        services.be_present(session, draft.id, Page("onemore"), account_id=draft.author_id, now=now)
    assert len(queries.present(session, draft.id, now=now)) == services.MOST_PAGES
    assert {row.field for row in queries.present(session, draft.id, now=now)} == {"", "need"}
    services.be_gone(session, draft.id, "page1", account_id=draft.author_id)
    later = now + DAY
    assert queries.present(session, draft.id, now=later) == []
    services.be_present(session, draft.id, Page("onemore"), account_id=draft.author_id, now=later)
    assert session.scalar(select(func.count()).select_from(WritingPresence)) == 1


def test_nobody_signs_as_the_page_of_another(session, draft, now):
    other = coauthor(session, draft, now)
    services.be_present(session, draft.id, Page("mypage"), account_id=draft.author_id, now=now)
    with pytest.raises(ForgedWriterError):
        services.be_present(session, draft.id, Page("mypage"), account_id=other.id, now=now)


def test_a_deleted_draft_leaves_nothing_of_its_text(session, draft, now):
    storing.store(
        session, draft.id, typed(page(session, draft), "x"), account_id=draft.author_id, now=now
    )
    proposals.discard(session, draft, author_id=draft.author_id)
    assert rows(session) == 0
    assert session.scalar(select(func.count()).select_from(Writing)) == 0


def test_many_open_and_write_at_once_and_nothing_is_lost(database: Database, now):
    with database.writing() as session:
        draft = factories.proposal(session, now)
        people = [draft.author_id, *(coauthor(session, draft, now).id for _ in range(3))]
        id_ = draft.id
    barrier = Barrier(len(people))

    def write(turn: int) -> None:
        barrier.wait()
        document = Doc(client_id=100 + turn)
        for number in range(12):
            with database.writing() as session:
                proposal = session.get_one(Proposal, id_)
                head = services.opened(session, proposal)
                document.apply_update(queries.whole(session, head))
                update = typed(document, f"<{turn}.{number}>")
                storing.store(session, id_, update, account_id=people[turn], now=now)

    with ThreadPoolExecutor(len(people)) as pool:
        list(pool.map(write, range(len(people))))
    with database.reading() as session:
        proposal = session.get_one(Proposal, id_)
        head = queries.head(session, id_)
        assert head.seq == 48
        said = queries.words(session, proposal)["need"]
        assert all(f"<{turn}.{number}>" in said for turn in range(4) for number in range(12))
        seqs = session.scalars(select(WritingUpdate.seq).order_by(WritingUpdate.seq)).all()
        assert seqs == list(range(1, 49))
