"""Notices out of the journal: each entry once, whoever dies and however many work."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from accounts import services as accounts
from core import journal
from core.access import Role
from core.journal import CITIZEN, Actor
from proposals import services as texts
from proposals.notices import making, queries, services
from proposals.notices.models import CYCLE, FIELD, NEIGHBOURHOOD, PROPOSAL, Cursor, Notice
from proposals.people import services as people
from proposals.supports import queries as supported
from proposals.supports import services as supports
from tests import factories

OFFICE = Actor(Role.BUDGET_OFFICER)


def lines(session, proposal, now, count=1, act="proposal.placed", actor=OFFICE):
    return [
        journal.record(session, actor, act, about="proposal", about_id=proposal.id, now=now).id
        for _ in range(count)
    ]


def tell_all(database):
    while making.turn(database):
        pass


def told(session, account_id):
    query = select(Notice.entry_id).where(Notice.account_id == account_id)
    return session.scalars(query.order_by(Notice.entry_id)).all()


@pytest.fixture
def made(database, now):
    with database.writing() as session:
        proposal = factories.proposal(session, now, status="received")
    tell_all(database)
    return proposal


def person(database, now):
    with database.writing() as session:
        return factories.account(session, now).id


def follow(database, account_id, kind, key, now, *, is_on=True):
    with database.writing() as session:
        services.follow(session, account_id, kind, key, is_on=is_on, now=now)


def test_author_supporters_and_followers_hear_and_nobody_else(database, now, made):
    supporter, follower, near, stranger = (person(database, now) for _ in range(4))
    follow(database, follower, PROPOSAL, made.id.hex, now)
    follow(database, near, NEIGHBOURHOOD, made.neighbourhood, now)
    with database.writing() as session:
        supports.give(session, session.merge(made), account_id=supporter, now=now)
        (entry,) = lines(session, made, now)
    tell_all(database)
    with database.reading() as session:
        for account_id in (made.author_id, supporter, follower):
            assert told(session, account_id) == [entry]
        # Of a neighbourhood one hears where a proposal stands, not each change.
        assert not told(session, near)
        assert not told(session, stranger)


@pytest.mark.parametrize("kind", [NEIGHBOURHOOD, FIELD])
def test_a_neighbourhood_or_a_field_hears_where_its_proposals_stand(database, now, made, kind):
    follower, elsewhere = person(database, now), person(database, now)
    follow(database, follower, kind, getattr(made, kind), now)
    follow(database, elsewhere, kind, "another", now)
    with database.writing() as session:
        texts.move(session, session.merge(made), "dept_review", actor=OFFICE, now=now)
    tell_all(database)
    with database.reading() as session:
        assert len(told(session, follower)) == 1
        assert not told(session, elsewhere)


def test_a_cycle_is_followed(database, now):
    follower = person(database, now)
    with database.writing() as session:
        cycle = factories.cycle(session, now, phase="preparing")
        services.follow(session, follower, CYCLE, cycle.id.hex, is_on=True, now=now)
    tell_all(database)
    with database.reading() as session:
        acts = session.scalars(select(journal.JournalEntry.act).where(journal.JournalEntry.id.in_(told(session, follower)))).all()  # fmt: skip
    assert "cycle.prepared" in acts
    assert all(act.startswith(("cycle.", "slate.")) for act in acts)


def test_who_stops_hears_no_more_and_who_acts_is_not_told(database, now, made):
    supporter = person(database, now)
    with database.writing() as session:
        supports.give(session, session.merge(made), account_id=supporter, now=now)
    follow(database, supporter, PROPOSAL, made.id.hex, now, is_on=False)
    with database.writing() as session:
        lines(session, made, now, actor=Actor(CITIZEN, made.author_id))
    tell_all(database)
    with database.reading() as session:
        assert not told(session, supporter)
        assert not told(session, made.author_id)
        followed = queries.is_followed(supporter, made, supported.family(made.id))
        assert not session.scalar(select(followed))
        followed = queries.is_followed(made.author_id, made, supported.family(made.id))
        assert session.scalar(select(followed))


def test_of_a_draft_only_its_writers_hear(database, now):
    follower, coauthor, viewer = (person(database, now) for _ in range(3))
    with database.writing() as session:
        draft = factories.proposal(session, now)
        for account_id, role in ((coauthor, "coauthor"), (viewer, "viewer")):
            code = people.invite(session, draft, role, author_id=draft.author_id, now=now)
            people.join(session, code, account_id=account_id, now=now)
        services.follow(session, follower, PROPOSAL, draft.id.hex, is_on=True, now=now)
        services.follow(session, follower, FIELD, draft.field, is_on=True, now=now)
    tell_all(database)
    with database.reading() as session:
        assert not told(session, follower)
        assert not told(session, viewer)
        assert len(told(session, draft.author_id)) == 2


def test_a_deleted_account_is_told_nothing(database, now, made):
    follower = person(database, now)
    follow(database, follower, PROPOSAL, made.id.hex, now)
    with database.writing() as session:
        gone = session.get(type(factories.account(session, now)), follower)
        accounts.erase(session, gone, now=now)
        lines(session, made, now)
    tell_all(database)
    with database.reading() as session:
        assert not told(session, follower)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15)
@given(work=st.lists(st.one_of(st.integers(1, 4), st.just("turn"), st.just("killed")), max_size=8))
def test_each_entry_is_told_once_and_in_order_however_often_a_worker_dies(
    database, now, made, work
):
    with database.reading() as session:
        before = list(told(session, made.author_id))
    written = []
    for step in work:
        if step == "turn":
            making.turn(database)
        elif step == "killed":
            with pytest.raises(KeyboardInterrupt), pytest.MonkeyPatch.context() as patch:
                patch.setattr(making, "_tell", _then_die(making._tell))
                making.turn(database)
                raise KeyboardInterrupt  # there was nothing to tell
        else:
            with database.writing() as session:
                written += lines(session, made, now, step)
    tell_all(database)
    with database.reading() as session:
        assert list(told(session, made.author_id)) == before + written
        newest = session.scalar(select(func.max(journal.JournalEntry.id)))
        assert session.get(Cursor, 1).entry_id == newest


def _then_die(tell):
    def tell_and_die(*about):
        tell(*about)
        raise KeyboardInterrupt

    return tell_and_die


def test_several_workers_at_once_tell_once(database, now, made):
    with database.writing() as session:
        written = lines(session, made, now, making.BATCH * 2 + 7)
    together = Barrier(4)

    def work(_):
        together.wait()
        told_of = 0
        while step := making.turn(database):
            told_of += step
        return told_of

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(work, range(4))) == len(written)
    with database.reading() as session:
        assert list(told(session, made.author_id)) == written


@pytest.mark.only_on("postgresql")
def test_a_lower_number_that_commits_later_is_not_passed_over(database, now, made):
    begun, go_on = Event(), Event()

    def slow():
        with database.writing() as session:
            (entry,) = lines(session, made, now)
            begun.set()
            go_on.wait(20)
        return entry

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(slow)
        assert begun.wait(20)
        with database.writing() as session:
            (second,) = lines(session, made, now)
        assert making.turn(database) == 0  # somebody writes: nothing is settled yet
        go_on.set()
        assert first.result() < second
    tell_all(database)
    with database.reading() as session:
        assert list(told(session, made.author_id)) == [first.result(), second]


@pytest.mark.parametrize("number", [2, 40])
def test_the_page_asks_as_often_for_many_as_for_few(database, now, made, count_queries, number):
    with database.writing() as session:
        lines(session, made, now, number)
    tell_all(database)
    with count_queries() as sent, database.reading() as session:
        page = queries.page(session, made.author_id)
        assert len(page.notices) == min(number, queries.PAGE)
        assert all(one.entry.act == "proposal.placed" for one in page.notices)
        assert queries.unread(session.connection(), made.author_id) == number
    assert len([one for one in sent if one.startswith("SELECT")]) == 3
