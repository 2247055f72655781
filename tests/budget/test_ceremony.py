"""Two officers open, stop and close a vote; the minutes say so for good."""

import json
from uuid import uuid4

import pytest
from sqlalchemy import delete

from accounts.models import Account, RoleGrant
from ballots import log
from ballots.board import leaves
from ballots.closing import CHECKS
from ballots.errors import InvariantError
from budget import queries
from budget import services as budget
from budget.ceremony import minutes, services
from budget.ceremony.errors import UnreadFigureError
from budget.errors import MissingError, TooEarlyError, WrongPhaseError
from core import journal
from core.access import Role
from core.journal import Actor
from core.two_officers import (
    LIFE,
    AlreadyProposedError,
    NotProposedError,
    OtherTermsError,
    SameOfficerError,
)
from tests import factories, sheets


@pytest.fixture
def officers():
    """A poll manager and an auditor; services ask for no more than accounts' ids."""
    return Actor("poll_manager", uuid4()), Actor("auditor", uuid4())


@pytest.fixture
def people(database, now):
    """The same with accounts."""
    with database.writing() as session:
        poll = factories.account(session, now, Role.POLL_MANAGER, name="Poll")
        audit = factories.account(session, now, Role.AUDITOR, name="Audit")
    return Actor("poll_manager", poll.id), Actor("auditor", audit.id)


@pytest.fixture
def over(database, now, keys, integrate):
    """The address of a vote with ballots by web and on paper that is over, and the moment."""
    with database.writing() as session:
        cycle = factories.cycle(session, now, keys=keys, ballots_cast=[[1], [2]])
        sheets.batch(session, cycle.contest_id, 1, [[1], "blank"])
    integrate()
    return cycle.slug, cycle.contest.closes_at


def told(session, contest_id, place):
    return leaves.read([*log.leaves(session.connection(), contest_id)][place])


def test_two_officers_open_a_vote_and_the_log_names_them(session, now, keys, officers):
    first, second = officers
    cycle = factories.cycle(session, now, phase="frozen")
    services.propose_opening(session, cycle, actor=first, now=now)
    assert cycle.phase == "frozen"
    with pytest.raises(SameOfficerError):
        services.confirm_opening(session, cycle, actor=first, keys=keys, now=now)
    services.confirm_opening(session, cycle, actor=second, keys=keys, now=now)
    assert cycle.phase == "voting"
    assert told(session, cycle.contest_id, 0)["by"] == [
        str(first.account_id), str(second.account_id)
    ]  # fmt: skip
    acts = [(entry.act, entry.role) for entry in journal.entries(session, about_id=cycle.id)[:2]]
    assert acts == [("cycle.open", "auditor"), ("cycle.proposed", "poll_manager")]


def test_what_is_opened_is_what_was_proposed(session, now, keys, officers):
    first, second = officers
    cycle = factories.cycle(session, now, phase="frozen")
    with pytest.raises(NotProposedError):
        services.confirm_opening(session, cycle, actor=second, keys=keys, now=now)
    services.propose_opening(session, cycle, actor=first, now=now)
    cycle.contest.rules_digest = "0" * 64
    with pytest.raises(OtherTermsError):
        services.confirm_opening(session, cycle, actor=second, keys=keys, now=now)


def test_an_opening_that_lacks_something_is_not_proposed(session, now, officers):
    cycle = factories.cycle(session, now, phase="frozen", goal_en="Goal")
    cycle.goal_en = ""
    with pytest.raises(MissingError):
        services.propose_opening(session, cycle, actor=officers[0], now=now)


def test_casting_ends_before_its_time_with_a_reason_and_two_officers(session, now, keys, officers):
    first, second = officers
    cycle = factories.cycle(session, now, keys=keys)
    with pytest.raises(TooEarlyError):
        services.propose_stop(session, cycle, reason="", actor=first, now=now)
    with pytest.raises(NotProposedError):
        services.confirm_stop(session, cycle, actor=second, now=now)
    services.propose_stop(session, cycle, reason="flood", actor=first, now=now)
    with pytest.raises(AlreadyProposedError):
        services.propose_stop(session, cycle, reason="fire", actor=first, now=now)
    assert cycle.contest.is_open(now)
    services.confirm_stop(session, cycle, actor=second, now=now)
    assert not cycle.contest.is_open(now)
    assert journal.last(session, "cycle.stopped", about_id=cycle.id).values["reason"] == "flood"
    with pytest.raises(WrongPhaseError):
        services.propose_stop(session, cycle, reason="again", actor=first, now=now)


def test_two_officers_close_a_vote_with_the_figures_that_both_have_read(
    database, keys, people, over, integrate
):
    (first, second), (slug, end) = people, over
    with database.writing() as session:
        cycle = queries.cycle(session, slug)
        services.propose_close(session, cycle, CHECKS, actor=first, keys=keys, now=end)
    with database.writing() as session:
        cycle = queries.cycle(session, slug)
        services.confirm_close(session, cycle, CHECKS, actor=second, keys=keys, now=end)
        contest_id = cycle.contest_id
    assert not keys.linker.has(contest_id)
    with database.reading() as session:
        cycle = queries.cycle(session, slug)
        assert cycle.phase == "closed"
        assert told(session, contest_id, -1)["t"] == "close"
        assert minutes.of(session, cycle).checkpoint is None
    integrate()
    with database.reading() as session:
        found = minutes.of(session, queries.cycle(session, slug))
        head = log.head(session.connection(), contest_id)
    assert (found.checkpoint.size, found.checkpoint.root) == (head.edge.size, head.edge.root)
    assert found.officers == ("Poll", "Audit")
    assert (found.closed_at, found.stopped_at, found.reason) == (end, None, "")
    assert found.figures["ballots"] == 2
    assert found.figures["size"] == head.edge.size - 1
    assert found.figures["batches"][0]["blank"] == 1
    assert json.loads(json.dumps(found.figures)) == found.figures


def test_a_figure_that_was_not_read_out_holds_the_close_up(database, keys, officers, over):
    slug, end = over
    with database.writing() as session:
        cycle = queries.cycle(session, slug)
        for unread in CHECKS:
            read = {*CHECKS} - {unread}
            with pytest.raises(UnreadFigureError) as refused:
                services.propose_close(session, cycle, read, actor=officers[0], keys=keys, now=end)
            assert refused.value.values == {"checks": unread}


def test_what_does_not_hold_is_not_proposed(database, keys, officers, over, now):
    slug, _ = over
    with database.writing() as session:
        cycle = queries.cycle(session, slug)
        with pytest.raises(InvariantError) as refused:
            services.propose_close(session, cycle, CHECKS, actor=officers[0], keys=keys, now=now)
    assert refused.value.values == {"checks": "stopped"}


def test_a_log_that_grew_meanwhile_is_read_out_again(database, keys, officers, over, integrate):
    (first, second), (slug, end) = officers, over
    with database.writing() as session:
        cycle = queries.cycle(session, slug)
        services.propose_close(session, cycle, CHECKS, actor=first, keys=keys, now=end)
        sheets.batch(session, cycle.contest_id, 2, [[2]])
    integrate()
    with database.writing() as session:
        cycle = queries.cycle(session, slug)
        with pytest.raises(OtherTermsError):
            services.confirm_close(session, cycle, CHECKS, actor=second, keys=keys, now=end)
        assert cycle.phase == "voting"
        services.withdraw(session, cycle, "close", actor=first, now=end)
        services.propose_close(session, cycle, CHECKS, actor=second, keys=keys, now=end)
        services.confirm_close(session, cycle, CHECKS, actor=first, keys=keys, now=end)


def test_one_officer_alone_closes_nothing_and_neither_do_two_too_late(
    database, keys, officers, over
):
    (first, second), (slug, end) = officers, over
    with database.writing() as session:
        cycle = queries.cycle(session, slug)
        services.propose_close(session, cycle, CHECKS, actor=first, keys=keys, now=end)
        for who, then, refusal in (
            (first, end, SameOfficerError), (second, end + LIFE, NotProposedError)
        ):  # fmt: skip
            with pytest.raises(refusal):
                services.confirm_close(session, cycle, CHECKS, actor=who, keys=keys, now=then)
    assert keys.linker.has(cycle.contest_id)


def test_the_minutes_outlive_an_account(database, keys, people, over):
    (first, second), (slug, end) = people, over
    with database.writing() as session:
        cycle = queries.cycle(session, slug)
        services.propose_close(session, cycle, CHECKS, actor=first, keys=keys, now=end)
        services.confirm_close(session, cycle, CHECKS, actor=second, keys=keys, now=end)
    with database.writing() as session:
        session.execute(delete(RoleGrant).where(RoleGrant.account_id == second.account_id))
        session.delete(session.get(Account, second.account_id))
    with database.reading() as session:
        assert minutes.of(session, queries.cycle(session, slug)).officers == ("Poll", "")


def test_the_minutes_of_an_operator_name_nobody(session, now, keys):
    cycle = factories.cycle(session, now, keys=keys)
    assert minutes.of(session, cycle) is None
    budget.close_vote(session, cycle, actor=factories.SYSTEM, keys=keys, now=now, reason="no more")
    found = minutes.of(session, cycle)
    assert (found.officers, found.role, found.reason) == ((), "system", "no more")
