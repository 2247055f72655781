"""Versions: kept once each, never changed, and restored without losing what stood."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from threading import Barrier

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from core import journal
from proposals import publishing
from proposals import services as proposals
from proposals.errors import (
    ConsentMissingError,
    FrozenProposalError,
    NotYourProposalError,
    TextMovedError,
)
from proposals.models import Proposal
from proposals.people import consents
from proposals.people import queries as members
from proposals.people import services as people
from proposals.people.consents import PUBLISH
from proposals.people.models import Membership
from proposals.versions import keeping, queries, services
from proposals.versions.errors import NoSuchVersionError, SameTextError
from proposals.versions.models import Version
from proposals.writing import queries as written
from tests import factories
from tests.factories import TEXT

OFFICE = factories.Actor("budget_officer")


@pytest.fixture
def draft(session, now):
    return factories.proposal(session, now)


def coauthor(session, proposal, now, role="coauthor", **changes):
    person = factories.account(session, now, **changes)
    session.add(Membership(proposal_id=proposal.id, account_id=person.id, role=role, joined_at=now))
    session.flush()
    return person


def edit(session, proposal, person_id, now, **changes):
    base = proposals.current(session, proposal)
    changed = replace(base, **changes)
    proposals.revise(
        session, proposal, changed, author_id=person_id, base=asdict(base), now=now
    )  # fmt: skip


def kinds(session, proposal):
    seen = queries.extent(session, proposal.id, belongs=True)
    return [(row.number, row.kind) for row in reversed(queries.listed(session, proposal.id, seen))]


def test_each_handing_in_is_a_version(session, draft, now):
    proposals.submit(session, draft, author_id=draft.author_id, now=now)
    proposals.submit(session, draft, author_id=draft.author_id, now=now)  # a double click
    assert kinds(session, draft) == [(1, "published")]
    proposals.move(session, draft, "supplement", actor=OFFICE, now=now, reason="more?")
    edit(session, draft, draft.author_id, now, need="훨씬 어두워요.")
    proposals.submit(session, draft, author_id=draft.author_id, now=now)
    assert kinds(session, draft) == [(1, "published"), (2, "published")]
    first, second = (queries.one(session, draft.id, number) for number in (1, 2))
    assert queries.text_of(first) == TEXT
    (change,) = queries.changes(queries.text_of(first), queries.text_of(second))
    assert (change.field, change.was, change.now) == ("need", "어두워요.", "훨씬 어두워요.")


def test_a_writer_keeps_what_stands_and_nobody_keeps_it_twice(session, draft, now):
    other, viewer = coauthor(session, draft, now), coauthor(session, draft, now, "viewer")
    assert services.name(session, draft, "first", account_id=other.id, now=now) == 1
    with pytest.raises(SameTextError) as caught:
        services.name(session, draft, "again", account_id=draft.author_id, now=now)
    assert caught.value.values == {"number": 1}
    with pytest.raises(NotYourProposalError):
        services.name(session, draft, "mine", account_id=viewer.id, now=now)
    row = queries.one(session, draft.id, 1)
    assert (row.why, row.account.id, row.said) == ("first", other.id, asdict(TEXT))
    (line,) = journal.entries(session, about="proposal", about_id=draft.id)
    assert line.values == {"number": 1}  # the journal is public, so none of a draft's words


def test_what_is_restored_is_written_and_what_stood_is_kept(session, draft, now):
    author = draft.author_id
    services.name(session, draft, "first", account_id=author, now=now)
    edit(session, draft, author, now, need="다른 말이에요.", cost_minor=5)
    assert services.restore(session, draft, 1, "better", account_id=author, now=now) == 3
    assert proposals.current(session, draft) == TEXT
    assert (draft.need, draft.cost_minor) == (TEXT.need, TEXT.cost_minor)
    assert written.words(session, draft)["need"] == TEXT.need  # so open pages have it too
    assert kinds(session, draft) == [(1, "named"), (2, "set_aside"), (3, "restored")]
    set_aside, restored = (queries.one(session, draft.id, number) for number in (2, 3))
    assert set_aside.said["need"] == "다른 말이에요."
    assert (restored.source, restored.why) == (1, "better")
    with pytest.raises(SameTextError):
        services.restore(session, draft, 1, "", account_id=author, now=now)
    for number in (0, -1, 4, 2**40):
        with pytest.raises(NoSuchVersionError):
            services.restore(session, draft, number, "", account_id=author, now=now)


def test_a_version_of_another_proposal_is_none_of_this_one(session, draft, now):
    other = factories.proposal(session, now)
    services.name(session, other, "theirs", account_id=other.author_id, now=now)
    with pytest.raises(NoSuchVersionError):
        services.restore(session, draft, 1, "", account_id=draft.author_id, now=now)


@pytest.mark.parametrize("status", ["received", "committee", "on_ballot", "selected"])
def test_published_text_is_neither_restored_nor_kept_anew(session, now, status):
    made = factories.proposal(session, now, status=status)
    with pytest.raises(FrozenProposalError):
        services.restore(session, made, 1, "", account_id=made.author_id, now=now)
    with pytest.raises(FrozenProposalError):
        services.name(session, made, "x", account_id=made.author_id, now=now)


def test_the_public_sees_what_was_handed_in_and_later_ones(session, draft, now):
    services.name(session, draft, "private", account_id=draft.author_id, now=now)
    assert len(queries.extent(session, draft.id, belongs=False)) == 0
    assert 1 not in queries.extent(session, draft.id, belongs=False)
    proposals.submit(session, draft, author_id=draft.author_id, now=now)
    seen = queries.extent(session, draft.id, belongs=False)
    assert (seen.first, seen.last, len(seen)) == (2, 2, 1)
    assert [row.number for row in queries.listed(session, draft.id, seen)] == [2]
    assert queries.listed(session, draft.id, seen, before=2) == []
    assert len(queries.extent(session, draft.id, belongs=True)) == 2


@pytest.mark.parametrize(
    "statement",
    ["UPDATE proposal_versions SET why = 'other'", "DELETE FROM proposal_versions"],
)
def test_the_database_changes_no_version(database, now, statement):
    with database.writing() as session:
        factories.proposal(session, now, status="received")
    with pytest.raises(DBAPIError, match="append-only"), database.writing() as session:
        session.execute(text(statement))


def test_with_a_draft_its_versions_and_consents_go(session, draft, now):
    services.name(session, draft, "first", account_id=draft.author_id, now=now)
    id_ = draft.id
    proposals.discard(session, draft, author_id=draft.author_id)
    assert keeping.last(session, id_) is None


def test_many_who_keep_at_once_make_each_number_once(database, now):
    with database.writing() as session:
        made = factories.proposal(session, now)
        people_ = [coauthor(session, made, now).id for _ in range(4)]
        id_ = made.id
    barrier = Barrier(len(people_))

    def keep(number):
        barrier.wait()
        with database.writing() as session:
            mine = session.get(Proposal, id_)
            try:
                services.name(session, mine, str(number), account_id=people_[number], now=now)
            except SameTextError:
                return 0
            return 1

    with ThreadPoolExecutor(len(people_)) as pool:
        assert sum(pool.map(keep, range(len(people_)))) == 1
    with database.reading() as session:
        assert session.query(Version).count() == 1


def test_everyone_who_writes_agrees_before_the_draft_is_handed_in(session, draft, now):
    author = draft.author_id
    one, two = (coauthor(session, draft, now, name=name) for name in ("Minho", "Sora"))
    coauthor(session, draft, now, "viewer", name="Jisu")
    with pytest.raises(ConsentMissingError) as caught:
        proposals.submit(session, draft, author_id=author, now=now)
    assert caught.value.values == {"names": "Minho, Sora"}
    about = proposals.current(session, draft).digest
    publishing.agree(session, draft, about, account_id=one.id, now=now)
    publishing.agree(session, draft, about, account_id=one.id, now=now)
    people.leave(session, draft, account_id=two.id, now=now)
    assert draft.status == "draft"
    proposals.submit(session, draft, author_id=author, now=now)
    assert draft.status == "received"
    left = {row.account_id for row in members.members(session, draft.id)}
    assert one.id in left
    assert two.id not in left


def test_any_edit_asks_everybody_anew(session, draft, now):
    other = coauthor(session, draft, now)
    about = proposals.current(session, draft).digest
    publishing.agree(session, draft, about, account_id=other.id, now=now)
    edit(session, draft, draft.author_id, now, benefit="훨씬 밝아져요.")
    with pytest.raises(ConsentMissingError):
        proposals.submit(session, draft, author_id=draft.author_id, now=now)
    with pytest.raises(TextMovedError):
        publishing.agree(session, draft, about, account_id=other.id, now=now)
    edit(session, draft, draft.author_id, now, benefit=TEXT.benefit)
    publishing.take_back(session, draft, account_id=other.id)
    with pytest.raises(ConsentMissingError):
        proposals.submit(session, draft, author_id=draft.author_id, now=now)


def test_only_writers_agree_and_only_to_a_draft(session, draft, now):
    stranger, viewer = factories.account(session, now), coauthor(session, draft, now, "viewer")
    about = proposals.current(session, draft).digest
    for person in (stranger, viewer):
        with pytest.raises(NotYourProposalError):
            publishing.agree(session, draft, about, account_id=person.id, now=now)
    proposals.submit(session, draft, author_id=draft.author_id, now=now)
    with pytest.raises(FrozenProposalError):
        publishing.agree(session, draft, about, account_id=draft.author_id, now=now)


def test_who_has_deleted_the_account_is_not_waited_for(session, draft, now):
    other = coauthor(session, draft, now)
    factories.accounts.erase(session, other, now=now)
    proposals.submit(session, draft, author_id=draft.author_id, now=now)
    assert draft.status == "received"


def test_a_consent_is_to_one_act_about_one_thing(session, draft, now):
    other = coauthor(session, draft, now)
    consents.give(session, draft.id, "merge", "a" * 64, account_id=other.id, now=now)
    asked = {"asks": draft.author_id}
    assert consents.lacking(session, draft, "merge", "a" * 64, **asked) == []
    for act, about in (("merge", "b" * 64), (PUBLISH, "a" * 64)):
        assert [
            row.account_id for row in consents.lacking(session, draft, act, about, **asked)
        ] == [other.id]
    assert len(consents.lacking(session, draft, "merge", "a" * 64, asks=None)) == 1
