"""Reviews from the card to the decision on an objection, and what they refuse."""

from dataclasses import asdict
from datetime import date, timedelta
from math import radians
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from core import journal
from core.access import Role
from core.errors import RoomError
from core.journal import CITIZEN, SYSTEM, Actor
from proposals import queries as proposals_read
from proposals import services as proposals
from proposals import workflow
from proposals.errors import ForbiddenMoveError, ReasonNeededError
from proposals.models import Proposal
from proposals.places.geometry import EARTH, MILLION, Point
from proposals.places.models import ProposalPoint
from proposals.review import clocks, gate, queries, services
from proposals.review.errors import (
    CardOpenError,
    ConditionsMissingError,
    DeadlineRangeError,
    NoSuchDepartmentError,
    NotUnderReviewError,
    ObjectedBeforeError,
    ObjectionLateError,
    RivalryError,
    SameReviewerError,
)
from proposals.review.models import Duty, Holiday, Objection
from proposals.review.queries import NEAR, Possible
from proposals.review.services import Answer
from tests import factories, reviews
from tests.factories import DAY, TEXT
from tests.reviews import LINES, OFFICE, REVIEWER, YES

ORIGIN = Point(37_461_000, 126_880_000)
METRES_IN_A_DEGREE = EARTH * radians(1)

ONE, OTHER = Actor(str(Role.REVIEWER), uuid4()), Actor(str(Role.BUDGET_OFFICER), uuid4())


@pytest.fixture
def asked(session):
    reviews.questions(session)


def unfit(session, made, now, actor=ONE):
    services.answer(session, made, {"lawful": Answer("no", "§ 36")}, actor=actor, now=now)
    proposals.move(
        session, made, "unfit", actor=actor, now=now, reason="no", reason_code="unlawful"
    )


def objected(session, now):
    made = reviews.under_review(session, now)
    unfit(session, made, now)
    author = Actor(CITIZEN, made.author_id)
    proposals.move(session, made, "objection", actor=author, now=now + DAY, reason="Look again.")
    return made


def test_a_step_ends_once_its_card_is_answered(session, now, asked):
    made = factories.proposal(session, now, status="received")
    with pytest.raises(CardOpenError) as caught:
        proposals.move(session, made, "dept_review", actor=OFFICE, now=now)
    assert caught.value.values == {"missing": 2}
    services.answer(session, made, {"complete": YES}, actor=OFFICE, now=now)
    services.answer(session, made, {"competence": Answer("na")}, actor=OFFICE, now=now)
    proposals.move(session, made, "dept_review", actor=OFFICE, now=now)
    for to in ("fit", "conditional", "unfit"):
        with pytest.raises(CardOpenError):
            proposals.move(
                session, made, to, actor=REVIEWER, now=now, reason="r", reason_code="unlawful"
            )
    assert queries.file(session, made, now=now).cards[0].ended_to == "dept_review"


def test_a_card_is_answered_at_its_step_by_its_role_and_asks_only_its_own(session, now, asked):
    made = factories.proposal(session, now, status="received")
    with pytest.raises(NotUnderReviewError):
        services.answer(session, made, {"lawful": YES}, actor=OFFICE, now=now)
    with pytest.raises(ForbiddenMoveError):
        services.answer(session, made, {"complete": YES}, actor=Actor(str(Role.AUDITOR)), now=now)
    made.status = "fit"
    with pytest.raises(NotUnderReviewError):
        services.answer(session, made, {"complete": YES}, actor=OFFICE, now=now)


def test_eligible_with_changes_names_them_and_they_are_public_then(session, now, asked):
    made = reviews.under_review(session, now)
    services.answer(session, made, {"lawful": YES}, actor=REVIEWER, now=now)
    with pytest.raises(ConditionsMissingError):
        proposals.move(session, made, "conditional", actor=REVIEWER, now=now, reason="so")
    services.answer(session, made, {}, conditions=["밤 10시까지"], actor=REVIEWER, now=now)
    assert queries.file(session, made, now=now).conditions == ()
    proposals.move(session, made, "conditional", actor=REVIEWER, now=now, reason="so")
    assert queries.file(session, made, now=now).conditions == ["밤 10시까지"]


def test_a_cost_sheet_sets_the_cost_and_keeps_every_version(session, now, asked):
    made = reviews.priced(session, now)
    assert made.cost_minor == 8_250_000
    services.price(session, made, LINES[:1], actor=REVIEWER, now=now)
    newest, first = queries.sheets(session, made.id)
    assert (newest.version, newest.total_minor, newest.before_minor) == (2, 8_000_000, 8_250_000)
    assert (first.before_minor, sum(line.amount_minor for line in first.lines)) == (
        TEXT.cost_minor, 8_250_000,
    )  # fmt: skip
    line = proposals_read.history(session, made.id)[-1]
    assert (line.act, line.values["amount"]) == ("proposal.costed", 8_000_000)
    with pytest.raises(ForbiddenMoveError):
        services.price(session, made, LINES, actor=OFFICE, now=now)
    made.status = "received"
    with pytest.raises(NotUnderReviewError):
        services.price(session, made, LINES, actor=REVIEWER, now=now)


def test_a_department_is_named_and_changed_with_a_reason(session, now, asked):
    made = reviews.under_review(session, now)
    for slug in ("roads", "nowhere"):
        with pytest.raises(NoSuchDepartmentError):
            services.assign(session, made, slug, actor=OFFICE, now=now, reason="r")
    with pytest.raises(ReasonNeededError):
        services.assign(session, made, "parks", actor=OFFICE, now=now)
    services.assign(session, made, "parks", actor=OFFICE, now=now, reason="trees")
    assert queries.file(session, made, now=now).department.slug == "parks"
    last = proposals_read.history(session, made.id)[-1]
    assert (last.act, last.values["department_en"]) == ("proposal.assigned", "Parks")
    made.status = "fit"
    with pytest.raises(NotUnderReviewError):
        services.assign(session, made, "roads", actor=OFFICE, now=now, reason="r")


def test_each_status_that_waits_has_its_deadline(session, now, asked):
    session.add(Holiday(day=date(2026, 9, 2), name_ko="임시공휴일", name_en="A holiday"))
    made = factories.proposal(session, now, status="received")
    assert queries.open_duty(session, made.id).due_on == date(2026, 9, 15)
    line = proposals_read.history(session, made.id)[-1]
    assert line.values["due"] == "2026-09-15"
    proposals.move(
        session, made, "supplement", actor=OFFICE, now=now, reason="who?",
        due_on=date(2026, 9, 12),
    )  # fmt: skip
    duty = queries.open_duty(session, made.id)
    assert (duty.kind, duty.due_on) == ("supplement", date(2026, 9, 14))  # not on a Saturday
    with pytest.raises(DeadlineRangeError):
        gate.check(session, made, "received", actor=OFFICE, now=now, due_on=date(2026, 9, 2))


def test_what_an_author_leaves_unanswered_lapses_the_day_after(session, now):
    made = factories.proposal(session, now, status="received")
    other = factories.proposal(session, now, status="received")
    for one in (made, other):
        proposals.move(session, one, "supplement", actor=OFFICE, now=now, reason="who?")
    proposals.submit(session, other, author_id=other.author_id, now=now + DAY)
    assert services.lapse(session, now=now + 14 * DAY) == []
    assert services.lapse(session, now=now + 15 * DAY) == [made.id]
    assert (made.status, other.status) == ("closed_unanswered", "received")
    last = proposals_read.history(session, made.id)[-1]
    assert (last.role, last.values["reason_code"]) == (SYSTEM, "unanswered")
    assert services.lapse(session, now=now + 16 * DAY) == []


def test_an_objection_is_possible_for_fourteen_days(session, now, asked):
    made = reviews.under_review(session, now)
    unfit(session, made, now)
    author = Actor(CITIZEN, made.author_id)
    late = now + clocks.OBJECTION_WINDOW + timedelta(seconds=1)
    assert queries.file(session, made, now=now + clocks.OBJECTION_WINDOW).may_object
    assert not queries.file(session, made, now=late).may_object
    with pytest.raises(ObjectionLateError):
        proposals.move(session, made, "objection", actor=author, now=late, reason="r")
    at = now + clocks.OBJECTION_WINDOW
    proposals.move(session, made, "objection", actor=author, now=at, reason="r")


def test_an_objection_is_decided_by_somebody_else(session, now, asked):
    made = objected(session, now)
    finder = Actor(str(Role.BUDGET_OFFICER), ONE.account_id)
    for to in ("dept_review", "unfit_final"):
        with pytest.raises(SameReviewerError):
            proposals.move(session, made, to, actor=finder, now=now + 2 * DAY, reason="no")
    proposals.move(session, made, "unfit_final", actor=OTHER, now=now + 2 * DAY, reason="no")
    objection = queries.file(session, made, now=now).objection
    assert (objection.decided_to, objection.decided_by) == ("unfit_final", OTHER.account_id)


def test_the_database_too_wants_somebody_else(session, now, asked):
    made = objected(session, now)
    same = update(Objection).where(Objection.proposal_id == made.id)
    with pytest.raises(IntegrityError, match="decided_by_another"), session.begin_nested():
        session.execute(same.values(decided_by=ONE.account_id))


def test_an_objection_that_is_heard_leads_to_a_new_card_and_is_possible_once(session, now, asked):
    made = objected(session, now)
    proposals.move(session, made, "dept_review", actor=OTHER, now=now + 2 * DAY, reason="Right.")
    with pytest.raises(CardOpenError):  # the card of the new review is blank
        proposals.move(session, made, "fit", actor=ONE, now=now + 2 * DAY, reason="r")
    unfit(session, made, now + 3 * DAY)
    assert len(queries.file(session, made, now=now).cards) == 3
    with pytest.raises(ObjectedBeforeError):
        proposals.move(
            session, made, "objection", actor=Actor(CITIZEN, made.author_id), now=now + 3 * DAY,
            reason="again",
        )  # fmt: skip


def test_rivals_are_marked_for_both_and_unmarked(session, now):
    one, other = (factories.proposal(session, now, status="received") for _ in range(2))
    draft = factories.proposal(session, now)
    assert queries.possible_rivals(session, one) == [Possible(other, None, by_words=True)]
    with pytest.raises(ReasonNeededError):
        services.mark_rivals(session, one, other, "", actor=OFFICE, now=now)
    services.mark_rivals(session, one, other, "one corner", actor=OFFICE, now=now)
    for pair in ((other, one), (one, one), (one, draft)):
        with pytest.raises(RivalryError):
            services.mark_rivals(session, *pair, "r", actor=OFFICE, now=now)
    for this, that in ((one, other), (other, one)):
        assert [rival.proposal for rival in queries.rivals(session, this.id)] == [that]
        assert proposals_read.history(session, this.id)[-1].act == "proposal.rival_marked"
    assert queries.possible_rivals(session, one) == []
    services.unmark_rivals(session, other, one, "r", actor=OFFICE, now=now)
    assert queries.rivals(session, one.id) == []
    with pytest.raises(RivalryError):
        services.unmark_rivals(session, one, other, "r", actor=OFFICE, now=now)


def test_another_place_is_no_rival(session, now):
    one = factories.proposal(session, now, status="received")
    changed = {**asdict(TEXT), "place": "철산동 도서관"}
    factories.proposal(session, now, status="received", text=proposals.Text(**changed))
    assert queries.possible_rivals(session, one) == []


def elsewhere(session, now, metres, **changes):
    """A proposal so many metres to the north of ORIGIN, whose place is told in other words."""
    told = proposals.Text(**{**asdict(TEXT), "place": f"북쪽 {metres}", **changes})
    made = factories.proposal(session, now, status="received", text=told)
    north = round(metres / METRES_IN_A_DEGREE * MILLION)
    point = ProposalPoint(
        proposal_id=made.id, latitude=ORIGIN.latitude + north, longitude=ORIGIN.longitude
    )
    session.add(point)
    session.flush()
    return made


def test_who_is_near_on_the_map_may_be_a_rival_whatever_its_words(session, now):
    one = elsewhere(session, now, 0, place="하안교 아래", neighbourhood=None)
    far, near, nearer = (
        elsewhere(session, now, metres, neighbourhood=neighbourhood)
        for metres, neighbourhood in ((NEAR + 1, None), (NEAR, "haan-2"), (40, None))
    )
    assert queries.possible_rivals(session, one) == [
        Possible(nearer, 40, by_words=False), Possible(near, NEAR, by_words=False)
    ]  # fmt: skip
    assert far not in {found.proposal for found in queries.possible_rivals(session, one)}
    services.mark_rivals(session, one, nearer, "one bridge", actor=OFFICE, now=now)
    assert [found.proposal for found in queries.possible_rivals(session, one)] == [near]


def test_the_map_comes_before_words_and_both_are_told(session, now):
    one = elsewhere(session, now, 0, place="하안교 아래")
    words = factories.proposal(
        session, now, status="received",
        text=proposals.Text(**{**asdict(TEXT), "place": "하안교 아래"}),
    )  # fmt: skip
    both = elsewhere(session, now, 90, place="하안교")
    assert queries.possible_rivals(session, one) == [
        Possible(both, 90, by_words=True), Possible(words, None, by_words=True)
    ]  # fmt: skip


def test_a_draft_and_what_has_ended_is_no_rival_on_the_map(session, now):
    one = elsewhere(session, now, 0)
    for status in ("draft", "withdrawn", "closed"):
        elsewhere(session, now, 10).status = status
    session.flush()
    assert queries.possible_rivals(session, one) == []


def test_an_older_proposal_gets_its_duty_when_somebody_works_on_it(session, now, asked):
    made = factories.proposal(session, now, status="dept_review")
    services.answer(session, made, {"lawful": YES}, actor=REVIEWER, now=now)
    assert queries.open_duty(session, made.id).kind == "substance"
    assert session.scalars(select(Duty).where(Duty.ended_at.is_(None))).all()


@pytest.mark.parametrize("status", ["approved!", "", "DRAFT"])
def test_no_other_status_than_the_tables_can_stand(session, now, status):
    made = factories.proposal(session, now, status="received")
    forged = text("UPDATE proposals SET status = :status WHERE id = :id").bindparams(
        status=status, id=made.id.hex if session.get_bind().dialect.name == "sqlite" else made.id
    )
    with pytest.raises(DBAPIError, match="known_status"), session.begin_nested():
        session.execute(forged)
    for known in workflow.STATUSES:
        if known != "merged":  # which names what it was merged into
            made.status = known
            session.flush()


ROLES = [CITIZEN, SYSTEM, *(str(role) for role in Role)]
REASONS, CODES = st.sampled_from(["because", ""]), st.sampled_from(["unlawful", "unanswered", ""])
ANY_STATUS = st.sampled_from(sorted(workflow.STATUSES))


def drawn_step(data, before):
    """A step that the table has, more often than not, and somebody who tries it."""
    ways = sorted(to for source, to in workflow.MOVES if source == before)
    to = data.draw(st.sampled_from([*ways, *ways, data.draw(ANY_STATUS)]))
    terms = workflow.MOVES.get((before, to))
    may = sorted(terms.by) if terms else []
    return to, terms, data.draw(st.sampled_from([*may * 3, data.draw(st.sampled_from(ROLES))]))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(start=st.sampled_from(sorted(set(workflow.STATUSES) - {"merged"})), data=st.data())
def test_nothing_moves_but_by_the_table_and_every_move_has_its_line(session, now, start, data):
    made = factories.proposal(session, now, status=start)
    into = factories.proposal(session, now, status="received")
    lines = len(proposals_read.history(session, made.id))
    for _ in range(data.draw(st.integers(1, 8))):
        before = made.status
        to, terms, role = drawn_step(data, before)
        reason, code = data.draw(REASONS), data.draw(CODES)
        try:
            with session.begin_nested():
                if role == SYSTEM:
                    proposals.follow(session, {made.id: to}, now=now, reason=reason)
                else:
                    proposals.move(
                        session, made, to, actor=Actor(role, uuid4()), now=now, reason=reason,
                        reason_code=code, into_id=into.id if to == "merged" else None,
                    )  # fmt: skip
        except RoomError:
            session.refresh(made)
            assert made.status == before
            continue
        lines += 1
        event(f"moved to {to}")
        said = proposals_read.history(session, made.id)[-1]
        assert terms is not None
        assert role in terms.by
        assert (said.values["source"], said.values["to"], said.role) == (before, to, role)
        assert made.status == to
        assert reason or not terms.needs_reason
        assert bool(said.values["reason_code"]) <= (code in terms.codes)
        assert not terms.needs_code or said.values["reason_code"]
    assert len(proposals_read.history(session, made.id)) == lines


def test_the_system_gives_a_code_where_people_give_a_reason(session, now):
    made = factories.proposal(session, now, status="supplement")
    with pytest.raises(ReasonNeededError):
        proposals.move(
            session, made, "closed_unanswered", actor=OFFICE, now=now, reason_code="unanswered"
        )
    with pytest.raises(ReasonNeededError):
        proposals.move(session, made, "closed_unanswered", actor=journal.THE_SYSTEM, now=now)
    assert session.get(Proposal, made.id).status == "supplement"
