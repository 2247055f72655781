"""Writing, submitting, moving and finding proposals."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from threading import Barrier
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm.exc import StaleDataError

from core import journal
from core.access import Role
from core.journal import THE_SYSTEM, Actor
from proposals import importing, queries, search, services
from proposals.errors import (
    ConsentNeededError,
    ForbiddenMoveError,
    FrozenProposalError,
    IncompleteProposalError,
    MergeTargetError,
    NotYourProposalError,
    ReasonNeededError,
    StaleTextError,
)
from proposals.models import SearchEntry
from proposals.queries import Filters
from tests import factories
from tests.factories import TEXT

REVIEWER = Actor(Role.REVIEWER)
OFFICE = Actor(Role.BUDGET_OFFICER)


def test_a_draft_is_handed_in_under_a_number_of_its_own(session, now):
    one, other = factories.proposal(session, now), factories.proposal(session, now)
    first = services.submit(session, one, author_id=one.author_id, now=now)
    second = services.submit(session, other, author_id=other.author_id, now=now)
    assert second > first
    assert one.status == "received"
    (line,) = queries.history(session, one.id)
    assert (line.act, line.role, line.values["to"]) == ("proposal.moved", "citizen", "received")
    assert queries.by_number(session, str(first)) == one.id
    assert queries.by_number(session, "x") is None


def test_handing_in_twice_is_handing_in_once(session, now):
    made = factories.proposal(session, now)
    number = services.submit(session, made, author_id=made.author_id, now=now)
    assert services.submit(session, made, author_id=made.author_id, now=now) == number
    assert len(queries.history(session, made.id)) == 1


def test_a_draft_is_deleted_without_a_trace_and_nothing_else_is(session, now):
    draft, other = factories.proposal(session, now), factories.proposal(session, now)
    id_ = draft.id
    with pytest.raises(NotYourProposalError):
        services.discard(session, draft, author_id=other.author_id)
    services.discard(session, draft, author_id=draft.author_id)
    assert queries.one(session, id_) is None
    words = session.scalars(select(SearchEntry.proposal_id)).all()
    assert words == [other.id]
    assert queries.history(session, id_) == []
    services.submit(session, other, author_id=other.author_id, now=now)
    with pytest.raises(FrozenProposalError):
        services.discard(session, other, author_id=other.author_id)


def test_the_number_stays_after_more_information_was_asked_for(session, now):
    made = factories.proposal(session, now)
    number = services.submit(session, made, author_id=made.author_id, now=now)
    services.move(session, made, "supplement", actor=OFFICE, now=now, reason="Who would do it?")
    assert services.submit(session, made, author_id=made.author_id, now=now) == number


def test_what_is_missing_is_named(session, now):
    made = factories.proposal(session, now, text=replace(TEXT, need="", cost_minor=None))
    with pytest.raises(IncompleteProposalError) as caught:
        services.submit(session, made, author_id=made.author_id, now=now)
    assert caught.value.values == {"missing": ["need", "cost_minor"]}


def test_only_the_author_writes_and_only_while_it_is_open(session, now):
    made = factories.proposal(session, now)
    stranger = factories.account(session, now)
    with pytest.raises(NotYourProposalError):
        services.revise(session, made, TEXT, author_id=stranger.id, base={}, now=now)
    services.submit(session, made, author_id=made.author_id, now=now)
    with pytest.raises(FrozenProposalError):
        services.revise(session, made, TEXT, author_id=made.author_id, base={}, now=now)


def test_a_save_on_a_stale_base_overwrites_nothing(session, now):
    made = factories.proposal(session, now)
    base = asdict(TEXT)
    first, second = (replace(TEXT, title=title) for title in ("New", "Newer"))
    services.revise(session, made, first, author_id=made.author_id, base=base, now=now)
    with pytest.raises(StaleTextError) as caught:
        services.revise(session, made, second, author_id=made.author_id, base=base, now=now)
    assert caught.value.conflicts == {"title": (TEXT.title, "New")}
    assert made.title == "New"
    assert (
        queries.page(session, Filters(query="New", status=""), start=0).proposals == []
    )  # a draft


def test_moves_follow_the_table_and_carry_reasons(session, now):
    made = factories.proposal(session, now, status="received")
    with pytest.raises(ForbiddenMoveError):
        services.move(session, made, "selected", actor=OFFICE, now=now)
    services.move(session, made, "dept_review", actor=OFFICE, now=now)
    with pytest.raises(ForbiddenMoveError):
        services.move(
            session, made, "unfit", actor=OFFICE, now=now, reason="no", reason_code="unlawful"
        )
    with pytest.raises(ReasonNeededError):
        services.move(session, made, "unfit", actor=REVIEWER, now=now, reason_code="unlawful")
    with pytest.raises(ReasonNeededError):
        services.move(
            session, made, "unfit", actor=REVIEWER, now=now, reason="no", reason_code="mood"
        )
    services.move(
        session, made, "unfit", actor=REVIEWER, now=now, reason="no", reason_code="unlawful"
    )
    last = queries.history(session, made.id)[-1]
    assert last.values["reason_code"] == "unlawful"


def test_a_code_is_kept_only_where_the_step_asks_for_one(session, now):
    made = factories.proposal(session, now, status="received")
    services.move(
        session, made, "supplement", actor=OFFICE, now=now, reason="who?", reason_code="mood"
    )
    assert queries.history(session, made.id)[-1].values["reason_code"] == ""


def test_a_merge_names_the_other_and_nothing_else_does(session, now):
    one = factories.proposal(session, now, status="received")
    other = factories.proposal(session, now, status="received")
    draft = factories.proposal(session, now)
    ended = factories.proposal(session, now, status="closed")
    for into in (None, one.id, draft.id, ended.id, uuid4()):
        with pytest.raises(MergeTargetError):
            services.move(
                session, one, "merged", actor=THE_SYSTEM, now=now, reason="same", into_id=into
            )
    merge = {"actor": THE_SYSTEM, "now": now, "reason": "same"}
    services.move(session, one, "merged", into_id=other.id, **merge)
    assert one.merged_into_id == other.id
    with pytest.raises(MergeTargetError):  # or merges would go round in a circle
        services.move(session, other, "merged", into_id=one.id, **merge)


def test_the_office_merges_by_hand_only_what_has_no_author(session, now):
    one = factories.proposal(session, now, status="received")
    other = factories.proposal(session, now, status="received")
    merge = {"actor": OFFICE, "now": now, "reason": "same", "into_id": other.id}
    with pytest.raises(ConsentNeededError):
        services.move(session, one, "merged", **merge)
    assert one.status == "received"
    one.author_id = None
    services.move(session, one, "merged", **merge)
    assert one.merged_into_id == other.id


def test_two_proposals_are_not_merged_into_each_other_at_once(database, now):
    with database.writing() as session:
        ids = [factories.proposal(session, now, status="received").id for _ in range(2)]
    both_have_read = Barrier(1 if database.is_sqlite else 2, timeout=20)  # SQLite's writers queue

    def merge(id_, into_id):
        with database.writing() as session:
            proposal = queries.one(session, id_)
            both_have_read.wait()
            services.move(
                session, proposal, "merged", actor=THE_SYSTEM, now=now, reason="s", into_id=into_id
            )

    with ThreadPoolExecutor(2) as pool:
        ends = [pool.submit(merge, *pair) for pair in (ids, ids[::-1])]
    refusals = [end.exception() for end in ends if end.exception() is not None]
    assert len(refusals) == 1
    assert isinstance(refusals[0], MergeTargetError | StaleDataError)
    with database.reading() as session:
        assert sorted(queries.one(session, id_).status for id_ in ids) == ["merged", "received"]


def test_the_system_moves_all_or_none(session, now):
    ready = factories.proposal(session, now, status="committee")
    draft = factories.proposal(session, now)
    with pytest.raises(ForbiddenMoveError):
        services.follow(session, {ready.id: "on_ballot", draft.id: "on_ballot"}, now=now)
    assert ready.status == "committee"
    services.follow(session, {ready.id: "on_ballot"}, now=now)
    assert ready.status == "on_ballot"


def test_withdrawing(session, now):
    made = factories.proposal(session, now, status="received")
    services.withdraw(session, made, author_id=made.author_id, now=now)
    with pytest.raises(ForbiddenMoveError):
        services.withdraw(session, made, author_id=made.author_id, now=now)


@pytest.mark.parametrize(
    ("query", "found"),
    [("보행신호", True), ("바닥", True), ("신호를", True), ("통학", True), ("행", True), ("보행 통학로", True),
     ("공원", False), ("신행", False), ('"', True), ("보행 OR 공원", False), ("walk LIGHTS", True), ("-- ; *", True)],
)  # fmt: skip
def test_search_finds_pieces_of_korean_words(session, now, query, found):
    text = replace(TEXT, title="바닥형 보행신호를", need="통학로가 어두워요")
    factories.proposal(session, now, status="received", text=text)
    assert bool(queries.page(session, Filters(query=query), start=0).proposals) is found


def test_search_follows_new_words(session, now):
    made = factories.proposal(session, now)
    services.revise(
        session,
        made,
        replace(TEXT, title="도서관"),
        author_id=made.author_id,
        base=asdict(TEXT),
        now=now,
    )
    services.submit(session, made, author_id=made.author_id, now=now)
    assert queries.page(session, Filters(query="도서관"), start=0).proposals == [made]


@given(st.text(max_size=60))
def test_pieces_never_fail(text):
    assert all(1 <= len(piece) <= 2 for piece in search.pieces(text))
    assert isinstance(search.indexed(text), str)


@pytest.mark.parametrize("start", [0, 1, 2**61, 2**62 - 1])
def test_every_public_proposal_appears_once_over_all_pages(session, now, start):
    author = factories.account(session, now)
    made = {
        factories.proposal(session, now, status="received", author=author, shuffle_key=key).id
        for key in (0, 1, 2, 5, 2**60, 2**61, 2**61 + 1, 2**62 - 1)
    }
    factories.proposal(session, now, author=author)
    seen, after = [], None
    while True:
        page = queries.page(session, Filters(), start=start, after=after, size=3)
        seen += [proposal.id for proposal in page.proposals]
        after = page.after
        if after is None:
            break
    assert len(seen) == len(set(seen))
    assert set(seen) == made


def test_filters_narrow_the_list(session, now):
    made = factories.proposal(session, now, status="received")
    for filters, found in [
        (Filters(field="safety-construction", neighbourhood="cheolsan-3", status="received"), 1),
        (Filters(field="welfare-learning"), 0),
        (Filters(neighbourhood="haan-1"), 0),
        (Filters(status="unfit"), 0),
        (Filters(status="draft"), 1),
    ]:
        assert len(queries.page(session, filters, start=0).proposals) == found
    assert queries.at_status(session, "received") == [made]


def test_no_imported_projects_are_no_proposals(session, now):
    assert importing.receive_imported(session, [], now=now) == []


def test_imported_projects_are_on_a_ballot_at_once(session, now):
    rows = [importing.Imported(title="긴 이름" * 60, cost_minor=5, currency="PLN")]
    (id_,) = importing.receive_imported(session, rows, now=now)
    made = queries.one(session, id_)
    assert (made.status, made.author, made.title_in("en")) == (
        "on_ballot",
        None,
        ("긴 이름" * 60)[:120],
    )
    assert journal.entries(session, about="proposal") == []
