"""A vote by token through the client: what is asked with a name, and what without."""

import json
from dataclasses import replace

import pytest
from flask import request, request_started

from app import create_app
from ballots import receipts
from ballots import services as ballots
from ballots.board.merkle import leaf_hash
from ballots.board.notes import Key, Note
from ballots.models import Board, PendingLeaf, RollEntry
from ballots.roll import checking, services
from ballots.roll.models import ListedVoter
from ballots.tokens import queries
from budget import services as budget
from core import codes, journal
from core.access import Role
from tests import factories
from tests.tokens import Device

JSON = {"Accept": "application/json"}
ROLL = "등록번호,이름,생년월일,동,자격\nA-1,김하나,1990-03-01,철산3동,\nA-2,이두리,1985-12-24,하안1동,직장\n"
HANA = {"number": "A-1", "name": "김하나", "born": "1990-03-01"}


@pytest.fixture
def voting(database, now, keys):
    with database.writing() as session:
        return factories.cycle(session, now, keys=keys, credential="blind", max_picks=2).contest_id


@pytest.fixture
def device(database, voting):
    with database.reading() as session:
        return Device.of(session, voting)


@pytest.fixture
def voter(database, now, sign_in):
    with database.writing() as session:
        person = factories.account(session, now)
    sign_in(person)
    return person


def issue(client, contest_id, device):
    data = {"blinded": device.blinded.sent.hex()}
    return client.post(f"/votes/{contest_id}/token", data=data, headers=JSON)


def cast(client, contest_id, leaf, request_id=b"7" * 16, language="en", **options):
    body = request_id.hex().encode() + b"\n" + leaf
    headers = {**JSON, "Accept-Language": language}
    address = f"/anonymous/votes/{contest_id}/cast"
    return client.post(address, data=body, headers=headers, **options)


@pytest.fixture
def token(client, voting, voter, device):
    return device.token(bytes.fromhex(issue(client, voting, device).json["signature"]))


def test_the_page_sends_no_choices_and_says_what_it_needs(client, voting, voter):
    page = client.get(f"/votes/{voting}").text
    assert page.count('type="checkbox" name="choice"') == 3
    assert f"/votes/{voting}/check" not in page
    assert "This vote needs a browser with scripts" in page
    assert "You have begun to vote before" not in page
    for act in ("check", "cast"):
        sent = client.post(f"/votes/{voting}/{act}", data={"choice": "1", "nonce": "00" * 32})
        assert sent.status_code == 409
        assert "cast in another way" in sent.text


def test_from_the_token_to_the_ticket_and_what_the_roll_says(
    client, database, voting, device, token
):
    leaf = device.leaf(token, [2])
    answer = cast(client, voting, leaf)
    with database.reading() as session:
        board = session.get_one(Board, voting)
    note = Note.read(answer.json["ticket"].encode())
    assert note.signed_by([Key.read(board.log_key)])
    assert note.text.split("\n")[2:4] == [leaf_hash(leaf).hex(), (b"7" * 16).hex()]
    assert answer.json["until"] == "2026-09-01T01:10:00+00:00"
    assert cast(client, voting, leaf).json == answer.json
    assert "You have begun to vote before" in client.get(f"/votes/{voting}").text
    recorded = client.get(f"/votes/{voting}/recorded").text
    assert "You have a token for voting by web" in recorded
    assert "The roll knows whether you have voted" not in recorded
    assert "by the moment and the address" in client.get(f"/votes/{voting}/promises").text


def test_a_code_that_waits_is_told_to_wait_and_its_leaf_to_nobody(client, voting, device, token):
    leaf = device.leaf(token, [2])
    cast(client, voting, leaf)
    code = receipts.code_of(leaf_hash(leaf))
    page = client.post(f"/votes/{voting}/find", data={"code": code}).text
    assert "waits in the mix" in page
    assert "Tue 1 Sept 2026, 10:10" in page or "Tue 1 Sep 2026, 10:10" in page
    assert f'data-find-url="/anonymous/votes/{voting}/receipt/{code}.json"' in page
    told = client.get(f"/anonymous/votes/{voting}/receipt/{code}.json").json
    assert told == {"state": "waiting", "hash": leaf_hash(leaf).hex()}


def test_a_second_code_is_refused_in_words_and_the_first_one_answered(
    client, database, voting, voter, device
):
    first = issue(client, voting, device)
    assert issue(client, voting, device).json == first.json
    with database.reading() as session:
        other = Device.of(session, voting)
    refused = issue(client, voting, other)
    assert refused.status_code == 409
    assert "got a recovery code then" in refused.json["error"]
    torn = client.post(f"/votes/{voting}/token", data={"blinded": "no"}, headers=JSON)
    assert torn.status_code == 422


def test_nothing_of_who_asks_reaches_an_anonymous_address(app, client, voting, device, token):
    seen = {}

    def look(_app):
        named = (
            "HTTP_COOKIE",
            "HTTP_USER_AGENT",
            "HTTP_REFERER",
            "HTTP_X_FORWARDED_FOR",
            "REMOTE_ADDR",
        )
        seen[request.path] = [name for name in named if name in request.environ]

    request_started.connect(look, app)
    told = {"HTTP_X_FORWARDED_FOR": "203.0.113.9", "HTTP_REFERER": "http://localhost/"}
    answer = cast(client, voting, device.leaf(token, [1]), environ_overrides=told)
    assert answer.status_code == 200
    assert seen.pop(f"/anonymous/votes/{voting}/cast") == []
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cache-Control"] == "no-store"
    client.get("/")
    assert "HTTP_COOKIE" in seen["/"]


def test_the_forgery_guard_holds_for_the_token_and_is_not_needed_for_the_ballot(
    app, client, voting, device, token
):
    app.config["WTF_CSRF_ENABLED"] = True
    assert issue(client, voting, device).status_code == 400
    assert cast(client, voting, device.leaf(token, [1])).status_code == 200


def test_what_is_not_right_is_refused_in_the_readers_language(
    client, database, voting, device, token
):
    leaf = device.leaf(token | {"m": "00" * 32}, [1])
    for language, said in (("en", "not good for this vote"), ("ko", "쓸 수 없는 토큰")):
        refused = cast(client, voting, leaf, language=language)
        assert refused.status_code == 403
        assert said in refused.json["error"]
    for body in (b"", b"zz\n{}", b"00\n" + leaf, b"00" * 16 + b"\n{}"):
        torn = client.post(f"/anonymous/votes/{voting}/cast", data=body, headers=JSON)
        assert torn.status_code == 422
    with database.reading() as session:
        assert session.query(PendingLeaf).count() == 0


def test_the_keys_are_for_everybody_and_a_linked_vote_has_none(client, database, now, keys, voting):
    told = client.get(f"/anonymous/votes/{voting}/tokens.json")
    with database.writing() as session:
        assert told.text == session.get_one(Board, voting).tokens
        linked = factories.cycle(session, now, keys=keys).contest_id
    assert client.get(f"/anonymous/votes/{linked}/tokens.json").status_code == 404
    assert cast(client, linked, b"{}").status_code == 409
    assert "needs a browser with scripts" not in client.get(f"/votes/{linked}").text


def test_casting_can_have_a_host_name_of_its_own(app, client, config, voting, voter):
    assert "connect-src" not in client.get("/").headers["Content-Security-Policy"]
    page = client.get(f"/votes/{voting}").text
    assert f'data-cast-url="/anonymous/votes/{voting}/cast"' in page
    app.extensions["config"] = replace(config, anonymous_origin="https://urn.test")
    page = client.get(f"/votes/{voting}").text
    assert f'data-cast-url="https://urn.test/anonymous/votes/{voting}/cast"' in page
    assert f'data-keys-url="https://urn.test/anonymous/votes/{voting}/tokens.json"' in page
    own = create_app(app.extensions["config"])
    policy = own.test_client().get("/healthz").headers["Content-Security-Policy"]
    assert policy.endswith("; connect-src 'self' https://urn.test")
    own.extensions["database"].dispose()


@pytest.fixture
def listed(database, now, keys):
    """A listed vote by token, and the code that Hana keeps."""
    with database.writing() as session:
        cycle = factories.cycle(
            session, now, phase="frozen", roll_kind="listed", credential="blind"
        )
        report = checking.check(session, cycle.contest, ROLL.encode(), keys=keys.roll)
        services.put(session, cycle.contest, report.entries, actor=factories.SYSTEM, now=now)
        budget.open_vote(session, cycle, actor=factories.SYSTEM, keys=keys, now=now)
        hana = session.query(ListedVoter).filter_by(number="A-1").one().voter_id
        device = Device.of(session, cycle.contest_id)
        device.issue(session.connection(), cycle.contest_id, hana, keys, now)
        return cycle.contest_id, hana, device


def test_the_desk_gives_paper_for_an_unused_code_alone(client, database, now, sign_in, listed):
    contest_id, hana, device = listed
    with database.writing() as session:
        sign_in(factories.account(session, now, Role.POLL_CLERK))
    address = f"/desk/votes/{contest_id}/check"
    page = client.post(address, data=HANA).text
    assert "This voter has a token for voting by web" in page
    assert "Let into the booth" not in page
    assert 'name="recovery"' in page
    refused = client.post(address, data={**HANA, "act": "paper"})
    assert refused.status_code == 409
    assert "give it back" in refused.text
    assert client.post(address, data={**HANA, "act": "booth"}).status_code == 409
    wrong = client.post(address, data={**HANA, "act": "paper", "recovery": "0" * 28})
    assert wrong.status_code == 422
    code = codes.grouped(device.code).lower()
    assert client.post(address, data={**HANA, "act": "paper", "recovery": code}).status_code == 302
    with database.reading() as session:
        assert session.get_one(RollEntry, (contest_id, hana)).status == "paper"
        assert journal.last(session, "roll.token_back", about_id=contest_id)
        assert queries.issued(session, contest_id) == {"all": 0}
    assert "gave an unused token back" in client.get("/journal").text
    duri = {"number": "A-2", "name": "이두리", "born": "1985-12-24"}
    assert 'name="recovery"' not in client.post(address, data=duri).text


def test_no_token_is_issued_after_paper(client, database, keys, voting, voter, device):
    with database.writing() as session:
        session.add(RollEntry(contest_id=voting, voter_id=str(voter.id), status="none", casts=0))
        session.flush()
        ballots.mark_paper(session, voting, str(voter.id), keys=keys)
    refused = issue(client, voting, device)
    assert refused.status_code == 409
    assert "voted on paper" in refused.json["error"]
    assert json.loads(client.get(f"/anonymous/votes/{voting}/tokens.json").text)
