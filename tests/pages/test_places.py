"""The map through the client: the same as drawing, as list and as marks for the script."""

import json
from dataclasses import replace

import pytest

from app.demo.places import draw_city
from proposals.places import services
from proposals.places.geometry import Point
from tests import factories
from tests.factories import TEXT

VIEW = {"south": 37.4, "west": 126.8, "north": 37.5, "east": 126.9, "zoom": 12}


@pytest.fixture
def drawn(database):
    with database.writing() as session:
        factories.city(session)
        draw_city(session)


@pytest.fixture
def author(database, now, sign_in, drawn):
    with database.writing() as session:
        person = factories.account(session, now)
    sign_in(person)
    return person


@pytest.fixture
def draft(database, now, author):
    with database.writing() as session:
        return factories.proposal(
            session, now, author=session.merge(author), text=replace(TEXT, neighbourhood=None)
        )


def put(client, draft, **data):
    return client.post(f"/proposals/{draft.id}/place", data=data)


def marks(client, **changes):
    return client.get("/proposals/map/marks.json", query_string=VIEW | changes)


def test_without_outlines_there_is_no_map_but_the_list(client, database, now, sign_in):
    with database.writing() as session:
        made = factories.proposal(session, now)
        sign_in(made.author)
    assert "There is no map yet" in client.get("/proposals/map").text
    assert "There is no map yet" in client.get(f"/proposals/{made.id}/place").text
    assert put(client, made, point="37.461, 126.88").status_code == 409
    assert json.loads(client.get("/districts.geojson").text)["features"] == []


def test_a_place_is_chosen_by_a_point(client, draft, both_languages):
    assert client.get(f"/proposals/{draft.id}/place").status_code == 200
    assert put(client, draft, point="37.461, 126.88").status_code == 302
    assert "37.461000, 126.880000" in client.get(f"/proposals/{draft.id}/place").text
    page = client.get(f"/proposals/{draft.id}").text
    assert "<circle" in page
    assert 'class="here"' in page
    assert put(client, draft, act="remove").status_code == 302
    assert "<circle" not in client.get(f"/proposals/{draft.id}").text


def test_a_place_is_chosen_by_a_neighbourhood(client, draft):
    assert put(client, draft, district="iljik").status_code == 302
    assert "Iljik-dong" in client.get(f"/proposals/{draft.id}").text


@pytest.mark.parametrize(
    ("data", "said"),
    [({}, "Choose a place on the map"), ({"point": "here"}, "two numbers with a comma"), ({"point": "91, 1"}, "two numbers"),
     ({"point": "37.566, 126.978"}, "not within the city"), ({"district": "atlantis"}, "Not a valid choice")],
)  # fmt: skip
def test_what_is_no_place_is_said(client, draft, data, said):
    answer = put(client, draft, **data)
    assert answer.status_code == 422
    assert said in answer.text


def test_strangers_move_nothing(client, draft, database, now, sign_in):
    with database.writing() as session:
        sign_in(factories.account(session, now))
    assert put(client, draft, point="37.461, 126.88").status_code == 403


def test_the_map_the_list_and_the_marks_say_the_same(client, draft, database, now):
    with database.writing() as session:
        here = factories.proposal(session, now)
        services.place(
            session, here, Point(37_461_000, 126_880_000), account_id=here.author_id, now=now
        )
        here.status = "received"
    put(client, draft, point="37.462, 126.88")  # a draft, which the map does not show
    page = client.get("/proposals/map").text
    assert "1 proposal<" in page
    assert '<text x="' in page
    said = marks(client).json
    assert said["heaps"] == []
    (mark,) = said["marks"]
    assert mark == {
        "title": "Walk lights", "url": f"/proposals/{here.id}", "latitude": 37.461, "longitude": 126.88,
    }  # fmt: skip
    assert marks(client, field="economy-culture").json == {"marks": [], "heaps": []}
    assert "Nothing found" in client.get("/proposals/map?field=economy-culture").text
    assert marks(client, south=37.47).json["marks"] == []


@pytest.mark.parametrize(
    "changes", [{"zoom": 20}, {"zoom": -1}, {"zoom": "x"}, {"south": "x"}, {"east": "nan"}, {"north": 91}, {"zoom": "9" * 5000}]
)  # fmt: skip
def test_what_is_no_view_is_refused(client, changes):
    assert marks(client, **changes).status_code == 400


def test_a_view_needs_all_its_sides(client):
    assert client.get("/proposals/map/marks.json?zoom=1").status_code == 400


def test_outlines_are_there_for_maps_of_others(client, drawn):
    answer = client.get("/districts.geojson")
    assert answer.mimetype == "application/geo+json"
    features = json.loads(answer.text)["features"]
    assert len(features) == 19
    assert features[0]["properties"]["name_en"] == "Gwangmyeong 1-dong"
    again = client.get("/districts.geojson", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
