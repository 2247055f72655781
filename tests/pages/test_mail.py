"""Choosing mail through the client, and the links of letters."""

import pytest

from proposals.mail.links import Links
from proposals.mail.models import MailChoice
from tests import factories


@pytest.fixture
def person(database, now, sign_in):
    with database.writing() as session:
        found = factories.account(session, now)
    sign_in(found)
    return found


@pytest.fixture
def links(app):
    app.extensions["sends_mail"] = True
    return Links(app.config["SECRET_KEY"])


def test_a_city_without_mail_says_so(client, person):
    shown = client.get("/me/mail").text
    assert "This city sends no mail" in shown
    assert "<fieldset" not in shown


def test_one_chooses_confirms_and_stops(client, person, links):
    client.post("/me/mail", data={"pace": "daily"})
    assert f"A letter is on its way to {person.email}" in client.get("/me/mail").text
    client.post(f"/mail/confirm/{links.to_confirm(person.id, person.email)}")
    assert f"Letters go to {person.email}" in client.get("/me/mail").text
    client.post("/me/mail", data={"pace": "never"})
    shown = client.get("/me/mail").text
    assert "Letters go to" not in shown
    assert 'checked id="pace-0"' in shown


@pytest.mark.parametrize("pace", ["", "hourly", "never\0"])
def test_a_pace_that_is_none_is_refused(client, person, links, pace):
    answer = client.post("/me/mail", data={"pace": pace})
    assert answer.status_code == 422
    assert "Please look at this again" in answer.text


@pytest.mark.parametrize("path", ["/mail/stop/x", "/mail/confirm/x", "/mail/stop/a.b.c"])
def test_a_broken_link_is_told(client, path):
    for answer in (client.get(path), client.post(path)):
        assert answer.status_code == 404
        assert "This link does not work" in answer.text


def test_links_need_no_signing_in_and_no_token_of_a_form(app, client, database, person, links):
    client.post("/me/mail", data={"pace": "weekly"})
    app.config["WTF_CSRF_ENABLED"] = True
    stranger = app.test_client()
    path = f"/mail/stop/{links.to_stop(person.id)}"
    assert stranger.post(path, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    with database.reading() as session:
        assert not session.get_one(MailChoice, person.id).is_on
    assert stranger.post(f"/mail/go-on/{links.to_go_on(person.id)}").status_code == 200
    with database.reading() as session:
        assert session.get_one(MailChoice, person.id).is_on


def test_an_old_undo_does_not_work(client, person, links, monkeypatch):
    token = links.to_go_on(person.id)
    monkeypatch.setattr("proposals.mail.links.UNDO", -1)
    assert client.post(f"/mail/go-on/{token}").status_code == 404


def test_to_confirm_an_address_that_is_not_the_accounts_any_more_does_not_work(
    client, person, links
):
    client.post("/me/mail", data={"pace": "daily"})
    token = links.to_confirm(person.id, "old@city.example")
    assert client.post(f"/mail/confirm/{token}").status_code == 404


def test_of_somebody_who_never_chose_nothing_is_stopped_or_taken_up(client, person, links):
    assert "No more mail" in client.post(f"/mail/stop/{links.to_stop(person.id)}").text
    assert client.post(f"/mail/go-on/{links.to_go_on(person.id)}").status_code == 404
