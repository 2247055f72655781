"""The ceremonies by page: what officers and observers see, step by step."""

import re

import pytest

from ballots import pending
from ballots.closing import CHECKS
from budget import queries
from budget.ceremony import desk
from core import clock
from core.access import Role
from tests import factories, sheets
from tests.factories import DAY

DESK = "/desk/cycles/vote"


@pytest.fixture
def officials(database, now):
    with database.writing() as session:
        return {
            who: factories.account(session, now, role, name=f"Officer {who}")
            for who, role in (
                ("poll", Role.POLL_MANAGER), ("other", Role.POLL_MANAGER), ("audit", Role.AUDITOR),
                ("tally", Role.TALLY_OFFICER),
            )
        }  # fmt: skip


@pytest.fixture
def as_(officials, sign_in):
    return lambda who: sign_in(officials[who])


@pytest.fixture
def vote(database, now, keys, integrate):
    """An open vote with two ballots by web and a batch of paper."""
    with database.writing() as session:
        cycle = factories.cycle(session, now, keys=keys, ballots_cast=[[1], [2]], slug="vote")
        sheets.batch(session, cycle.contest_id, 1, [[1], "blank"])
    integrate()
    return cycle.contest_id


@pytest.fixture
def over(vote, app, monkeypatch, now):
    monkeypatch.setattr(clock, "now", lambda: now + 11 * DAY)
    return vote


def unticked(page: str) -> set[str]:
    return set(re.findall(r'name="read" value="([a-z]+)"(?! checked)', page))


def test_a_vote_is_opened_by_two(client, database, now, as_):
    with database.writing() as session:
        factories.cycle(session, now, phase="frozen", slug="vote")
    as_("audit")
    assert "Waiting for the poll manager" in client.get(f"{DESK}/open").text
    as_("poll")
    assert "Propose: Open the vote" in client.get(f"{DESK}/open").text
    client.post(f"{DESK}/open/propose")
    waits = client.get(f"{DESK}/open").text
    assert "Waiting for the second officer" in waits
    assert "Confirm: Open the vote" not in waits
    assert client.post(f"{DESK}/open/confirm").status_code == 403
    as_("other")
    page = client.get(f"{DESK}/open").text
    assert "A colleague has proposed it" in page
    assert "Most votes first" in page
    assert client.post(f"{DESK}/open/confirm").headers["Location"] == f"{DESK}/open"
    assert "Voting" in client.get(f"{DESK}/open").text
    assert "“Open the vote” was proposed" in client.get("/journal").text


def test_an_act_is_taken_back(client, vote, as_):
    as_("poll")
    client.post(f"{DESK}/stop/propose", data={"reason": "a flood"})
    page = client.get(f"{DESK}/close").text
    assert "a flood" in page
    assert "Take it back" in page
    client.post(f"{DESK}/stop/withdraw")
    assert "Propose: stop accepting ballots" in client.get(f"{DESK}/close").text
    assert client.post(f"{DESK}/stop/withdraw").status_code == 409
    as_("audit")
    assert client.post(f"{DESK}/stop/confirm").status_code == 409
    assert "“Stop accepting ballots” was taken back" in client.get("/journal").text


def test_while_ballots_are_accepted_nothing_can_be_closed(client, vote, as_):
    as_("poll")
    page = client.get(f"{DESK}/close").text
    assert "Ballots are still accepted" in page
    assert 'name="read"' not in page
    refused = client.post(f"{DESK}/close/propose", data={"read": list(CHECKS)})
    assert refused.status_code == 409
    assert "stopped" in refused.text
    wrong = client.post(f"{DESK}/stop/propose", data={"reason": "  "})
    assert wrong.status_code == 422
    assert "Write the reason." in wrong.text
    as_("audit")
    assert "The poll manager proposes it" in client.get(f"{DESK}/close").text


def test_casting_is_stopped_before_its_time(client, vote, as_, officials, sign_in, database, now):
    as_("poll")
    client.post(f"{DESK}/stop/propose", data={"reason": "a flood"})
    as_("audit")
    assert "Confirm: stop accepting ballots" in client.get(f"{DESK}/close").text
    client.post(f"{DESK}/stop/confirm")
    assert 'name="read"' not in client.get(f"{DESK}/close").text  # an auditor does not propose
    assert "before the planned end. a flood" in client.get("/journal").text
    assert "Vote now" not in client.get("/cycles/vote").text
    as_("poll")
    assert unticked(client.get(f"{DESK}/close").text) == {*CHECKS}


def test_a_vote_is_closed_in_front_of_observers(client, over, as_, keys):
    as_("poll")
    page = client.get(f"{DESK}/close").text
    assert unticked(page) == {*CHECKS}
    assert "Ballots by web that count: 2. Voters marked for one on the roll: 2." in page
    assert "Sheets of paper declared: 2. Typed: 1, blank: 1, spoiled: 0." in page
    assert re.search(r">Hall</td>\s*<td[^>]*>2</td>\s*<td[^>]*>2</td>\s*<td[^>]*>0</td>", page)
    assert len(re.findall(r"<code>[0-9a-f]{4}</code>", page)) == 16
    passed_over = client.post(f"{DESK}/close/propose", data={"read": list(CHECKS[1:])})
    assert passed_over.status_code == 422
    assert "Read every line out to the observers, and tick it." in passed_over.text
    assert unticked(passed_over.text) == {CHECKS[0]}
    client.post(f"{DESK}/close/propose", data={"read": list(CHECKS)})
    assert "Waiting for the second officer" in client.get(f"{DESK}/close").text
    assert client.get(f"{DESK}/minutes").status_code == 404
    as_("audit")
    assert unticked(client.get(f"{DESK}/close").text) == {*CHECKS}
    assert keys.linker.has(over)
    answer = client.post(f"{DESK}/close/confirm", data={"read": list(CHECKS)})
    assert answer.headers["Location"] == f"{DESK}/minutes"
    assert not keys.linker.has(over)
    assert "The vote is closed" in client.get(f"{DESK}/close").text


def test_the_minutes_are_for_printing_and_stay_the_same(client, over, as_, both_languages):
    for who, step in (("poll", "propose"), ("other", "confirm")):
        as_(who)
        client.post(f"{DESK}/close/{step}", data={"read": list(CHECKS)})
    as_("tally")
    page = client.get(f"{DESK}/minutes").text
    assert page.count('<article class="minutes"') == 2
    for sentence in ("Minutes of the close of voting", "투표 마감 회의록"):
        assert sentence in page
    assert page.count("Officer poll") == page.count("Officer other") == 2
    note = client.get(f"/votes/{over}/log/checkpoint").text
    assert page.count(note.split("\n")[2]) == 2  # the root, signed already
    assert page.count("is not signed yet") == 0
    for part in page.split("<article")[1:]:
        groups = re.findall(r"<code>([0-9a-f]{4})</code>", part)
        assert len(groups) == 16
    again = re.sub(r'csrf_token" value="[^"]*"', "", client.get(f"{DESK}/minutes").text)
    assert again == re.sub(r'csrf_token" value="[^"]*"', "", page)


def test_what_does_not_hold_is_shown_and_nothing_can_be_proposed(
    client, over, as_, database, keys, now
):
    with database.writing() as session:
        cycle = queries.cycle(session, "vote")
        sheets.batch(session, cycle.contest_id, 2, [[1]], closed=False)
        pending.integrate(session.connection(), over)
    as_("poll")
    page = client.get(f"{DESK}/close").text
    assert "It cannot be closed yet" in page
    assert page.count('class="fails"') == 2  # the batch is open, and the log not signed yet
    assert 'name="read"' not in page


def test_where_the_key_of_the_log_is_not_at_hand_the_integrator_signs(
    client, over, as_, keys, integrate, monkeypatch
):
    as_("poll")
    client.post(f"{DESK}/close/propose", data={"read": list(CHECKS)})
    as_("audit")

    def missing(*_arguments):
        raise FileNotFoundError

    with monkeypatch.context() as patch:
        patch.setattr(desk.Integrator, "advance", missing)
        client.post(f"{DESK}/close/confirm", data={"read": list(CHECKS)})
    page = client.get(f"{DESK}/minutes").text
    assert "its integrator signs it" in page
    assert "The closed log is not signed yet" in page
    integrate()
    assert "The closed log is not signed yet" not in client.get(f"{DESK}/minutes").text


def test_after_its_phase_a_ceremony_is_not_possible(client, database, now, as_):
    with database.writing() as session:
        factories.cycle(session, now, phase="frozen", slug="vote")
    as_("poll")
    assert "This is not possible now" in client.get(f"{DESK}/close").text
    assert client.post(f"{DESK}/close/propose", data={"read": list(CHECKS)}).status_code == 409
    assert "second officer" not in client.get(f"{DESK}/open").text.split("<form")[0]
