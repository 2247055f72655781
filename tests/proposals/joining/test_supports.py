"""Supporting, and what enough of it obliges to."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import pytest

from accounts import services as accounts
from core import journal
from core.access import Role
from core.journal import Actor
from proposals import queries as proposals
from proposals import services as texts
from proposals import workflow
from proposals.models import Proposal
from proposals.queries import Filters
from proposals.supports import queries, services
from proposals.supports.errors import (
    NotYourObligationError,
    ObligationAnsweredError,
    ObligationStandsError,
    SupportClosedError,
)
from proposals.supports.models import Threshold
from tests import factories
from tests.factories import DAY, TEXT

OFFICE = Actor(Role.BUDGET_OFFICER)


@pytest.fixture
def made(session, now):
    found = factories.proposal(session, now, status="received")
    for kind, supports, within in (("answer", 3, 10), ("forum", 5, None)):
        services.set_threshold(
            session,
            Threshold(kind=kind, supports=supports, within_days=within, due_days=7, role="reviewer"),
            actor=OFFICE, now=now,
        )  # fmt: skip
    return found


def give(session, proposal, now, people=1):
    found = [factories.account(session, now) for _ in range(people)]
    for person in found:
        services.give(session, proposal, account_id=person.id, now=now)
    return found


def test_one_person_is_one_support_and_may_take_it_back(session, now, made):
    (person,) = give(session, made, now)
    services.give(session, made, account_id=person.id, now=now)
    assert queries.count(session, made.id) == 1
    services.take_back(session, made, account_id=person.id)
    services.take_back(session, made, account_id=person.id)
    assert queries.count(session, made.id) == 0


@pytest.mark.parametrize("status", sorted(set(workflow.STATUSES) - workflow.BEFORE_BALLOT))
def test_supports_stand_still_outside_the_time_for_them(session, now, made, status):
    (person,) = give(session, made, now)
    if status == "merged":
        made.merged_into_id = factories.proposal(session, now, status="received").id
    made.status = status
    session.flush()
    for act in (
        lambda: services.give(session, made, account_id=made.author_id, now=now),
        lambda: services.take_back(session, made, account_id=person.id),
        lambda: services.confirm(session, made, account_id=person.id),
        lambda: services.call(session, made, "answer", "urgent", actor=OFFICE, now=now),
    ):
        with pytest.raises(SupportClosedError):
            act()
    assert queries.count(session, made.id) == 1


def test_a_threshold_opens_one_obligation_with_a_deadline_and_a_public_line(session, now, made):
    give(session, made, now, 2)
    assert not queries.obligations(session, made.id)
    give(session, made, now)
    give(session, made, now)
    (obligation,) = queries.obligations(session, made.id)
    assert (obligation.kind, obligation.due_at) == ("answer", now + 7 * DAY)
    line = journal.last(session, "obligation.opened", about_id=made.id)
    assert line.values == {
        "obligation": "answer",
        "supports": 3,
        "until": obligation.due_at.isoformat(),
    }
    late = obligation.due_at + 3 * DAY + timedelta(hours=5)
    assert (obligation.overdue_days(now), obligation.overdue_days(late)) == (0, 3)


def test_old_supports_do_not_count_where_time_is_limited(session, now, made):
    give(session, made, now - 11 * DAY, 2)
    give(session, made, now, 2)
    assert not queries.obligations(session, made.id)
    give(session, made, now)
    assert {obligation.kind for obligation in queries.obligations(session, made.id)} == {
        "answer",
        "forum",
    }


def test_the_right_role_answers_once_in_public(session, now, made):
    give(session, made, now, 3)
    (obligation,) = queries.obligations(session, made.id)
    reviewer = Actor(Role.REVIEWER)
    with pytest.raises(NotYourObligationError):
        services.answer(session, obligation.id, "No.", actor=OFFICE, roles=[OFFICE.role], now=now)
    said = {"actor": reviewer, "roles": [Role.REVIEWER], "now": now + 9 * DAY}
    services.answer(session, obligation.id, "We build it in May.", **said)
    with pytest.raises(ObligationAnsweredError):
        services.answer(session, obligation.id, "We do not.", **said)
    assert obligation.answer == "We build it in May."
    assert obligation.overdue_days(now + 30 * DAY) == 0
    line = journal.last(session, "obligation.answered", about_id=made.id)
    assert (line.role, line.values["reason"]) == ("reviewer", "We build it in May.")
    assert [one.id for one in queries.answered(session)] == [obligation.id]
    assert not queries.owed(session)


def test_who_deletes_the_account_counts_no_more_but_what_was_reached_stays(session, now, made):
    people = give(session, made, now, 3)
    (obligation,) = queries.obligations(session, made.id)
    accounts.erase(session, people[0], now=now)
    assert queries.count(session, made.id) == 2
    assert queries.obligations(session, made.id) == [obligation]
    again = factories.account(session, now)  # of the same person, with the address that is free
    services.give(session, made, account_id=again.id, now=now)
    assert queries.count(session, made.id) == 3
    lines = [line.act for line in proposals.history(session, made.id)]
    assert lines.count("obligation.opened") == 1  # reached once, not again


def test_the_line_of_the_mayors_reply_says_who_entered_it(session, now, made):
    reply = Threshold(kind="reply", supports=1, within_days=None, due_days=9, role=OFFICE.role)
    services.set_threshold(session, reply, actor=OFFICE, now=now)
    give(session, made, now)
    (obligation,) = queries.obligations(session, made.id)
    services.answer(session, obligation.id, "Yes.", actor=OFFICE, roles=[OFFICE.role], now=now)
    assert journal.last(session, "obligation.answered", about_id=made.id) is None
    line = journal.last(session, "obligation.entered", about_id=made.id)
    assert (line.role, line.values["to_role"]) == (OFFICE.role, OFFICE.role)


def test_the_office_calls_below_the_threshold_with_a_reason(session, now, made):
    services.call(session, made, "forum", "The slope slides.", actor=OFFICE, now=now)
    with pytest.raises(ObligationStandsError):
        services.call(session, made, "forum", "Again.", actor=OFFICE, now=now)
    line = journal.last(session, "obligation.called", about_id=made.id)
    assert line.values["reason"] == "The slope slides."
    give(session, made, now, 6)
    assert sorted(obligation.kind for obligation in queries.obligations(session, made.id)) == [
        "answer",
        "forum",
    ]


def test_who_supported_another_text_is_told_and_may_confirm(session, now, made):
    (person,) = give(session, made, now)
    assert not queries.shown(session, made, person.id).has_changed
    made.title_en = "A translation only"
    assert not queries.shown(session, made, person.id).has_changed
    made.need = "길이 아주 어두워요."
    session.flush()
    shown = queries.shown(session, made, person.id)
    assert shown.mine
    assert shown.has_changed
    assert queries.of_person(session, made.id, person.id).text.words["need"] == TEXT.need
    services.confirm(session, made, account_id=person.id)
    session.expire_all()
    assert not queries.shown(session, made, person.id).has_changed


def test_many_who_support_at_once_open_one_obligation(database, now):
    with database.writing() as session:
        made = factories.proposal(session, now, status="received").id
        limit = Threshold(kind="answer", supports=4, within_days=None, due_days=7, role="reviewer")
        services.set_threshold(session, limit, actor=OFFICE, now=now)
        people = [factories.account(session, now).id for _ in range(4)]
    barrier = Barrier(8)

    def support(person):
        barrier.wait()
        with database.writing() as session:
            proposal = session.get_one(Proposal, made)
            services.give(session, proposal, account_id=person, now=now)

    with ThreadPoolExecutor(8) as pool:
        ends = [pool.submit(support, person) for person in people * 2]
    for end in ends:
        end.result()
    with database.reading() as session:
        assert queries.count(session, made) == 4
        assert len(queries.obligations(session, made)) == 1


def test_the_list_is_not_ordered_by_supports(session, now):
    author = factories.account(session, now)
    made = [
        factories.proposal(session, now, status="received", author=author, shuffle_key=key << 50)
        for key in range(6)
    ]

    def order():
        return [one.id for one in proposals.page(session, Filters(), start=3 << 50).proposals]

    before = order()
    for serial, proposal in enumerate(made):
        give(session, proposal, now, serial % 4)
    assert order() == before


def test_texts_that_are_the_same_are_kept_once(session, now, made):
    other = factories.proposal(session, now, status="received", text=replace(TEXT, title_en=""))
    give(session, made, now, 2)
    give(session, other, now)
    rows = session.query(queries.Support.digest).distinct().count()
    assert rows == 1
    assert texts.current(session, other).title == made.title
