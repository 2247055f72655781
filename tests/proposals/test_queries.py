"""The list: whole, steady and cheap, whatever is asked of it."""

import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, text

from proposals import queries, search, workflow
from proposals.models import Proposal
from proposals.queries import Filters
from proposals.services import KEY_BITS
from tests import factories
from tests.factories import TEXT

keys = st.integers(0, 2**KEY_BITS - 1)
FILTERS = (Filters(), Filters(status="received"), Filters(field="safety-construction"))


def walked(session, start, filters=FILTERS[0], size=3):
    """The ids of all pages, in the order shown."""
    seen, after = [], None
    for _ in workflow.STATUSES:  # more pages than there are proposals
        page = queries.page(session, filters, start=start, after=after, size=size)
        seen += [proposal.id for proposal in page.proposals]
        after = page.after
        if after is None:
            return seen
    raise AssertionError("the list has no end")


@pytest.fixture
def crowd(session, now):
    """One proposal at each status, hidden ones too, at keys spread over the circle."""
    author = factories.account(session, now)
    made = []
    for place, status in enumerate(workflow.STATUSES):
        if status != "merged":  # which points elsewhere
            key = place * 2**KEY_BITS // len(workflow.STATUSES)
            made.append(
                factories.proposal(session, now, status=status, author=author, shuffle_key=key)
            )
    session.flush()
    return made


def test_everyone_meets_every_public_proposal_once_and_in_a_steady_order(session, crowd):
    public = {proposal.id for proposal in crowd if proposal.status in workflow.PUBLIC}
    nearest = {proposal.shuffle_key for proposal in crowd}

    @given(st.one_of(keys, st.sampled_from(sorted(nearest))), st.integers(1, 30))
    @settings(max_examples=25, deadline=None)
    def holds(start, size):
        seen = walked(session, start, size=size)
        assert len(seen) == len(public)
        assert set(seen) == public
        assert walked(session, start) == seen  # whatever the size of a page

    holds()


def test_readers_begin_at_different_places(session, crowd):
    first = {walked(session, start)[0] for start in range(0, 2**KEY_BITS, 2 ** (KEY_BITS - 3))}
    assert len(first) == 8


def test_nothing_that_is_typed_breaks_the_search(session, now):
    factories.proposal(session, now, status="received")

    @given(st.text(max_size=100))
    @settings(max_examples=40, deadline=None)
    def holds(typed):
        assert len(queries.page(session, Filters(query=typed), start=0).proposals) <= 1

    holds()


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("word", ["Café", "바닥형", "형"])
def test_search_knows_a_word_however_the_keyboard_composed_it(session, now, form, word):
    named = replace(TEXT, title=unicodedata.normalize("NFD", "Café 바닥형"))
    factories.proposal(session, now, status="received", text=named)
    asked = unicodedata.normalize(form, word)
    assert len(queries.page(session, Filters(query=asked), start=0).proposals) == 1


def test_only_the_beginning_of_an_endless_query_is_read(session, now):
    factories.proposal(session, now, status="received", text=replace(TEXT, need="a" * 90))
    asked = "a" * search.LONGEST_QUERY + "b" * 10**6
    assert len(queries.page(session, Filters(query=asked), start=0).proposals) == 1


@pytest.mark.parametrize("number", ["", "-1", "1.5", "9" * 10, "9" * 5000, "²"])
def test_what_is_no_receipt_number_is_nobodys(session, number):
    assert queries.by_number(session, number) is None


@pytest.mark.parametrize("filters", FILTERS)
def test_a_page_of_a_large_city_costs_what_it_shows(database, now, count_queries, filters):
    rows = [
        {
            "title": f"Project {place}", "status": ("received", "unfit", "draft")[place % 3],
            "field": ("safety-construction", "welfare-learning")[place % 2], "version": 1,
            "shuffle_key": place * 2**50, "created_at": now, "updated_at": now,
        }
        for place in range(2000)
    ]  # fmt: skip
    with database.writing() as session:
        factories.city(session)
        session.execute(insert(Proposal), rows)
    with count_queries() as sent, database.reading() as session:
        assert len(queries.page(session, filters, start=2**60).proposals) == queries.PAGE
    selects = [statement for statement in sent if statement.startswith("SELECT")]
    assert len(selects) <= 2
    if database.is_sqlite:  # PostgreSQL plans by statistics, which a fresh table has not
        with database.reading() as session:
            plan = session.execute(text("EXPLAIN QUERY PLAN " + selects[0].replace("?", "0"))).all()
        assert "INDEX" in plan[0].detail
        assert not any("TEMP B-TREE" in step.detail for step in plan)
