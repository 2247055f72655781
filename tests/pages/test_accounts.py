"""Signing up and in, through the client."""

from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select

from accounts import passwords, services
from accounts.models import Account
from core import clock
from core.access import Role
from tests import factories

SIGN_UP = {
    "email": "new@test.example",
    "password": "a calm long sentence",
    "name": "New",
    "neighbourhood": "haan-1",
    "declares": "y",
    "consents": "y",
}
SECRET = pyotp.random_base32()


@pytest.fixture
def person(database, now):
    with database.writing() as session:
        made = factories.account(session, now, email="kim@test.example")
        made.password_hash = passwords.hashed("the right password")
    return made


@pytest.fixture
def official(database, now, config):
    with database.writing() as session:
        made = factories.account(session, now, Role.POLL_MANAGER, email="poll@test.example")
        made.password_hash = passwords.hashed("the right password")
        services.begin_factor(made, SECRET, config.secret_key)
        made.totp_confirmed_at = now
    return made


def right(**changes):
    return {"email": "kim@test.example", "password": "the right password"} | changes


def test_a_newcomer_signs_up_and_is_in(client, database, now):
    with database.writing() as session:
        factories.city(session)
    assert client.get("/sign-up").status_code == 200
    answer = client.post("/sign-up?next=/proposals/new", data=SIGN_UP)
    assert answer.headers["Location"] == "/proposals/new"
    assert "Welcome, New" in client.get("/me").text
    with database.reading() as session:
        made = session.scalar(select(Account).where(Account.email == "new@test.example"))
        assert made.may_vote
        assert made.password_hash.startswith("$argon2id$")
    assert client.post("/sign-up", data=SIGN_UP).status_code == 409


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("email", "nothing", "Write an e-mail address"),
        ("password", "short", "at least 10"),
        ("password", "1234567890", "guessed first"),
        ("name", "", "Write a name"),
        ("name", "   ", "Write a name"),
        ("consents", "", "Without your consent"),
        ("neighbourhood", "", "Choose your neighbourhood"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field(client, database, field, value, said):
    with database.writing() as session:
        factories.city(session)
    answer = client.post("/sign-up", data={**SIGN_UP, field: value})
    assert answer.status_code == 422
    assert said in answer.text
    assert 'aria-invalid="true"' in answer.text or field in ("consents", "neighbourhood")


def test_signing_in_and_out(client, person):
    assert client.post("/sign-in", data=right(password="wrong password")).status_code == 401
    assert client.post("/sign-in", data=right(email="x@test.example")).status_code == 401
    assert client.post("/sign-in", data={}).status_code == 422
    answer = client.post("/sign-in?next=//evil.example", data=right())
    assert answer.headers["Location"] == "/"
    assert "Hana" in client.get("/me").text
    client.post("/sign-out")
    assert client.get("/me").status_code == 302


def test_a_session_is_begun_anew_at_sign_in(client, person):
    with client.session_transaction() as kept:
        kept["planted"] = "by somebody"
    client.post("/sign-in", data=right())
    with client.session_transaction() as kept:
        assert "planted" not in kept


def test_an_old_hash_is_renewed(client, database, person, monkeypatch):
    monkeypatch.setattr(passwords, "is_outdated", lambda _kept: True)
    client.post("/sign-in", data=right())
    with database.reading() as session:
        assert session.get(Account, person.id).password_hash != person.password_hash


def test_guessing_is_slowed_down(client, person):
    codes = [client.post("/sign-in", data=right(password="guess")).status_code for _ in range(11)]
    assert codes[:10] == [401] * 10
    assert codes[10] == 429


def test_an_official_shows_a_code_before_the_desk(client, official, now):
    answer = client.post("/sign-in", data=right(email="poll@test.example"))
    assert answer.headers["Location"].startswith("/second-factor")
    assert client.get("/desk").headers["Location"].startswith("/second-factor")
    assert client.get("/second-factor").status_code == 200
    assert client.post("/second-factor", data={"code": "000000"}).status_code == 401
    good = pyotp.TOTP(SECRET).at(int(now.timestamp()))
    answer = client.post("/second-factor?next=/desk", data={"code": good})
    assert answer.headers["Location"] == "/desk"
    assert client.get("/desk").status_code == 200
    codes = client.post("/second-factor/codes").text
    assert codes.count("<li>") >= 10


def test_a_recovery_code_stands_in(client, database, official, now):
    with database.writing() as session:
        (first, *_rest) = services.renew_recovery_codes(
            session, session.get_one(Account, official.id)
        )
    client.post("/sign-in", data=right(email="poll@test.example"))
    assert client.post("/second-factor", data={"code": first}).headers["Location"] == "/desk"


def test_an_official_without_an_authenticator_sets_one_up_first(client, database, now, sign_in):
    with database.writing() as session:
        made = factories.account(session, now, Role.AUDITOR)
        made.totp_confirmed_at = None
    sign_in(made, second_factor=False)
    assert client.get("/second-factor").headers["Location"].startswith("/second-factor/enrol")
    page = client.get("/second-factor/enrol").text
    assert "<svg" in page
    with client.session_transaction() as kept:
        secret = kept["pending_authenticator"]
    assert client.post("/second-factor/enrol", data={"code": "123"}).status_code == 200
    good = pyotp.TOTP(secret).at(int(now.timestamp()))
    assert "Print these codes" in client.post("/second-factor/enrol", data={"code": good}).text
    assert client.get("/desk").status_code == 200


def test_a_citizen_needs_no_second_factor(client, sign_in, person):
    sign_in(person)
    assert client.get("/second-factor").headers["Location"] == "/me"
    assert client.get("/second-factor/enrol").status_code == 302
    assert client.post("/second-factor/codes").status_code == 302


def test_details_and_the_way_back_to_the_ballot(client, database, person, sign_in):
    sign_in(person)
    assert "One step before the ballot" in client.get("/me/details?next=/votes/x").text
    answer = client.post(
        "/me/details?next=/cycles", data={"name": "Kim", "neighbourhood": "haan-2"}
    )
    assert answer.headers["Location"] == "/cycles"
    with database.reading() as session:
        made = session.get(Account, person.id)
        assert (made.name, made.neighbourhood, made.may_vote) == ("Kim", "haan-2", False)
    assert client.post("/me/details", data={"name": ""}).status_code == 422


def test_a_new_password_ends_other_sessions(app, client, person):
    client.post("/sign-in", data=right())
    other = app.test_client()
    other.post("/sign-in", data=right())
    assert (
        client.post(
            "/me/password", data={"current": "no", "password": "a new long password"}
        ).status_code
        == 422
    )
    client.post(
        "/me/password", data={"current": "the right password", "password": "a new long password"}
    )
    assert client.get("/me").status_code == 200
    assert other.get("/me").status_code == 302


def test_signing_out_everywhere(app, client, person):
    client.post("/sign-in", data=right())
    other = app.test_client()
    other.post("/sign-in", data=right())
    client.post("/me/sign-out-everywhere")
    assert other.get("/me").status_code == 302
    assert client.get("/me").status_code == 302


def test_deleting_the_account_asks_for_the_password(client, database, person):
    client.post("/sign-in", data=right())
    assert client.get("/me/erase").status_code == 200
    assert client.post("/me/erase", data={"current": "no"}).status_code == 422
    client.post("/me/erase", data={"current": "the right password"})
    assert client.post("/sign-in", data=right()).status_code == 401


def test_the_administrator_grants_and_takes_roles(client, database, now, person, sign_in):
    with database.writing() as session:
        admin = factories.account(session, now, Role.ADMIN)
    sign_in(admin)
    assert (
        client.post(
            "/desk/people", data={"email": "kim@test.example", "role": "auditor"}
        ).status_code
        == 302
    )
    assert "kim@test.example" in client.get("/desk/people").text
    assert (
        client.post(
            "/desk/people", data={"email": "no@test.example", "role": "auditor"}
        ).status_code
        == 404
    )
    assert client.post("/desk/people", data={"email": "", "role": "auditor"}).status_code == 422
    client.post(f"/desk/people/{person.id}/auditor/revoke")
    assert "kim@test.example" not in client.get("/desk/people").text


def test_a_session_of_a_vanished_account_is_nobodys(client, sign_in, person, database):
    person.session_epoch = 7
    sign_in(person)
    assert client.get("/me").status_code == 302
    assert clock.now() - timedelta(0)
