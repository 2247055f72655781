"""Casting with a token: no forgery gets in, the last ballot counts, and roll and log agree by number."""

import hashlib
import json
from datetime import timedelta

import pytest
from sqlalchemy import delete, update

from ballots import closing, kinds, log, pending, queries, services
from ballots.board import canonical
from ballots.board.notes import Key
from ballots.errors import (
    ContestClosedError,
    ReconciliationError,
    TooManyPicksError,
    UnknownOptionError,
)
from ballots.models import Board, Contest, PendingLeaf, RollEntry
from ballots.tokens import keys as token_keys
from ballots.tokens.errors import TokenKeyMissingError, TornBallotError, WrongTokenError
from ballots.tokens.models import TokenIssue
from tests import factories, tokens
from tests.tokens import Device


@pytest.fixture
def contest_id(session, now, keys):
    return factories.cycle(session, now, keys=keys, credential="blind").contest_id


@pytest.fixture
def device(session, contest_id):
    return Device.of(session, contest_id)


@pytest.fixture
def token(session, contest_id, device, keys, now):
    return device.issue(session.connection(), contest_id, "kim", keys, now)


@pytest.fixture
def hand_in(session, contest_id, keys, now):
    return lambda leaf: tokens.cast(session.connection(), contest_id, leaf, keys, now)


def box(session, contest_id):
    pending.integrate(session.connection(), contest_id)
    return list(queries.choices_in_box(session, contest_id))


def test_the_last_ballot_of_a_token_counts_in_one_batch_and_over_several(
    session, contest_id, device, token, hand_in
):
    for numbers in ([1], [2], [3]):
        hand_in(device.leaf(token, numbers))
    assert box(session, contest_id) == ['{"a":[3]}']
    hand_in(device.leaf(token, [1, 2]))
    assert box(session, contest_id) == ['{"a":[1,2]}']
    assert session.get_one(RollEntry, (contest_id, "kim")).casts == 1


def test_the_ticket_is_the_logs_word_for_this_leaf_and_the_same_again(
    session, contest_id, device, token, hand_in
):
    leaf = device.leaf(token, [1])
    ticket = hand_in(leaf)
    board = session.get_one(Board, contest_id)
    hashed = hashlib.sha256(b"\x00" + leaf).hexdigest()
    assert ticket.text == f"ballot-ticket@v1\n{board.election}\n{hashed}\n{'00' * 16}\n"
    assert ticket.signed_by([Key.read(board.log_key)])
    assert hand_in(leaf) == ticket
    assert box(session, contest_id) == ['{"a":[1]}']
    assert hand_in(leaf) == ticket  # nor twice once it is in the log
    assert box(session, contest_id) == ['{"a":[1]}']


def test_no_forged_token_gets_in(session, contest_id, device, token, hand_in, now, keys):
    n = device.key.public_numbers().n
    signature = int(token["s"], 16)
    elsewhere = factories.cycle(session, now, keys=keys, credential="blind").contest_id
    other = Device.of(session, elsewhere)
    foreign = other.issue(session.connection(), elsewhere, "kim", keys, now)
    forged = {
        "squared": {"s": f"{signature * signature % n:0768x}"},
        "negated": {"s": f"{n - signature:0768x}"},
        "changed": {"s": f"{signature ^ 1:0768x}"},
        "another serial": {"m": "00" * 32},
        "another vote's": foreign,
    }
    for name, change in forged.items():
        with pytest.raises(WrongTokenError):
            hand_in(device.leaf(token | change, [1]))
        assert not pending.integrate(session.connection(), contest_id).edge.size > 1, name
    with pytest.raises(WrongTokenError):
        hand_in(device.leaf(token, [1], d="north"))


def test_what_is_no_ballot_of_this_vote_is_refused(device, token, hand_in):
    linked = json.loads(device.leaf(token, [1])) | {"p": "00" * 16}
    del linked["k"]
    for torn in (
        b"", b"{}", device.leaf(token, [1]) + b" ", canonical.dumps(linked),
        device.leaf(token, [1], e="another.example/pb"), device.leaf(token, [1], c="booth"),
        device.leaf(token, [1], f=2), device.leaf(token, [], x={"r": [[1]]}),
    ):  # fmt: skip
        with pytest.raises(TornBallotError):
            hand_in(torn)


def test_the_rule_holds_for_tokens_too(session, now, keys):
    cycle = factories.cycle(session, now, keys=keys, credential="blind", max_picks=1)
    device = Device.of(session, cycle.contest_id)
    connection = session.connection()
    token = device.issue(connection, cycle.contest_id, "kim", keys, now)
    for numbers, error in (([1, 2], TooManyPicksError), ([9], UnknownOptionError)):
        with pytest.raises(error):
            tokens.cast(connection, cycle.contest_id, device.leaf(token, numbers), keys, now)
    tokens.cast(connection, cycle.contest_id, device.leaf(token, []), keys, now)
    assert box(session, cycle.contest_id) == ['{"a":[]}']


def test_choices_of_another_kind_are_refused(session, now, keys):
    cycle = factories.cycle(session, now, keys=keys, credential="blind", kind="ordinal")
    device = Device.of(session, cycle.contest_id)
    connection = session.connection()
    token = device.issue(connection, cycle.contest_id, "kim", keys, now)
    with pytest.raises(TornBallotError):
        tokens.cast(connection, cycle.contest_id, device.leaf(token, [1, 2]), keys, now)


def test_nobody_casts_after_the_end_or_without_the_logs_key(
    session, contest_id, device, token, keys, now, config
):
    leaf = device.leaf(token, [1])
    with pytest.raises(ContestClosedError):
        tokens.cast(session.connection(), contest_id, leaf, keys, now + timedelta(days=30))
    (config.keys_dir / f"{contest_id}.log").unlink()
    with pytest.raises(TokenKeyMissingError):
        tokens.cast(session.connection(), contest_id, leaf, keys, now)
    assert session.query(PendingLeaf).count() == 0


def test_the_close_takes_unused_tokens_and_lets_in_what_waits(database, keys, now):
    with database.writing() as session:
        contest_id = factories.cycle(session, now, keys=keys, credential="blind").contest_id
        for voter, numbers in (("a", [1]), ("b", [2])):
            tokens.vote(session, contest_id, voter, numbers, keys, now)
        Device.of(session, contest_id).issue(session.connection(), contest_id, "c", keys, now)
        contest = session.get_one(Contest, contest_id)
        found = services.close_contest(session, contest, keys=keys, now=now)
        assert (found.ballots, found.marks, found.by_token) == (2, 3, True)
        last = json.loads(list(log.leaves(session.connection(), contest_id))[-1])
        assert last["marks"] == {"paper": 0, "web": 3}
    assert not keys.tokens.has(contest_id)
    assert not keys.linker.has(contest_id)


@pytest.mark.parametrize("fault", ["issue taken away", "other key", "unsigned leaf", "mark alone"])
def test_the_close_sees_more_ballots_than_tokens_and_other_keys(
    session, contest_id, device, token, hand_in, keys, now, fault
):
    hand_in(device.leaf(token, [1]))
    if fault == "issue taken away":
        session.execute(delete(TokenIssue))
        session.execute(update(RollEntry).values(status="none", casts=0))
    elif fault == "other key":
        elsewhere = factories.cycle(session, now, keys=keys, credential="blind").contest_id
        board = session.get_one(Board, contest_id)
        board.tokens = session.get_one(Board, elsewhere).tokens
    elif fault == "unsigned leaf":
        leaf = device.leaf(token | {"s": "00" * 384}, [2])
        entry = log.Entry(leaf, log.BALLOT, bytes.fromhex(token["m"]))
        pending.submit_nameless(session.connection(), contest_id, entry)
    else:
        session.add(RollEntry(contest_id=contest_id, voter_id="ghost", status="web", casts=1))
        session.flush()
    pending.integrate(session.connection(), contest_id)
    contest = session.get_one(Contest, contest_id)
    found = closing.survey(session, contest, keys=keys, now=now)
    assert not found.checks["voters"]
    with pytest.raises(ReconciliationError):
        services.close_contest(session, contest, keys=keys, now=now)


def test_what_the_opening_names_are_the_keys_that_everybody_gets(session, contest_id):
    opened = json.loads(next(log.leaves(session.connection(), contest_id)))
    told = session.get_one(Board, contest_id).tokens
    assert opened["tokens"] == token_keys.hashes(told)
    assert token_keys.written(token_keys.read(told)) == told
    body = canonical.dumps(json.loads(told)["all"])
    assert opened["tokens"] == {"all": hashlib.sha256(body).hexdigest()}
    assert kinds.canonical(json.loads(told)) == told
