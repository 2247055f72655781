"""The attacker: a dump of the database and the logs of the site, but not the link key."""

import hashlib
import json
import re
from pathlib import Path

import pytest
from sqlalchemy import select, text

from ballots import log, services
from ballots.models import Board, Contest, LogLeaf, RollEntry
from tests import factories

VOTERS = 48


@pytest.fixture
def vote(client, database, now, keys, sign_in, integrate, capfd):
    """Each voter casts by page, in turn; every sixth cast a batch goes into the log."""
    with database.writing() as session:
        contest_id = factories.cycle(session, now, keys=keys, costs=[1] * 8).contest_id
        people = [factories.account(session, now) for _ in range(VOTERS)]
    for serial, person in enumerate(people):
        sign_in(person)
        choice = {
            "choice": str(1 + serial * 5 % 8),
            "nonce": hashlib.sha256(b"%d" % serial).hexdigest(),
        }
        base = f"/votes/{contest_id}"
        assert client.post(f"{base}/cast", data=choice).status_code == 302
        client.get(f"{base}/receipt")
        if serial % 6 == 5:
            integrate()
    voters = [str(person.id) for person in people]
    pseudonyms = [keys.linker.pseudonym(contest_id, voter) for voter in voters]
    with database.writing() as session:
        services.close_contest(session, session.get_one(Contest, contest_id), keys=keys, now=now)
    integrate()
    return contest_id, voters, pseudonyms, capfd.readouterr().out


def dump(database, table: str) -> list[dict]:
    """The rows as a dump writes them: in the order in which they lie in the file."""
    with database.reading() as session:
        rows = session.execute(text(f"SELECT * FROM {table}"))  # noqa: S608 - a name of ours
        return [dict(row) for row in rows.mappings()]


def hits(guess: list[bytes], truth: dict[str, bytes], voters: list[str]) -> int:
    return sum(truth[voter] == bytes(one) for voter, one in zip(voters, guess, strict=True))


def test_neither_order_nor_numbers_of_rows_link_a_voter_to_a_ballot(database, vote):
    _contest_id, voters, pseudonyms, _ = vote
    truth = dict(zip(voters, pseudonyms, strict=True))
    roll = [row["voter_id"] for row in dump(database, "roll_entries")]
    placed = [row["voter"] for row in dump(database, "log_leaves") if row["kind"] == "ballot"]
    assert sorted(roll) == sorted(voters)
    # By chance one of them is right; six and more are not in one of a thousand tries.
    for guess in (placed, placed[::-1], sorted(placed)):
        assert hits(guess, truth, roll) < 6
        assert hits(guess, truth, sorted(voters)) < 6


def test_no_other_table_joins_the_two(database, vote):
    contest_id, voters, pseudonyms, _ = vote
    known = {"contest_id"}
    with database.reading() as session:
        for model in (LogLeaf, Board):
            shared = {*model.__table__.c.keys()} & {*RollEntry.__table__.c.keys()}
            assert shared <= known
        names = session.connection().dialect.get_table_names(session.connection())
    for name in set(names) - {"log_leaves"}:
        rows = repr(dump(database, name))
        for pseudonym in pseudonyms:
            assert repr(pseudonym) not in rows
            assert pseudonym.hex() not in rows
    leaves = repr(dump(database, "log_leaves"))
    for voter in voters:
        assert voter not in leaves
        for guess in (
            hashlib.sha256(voter.encode()),
            hashlib.sha256(contest_id.bytes + voter.encode()),
        ):
            assert guess.hexdigest()[:32] not in leaves
    assert dump(database, "pending_leaves") == []


def test_the_roll_tells_no_time(database, vote):
    columns = {column.name for column in RollEntry.__table__.c}
    assert columns == {"contest_id", "voter_id", "status", "casts"}
    assert not [column for column in LogLeaf.__table__.c if column.name.endswith("_at")]


def test_the_requests_log_tells_neither_who_nor_what(vote):
    contest_id, voters, pseudonyms, said = vote
    lines = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    casts = [line for line in lines if line.get("route", "").endswith("/cast")]
    assert len(casts) == VOTERS
    assert {*casts[0]} == {"id", "method", "route", "status", "ms", "level", "event", "timestamp"}
    for secret in (*voters, *(one.hex() for one in pseudonyms), str(contest_id)):
        assert secret not in said
    assert not re.search(r"choice|nonce|[0-9A-HJKMNP-TV-Z]{20}", said)


@pytest.mark.only_on("sqlite")
def test_the_file_itself_keeps_nothing_of_what_waited(database, vote, keys):
    """Deleted rows are overwritten; what stays is the log, in the order of the log."""
    with database.reading() as session:
        leaf = session.scalar(select(LogLeaf.leaf).where(LogLeaf.kind == "ballot"))
    database.dispose()  # the write-ahead log goes into the file, and then away
    assert Path(database.url.database).read_bytes().count(leaf) == 1


def test_the_link_key_is_gone(vote, keys, database):
    contest_id, voters, *_ = vote
    assert not keys.linker.has(contest_id)
    with pytest.raises(FileNotFoundError):
        keys.linker.pseudonym(contest_id, voters[0])
    with database.reading() as session:
        assert log.kinds(session.connection(), contest_id)["close"] == 1
