"""An audit by page: the dice, the sheets, two people who read, and what it shows."""

import re

import pytest

from ballots.integrator import Integrator
from ballots.paper import entry
from budget import queries as cycles
from budget.audit import queries
from core.access import Role
from tests import audits, factories
from tests.audits import SEED

AUDIT = "/desk/cycles/vote/audit"
CLEAR = [[1], [1, 3], [1, 3], [1], [1, 3], "blank"] * 15


@pytest.fixture
def officials(database, now):
    with database.writing() as session:
        return {
            who: factories.account(session, now, role)
            for who, role in (
                ("tally", Role.TALLY_OFFICER), ("audit", Role.AUDITOR), ("clerk", Role.POLL_CLERK),
                ("poll", Role.POLL_MANAGER),
            )
        }  # fmt: skip


@pytest.fixture
def as_(officials, sign_in):
    return lambda who: sign_in(officials[who])


@pytest.fixture
def counted(database, now, keys):
    def do(**changes):
        with database.writing() as session:
            cycle = audits.counted(session, now, keys, slug="vote", **({"said": CLEAR} | changes))
        return cycle.id

    return do


@pytest.fixture
def typed(database):
    """What the log says of the sheet that a page shows, as a clerk would type it."""

    def do(cycle_id, page):
        place = int(re.search(r'name="place" value="(\d+)"', page)[1])
        with database.reading() as session:
            drawn = {sheet.place: sheet for sheet in queries.drawn(session, cycle_id)}
        return place, entry.shown(drawn[place].typed)

    return do


def read_all(client, cycle_id, typed, otherwise=()):
    """Read every sheet that is left for who is signed in."""
    while 'name="place"' in (page := client.get(f"{AUDIT}/read").text):
        place, text = typed(cycle_id, page)
        data = {"place": place, "typed": dict(otherwise).get(place, text)}
        assert client.post(f"{AUDIT}/read", data=data).status_code == 302


def begin(client, as_):
    as_("tally")
    client.post(f"{AUDIT}/seed", data={"seed": SEED})
    as_("audit")
    assert client.post(f"{AUDIT}/confirm").status_code == 302


def test_from_the_dice_to_the_bundle(client, as_, counted, typed, database, keys):
    cycle_id = counted()
    as_("tally")
    page = client.get(f"{AUDIT}").text
    assert "1 claim: that a funded project" in page
    assert "Throw the dice" in page
    wrong = client.post(f"{AUDIT}/seed", data={"seed": "123"})
    assert wrong.status_code == 422
    assert "20 digits, or more" in wrong.text
    client.post(f"{AUDIT}/seed", data={"seed": "27182 81828 45904 52353"})
    assert "Waiting for the second officer" in client.get(AUDIT).text
    assert client.get(f"{AUDIT}/sheets").status_code == 404
    assert client.post(f"{AUDIT}/confirm").status_code == 403
    as_("audit")
    assert SEED in client.get(AUDIT).text
    client.post(f"{AUDIT}/confirm")
    assert "Being read" in client.get(AUDIT).text
    as_("clerk")
    assert "Audit of the paper" in client.get("/desk").text
    assert client.get(AUDIT).status_code == 403  # margins are nobody's but who counts
    fetch = client.get(f"{AUDIT}/sheets").text
    assert "Batch 1" in fetch
    assert len(re.findall("☐", fetch)) == len(re.findall(r"<code>\d+:\d+</code>", fetch))
    read_all(client, cycle_id, typed)
    as_("poll")
    read_all(client, cycle_id, typed)
    assert "There is no sheet for you to read" in client.get(f"{AUDIT}/read").text
    as_("tally")
    page = client.get(AUDIT).text
    assert "The sample confirms the typed paper" in page
    assert "Step by step" in page
    assert client.post(f"{AUDIT}/grow").status_code == 409
    assert client.post("/desk/cycles/vote/publish", data={"phase": "counted"}).status_code == 409
    client.post(f"{AUDIT}/finish")
    assert client.post("/desk/cycles/vote/publish", data={"phase": "counted"}).status_code == 302
    assert "Finished" in client.get(AUDIT).text
    journal = client.get("/journal").text
    assert f"the digits {SEED} were thrown" in journal
    assert "0 of them typed wrongly. The sample confirms the typed paper." in journal
    Integrator(database, keys).turn()


def test_sheets_that_differ_are_read_again_and_an_error_makes_it_grow(
    client, as_, counted, typed, database
):
    cycle_id = counted()
    begin(client, as_)
    with database.reading() as session:
        ones = [s.place for s in queries.drawn(session, cycle_id) if s.typed == '{"a":[1]}']
    as_("clerk")
    read_all(client, cycle_id, typed, [(ones[0], "2")])
    as_("poll")
    read_all(client, cycle_id, typed)
    as_("tally")
    page = client.get(AUDIT).text
    assert "Read differently" in page
    assert "1 sheet is not read alike by two people yet." in page
    assert client.post(f"{AUDIT}/again", data={"place": 1000}).status_code == 409
    client.post(f"{AUDIT}/again", data={"place": ones[0]})
    for who in ("clerk", "poll"):
        as_(who)
        read_all(client, cycle_id, typed, [(ones[0], "2")])
    as_("tally")
    page = client.get(AUDIT).text
    assert "The sample is not large enough yet" in page
    assert client.post(f"{AUDIT}/finish").status_code == 409
    client.post(f"{AUDIT}/grow")
    assert "the sample of paper was enlarged" in client.get("/journal").text
    assert "Being read" in client.get(AUDIT).text


def test_a_clerk_is_told_what_cannot_be_read_and_may_say_what_is_missing(
    client, as_, counted, database
):
    cycle_id = counted(max_picks=2)
    begin(client, as_)
    as_("clerk")
    page = client.get(f"{AUDIT}/read").text
    place = re.search(r'name="place" value="(\d+)"', page)[1]
    refused = client.post(f"{AUDIT}/read", data={"place": place, "typed": "one"})
    assert refused.status_code == 422
    assert "“one” cannot be read" in refused.text
    assert "Record it as spoiled" not in refused.text
    broken = client.post(f"{AUDIT}/read", data={"place": place, "typed": "1 2 3"})
    assert "at most 2" in broken.text
    assert "Record it as spoiled" in broken.text
    assert f'name="place" value="{place}"' in broken.text
    client.post(f"{AUDIT}/read", data={"place": place, "missing": "1"})
    again = client.post(f"{AUDIT}/read", data={"place": place, "typed": "1"})
    assert again.status_code == 409
    with database.reading() as session:
        audit = queries.audit(session, cycle_id)
        assert queries.unread(session, audit) == audit.size


def test_where_nothing_can_be_audited_the_page_says_why(client, as_, counted):
    counted(said=[[1], [2]] * 4)
    as_("tally")
    page = client.get(AUDIT).text
    assert "A decision hangs on a tie" in page
    assert "Throw the dice" not in page
    assert client.post(f"{AUDIT}/seed", data={"seed": SEED}).status_code == 409


def test_before_the_count_there_is_no_audit(client, as_, database, now, keys):
    with database.writing() as session:
        factories.cycle(session, now, phase="closed", keys=keys, slug="vote")
    as_("tally")
    assert client.get(AUDIT).status_code == 409
    as_("clerk")
    assert client.get(f"{AUDIT}/read").status_code == 404


def test_equal_shares_tell_a_bound(client, as_, counted, typed, both_languages):
    cycle_id = counted(count_rule="mes_cost_add1u")
    begin(client, as_)
    for who in ("clerk", "poll"):
        as_(who)
        read_all(client, cycle_id, typed)
    as_("tally")
    assert "5 %" in client.get(AUDIT).text


def test_digits_typed_wrongly_are_taken_back(client, as_, counted):
    counted()
    as_("tally")
    client.post(f"{AUDIT}/seed", data={"seed": SEED})
    client.post(f"{AUDIT}/withdraw")
    assert "Throw the dice" in client.get(AUDIT).text
    as_("audit")
    assert "Throw the dice" not in client.get(AUDIT).text


def test_after_publication_the_audit_is_still_told(client, as_, counted, database, now, keys):
    cycle_id = counted()
    with database.writing() as session:
        cycle = cycles.cycle(session, "vote")
        audits.begin(session, cycle, now)
        audits.read(session, cycle)
    as_("tally")
    client.post(f"{AUDIT}/finish")
    client.post("/desk/cycles/vote/publish", data={"phase": "counted"})
    assert "The sample confirms the typed paper" in client.get(AUDIT).text
    with database.reading() as session:
        assert queries.running(session) == set()
        assert queries.audit(session, cycle_id).finished_at is not None
