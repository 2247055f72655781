"""The attacker on a vote by token: a dump after the close, and every key that there ever was."""

import hashlib
import json
from datetime import timedelta

import pytest
from sqlalchemy import text

from ballots import log, services
from ballots.integrator import Integrator
from ballots.models import Board, Contest, LogLeaf, RollEntry
from ballots.tokens.mix import Mix
from ballots.tokens.models import SurrenderedToken, TokenIssue
from core import clock
from tests import factories, tokens

VOTERS = 30


@pytest.fixture
def vote(database, now, keys, monkeypatch):
    """Voters get their tokens and cast in turn; a batch of ten goes into the log every ten minutes."""
    voters = [hashlib.sha256(b"%d" % serial).hexdigest()[:32] for serial in range(VOTERS)]
    with database.writing() as session:
        contest_id = factories.cycle(session, now, keys=keys, credential="blind").contest_id
    serials = []
    for serial, voter in enumerate(voters):
        moment = now + timedelta(minutes=serial)
        monkeypatch.setattr(clock, "now", lambda moment=moment: moment)
        with database.writing() as session:
            device = tokens.vote(session, contest_id, voter, [1 + serial % 3], keys, moment)
        serials.append(device.blinded.message)
        Integrator(database, keys, Mix(timedelta(minutes=9), 10)).turn()
    with database.writing() as session:
        services.close_contest(session, session.get_one(Contest, contest_id), keys=keys, now=now)
    Integrator(database, keys).turn()
    return contest_id, voters, serials


def dump(database, table):
    """The rows as a dump writes them: in the order in which they lie in the file."""
    with database.reading() as session:
        rows = session.execute(text(f"SELECT * FROM {table}"))  # noqa: S608 - a name of ours
        return [dict(row) for row in rows.mappings()]


def test_neither_order_nor_content_of_rows_links_a_voter_to_a_token(database, vote):
    contest_id, voters, serials = vote
    truth = dict(zip(voters, serials, strict=True))
    issued = [row["voter_id"] for row in dump(database, "token_issues")]
    placed = [bytes(row["voter"]) for row in dump(database, "log_leaves") if row["voter"]]
    assert sorted(placed) == sorted(serials)
    for order in (
        issued,
        [row["voter_id"] for row in dump(database, "roll_entries")],
        sorted(voters),
    ):
        for guess in (placed, placed[::-1], sorted(placed)):
            hits = sum(truth[voter] == one for voter, one in zip(order, guess, strict=True))
            assert hits < 6  # one is right by chance
    with database.reading() as session:
        leaves = [json.loads(leaf) for leaf in log.leaves(session.connection(), contest_id)]
    told = repr(dump(database, "token_issues"))
    for leaf in leaves:
        if "k" in leaf:
            for part in map(bytes.fromhex, leaf["k"].values()):
                assert repr(part) not in told
                assert repr(hashlib.sha256(part).digest()) not in told


def test_no_column_tells_a_moment_or_joins_roll_and_log(database):
    columns = {column.name for column in TokenIssue.__table__.c}
    assert columns == {"contest_id", "voter_id", "blinded", "signature"}
    for model in (TokenIssue, RollEntry):
        for other in (LogLeaf, Board, SurrenderedToken):
            assert {*model.__table__.c.keys()} & {*other.__table__.c.keys()} == {"contest_id"}
