"""Needs and pledges: who, when, exact sums, and nothing lost between two who come at once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from core import journal
from core.access import Role
from core.journal import CITIZEN, Actor
from proposals import queries as proposals
from proposals import services as texts
from proposals import workflow
from proposals.errors import NotYourProposalError
from proposals.models import Proposal
from proposals.pledges import queries, services, steps
from proposals.pledges.errors import (
    NeedPledgedError,
    NeedsFixedError,
    NeedsFullError,
    PledgesClosedError,
    PledgesFullError,
    PledgeStepError,
)
from proposals.pledges.models import Need, Pledge
from proposals.pledges.services import Offer, Want
from tests import factories

WANT = Want("hours", "벤치를 만들 분", 40)


def acting(person) -> Actor:
    return Actor(CITIZEN, person if not hasattr(person, "id") else person.id)


@pytest.fixture
def made(session, now):
    return factories.proposal(session, now, status="received")


@pytest.fixture
def need(session, now, made):
    return services.add_need(session, made, WANT, actor=acting(made.author_id), now=now)


@pytest.fixture
def giver(session, now):
    return acting(factories.account(session, now))


def test_a_need_is_written_by_authors_alone(session, now, made, giver):
    with pytest.raises(NotYourProposalError):
        services.add_need(session, made, WANT, actor=giver, now=now)


def test_the_list_stands_still_from_the_ballot_on(session, now, made, need):
    author = acting(made.author_id)
    for status in sorted(set(workflow.STATUSES) - steps.CHANGING - {"merged"}):
        made.status = status
        session.flush()
        with pytest.raises(NeedsFixedError):
            services.add_need(session, made, WANT, actor=author, now=now)
        with pytest.raises(NeedsFixedError):
            services.remove_need(session, made, need, actor=author, now=now)


def test_a_list_has_an_end(session, now, made):
    author = acting(made.author_id)
    for _ in range(services.MOST_NEEDS):
        services.add_need(session, made, WANT, actor=author, now=now)
    with pytest.raises(NeedsFullError):
        services.add_need(session, made, WANT, actor=author, now=now)


def test_what_was_pledged_to_stays_even_if_it_was_taken_back(session, now, made, need, giver):
    author = acting(made.author_id)
    other = services.add_need(session, made, WANT, actor=author, now=now)
    services.remove_need(session, made, other, actor=author, now=now)
    pledge = services.offer(session, need, Offer(5), actor=giver, now=now)
    services.take_step(session, pledge, "withdrawn", actor=giver, now=now)
    with pytest.raises(NeedPledgedError):
        services.remove_need(session, made, need, actor=author, now=now)
    assert [row.need.id for row in queries.shown(session, made).listed] == [need.id]


def test_pledges_go_on_through_the_vote_and_until_the_end(session, now, made, need):
    assert {"on_ballot", "selected", "in_progress"} <= steps.OPEN
    for status in sorted(set(workflow.STATUSES) - {"merged"}):
        made.status = status
        session.flush()
        giver = acting(factories.account(session, now))
        if status in steps.OPEN:
            services.offer(session, need, Offer(5), actor=giver, now=now)
        else:
            with pytest.raises(PledgesClosedError):
                services.offer(session, need, Offer(5), actor=giver, now=now)


def test_one_person_offers_so_many_and_no_more(session, now, need, giver):
    for _ in range(services.MOST_OFFERS):
        services.offer(session, need, Offer(1), actor=giver, now=now)
    with pytest.raises(PledgesFullError):
        services.offer(session, need, Offer(1), actor=giver, now=now)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15)
@given(
    walk=st.lists(
        st.tuples(
            st.sampled_from(["giver", "author", "stranger"]),
            st.sampled_from(sorted(steps.STEPS)),
            st.booleans(),
        ),
        max_size=8,
    )
)
def test_a_pledge_moves_by_the_table_alone_and_each_move_is_one_public_line(
    session, now, made, need, giver, walk
):
    people = {"giver": giver, "author": acting(made.author_id), "stranger": acting(factories.account(session, now))}  # fmt: skip
    pledge = services.offer(session, need, Offer(3), actor=giver, now=now)
    lines, at = len(proposals.history(session, made.id)), "offered"
    side = {"giver": {steps.Side.GIVER}, "author": {steps.Side.TAKER}, "stranger": set()}
    for who, to, speaks in walk:
        step = steps.STEPS[to]
        may = step.by in side[who] and at in step.sources and (speaks or not step.needs_words)
        again = to == at and step.by in side[who]
        try:
            services.take_step(
                session,
                pledge,
                to,
                actor=people[who],
                now=now,
                said="고맙습니다." if speaks else "",
            )
            assert may or again
        except PledgeStepError:
            assert not may
            assert not again
        if may:
            at, lines = to, lines + 1
        assert pledge.status == at
        assert len(journal.entries(session, about="proposal", about_id=made.id, limit=500)) == lines
    session.delete(pledge)  # the next example begins anew
    session.flush()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15)
@given(
    rows=st.lists(
        st.tuples(st.integers(1, 10**12), st.sampled_from(sorted(steps.STATUSES))), max_size=6
    )
)
def test_sums_are_exact_and_neither_offers_nor_refusals_count(
    session, now, made, need, giver, rows
):
    added = [
        Pledge(need_id=need.id, account_id=giver.account_id, amount=amount, status=status, said="말", offered_at=now, changed_at=now)
        for amount, status in rows
    ]  # fmt: skip
    session.add_all(added)
    session.flush()
    (row,) = queries.shown(session, made).listed
    sums = {status: sum(amount for amount, at in rows if at == status) for status in steps.STATUSES}
    assert row.promised == sums["accepted"] + sums["delivered"] + sums["thanked"]
    assert row.delivered == sums["delivered"] + sums["thanked"]
    assert row.offered == sums["offered"]
    for one in added:
        session.delete(one)
    session.flush()


def test_the_office_answers_once_the_proposal_is_selected(session, now, made, need, giver):
    office = Actor(Role.BUDGET_OFFICER, factories.account(session, now, Role.BUDGET_OFFICER).id)
    pledge = services.offer(session, need, Offer(5), actor=giver, now=now)
    with pytest.raises(PledgeStepError):
        services.take_step(session, pledge, "accepted", actor=office, now=now)
    made.status = "selected"
    session.flush()
    services.take_step(session, pledge, "accepted", actor=office, now=now)
    assert pledge.status == "accepted"


def test_no_line_of_the_journal_names_a_giver_and_a_draft_writes_none(session, now, giver):
    draft = factories.proposal(session, now)
    author = acting(draft.author_id)
    need = services.add_need(session, draft, WANT, actor=author, now=now)
    assert proposals.history(session, draft.id) == []
    draft.status = "received"
    session.flush()
    services.offer(session, need, Offer(5, "목공 모임", "전화 주세요"), actor=giver, now=now)
    (line,) = proposals.history(session, draft.id)
    assert "목공 모임" not in str(line.values)
    assert line.values["quantity"] == 5


def test_needs_go_with_the_draft_that_had_them(session, now):
    draft = factories.proposal(session, now)
    services.add_need(session, draft, WANT, actor=acting(draft.author_id), now=now)
    texts.discard(session, draft, author_id=draft.author_id)
    session.expire_all()
    assert session.scalars(select(Need)).all() == []


def test_of_two_who_answer_at_once_one_is_heard(database, now):
    with database.writing() as session:
        made = factories.proposal(session, now, status="received")
        author = acting(made.author_id)
        need = services.add_need(session, made, WANT, actor=author, now=now)
        giver = acting(factories.account(session, now))
        pledge = services.offer(session, need, Offer(5), actor=giver, now=now)
        proposal_id, pledge_id = made.id, pledge.id
    together = Barrier(2)

    def answer(to):
        together.wait()
        try:
            with database.writing() as session:
                found = queries.pledge(session, proposal_id, pledge_id)
                services.take_step(session, found, to, actor=author, now=now, said="말")
        except PledgeStepError:
            return None
        return to

    with ThreadPoolExecutor(2) as pool:
        heard = [to for to in pool.map(answer, ["accepted", "declined"]) if to]
    with database.reading() as session:
        assert [session.get(Pledge, pledge_id).status] == heard
        assert len(proposals.history(session, proposal_id)) == 4  # received, need, offer, answer
        assert session.get(Proposal, proposal_id).status == "received"


@pytest.mark.parametrize("number", [1, 40])
def test_a_page_asks_once_however_many_there_are(database, now, count_queries, number):
    with database.writing() as session:
        made = factories.proposal(session, now, status="received")
        need = services.add_need(session, made, WANT, actor=acting(made.author_id), now=now)
        for _ in range(number):
            services.offer(
                session, need, Offer(1), actor=acting(factories.account(session, now)), now=now
            )
    with count_queries() as sent, database.reading() as session:
        shown = queries.shown(session, made)
        assert {one.account.name for one in shown.listed[0].pledges} == {"Hana"}
    assert len([one for one in sent if one.startswith("SELECT")]) == 1
