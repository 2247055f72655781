"""Voting through the client, and what it must never tell."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from ballots.models import CastBallot, RollEntry
from ballots.queries import choices_in_box
from core import clock
from tests import factories


@pytest.fixture
def voting(database, now, linker):
    with database.writing() as session:
        return factories.cycle(
            session, now, linker=linker, max_picks=2, field_limits={"safety-construction": 2}
        )


@pytest.fixture
def voter(database, now, sign_in):
    with database.writing() as session:
        person = factories.account(session, now)
    sign_in(person)
    return person


def box(database, contest_id):
    with database.reading() as session:
        return list(choices_in_box(session, contest_id))


def test_from_ballot_to_receipt_and_again(client, database, voting, voter):
    base = f"/votes/{voting.contest_id}"
    page = client.get(base).text
    assert page.count('type="checkbox"') == 3
    assert "Choose up to 2 projects" in page
    check = client.post(f"{base}/check", data={"choice": ["1", "3"]}).text
    assert check.count('type="hidden" name="choice"') == 2
    assert "Is this your ballot?" in check
    assert box(database, voting.contest_id) == []
    back = client.post(f"{base}/check", data={"choice": ["1", "3"], "back": "1"}).text
    assert back.count("checked") >= 2
    answer = client.post(f"{base}/cast", data={"choice": ["1", "3"]})
    assert answer.headers["Location"] == f"{base}/receipt"
    receipt = client.get(f"{base}/receipt").text
    code = re.search(r'class="code">([0-9A-Z-]{24})<', receipt)[1]
    assert box(database, voting.contest_id) == ['{"a":[1,3]}']
    assert "is in the box" in client.post(f"{base}/find", data={"code": code.lower()}).text
    assert "You have voted already" in client.get(base).text
    client.post(f"{base}/cast", data={})
    assert box(database, voting.contest_id) == ['{"a":[]}']
    assert "No ballot with this code" in client.post(f"{base}/find", data={"code": code}).text
    assert client.post(f"{base}/find", data={"code": ""}).status_code == 422


@pytest.mark.parametrize(
    ("choices", "said"),
    [
        (["1", "2", "3"], "You chose 3 projects"),
        (["9"], "not on this ballot"),
        (["x"], "not on this ballot"),
        (["1", "1"], "chosen twice"),
    ],
)
def test_a_ballot_beyond_the_rule_goes_back_with_its_picks(
    client, database, voting, voter, choices, said
):
    base = f"/votes/{voting.contest_id}"
    answer = client.post(f"{base}/check", data={"choice": choices})
    assert answer.status_code == 422
    assert said in answer.text
    assert client.post(f"{base}/cast", data={"choice": choices}).status_code == 422
    assert box(database, voting.contest_id) == []


def test_a_knapsack_ballot_shows_money(client, database, now, linker, voter):
    with database.writing() as session:
        cycle = factories.cycle(session, now, linker=linker, kind="knapsack", max_picks=None)
    base = f"/votes/{cycle.contest_id}"
    assert 'data-fund="100"' in client.get(base).text
    assert client.post(f"{base}/check", data={"choice": ["1", "2"]}).status_code == 422
    client.post(f"{base}/cast", data={"choice": ["1", "3"]})
    assert box(database, cycle.contest_id) == ['{"a":[1,3]}']


def test_before_and_after_there_is_no_voting(client, database, voting, voter, now, monkeypatch):
    base = f"/votes/{voting.contest_id}"
    for moment, said in [
        (now - timedelta(days=1), "not begun"),
        (now + timedelta(days=30), "Voting is closed"),
    ]:
        monkeypatch.setattr(clock, "now", lambda moment=moment: moment)
        assert said in client.get(base).text
        assert client.post(f"{base}/check", data={"choice": "1"}).status_code == 409
        answer = client.post(f"{base}/cast", data={"choice": "1"})
        assert answer.status_code == 409
        assert "was not cast" in answer.text
    assert box(database, voting.contest_id) == []


def test_who_has_not_declared_is_led_to_it_and_back(client, database, now, voting, sign_in):
    with database.writing() as session:
        sign_in(factories.account(session, now, declares=False))
    base = f"/votes/{voting.contest_id}"
    for answer in (client.get(base), client.post(f"{base}/cast", data={"choice": "1"})):
        assert answer.headers["Location"].startswith("/me/details?next=/votes/")


def test_the_order_is_each_voters_own_and_stays(client, database, now, linker, sign_in):
    with database.writing() as session:
        cycle = factories.cycle(session, now, linker=linker, costs=[1] * 12)
        people = [factories.account(session, now) for _ in range(3)]
    orders = []
    for person in people:
        sign_in(person)
        order = [
            re.findall(r'id="o(\d+)"', client.get(f"/votes/{cycle.contest_id}").text)
            for _ in range(2)
        ]
        assert order[0] == order[1]
        orders.append(tuple(order[0]))
    assert len(set(orders)) == 3


def test_nothing_tells_counts_before_publication(client, database, now, linker):
    with database.writing() as session:
        cycle = factories.cycle(
            session, now, phase="counted", linker=linker, ballots_cast=[[1], [1], [2]]
        )
    for path in ("", "/outcome", "/outcome.json", "/ballots.pb", "/projects/1"):
        page = client.get(f"/cycles/{cycle.slug}{path}")
        assert page.status_code in (200, 404)
        assert "2 votes" not in page.text
        assert "funded" not in page.text.lower() or path == "/outcome"
    assert "3 people have voted" in client.get(f"/cycles/{cycle.slug}").text


def test_receipts_of_other_votes_are_not_shown(client, voting, voter):
    answer = client.get(f"/votes/{voting.contest_id}/receipt")
    assert answer.headers["Location"].endswith("/find")


def test_the_next_person_at_a_shared_computer_sees_no_receipt(
    client, database, now, sign_in, voting, voter
):
    base = f"/votes/{voting.contest_id}"
    kept = client.post(f"{base}/cast", data={"choice": ["1"]}).headers["Set-Cookie"]
    for part in (f"Path={base}/receipt", "HttpOnly", "SameSite=Lax", "Max-Age=3600"):
        assert part in kept
    assert client.get(f"{base}/receipt").status_code == 200
    with database.writing() as session:
        other = factories.account(session, now)
    sign_in(other)
    assert client.get(f"{base}/receipt").headers["Location"].endswith("/find")


def test_a_receipt_that_is_no_code_is_not_shown(client, voting, voter):
    base = f"/votes/{voting.contest_id}"
    client.set_cookie("receipt", f"{voter.id}.<script>", path=f"{base}/receipt")
    assert client.get(f"{base}/receipt").headers["Location"].endswith("/find")


def test_a_signed_in_voters_pages_are_not_stored(client, voting, voter):
    assert "no-store" in client.get(f"/votes/{voting.contest_id}").headers["Cache-Control"]


def test_logs_hold_no_choice_and_no_code(client, voting, voter, capsys):
    base = f"/votes/{voting.contest_id}"
    client.post(f"{base}/cast", data={"choice": ["1", "2"]})
    client.post(f"{base}/find", data={"code": "ABCD"})
    said = capsys.readouterr().out
    assert str(voting.contest_id) not in said
    assert "ABCD" not in said
    assert "choice" not in said


def test_queries_do_not_grow_with_the_ballot(client, database, now, linker, voter, count_queries):
    seen = []
    for costs in ([1] * 3, [1] * 60):
        with database.writing() as session:
            cycle = factories.cycle(session, now, linker=linker, costs=costs)
        with count_queries() as statements:
            assert client.get(f"/votes/{cycle.contest_id}").status_code == 200
        with count_queries() as casting:
            client.post(f"/votes/{cycle.contest_id}/cast", data={"choice": "1"})
        seen.append((len(statements), len(casting)))
    assert seen[0][0] == seen[1][0] <= 12
    assert seen[1][1] <= seen[0][1] <= 12


def test_roll_and_box_of_a_web_ballot(client, database, voting, voter):
    client.post(f"/votes/{voting.contest_id}/cast", data={"choice": "1"})
    with database.reading() as session:
        entry = session.scalar(select(RollEntry))
        ballot = session.scalar(select(CastBallot))
    assert entry.voter_id == str(voter.id)
    assert str(voter.id) not in str(vars(ballot))
