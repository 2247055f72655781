"""A vote that goes on after a loss, by page: the notice, the codes, and the way from the old pages."""

import pytest

from ballots import services as ballots
from ballots.integrator import Integrator
from ballots.keys import Keys
from ballots.kinds import Choices
from ballots.roll import checking, queries, services
from ballots.services import Paper
from budget import publication
from budget import services as budget
from budget.models import Cycle
from budget.succession import continue_vote
from core import codes
from tests import factories
from tests.backups import Backup

HEADER = "등록번호,이름,생년월일,동,자격\n"
ROLL = HEADER + "A-1,김하나,1990-03-01,철산3동,\nA-2,이두리,1985-12-24,하안1동,직장\n"
LOST = "a part of the ballot box was found lost"


@pytest.fixture
def vote(database, now, keys):
    """A listed vote that lost its second ballot; old and new contest, codes of letters and ballots."""
    with database.writing() as session:
        cycle = factories.cycle(session, now, phase="frozen", roll_kind="listed", slug="listed")
        report = checking.check(session, cycle.contest, ROLL.encode(), keys=keys.roll)
        services.put(session, cycle.contest, report.entries, actor=factories.SYSTEM, now=now)
        budget.open_vote(session, cycle, actor=factories.SYSTEM, keys=keys, now=now)
        printed = services.print_letters(
            session, cycle.contest, keys=keys.roll, actor=factories.SYSTEM, now=now
        )
    return Vote(database, keys, now, cycle, {letter.number: letter.code for letter in printed})


class Vote:
    """One vote, before and after its loss."""

    def __init__(self, database, keys: Keys, now, cycle, letters):
        self.database, self.keys, self.now, self.letters = database, keys, now, letters
        self.cycle_id, self.old = cycle.id, cycle.contest_id
        Integrator(database, keys).turn()
        self.kept = self._cast("A-1")
        backup = Backup(database)
        self.lost = self._cast("A-2")
        backup.restore()
        with pytest.raises(ExceptionGroup):
            Integrator(database, keys).check()

    def _cast(self, number):
        sealed = self.keys.roll.code(self.old, self.letters[number])
        with self.database.writing_rows() as connection:
            voter_id = queries.by_code(connection, self.old, sealed)
            papers = [Paper(voter_id, Choices((1,)))]
            (code,) = ballots.cast(connection, self.old, papers, keys=self.keys, now=self.now)
        Integrator(self.database, self.keys).turn()
        return code

    def go_on(self):
        """The contest in which it does."""
        with self.database.writing() as session:
            cycle = session.get_one(Cycle, self.cycle_id)
            found = continue_vote(
                session, cycle, by=("A. Kim", "B. Lee"), document="2027-14",
                actor=factories.SYSTEM, keys=self.keys, now=self.now,
            )  # fmt: skip
        Integrator(self.database, self.keys).turn()
        return found.contest.id


def test_voters_are_led_from_the_old_pages_to_the_new_ones(client, vote):
    halted = client.post(f"/votes/{vote.old}/code", data={"code": vote.letters["A-2"]})
    assert halted.status_code == 302
    new = vote.go_on()
    for page in ("code", "find", "promises", "booth"):
        led = client.get(f"/votes/{vote.old}/{page}")
        assert (led.status_code, led.location) == (307, f"/votes/{new}/{page}"), page
    led = client.get(f"/votes/{vote.old}", follow_redirects=True)
    assert led.request.path == f"/votes/{new}/code"
    given = {"code": vote.letters["A-2"]}
    led = client.post(f"/votes/{vote.old}/code", data=given)
    assert (led.status_code, led.location) == (307, f"/votes/{new}/code")  # with what was sent
    typed = client.post(led.location, data=given, follow_redirects=True)
    assert typed.request.path == f"/votes/{new}"
    assert LOST in typed.text
    assert "That is 1 ballot at most." in typed.text
    assert "please vote again" in typed.text
    assert client.get(f"/contests/{vote.old}").location == "/cycles/listed"
    cast = client.post(f"/votes/{new}/cast", data={"choice": ["1"], "nonce": "ab" * 32})
    assert cast.location == f"/votes/{new}/receipt"


def test_the_old_log_is_served_still_and_the_new_one_beside_it(client, vote):
    new = vote.go_on()
    sizes = {
        contest_id: client.get(f"/votes/{contest_id}/log/checkpoint").text.split("\n")[:2]
        for contest_id in (vote.old, new)
    }
    assert sizes[vote.old][1] == sizes[new][1] == "2"
    assert sizes[new][0] == f"{sizes[vote.old][0]}/2"


@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_code_that_was_lost_is_not_found_and_the_notice_tells_to_vote_again(
    client, vote, language
):
    client.set_cookie("lang", language)
    new = vote.go_on()
    page = client.post(f"/votes/{new}/find", data={"code": codes.grouped(vote.lost)}).text
    kept = client.post(f"/votes/{new}/find", data={"code": codes.grouped(vote.kept)}).text
    if language == "en":
        assert "There is no ballot with this code" in page
        assert "please vote again" in page
        assert "Yes: a ballot with this code is in the box" in kept
    else:
        assert "다시 투표해 주세요" in page
    assert "2027-14" in page


def test_the_outcome_tells_of_the_loss(client, vote, config):
    vote.go_on()
    acts = {"actor": factories.SYSTEM, "now": vote.now}
    with vote.database.writing() as session:
        cycle = session.get_one(Cycle, vote.cycle_id)
        budget.close_vote(session, cycle, keys=vote.keys, reason="-", **acts)
    Integrator(vote.database, vote.keys).turn()
    with vote.database.writing() as session:
        cycle = session.get_one(Cycle, vote.cycle_id)
        budget.count(session, cycle, **acts)
        publication.publish(session, cycle, keys=vote.keys, shelf=config.bundles, **acts)
    for page in ("/cycles/listed/outcome", "/cycles/listed", "/journal"):
        assert "2027-14" in client.get(page).text
    assert "please vote again" not in client.get("/cycles/listed/outcome").text
    assert LOST in client.get("/cycles/listed/outcome").text


def test_a_vote_that_lost_nothing_says_nothing(client, vote):
    client.post(f"/votes/{vote.old}/code", data={"code": vote.letters["A-2"]})
    for page in ("", "/find"):
        assert LOST not in client.get(f"/votes/{vote.old}{page}").text
