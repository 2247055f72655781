"""Gathering a quorum from real witnesses over the loopback, and from each kind of bad one."""

import threading
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest

from app.witness import Application
from ballots.board.checkpoint import Checkpoint
from ballots.board.notes import WITNESS, Note, Signer
from ballots.board.policy import Policy
from ballots.posting import Answer, post
from ballots.witness.witness import Witness
from ballots.witnesses import Inquiry, Outcome
from tests.ballots.witness.growing import NOON, GrowingLog, following

CITY = GrowingLog()
FORKED = GrowingLog(forked_at=5)


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        pass


@contextmanager
def serving(application):
    """Over HTTP, on a free port of the loopback; gives the address."""
    with make_server("127.0.0.1", 0, application, handler_class=_Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


class House:
    """Three witnesses, of which two are enough; each is served, or answers as a test says."""

    def __init__(self, folder, urls):
        self.folder = folder
        self.witnesses = [following(folder / f"w{n}", CITY, name=f"w{n}.example") for n in range(3)]
        self.urls = urls
        self.answers = {}

    def policy(self):
        lines = [f"log {CITY.key}"]
        for n, witness in enumerate(self.witnesses):
            lines.append(f"witness w{n} {witness.signer.key} {self.urls[n]}")
        return Policy.read("\n".join([*lines, "group two 2 w0 w1 w2", "quorum two"]))

    def ask(self, url, body):
        for n, answer in self.answers.items():
            if url.startswith(self.urls[n]):
                return answer(body)
        return post(url, body, patience=5)

    def gather(self, size, *, log=CITY, **changes):
        given = {
            "policy": self.policy(), "note": log.note(size), "evidence": self.folder / "evidence",
            "prove": lambda old: log.proof(old, size), "ask": self.ask,
        }  # fmt: skip
        return Inquiry(**(given | changes)).gather()

    def sign_before(self, size, *, log=CITY, of=(0, 1, 2)):
        for n in of:
            note = self.witnesses[n].last(CITY.signer.name)
            old = Checkpoint.read(note.text).size if note else 0
            self.witnesses[n].add_checkpoint(log.submission(old, size), NOON)


@pytest.fixture
def house(tmp_path):
    with ExitStack() as served:
        made = House(tmp_path, {})
        for n, witness in enumerate(made.witnesses):
            application = Application(witness, lambda: datetime.fromtimestamp(NOON, UTC))
            made.urls[n] = served.enter_context(serving(application))
        yield made


def outcomes(found):
    return [one.outcome for one in found.told]


def test_all_sign_from_the_first_leaf_on_and_again_when_it_has_grown(house):
    for size in (1, 5, 64, 64, 70):
        found = house.gather(size)
        assert outcomes(found) == [Outcome.SIGNED] * 3
        assert found.is_met
        assert not found.alarms
        assert house.policy().check(Note.read(str(found.note).encode())) == CITY.tree(size)


def test_who_has_signed_another_size_is_given_a_proof_from_there(house):
    for n, size in enumerate((3, 7, 8)):
        house.sign_before(size, of=(n,))
    assert outcomes(house.gather(8)) == [Outcome.SIGNED] * 3
    known = {"w0.example": 8, "w1.example": 8, "w2.example": 8}
    calls = []

    def ask(url, body):
        calls.append(url)
        return house.ask(url, body)

    assert outcomes(house.gather(9, known=known, ask=ask)) == [Outcome.SIGNED] * 3
    assert len(calls) == 3  # whose size is known needs one request, not two


def silent(_body):
    raise TimeoutError("no whole answer in 10 seconds")


def test_two_of_three_are_enough_and_one_is_not(house):
    house.answers[2] = silent
    found = house.gather(7)
    assert (outcomes(found), found.is_met) == (
        [Outcome.SIGNED, Outcome.SIGNED, Outcome.SILENT],
        True,
    )
    assert found.told[2].detail == "no whole answer in 10 seconds"
    house.answers[1] = silent
    found = house.gather(8)
    assert (outcomes(found)[0], found.is_met) == (Outcome.SIGNED, False)
    del house.answers[1]
    assert house.gather(8, note=found.note).is_met  # what was gathered stays
    both = house.gather(8, note=found.note, ask=lambda *asked: silent(asked))
    assert not both.is_met


def test_a_witness_that_is_down_or_has_no_address(house):
    house.urls[0] = "http://127.0.0.1:9/"
    house.urls[1] = ""
    found = house.gather(7)
    assert outcomes(found) == [Outcome.SILENT, Outcome.NO_ADDRESS, Outcome.SIGNED]
    key = house.witnesses[1].signer.key
    house.answers.clear()
    assert house.gather(7, urls={key: "http://127.0.0.1:9"}).told[1].outcome == Outcome.SILENT


def lying(body, by, over=None, moment=NOON):
    text = over or Note.read(body.partition(b"\n\n")[2]).text
    return Answer(200, "text/plain", f"{by.sign(text, moment)}\n".encode())


@pytest.mark.parametrize(
    "lie", ["another key", "another root", "another name", "no time", "nothing", "no text"]
)
def test_a_witness_that_lies_is_not_counted_and_its_answer_is_kept(house, lie):
    true, seed = house.witnesses[0].signer, b"x" * 32
    other = Signer.of(true.name, WITNESS, seed)
    answers = {
        "another key": lambda body: lying(body, other),
        "another root": lambda body: lying(body, true, over=str(FORKED.tree(7))),
        "another name": lambda body: lying(body, Signer("x.example", WITNESS, true.private)),
        "no time": lambda body: lying(body, true, moment=0),
        "nothing": lambda _body: Answer(200, "text/plain", b""),
        "no text": lambda _body: Answer(200, "text/plain", b"\xff"),
    }
    house.answers[0] = answers[lie]
    found = house.gather(7)
    assert (outcomes(found)[0], found.is_met) == (Outcome.UNSIGNED, True)
    assert len(found.note.signatures) == 3  # the log's and two witnesses'
    assert str(true.key).encode() in found.told[0].evidence.read_bytes()


def test_others_signatures_beside_its_own_do_no_harm(house):
    true, other = house.witnesses[0].signer, Signer.of("x.example", WITNESS, b"x" * 32)

    def answer(body):
        mine, others = lying(body, true).body, lying(body, other).body
        return Answer(200, "text/plain", others + mine)

    house.answers[0] = answer
    found = house.gather(7)
    assert found.told[0].outcome == Outcome.SIGNED
    assert {one.name for one in found.note.signatures} == {
        CITY.signer.name,
        *(f"w{n}.example" for n in range(3)),
    }


@pytest.mark.parametrize("size", [7, 9])
def test_a_forked_log_is_an_alarm_with_evidence(house, size):
    house.sign_before(7)
    found = house.gather(size, log=FORKED)
    assert outcomes(found) == [Outcome.FORKED] * 3
    assert (found.is_met, len(found.alarms)) == (False, 3)
    evidence = found.alarms[0].evidence.read_bytes()
    assert str(FORKED.note(size)).encode() in evidence
    assert evidence.startswith(f"{house.witnesses[0].signer.key}\n422 ".encode())
    assert found.alarms[0].evidence.stat().st_mode & 0o777 == 0o600


def test_a_database_that_was_set_back_is_found_out_by_a_witness(house):
    house.sign_before(9, of=(0,))
    found = house.gather(7)
    assert outcomes(found) == [Outcome.AHEAD, Outcome.SIGNED, Outcome.SIGNED]
    assert (found.told[0].size, [one.name for one in found.alarms]) == (9, ["w0"])


def test_a_witness_that_was_set_back_is_not_asked_to_sign(house, tmp_path):
    house.sign_before(3)
    found = house.gather(9, known={"w1.example": 5})
    assert outcomes(found) == [Outcome.SIGNED, Outcome.FORGETFUL, Outcome.SIGNED]
    assert found.told[1].size == 3
    assert Checkpoint.read(house.witnesses[1].last(CITY.signer.name).text).size == 3


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (Answer(404, "text/plain", b"404 Not Found"), Outcome.STRANGER),
        (Answer(403, "text/plain", b"not signed"), Outcome.REFUSED),
        (Answer(500, "text/html", b"\xff" * 900), Outcome.REFUSED),
        (Answer(302, "text/html", b""), Outcome.REFUSED),
        (Answer(409, "text/x.tlog.size", b"many\n"), Outcome.REFUSED),
        (Answer(409, "text/x.tlog.size", b"9" * 50), Outcome.REFUSED),
    ],
)
def test_other_answers_are_told_in_its_own_words(house, answer, outcome):
    house.answers[0] = lambda _body: answer
    found = house.gather(7)
    assert (found.told[0].outcome, found.is_met) == (outcome, True)
    assert found.told[0].detail.startswith(str(answer.status))
    assert len(found.told[0].detail) < 220


def test_a_witness_that_changes_its_mind_forever_is_left(house):
    sizes = iter(b"121212121212")
    house.answers[0] = lambda _body: Answer(409, "text/x.tlog.size", bytes([next(sizes)]))
    assert house.gather(7).told[0].outcome == Outcome.REFUSED


def test_a_witness_signs_again_after_it_was_killed_before_it_answered(house):
    """What it remembers is more than what we know: the 409 tells, and the same tree is signed."""
    house.sign_before(9)
    assert (
        outcomes(house.gather(9, known={f"w{n}.example": 7 for n in range(3)}))
        == [Outcome.SIGNED] * 3
    )


def test_cosignatures_tell_the_witnesses_time_whatever_our_clock_says(house):
    assert {one.moment for one in house.gather(7).note.signatures[1:]} == {NOON}
    for witness in house.witnesses:
        assert Witness.at(witness.folder).sights()[0].moment == NOON
