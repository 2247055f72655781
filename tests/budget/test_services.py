"""The whole life of a cycle, and every act that is refused on the way."""

import pytest
from sqlalchemy import select

import tally
from ballots.errors import ContestClosedError
from budget import queries, services
from budget.agenda import queries as agenda_queries
from budget.agenda import services as agenda
from budget.agenda.errors import NoAdoptedAmountError
from budget.agenda.models import PolicyTask
from budget.agenda.services import Report
from budget.errors import (
    MissingError,
    NotEligibleError,
    SeedNeededError,
    SlugInUseError,
    SumsDifferError,
    TooEarlyError,
    WrongPhaseError,
)
from budget.models import CycleOutcome, SlateEntry
from budget.phases import ACTS, ORDER, PHASES, allowed
from budget.publication import publish
from core import journal
from core.access import Role
from core.journal import Actor
from proposals.errors import ForbiddenMoveError, ReasonNeededError
from tests import factories
from tests.factories import DAY, SYSTEM

OFFICE, COUNCIL = Actor(Role.BUDGET_OFFICER), Actor(Role.COUNCIL_CLERK)
BALLOTS = [[1], [1, 2], [2, 3], [1], [3]]  # votes 3, 2, 2 for costs 60, 50, 40 of 100


def test_from_preparation_to_the_agenda(session, now, keys):
    cycle = factories.cycle(session, now, phase="published", keys=keys, ballots_cast=BALLOTS)
    told = queries.told(session, cycle)
    assert [told.options[line.turn.option].number for line in told.funded] == [1, 3]
    tasks = agenda_queries.page(session, cycle=cycle.slug).tasks
    assert sorted(task.asked_minor for task in tasks) == [40, 60]
    assert {task.proposal.status for task in tasks} == {"selected"}
    left_out = session.scalar(select(SlateEntry).where(SlateEntry.cost_minor == 50)).proposal
    assert left_out.status == "reserve"
    acts = [entry.act for entry in journal.entries(session, about="cycle", about_id=cycle.id)]
    assert acts[::-1] == [
        "cycle.prepared", "slate.priced", "slate.priced", "slate.priced", "cycle.call",
        "cycle.review", "cycle.freeze", "cycle.open", "cycle.close", "cycle.count", "cycle.publish",
    ]  # fmt: skip
    assert services.recount(session, cycle)
    assert (told.stored.ballots, told.stored.roll_size) == (5, 5)


@pytest.mark.parametrize("phase", ORDER)
def test_every_act_from_every_other_phase_is_refused(session, now, keys, phase):
    cycle = factories.cycle(session, now, phase=phase, keys=keys)
    acts = {
        "call": lambda: services.call(session, cycle, actor=SYSTEM, now=now),
        "review": lambda: services.review(session, cycle, actor=SYSTEM, now=now),
        "freeze": lambda: services.freeze(session, cycle, actor=SYSTEM, now=now),
        "thaw": lambda: services.thaw(session, cycle, actor=SYSTEM, now=now),
        "open": lambda: services.open_vote(session, cycle, actor=SYSTEM, keys=keys, now=now),
        "close": lambda: services.close_vote(
            session, cycle, actor=SYSTEM, keys=keys, now=now, reason="x"
        ),
        "count": lambda: services.count(session, cycle, actor=SYSTEM, now=now),
        "publish": lambda: publish(
            session, cycle, actor=SYSTEM, keys=keys, shelf=keys.signers.folder, now=now
        ),
    }
    assert set(acts) == set(ACTS)
    for name, act in acts.items():
        if ACTS[name].source != phase:
            with pytest.raises(WrongPhaseError):
                act()
    assert cycle.phase == phase


def test_the_hand_that_edits_the_ballot_never_opens_the_tally():
    by_role = {role: {name for name, act in ACTS.items() if act.role is role} for role in Role}
    assert by_role[Role.BUDGET_OFFICER] == {"call", "review", "freeze", "thaw"}
    assert by_role[Role.POLL_MANAGER] == {"open", "close"}
    assert by_role[Role.TALLY_OFFICER] == {"count", "publish"}
    assert allowed("voting", [Role.BUDGET_OFFICER]) == {}
    assert list(PHASES) == list(ORDER)


def test_thawing_takes_the_ballot_back(session, now):
    cycle = factories.cycle(session, now, phase="frozen")
    digest = cycle.contest.rules_digest
    services.thaw(session, cycle, actor=SYSTEM, now=now)
    assert (cycle.phase, cycle.contest.rules_digest, factories.options(session, cycle)) == (
        "reviewing",
        None,
        [],
    )
    services.freeze(session, cycle, actor=SYSTEM, now=now)
    assert cycle.contest.rules_digest == digest


def test_what_was_voted_on_never_changes(session, now, keys):
    cycle = factories.cycle(session, now, keys=keys)
    entry = session.scalars(select(SlateEntry)).first()
    entry.proposal.title = "Another title"
    session.flush()
    assert "Another title" not in [option.title for option in factories.options(session, cycle)]
    with pytest.raises(WrongPhaseError):
        services.put_on_slate(session, cycle, entry.proposal, 1, actor=OFFICE, now=now)
    with pytest.raises(WrongPhaseError):
        services.revise_cycle(session, cycle, factories.plan(now), actor=OFFICE, now=now)


def test_a_gate_lists_what_is_missing(session, now):
    cycle = factories.cycle(session, now, phase="preparing", costs=(), goal_en="", fund_minor=0)
    with pytest.raises(MissingError) as caught:
        services.call(session, cycle, actor=OFFICE, now=now)
    assert caught.value.values == {"missing": ["goal_en", "fund"]}
    services.revise_cycle(
        session, cycle, factories.plan(now, slug=cycle.slug), actor=OFFICE, now=now
    )
    services.call(session, cycle, actor=OFFICE, now=now)
    services.review(session, cycle, actor=OFFICE, now=now)
    with pytest.raises(MissingError) as caught:
        services.freeze(session, cycle, actor=OFFICE, now=now)
    assert caught.value.values == {"missing": ["slate"]}


def test_a_vote_that_is_over_is_not_opened(session, now, keys):
    cycle = factories.cycle(session, now, phase="frozen")
    with pytest.raises(MissingError):
        services.open_vote(session, cycle, actor=SYSTEM, keys=keys, now=now + 20 * DAY)


def test_an_address_belongs_to_one_cycle(session, now):
    first = factories.cycle(session, now, phase="preparing", costs=())
    with pytest.raises(SlugInUseError):
        services.prepare_cycle(session, factories.plan(now, slug=first.slug), actor=OFFICE, now=now)
    second = factories.cycle(session, now, phase="preparing", costs=())
    with pytest.raises(SlugInUseError):
        services.revise_cycle(
            session, second, factories.plan(now, slug=first.slug), actor=OFFICE, now=now
        )


def test_the_slate_takes_eligible_proposals_of_its_currency(session, now):
    cycle = factories.cycle(session, now, phase="reviewing")
    unfit = factories.proposal(session, now, status="unfit")
    with pytest.raises(NotEligibleError):
        services.put_on_slate(session, cycle, unfit, 5, actor=OFFICE, now=now)
    chosen = session.scalars(select(SlateEntry)).first().proposal
    services.put_on_slate(session, cycle, chosen, 7, actor=OFFICE, now=now)
    services.put_on_slate(session, cycle, chosen, 7, actor=OFFICE, now=now)
    assert session.get(SlateEntry, (cycle.id, chosen.id)).cost_minor == 7
    services.take_off_slate(session, cycle, chosen, actor=OFFICE, now=now)
    services.take_off_slate(session, cycle, chosen, actor=OFFICE, now=now)
    assert queries.options_count(session, cycle) == 2
    assert queries.eligible(session, cycle) == [chosen]


def test_closing_early_needs_a_public_reason(session, now, keys):
    cycle = factories.cycle(session, now, keys=keys)
    with pytest.raises(TooEarlyError):
        services.close_vote(session, cycle, actor=SYSTEM, keys=keys, now=now)
    services.close_vote(session, cycle, actor=SYSTEM, keys=keys, now=cycle.contest.closes_at)
    with pytest.raises(ContestClosedError):
        factories.cast(session, cycle.contest_id, [[1]], keys=keys, now=now)


def test_a_lot_needs_its_seed_and_gives_the_same_order_again(session, now, keys):
    cycle = factories.cycle(
        session, now, phase="closed", keys=keys, tie_rule="cost_then_lot", costs=(60, 60),
        ballots_cast=[[1, 2]],
    )  # fmt: skip
    for seed in (None, "short"):
        with pytest.raises(SeedNeededError):
            services.count(session, cycle, actor=SYSTEM, now=now, seed=seed)
    outcome = services.count(session, cycle, actor=SYSTEM, now=now, seed="5 3 1 6 2 2 4 6 1 3")
    (tie,) = outcome.ties
    assert tie.mattered
    assert tie.options == tally.tie_order(b"5 3 1 6 2 2 4 6 1 3", ["1", "2"])
    assert services.recount(session, cycle)


def test_a_count_whose_sums_differ_is_refused(session, now, keys, monkeypatch):
    cycle = factories.cycle(session, now, phase="closed", keys=keys, ballots_cast=BALLOTS)
    monkeypatch.setattr(tally.Profile, "votes", lambda _self: [9, 9, 9])
    with pytest.raises(SumsDifferError):
        services.count(session, cycle, actor=SYSTEM, now=now)
    assert session.get(CycleOutcome, cycle.id) is None


def test_minimum_votes_are_part_of_the_rules(session, now, keys):
    cycle = factories.cycle(
        session, now, phase="counted", keys=keys, ballots_cast=BALLOTS,
        count_parameters={"minimum_votes": 3},
    )  # fmt: skip
    outcome = tally.Outcome.from_json(session.get_one(CycleOutcome, cycle.id).body)
    assert outcome.funded == ("1",)
    assert queries.told(session, cycle) is None  # counted is not published


def test_a_prepared_cycle_can_be_dropped_and_no_other(session, now):
    cycle = factories.cycle(session, now, phase="preparing")
    services.drop_cycle(session, cycle)
    assert queries.all_cycles(session) == []
    other = factories.cycle(session, now, phase="collecting")
    with pytest.raises(WrongPhaseError):
        services.drop_cycle(session, other)


@pytest.fixture
def task(session, now, keys) -> PolicyTask:
    factories.cycle(session, now, phase="published", keys=keys, ballots_cast=BALLOTS)
    return agenda_queries.page(session).tasks[0]


def test_a_task_from_draft_to_evaluation(session, now, task):
    agenda.enter_draft(session, task, 60, actor=OFFICE, now=now)
    agenda.enter_council_decision(session, task, 60, actor=COUNCIL, now=now)
    for to, spent in [("in_progress", 10), (None, 20), ("completed", 60), ("evaluated", 60)]:
        said = Report(to=to, spent_minor=spent, next_on=now.date(), reason="so it went")
        agenda.report(session, task, said, actor=OFFICE, now=now)
    assert (task.adopted_minor, task.spent_minor, task.proposal.status) == (60, 60, "evaluated")
    assert agenda_queries.overdue(task, (now + DAY).date())
    assert not agenda_queries.overdue(task, now.date())
    funnel = agenda_queries.funnel(session, task.cycle, 3)
    assert (funnel.selected, funnel.drafted, funnel.adopted, funnel.completed) == (2, 1, 1, 1)
    assert agenda_queries.of_proposal(session, task.proposal_id) is task
    assert agenda_queries.page(session, status="evaluated").tasks == [task]


@pytest.mark.parametrize(("adopted", "status"), [(60, "approved"), (15, "reduced"), (0, "cut")])
def test_the_council_approves_reduces_or_cuts(session, now, task, adopted, status):
    agenda.enter_draft(session, task, 60, actor=OFFICE, now=now)
    agenda.enter_council_decision(session, task, adopted, actor=COUNCIL, now=now, reason="why")
    assert task.proposal.status == status


def test_the_council_gives_reasons_and_no_more_than_the_draft(session, now, task):
    with pytest.raises(ForbiddenMoveError):
        agenda.enter_council_decision(session, task, 0, actor=COUNCIL, now=now, reason="too soon")
    agenda.enter_draft(session, task, 60, actor=OFFICE, now=now)
    for amount in (61, -1):
        with pytest.raises(NoAdoptedAmountError):
            agenda.enter_council_decision(session, task, amount, actor=COUNCIL, now=now)
    with pytest.raises(ReasonNeededError):
        agenda.enter_council_decision(session, task, 5, actor=COUNCIL, now=now)
    with pytest.raises(ForbiddenMoveError):
        agenda.enter_council_decision(session, task, 60, actor=OFFICE, now=now)
