"""Following and notices through the client."""

from uuid import uuid4

import pytest

from core.access import Role
from core.journal import Actor
from proposals import services as texts
from proposals.models import Proposal
from proposals.notices import making
from tests import factories

OFFICE = Actor(Role.BUDGET_OFFICER)


@pytest.fixture
def reader(database, now, sign_in):
    with database.writing() as session:
        found = factories.account(session, now)
    sign_in(found)
    return found


@pytest.fixture
def proposal_id(database, now):
    with database.writing() as session:
        made = factories.proposal(session, now, status="received").id
    tell_all(database)
    return made


def tell_all(database):
    while making.turn(database):
        pass


def move(database, proposal_id, now, to="dept_review"):
    with database.writing() as session:
        texts.move(session, session.get(Proposal, proposal_id), to, actor=OFFICE, now=now)
    tell_all(database)


def test_one_follows_is_told_reads_and_stops(client, database, now, reader, proposal_id):
    page = f"/proposals/{proposal_id}"
    assert "Follow this" in client.get(page).text
    client.post(f"{page}/follow", data={"act": "follow"})
    assert "Stop following" in client.get(page).text
    move(database, proposal_id, now)
    shown = client.get("/notices").text
    assert "Walk lights" in shown
    assert "Mark as read" in shown
    entry = shown.split('name="entry" value="')[1].partition('"')[0]
    assert client.get(f"/notices/{entry}").headers["Location"] == page
    client.post("/notices/read", data={"entry": entry, "next": "/notices"})
    assert "Mark as read" not in client.get("/notices").text
    client.post(f"{page}/follow", data={"act": "stop"})
    assert "Follow this" in client.get(page).text


def test_all_are_marked_as_read_and_only_ones_own(
    client, database, now, reader, proposal_id, sign_in
):
    client.post(f"/proposals/{proposal_id}/follow")
    move(database, proposal_id, now)
    with database.writing() as session:
        other = factories.account(session, now)
    sign_in(other)
    client.post("/notices/read")
    sign_in(reader)
    assert "Mark as read" in client.get("/notices").text
    client.post("/notices/read")
    assert "Mark as read" not in client.get("/notices").text


def test_what_is_no_longer_public_is_not_named(client, database, now, reader, proposal_id):
    client.post(f"/proposals/{proposal_id}/follow")
    move(database, proposal_id, now)
    with database.writing() as session:
        session.get(Proposal, proposal_id).status = "withdrawn"
    shown = client.get("/notices").text
    assert "Walk lights" not in shown
    assert "A proposal that is not public now" in shown


def test_a_neighbourhood_is_followed_and_what_is_none_refused(client, reader, proposal_id):
    client.post("/notices/follow", data={"kind": "neighbourhood", "key": "cheolsan-3"})
    assert "✓ Cheolsan 3" in client.get("/notices").text
    client.post(
        "/notices/follow", data={"kind": "neighbourhood", "key": "cheolsan-3", "act": "stop"}
    )
    assert "✓ Cheolsan 3" not in client.get("/notices").text
    for kind, key in (("field", "no-such"), ("proposal", uuid4().hex), ("cycle", "x"), ("", "")):
        assert client.post("/notices/follow", data={"kind": kind, "key": key}).status_code == 400


@pytest.mark.parametrize(
    "path", ["/notices?before=x", "/notices?before=-1", "/notices?before=9" + "9" * 30]
)
def test_an_odd_page_is_the_first(client, reader, path):
    assert client.get(path).status_code == 200


@pytest.mark.parametrize("number", ["0", "99", "9" * 12])
def test_a_notice_that_is_not_ones_own_is_not_there(client, reader, number):
    assert client.get(f"/notices/{number}").status_code == 404
    assert client.post("/notices/read", data={"entry": number}).status_code == 302


def test_a_draft_of_others_cannot_be_followed(client, database, now, reader):
    with database.writing() as session:
        draft = factories.proposal(session, now).id
    assert client.post(f"/proposals/{draft}/follow").status_code == 404
