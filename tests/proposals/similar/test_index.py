"""The index follows the database: two processes, both databases, and no word between them."""

from dataclasses import asdict, replace
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import insert, select

from core.access import Role
from core.journal import Actor
from proposals import services
from proposals.errors import FrozenProposalError, NotYourProposalError
from proposals.models import Proposal
from proposals.similar import keeping, queries
from proposals.similar import services as apart
from proposals.similar.errors import NotComparableError
from proposals.similar.index import Index
from proposals.similar.models import KeptTraits
from tests import factories
from tests.factories import TEXT

ASKED = replace(
    TEXT, title="골목에 보안등", summary="밤길이 어두워요", need="무서워요.", title_en=""
)
LAMPS = replace(TEXT, title="가로등 세우기", summary="어두운 골목에 가로등을 세워요.")
DOGS = replace(
    TEXT, title="강아지 놀이터", summary="반려견이 뛰는 곳을 만들어요.", title_en="Dog park"
)
OFFICE = Actor(Role.BUDGET_OFFICER)
WEEK = timedelta(days=7)
WISHES = ("가로등", "도서관", "놀이터", "버스 노선", "텃밭", "벽화", "수영장", "육교")


@pytest.fixture
def titles(database):
    """What a process with this index finds."""

    def find(index, now, text=ASKED, of=None):
        with database.reading() as session:
            found = queries.similar(session, index, text, now=now, of=of)
            return [one.proposal.title for one in found]

    return find


def handed_in(database, now, text):
    with database.writing() as session:
        return factories.proposal(session, now, status="received", text=text).id


def test_each_process_learns_what_another_wrote(database, now, titles):
    one, other = Index(), Index()
    assert titles(one, now) == titles(other, now) == []
    id_ = handed_in(database, now, LAMPS)
    assert titles(one, now) == [LAMPS.title]
    handed_in(database, now, DOGS)
    assert titles(one, now) == titles(other, now) == [LAMPS.title]
    with database.writing() as session:
        made = session.get_one(Proposal, id_)
        services.move(session, made, "supplement", actor=OFFICE, now=now + WEEK, reason="Where?")
        text = replace(DOGS, title="Dogs")
        services.revise(
            session,
            made,
            text,
            author_id=made.author_id,
            base=asdict(services.current(session, made)),
            now=now + WEEK,
        )
    for index in (one, other, Index()):
        assert titles(index, now + WEEK) == []
        assert sorted(titles(index, now + WEEK, DOGS)) == ["Dogs", DOGS.title]


def test_what_was_taken_back_is_not_shown_even_by_an_index_that_does_not_know(
    database, now, titles
):
    index = Index()
    id_ = handed_in(database, now, LAMPS)
    assert titles(index, now) == [LAMPS.title]
    with database.writing() as session:
        made = session.get_one(Proposal, id_)
        services.withdraw(session, made, author_id=made.author_id, now=now - WEEK)
    assert titles(index, now) == []  # a moment so long past is not asked for
    with database.writing() as session:
        session.get_one(Proposal, id_).updated_at = now
    assert titles(index, now) == []


def test_a_draft_is_nobodys_and_the_proposal_itself_is_not_like_itself(database, now, titles):
    with database.writing() as session:
        factories.proposal(session, now, text=LAMPS)
    id_ = handed_in(database, now, LAMPS)
    assert titles(Index(), now) == [LAMPS.title]
    assert titles(Index(), now, LAMPS, of=id_) == []


def test_kept_traits_are_read_and_those_of_another_text_are_not(database, now, titles, monkeypatch):
    id_ = handed_in(database, now, LAMPS)
    with monkeypatch.context() as patch:
        patch.setattr("proposals.similar.index.work_out", lambda _row: pytest.fail("kept already"))
        assert titles(Index(), now) == [LAMPS.title]
    with database.writing() as session:
        session.get_one(Proposal, id_).title = "육교"
        session.get_one(Proposal, id_).summary = "엘리베이터를 놓아요"
    assert titles(Index(), now) == []
    keeping.keep_missing(database)
    with database.reading() as session:
        kept = session.get_one(KeptTraits, id_)
        assert kept.digest == keeping.digest(session.get_one(Proposal, id_))


def test_a_whole_city_is_worked_out_in_parts(database, now, monkeypatch):
    monkeypatch.setattr(keeping, "_BATCH", 2)
    with database.writing() as session:
        factories.city(session)
        session.execute(insert(Proposal), [row(now, serial) for serial in range(5)])
    keeping.keep_missing(database)
    with database.reading() as session:
        assert len(session.scalars(select(KeptTraits.proposal_id)).all()) == 5


@pytest.mark.parametrize("size", [80, 400])
def test_a_look_up_sends_as_many_statements_in_a_large_city(database, now, count_queries, size):
    index = Index()
    with database.writing() as session:
        factories.city(session)
        session.execute(insert(Proposal), [row(now - WEEK, serial) for serial in range(size)])
    wish = replace(ASKED, title="가로등", summary="")
    for expected in (3, 2):  # at first the texts too
        with count_queries() as sent, database.reading() as session:
            assert len(queries.similar(session, index, wish, now=now)) == queries.MOST
        assert len([one for one in sent if one.startswith("SELECT")]) == expected


def row(now, serial):
    return {
        "id": uuid4(), "title": WISHES[serial % len(WISHES)], "summary": "", "status": "received", "version": 1,
        "shuffle_key": serial, "created_at": now, "updated_at": now,
    }  # fmt: skip


def test_an_author_tells_two_apart_and_takes_it_back(session, now):
    other = factories.proposal(session, now, status="received", text=LAMPS)
    own = factories.proposal(session, now, text=ASKED)
    say = {"author_id": own.author_id, "now": now}
    apart.tell_apart(session, own, other.id, "Mine is for parks.", **say)
    apart.tell_apart(session, own, other.id, "Mine is for schools.", **say)
    (told,) = queries.differences(session, own.id)
    assert (told.reason, told.other.title) == ("Mine is for schools.", LAMPS.title)
    (like,) = queries.similar(session, Index(), own, now=now, of=own.id)
    assert like.difference == "Mine is for schools."
    apart.tell_apart(session, own, other.id, "", **say)
    assert queries.differences(session, own.id) == []


def test_nobody_else_tells_them_apart_nor_later_nor_from_what_is_not_public(session, now):
    other = factories.proposal(session, now, status="received", text=LAMPS)
    own, hidden = (factories.proposal(session, now, text=ASKED) for _ in range(2))
    say = {"author_id": own.author_id, "now": now}
    with pytest.raises(NotYourProposalError):
        apart.tell_apart(session, own, other.id, "No.", author_id=other.author_id, now=now)
    for wrong in (own.id, hidden.id, uuid4()):
        with pytest.raises(NotComparableError):
            apart.tell_apart(session, own, wrong, "No.", **say)
    apart.tell_apart(session, own, other.id, "Mine is for parks.", **say)
    services.submit(session, own, author_id=own.author_id, now=now)
    with pytest.raises(FrozenProposalError):
        apart.tell_apart(session, own, other.id, "Later.", **say)


def test_a_draft_is_thrown_away_with_what_was_said_of_it(session, now):
    other = factories.proposal(session, now, status="received", text=LAMPS)
    own = factories.proposal(session, now, text=ASKED)
    apart.tell_apart(session, own, other.id, "Mine.", author_id=own.author_id, now=now)
    id_ = own.id
    services.discard(session, own, author_id=own.author_id)
    assert queries.differences(session, id_) == []
