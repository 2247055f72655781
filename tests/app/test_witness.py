"""A witness by HTTP: statuses and kinds of C2SP tlog-witness, and the page for people."""

import hashlib
from datetime import UTC, datetime

import pytest
from werkzeug.test import Client

from app.witness import MOST_BYTES, Application, served
from ballots import verifiers
from ballots.board.notes import Note, signatures_in
from ballots.witness.decision import Fork
from ballots.witness.records import name_of
from ballots.witness.witness import DamagedError
from tests.ballots.witness.growing import NOON, GrowingLog, following

CITY = GrowingLog()
ORIGIN = CITY.signer.name


@pytest.fixture
def witness(tmp_path):
    return following(tmp_path / "w", CITY)


@pytest.fixture
def client(witness):
    return Client(Application(witness, lambda: datetime.fromtimestamp(NOON, UTC)))


def test_a_checkpoint_is_answered_with_a_line_that_its_note_can_take(client, witness):
    answer = client.post("/add-checkpoint", data=CITY.submission(0, 7))
    assert answer.status_code == 200
    note = Note(CITY.note(7).text, signatures_in(answer.text))
    assert note.signed_by([witness.signer.key]) == (witness.signer.key,)
    assert note.signatures[0].moment == NOON


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"nonsense", 400), (CITY.submission(0, 9), 409), (CITY.submission(7, 9)[:-3] + b"\n", 400),
        (GrowingLog("other.example").submission(0, 7), 404), (GrowingLog(forked_at=3).submission(7, 9), 422),
        (b"x" * (MOST_BYTES + 1), 413), (CITY.submission(7, 9).replace(b"\n9\n", b"\n8\n"), 403),
    ],
)  # fmt: skip
def test_refusals(client, data, status):
    client.post("/add-checkpoint", data=CITY.submission(0, 7))
    answer = client.post("/add-checkpoint", data=data)
    assert answer.status_code == status
    assert answer.content_type == (
        "text/x.tlog.size" if status == 409 else "text/plain; charset=utf-8"
    )
    if status == 409:
        assert answer.data == b"7\n"


def test_what_it_has_signed_is_there_for_monitors(client, witness):
    path = f"/{name_of(ORIGIN)}/checkpoint"
    assert client.get(path).status_code == 404
    client.post("/add-checkpoint", data=CITY.submission(0, 7))
    note = Note.read(client.get(path).data)
    keys = [CITY.key, witness.signer.key]
    assert note.signed_by(keys) == tuple(keys)
    assert client.get(f"/{name_of('other.example')}/checkpoint").status_code == 404
    assert client.get("/../key/checkpoint").status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/add-checkpoint", 405), ("POST", "/", 405), ("GET", "/key", 404)],
)
def test_there_is_nothing_else(client, method, path, status):
    assert client.open(path, method=method).status_code == status


def test_the_page_tells_size_root_and_time_in_both_languages(client):
    assert "Nothing was signed of this log yet." in client.get("/?lang=en").text
    client.post("/add-checkpoint", data=CITY.submission(0, 7))
    root = str(CITY.tree(7)).splitlines()[2]
    for query, spoken, moment in (
        ("?lang=en", "en", "Mon 21 Sep 2026, 23:13"), ("?lang=ko", "ko", "2026년 9월 21일 (월) 23:13"), ("?lang=fr", "ko", "2026년"),
    ):  # fmt: skip
        page = client.get(f"/{query}")
        assert f'lang="{spoken}"' in page.text
        assert root in page.text
        assert moment in page.text
        assert ">7<" in page.text
        assert "style-src 'self'" in page.headers["Content-Security-Policy"]
        assert 'role="alert"' not in page.text
    assert '<html lang="en">' in client.get("/", headers={"Accept-Language": "en"}).text
    assert client.get("/style.css").content_type.startswith("text/css")


def test_the_page_shows_a_fork(client, witness):
    client.post("/add-checkpoint", data=CITY.submission(0, 7))
    forked = GrowingLog(forked_at=5)
    with pytest.raises(Fork):
        witness.add_checkpoint(forked.submission(7, 7), NOON)
    witness.add_checkpoint(CITY.submission(7, 9), NOON)
    page = client.get("/?lang=en").text
    assert 'role="alert"' in page
    for tree in (CITY.tree(7), forked.tree(7), CITY.tree(9)):
        assert str(tree).splitlines()[2] in page


def test_it_hosts_the_programs_that_count_without_the_city(client):
    page = client.get("/").text
    for name, body in verifiers.files().items():
        answer = client.get(f"/{name}")
        assert answer.data == body
        assert "script-src" not in answer.headers["Content-Security-Policy"]  # the page has its own
        assert hashlib.sha256(body).hexdigest() in page
    assert len(verifiers.files()) == 2


def test_a_witness_without_logs_says_so(tmp_path):
    client = Client(Application(following(tmp_path / "w")))
    assert "follows no log yet" in client.get("/?lang=en").text


def test_a_damaged_record_is_a_fault_and_not_a_signature(client, witness, tmp_path):
    client.post("/add-checkpoint", data=CITY.submission(0, 7))
    (witness.folder / "signed" / name_of(ORIGIN)).write_text("torn")
    for answer in (client.post("/add-checkpoint", data=CITY.submission(0, 9)), client.get("/")):
        assert (answer.status_code, answer.text) == (500, "500 Internal Server Error\n")
    with pytest.raises(DamagedError):
        served(str(witness.folder))


def test_no_log_line_tells_who_asked_or_a_key(witness, capsys):
    served_one = Client(served(str(witness.folder)))
    served_one.post(
        "/add-checkpoint", data=CITY.submission(0, 7), environ_base={"REMOTE_ADDR": "192.0.2.77"}
    )
    served_one.post("/add-checkpoint", data=b"nonsense")
    out = capsys.readouterr().out
    assert f'"origin": "{ORIGIN}"' in out
    assert '"status": 400' in out
    assert "192.0.2.77" not in out
    assert (witness.folder / "key").read_text().strip()[-44:] not in out  # base64 of its 33 bytes
