"""The booth through the client: one voter, one ballot, and nothing left behind."""

import json
import re
from datetime import timedelta

import pytest

from ballots import log, services
from ballots.booth import permits
from ballots.booth.models import BoothPermit
from ballots.errors import ContestClosedError, NotOnRollError, PaperBallotError
from ballots.models import Contest, RollEntry
from core import clock
from tests import factories


@pytest.fixture
def vote(database, now, keys):
    with database.writing() as session:
        made = factories.cycle(session, now, keys=keys, max_picks=2, roll_kind="listed")
        services.enrol(session, made.contest_id, ["kim", "lee"])
    return made


@pytest.fixture
def permit(database, vote, now):
    def give(voter: str = "kim", moment=now) -> str:
        with database.writing() as session:
            contest = session.get_one(Contest, vote.contest_id)
            return permits.give(session, contest, voter, now=moment)

    return give


@pytest.fixture
def address(vote) -> str:
    return f"/votes/{vote.contest_id}/booth"


def ballots(database, contest_id) -> list:
    with database.reading() as session:
        told = map(json.loads, log.leaves(session.connection(), contest_id))
        return [(leaf["c"], leaf["x"]) for leaf in told if leaf["t"] == "ballot"]


def test_from_permit_to_receipt_once(client, database, vote, address, permit, integrate):
    code = permit()
    assert 'name="permit"' in client.get(address).text
    page = client.post(address, data={"permit": code.lower(), "tongue": "en"})
    assert page.text.count('type="checkbox"') == 3
    assert page.headers["Cache-Control"] == "no-store"
    given = {"permit": code, "tongue": "en", "choice": ["1", "3"]}
    assert "Is this your ballot?" in client.post(address, data=given | {"check": "1"}).text
    assert client.post(address, data=given | {"back": "1"}).text.count("checked") == 2
    page = client.post(address, data=given | {"cast": "1"})
    assert re.search(r'class="code">([0-9A-Z-]{24})<', page.text)
    assert page.headers["Refresh"] == f"30; url={address}"
    integrate()
    assert ballots(database, vote.contest_id) == [("booth", {"a": [1, 3]})]
    again = client.post(address, data=given | {"cast": "1"})
    assert again.status_code == 409
    assert "permit is not good" in again.text
    with database.reading() as session:
        assert session.get(RollEntry, (vote.contest_id, "kim")).status == "web"
        assert session.query(BoothPermit).count() == 0


def test_the_device_keeps_nothing_of_the_voter(client, address, permit):
    code = permit()
    for data in ({}, {"choice": "1", "check": "1"}, {"choice": "1", "cast": "1"}):
        page = client.post(address, data={"permit": code, "tongue": "en"} | data)
        assert page.status_code == 200
        assert page.headers["Cache-Control"] == "no-store"
        assert "<script" not in page.text
        assert "<nav" not in page.text
        assert not [cookie for cookie in page.headers.getlist("Set-Cookie") if "receipt" in cookie]
    with client.session_transaction() as kept:
        assert not {"_user_id", "permit"} & kept.keys()


def test_the_voter_changes_the_language_and_keeps_the_picks(client, address, permit):
    code = permit()
    page = client.post(address, data={"permit": code, "tongue": ["ko", "en"], "choice": "2"}).text
    assert "Which projects do you choose?" in page
    assert page.count("checked") == 1
    assert 'lang="ko"' in client.get(address).text
    page = client.post(address, data={"permit": code, "tongue": "xx"}).text
    assert '<html lang="ko"' in page


@pytest.mark.parametrize("typed", ["", "WRONG123", "0" * 8])
def test_a_wrong_permit_leaves_the_booth_locked(client, address, permit, typed):
    permit()
    page = client.post(address, data={"permit": typed, "tongue": "en"})
    assert page.status_code == 409
    assert "permit is not good" in page.text
    assert "checkbox" not in page.text


def test_a_permit_runs_out(client, address, permit, now, monkeypatch):
    code = permit()
    monkeypatch.setattr(clock, "now", lambda: now + permits.GOOD_FOR)
    for data in ({}, {"cast": "1"}):
        assert client.post(address, data={"permit": code} | data).status_code == 409


def test_a_new_permit_takes_the_place_of_the_earlier_one(client, address, permit):
    first, second = permit(), permit()
    assert client.post(address, data={"permit": first}).status_code == 409
    assert client.post(address, data={"permit": second}).status_code == 200


def test_permits_that_ran_out_are_forgotten(database, permit, now):
    permit("kim")
    permit("lee", now + permits.GOOD_FOR)
    with database.reading() as session:
        assert [row.voter_id for row in session.query(BoothPermit)] == ["lee"]


def test_a_ballot_beyond_the_rule_goes_back_and_the_permit_stays_good(
    client, address, permit, database, vote
):
    code = permit()
    given = {"permit": code, "tongue": "en", "choice": ["1", "2", "3"]}
    page = client.post(address, data=given | {"check": "1"})
    assert page.status_code == 422
    assert page.text.count("checked") == 3
    assert client.post(address, data=given | {"cast": "1"}).status_code == 409
    assert client.post(address, data=given | {"choice": "1", "cast": "1"}).status_code == 200


def test_a_device_with_a_person_signed_in_is_no_booth(
    client, address, permit, sign_in, database, now
):
    code = permit()
    with database.writing() as session:
        person = factories.account(session, now)
    sign_in(person)
    page = client.post(address, data={"permit": code, "tongue": "en"})
    assert page.status_code == 409
    assert "Sign out before it serves as a booth" in page.text
    assert "checkbox" not in page.text


def test_whom_no_permit_is_given(database, vote, permit, now, keys):
    with pytest.raises(NotOnRollError):
        permit("choi")
    with database.writing() as session:
        services.mark_paper(session, vote.contest_id, "lee", keys=keys)
    with pytest.raises(PaperBallotError):
        permit("lee")
    with pytest.raises(ContestClosedError):
        permit("kim", now + timedelta(days=30))


def test_paper_after_the_permit_is_final(client, address, database, vote, permit, keys):
    code = permit()
    with database.writing() as session:
        services.mark_paper(session, vote.contest_id, "kim", keys=keys)
    page = client.post(address, data={"permit": code, "tongue": "en", "choice": "1", "cast": "1"})
    assert page.status_code == 409
    assert "voted on paper" in page.text
