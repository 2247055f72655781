"""Putting proposals on the map, and counting them there."""

from dataclasses import replace

import pytest
from sqlalchemy import insert, select

from app.demo.places import draw_city
from core import journal
from proposals import services as proposals
from proposals.errors import FrozenProposalError, NotYourProposalError
from proposals.models import Proposal
from proposals.places import queries, services
from proposals.places.errors import NoDistrictsError, OutsideCityError
from proposals.places.geometry import Box, Point
from proposals.places.models import ProposalPoint
from proposals.places.queries import MOST_HEAPS, MOST_MARKS, View
from proposals.queries import Filters
from tests import factories
from tests.factories import TEXT

HAAN, SEOUL = Point(37_461_000, 126_880_000), Point(37_566_000, 126_978_000)
CITY = Box(37_400_000, 126_800_000, 37_500_000, 126_900_000)


@pytest.fixture
def drawn(session):
    factories.city(session)
    draw_city(session)


@pytest.fixture
def draft(session, now, drawn):
    return factories.proposal(session, now, text=replace(TEXT, neighbourhood=None))


def place(session, proposal, now, point=HAAN):
    services.place(session, proposal, point, account_id=proposal.author_id, now=now)


def test_a_proposal_is_placed_moved_and_taken_off(session, draft, now):
    place(session, draft, now)
    assert queries.point_of(session, draft.id) == HAAN
    assert draft.neighbourhood == "haan-2"
    moved = Point(HAAN.latitude + 1, HAAN.longitude)
    place(session, draft, now, moved)
    session.expire_all()
    assert queries.point_of(session, draft.id) == moved
    services.take_off(session, draft, account_id=draft.author_id, now=now)
    session.expire_all()
    assert queries.point_of(session, draft.id) is None


def test_a_neighbourhood_that_somebody_chose_stays(session, draft, now):
    other = factories.proposal(session, now)
    place(session, other, now)
    assert other.neighbourhood == TEXT.neighbourhood


def test_a_place_outside_or_without_a_map_is_refused(session, draft, now):
    with pytest.raises(OutsideCityError):
        place(session, draft, now, SEOUL)
    services.load(session, {})
    with pytest.raises(NoDistrictsError):
        place(session, draft, now)
    assert queries.point_of(session, draft.id) is None


def test_only_writers_and_only_while_the_text_may_change(session, draft, now):
    stranger = factories.account(session, now).id
    with pytest.raises(NotYourProposalError):
        services.place(session, draft, HAAN, account_id=stranger, now=now)
    with pytest.raises(NotYourProposalError):
        services.take_off(session, draft, account_id=stranger, now=now)
    draft.status = "on_ballot"
    session.flush()
    with pytest.raises(FrozenProposalError):
        place(session, draft, now)


def test_what_is_public_has_a_line(session, draft, now):
    place(session, draft, now)
    draft.status = "supplement"
    session.flush()
    place(session, draft, now)
    acts = [line.act for line in journal.entries(session, about="proposal", about_id=draft.id)]
    assert acts == ["proposal.placed"]


def test_a_draft_that_is_deleted_leaves_the_map(session, draft, now):
    place(session, draft, now)
    proposals.discard(session, draft, author_id=draft.author_id)
    session.expire_all()
    assert queries.point_of(session, draft.id) is None


def test_an_outline_needs_its_neighbourhood(session, drawn):
    with pytest.raises(KeyError, match="atlantis"):
        services.load(session, {"atlantis": queries.districts(session)["iljik"]})


def crowd(session, now, number, *, field="welfare-learning", step=97):
    """So many proposals over the city, each a step from the one before; every fifth is a draft."""
    rows = [
        {
            "title": f"Project {serial}", "status": "draft" if serial % 5 == 0 else "received",
            "field": field, "version": 1, "shuffle_key": serial * 2**40, "created_at": now,
            "updated_at": now, "neighbourhood": "haan-2" if serial % 2 else None,
        }
        for serial in range(number)
    ]  # fmt: skip
    ids = session.scalars(
        insert(Proposal).returning(Proposal.id, sort_by_parameter_order=True), rows
    ).all()
    points = [
        {
            "proposal_id": id_,
            "latitude": 37_410_000 + serial * step % 80_000,
            "longitude": 126_840_000 + serial * step * 7 % 50_000,
        }
        for serial, id_ in enumerate(ids)
    ]
    session.execute(insert(ProposalPoint), points)


def test_few_are_shown_one_by_one_and_no_drafts(session, now, drawn):
    crowd(session, now, 20)
    marks, heaps = queries.within(session, Filters(), View(CITY, 12))
    assert len(marks) == 16
    assert heaps == []
    assert {mark.proposal.status for mark in marks} == {"received"}
    (one, *_), _none = queries.within(session, Filters(), View(Box(*_around(marks[0].point)), 12))
    assert one.proposal == marks[0].proposal


def _around(point):
    return point.latitude, point.longitude, point.latitude, point.longitude


@pytest.mark.parametrize("zoom", [0, 9, 12, 15, 19])
def test_heaps_count_each_once(session, now, drawn, zoom):
    crowd(session, now, 500)
    marks, heaps = queries.within(session, Filters(), View(CITY, zoom))
    assert marks == []
    assert len(heaps) <= MOST_HEAPS
    if len(heaps) < MOST_HEAPS:
        assert sum(heap.count for heap in heaps) == 400
    assert [heap.count for heap in heaps] == sorted((heap.count for heap in heaps), reverse=True)
    for heap in heaps:
        assert CITY.south <= heap.point.latitude <= CITY.north
        assert CITY.west <= heap.point.longitude <= CITY.east


def test_filters_hold_on_the_map_as_in_the_list(session, now, drawn):
    crowd(session, now, 20)
    by_field, none = Filters(field="welfare-learning"), Filters(field="economy-culture")
    assert len(queries.within(session, by_field, View(CITY, 12))[0]) == 16
    assert queries.within(session, none, View(CITY, 12)) == ([], [])
    assert queries.counts(session, Filters()) == {"haan-2": 8, None: 8}
    assert queries.counts(session, Filters(neighbourhood="haan-2")) == {"haan-2": 8}


@pytest.mark.parametrize("number", [10, 3000])
def test_a_large_city_asks_as_often_as_a_small_one(database, now, count_queries, number):
    with database.writing() as session:
        factories.city(session)
        draw_city(session)
        crowd(session, now, number)
    with count_queries() as sent, database.reading() as session:
        marks, heaps = queries.within(session, Filters(), View(CITY, 12))
        queries.counts(session, Filters())
        queries.districts(session)
    assert len([statement for statement in sent if statement.startswith("SELECT")]) <= 4
    assert len(marks) <= MOST_MARKS
    assert len(heaps) <= MOST_HEAPS


@pytest.mark.parametrize("limit", [3, 100])
def test_the_nearest_come_first_in_one_statement(database, now, count_queries, limit):
    with database.writing() as session:
        factories.city(session)
        crowd(session, now, 400, step=13)
        rows = session.execute(
            select(Proposal.id, ProposalPoint.latitude, ProposalPoint.longitude)
            .join(ProposalPoint, ProposalPoint.proposal_id == Proposal.id)
            .where(Proposal.status == "received")
        ).all()
    middle = Point(37_412_000, 126_860_000)
    away = {id_: middle.metres_to(Point(north, east)) for id_, north, east in rows}
    expected = sorted(metres for metres in away.values() if metres <= 1500)
    assert len(expected) > 3
    with count_queries() as sent, database.reading() as session:
        found = queries.near(session, middle, 1500, Proposal.status == "received", limit=limit)
    assert len([statement for statement in sent if statement.startswith("SELECT")]) == 1
    assert [metres for _one, metres in found] == expected[:limit]
    assert {one.id: metres for one, metres in found}.items() <= away.items()
