"""Voting through the client, and what it must never tell."""

import re
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select

from ballots import pending
from ballots.board import leaves
from ballots.board.checkpoint import Checkpoint
from ballots.board.merkle import leaf_hash, root
from ballots.board.notes import Key, Note
from ballots.board.receipt import Receipt
from ballots.board.tiles import hashes_in, leaves_in
from ballots.models import Board, Contest, PendingLeaf, RollEntry
from ballots.queries import choices_in_box
from core import clock
from tests import factories


@pytest.fixture
def voting(database, now, keys):
    with database.writing() as session:
        return factories.cycle(
            session, now, keys=keys, max_picks=2, field_limits={"safety-construction": 2}
        )


@pytest.fixture
def voter(database, now, sign_in):
    with database.writing() as session:
        person = factories.account(session, now)
    sign_in(person)
    return person


def box(database, contest_id):
    """What counts, once all that waits is in the log."""
    with database.reading() as session:
        pending.integrate(session.connection(), contest_id)
        return list(choices_in_box(session, contest_id))


def paper(*picks, nonce="00" * 32):
    """What the check page sends."""
    return {"choice": [str(pick) for pick in picks], "nonce": nonce}


def test_from_ballot_to_receipt_and_again(client, database, voting, voter, integrate):
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
    answer = client.post(f"{base}/cast", data=paper(1, 3))
    assert answer.headers["Location"] == f"{base}/receipt"
    receipt = client.get(f"{base}/receipt").text
    code = re.search(r'class="code">([0-9A-Z-]{24})<', receipt)[1]
    assert box(database, voting.contest_id) == ['{"a":[1,3]}']
    look_up = partial(client.post, f"{base}/find", data={"code": code.lower()})
    assert "with this code is received" in look_up().text
    integrate()
    assert "Yes: a ballot with this code" in look_up().text
    assert "You have voted already" in client.get(base).text
    client.post(f"{base}/cast", data=paper())
    integrate()
    assert "A later ballot has taken the place" in look_up().text
    assert box(database, voting.contest_id) == ['{"a":[]}']
    assert (
        client.post(f"{base}/find", data={"code": "0" * 20}).text.count("There is no ballot") == 1
    )
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
    assert client.post(f"{base}/cast", data=paper(*choices)).status_code == 422
    assert box(database, voting.contest_id) == []


def test_a_knapsack_ballot_shows_money(client, database, now, keys, voter):
    with database.writing() as session:
        cycle = factories.cycle(session, now, keys=keys, kind="knapsack", max_picks=None)
    base = f"/votes/{cycle.contest_id}"
    assert 'data-fund="100"' in client.get(base).text
    assert client.post(f"{base}/check", data={"choice": ["1", "2"]}).status_code == 422
    client.post(f"{base}/cast", data=paper(1, 3))
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
        answer = client.post(f"{base}/cast", data=paper(1))
        assert answer.status_code == 409
        assert "was not cast" in answer.text
    assert box(database, voting.contest_id) == []


def test_who_has_not_declared_is_led_to_it_and_back(client, database, now, voting, sign_in):
    with database.writing() as session:
        sign_in(factories.account(session, now, declares=False))
    base = f"/votes/{voting.contest_id}"
    for answer in (client.get(base), client.post(f"{base}/cast", data=paper(1))):
        assert answer.headers["Location"].startswith("/me/details?next=/votes/")


def test_the_order_is_each_voters_own_and_stays(client, database, now, keys, sign_in):
    with database.writing() as session:
        cycle = factories.cycle(session, now, keys=keys, costs=[1] * 12)
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


def test_nothing_tells_counts_before_publication(client, database, now, keys):
    with database.writing() as session:
        cycle = factories.cycle(
            session, now, phase="counted", keys=keys, ballots_cast=[[1], [1], [2]]
        )
    for path in ("", "/outcome", "/outcome.json", "/ballots.pb", "/bundle.tar", "/projects/1"):
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
    kept = client.post(f"{base}/cast", data=paper(1)).headers["Set-Cookie"]
    for part in (f"Path={base}/receipt", "HttpOnly", "SameSite=Lax", "Max-Age=3600"):
        assert part in kept
    assert client.get(f"{base}/receipt").status_code == 200
    with database.writing() as session:
        other = factories.account(session, now)
    sign_in(other)
    assert client.get(f"{base}/receipt").headers["Location"].endswith("/find")


def test_a_receipt_that_is_no_code_is_not_shown(client, voting, voter):
    base = f"/votes/{voting.contest_id}"
    for forged in (f"{voter.id}.<script>", "x", ""):
        client.set_cookie("receipt", forged, path=f"{base}/receipt")
        assert client.get(f"{base}/receipt").headers["Location"].endswith("/find")


def test_a_receipt_is_first_received_then_proved(
    client, database, app, voting, voter, sign_in, now, integrate
):
    base = f"/votes/{voting.contest_id}"
    client.post(f"{base}/cast", data=paper(1, 2))
    page = client.get(f"{base}/receipt").text
    assert "Your ballot is received" in page
    assert "Look whether it is there" in page
    code = re.search(r'data-receipt="([0-9A-Z]{20})"', page)[1]
    address = f"{base}/receipt/{code}.json"
    assert client.get(address).json["state"] == "waiting"
    with database.writing_rows() as connection:
        pending.integrate(connection, voting.contest_id)  # in the log, and not yet signed
    assert client.get(address).json["state"] == "waiting"
    integrate()
    told = client.get(address).json
    assert (told["state"], told["index"]) == ("in", 1)
    assert leaves.read(told["leaf"].encode())["x"] == {"a": [1, 2]}
    with database.reading() as session:
        board = session.get(Board, voting.contest_id)
    proved = Receipt.read(told["proof"].encode())
    checkpoint = proved.check(leaf_hash(told["leaf"].encode()), Key.read(board.log_key))
    assert (checkpoint.origin, checkpoint.size) == (board.election, 2)
    page = client.get(f"{base}/receipt").text
    assert "✓ Your ballot is in the box" in page
    assert "Look whether it is there" not in page
    with database.writing() as session:
        sign_in(factories.account(session, now))
    assert "leaf" not in client.get(address).json  # nobody else sees what it says
    assert client.get(f"{base}/receipt/{'0' * 20}.json").status_code == 404
    assert client.get(f"{base}/receipt/x.json").status_code == 404


def test_the_same_page_sent_twice_casts_once_and_a_torn_one_not_at_all(
    client, database, voting, voter
):
    base = f"/votes/{voting.contest_id}"
    for _ in range(2):
        answer = client.post(f"{base}/cast", data=paper(1))
        assert answer.headers["Location"] == f"{base}/receipt"
    assert box(database, voting.contest_id) == ['{"a":[1]}']
    with database.reading() as session:
        assert session.scalar(select(RollEntry.casts)) == 1
    for torn in ("", "zz", "00"):
        answer = client.post(f"{base}/cast", data=paper(2, nonce=torn))
        assert answer.status_code == 422
        assert "did not arrive whole" in answer.text


def test_the_log_is_public_and_hides_the_leaves(client, database, voting, voter, integrate):
    base = f"/votes/{voting.contest_id}"
    assert client.get(f"{base}/log/checkpoint").status_code == 404  # nothing is signed yet
    client.post(f"{base}/cast", data=paper(1))
    integrate()
    note = Note.read(client.get(f"{base}/log/checkpoint").data)
    assert Checkpoint.read(note.text).size == 2
    tile = client.get(f"{base}/log/tile/0/000.p/2")
    assert root(hashes_in(tile.data, 2)) == Checkpoint.read(note.text).root
    assert "immutable" in tile.headers["Cache-Control"]
    for path in (
        "tile/0/000.p/3",
        "tile/0/000",
        "tile/1/000.p/1",
        "tile/x",
        "tile/entries/000.p/2",
    ):
        assert client.get(f"{base}/log/{path}").status_code == 404
    with database.writing() as session:
        session.get(Contest, voting.contest_id).publication = "open"
    entries = client.get(f"{base}/log/tile/entries/000.p/2")
    assert [leaf_hash(leaf) for leaf in leaves_in(entries.data, 2)] == hashes_in(tile.data, 2)


def test_a_signed_in_voters_pages_are_not_stored(client, voting, voter):
    assert "no-store" in client.get(f"/votes/{voting.contest_id}").headers["Cache-Control"]


def test_logs_hold_no_choice_and_no_code(client, voting, voter, capsys):
    base = f"/votes/{voting.contest_id}"
    client.post(f"{base}/cast", data=paper(1, 2))
    client.post(f"{base}/find", data={"code": "ABCD"})
    said = capsys.readouterr().out
    assert str(voting.contest_id) not in said
    assert "ABCD" not in said
    assert "choice" not in said


def test_queries_do_not_grow_with_the_ballot(client, database, now, keys, voter, count_queries):
    seen = []
    for costs in ([1] * 3, [1] * 60):
        with database.writing() as session:
            cycle = factories.cycle(session, now, keys=keys, costs=costs)
        with count_queries() as statements:
            assert client.get(f"/votes/{cycle.contest_id}").status_code == 200
        with count_queries() as casting:
            client.post(f"/votes/{cycle.contest_id}/cast", data=paper(1))
        seen.append((len(statements), len(casting)))
    assert seen[0][0] == seen[1][0] <= 12
    assert seen[1][1] <= seen[0][1] <= 12


def test_roll_and_box_of_a_web_ballot(client, database, voting, voter):
    client.post(f"/votes/{voting.contest_id}/cast", data=paper(1))
    with database.reading() as session:
        entry = session.scalar(select(RollEntry))
        ballot = session.scalar(select(PendingLeaf))
    assert entry.voter_id == str(voter.id)
    assert str(voter.id) not in str(vars(ballot))
