"""One token a voter: whoever asks twice gets the same, and paper keeps out."""

import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from ballots import services as ballots
from ballots.board import canonical
from ballots.booth import permits
from ballots.errors import (
    ContestClosedError,
    NotOnRollError,
    PaperBallotError,
    TokenIssuedError,
    WrongCredentialError,
)
from ballots.kinds import Choices
from ballots.models import Board, Contest, RollEntry
from ballots.services import Paper
from ballots.tokens import queries, services
from ballots.tokens.errors import (
    OtherTokenError,
    TokenKeyMissingError,
    TokenUsedError,
    TornTokenError,
    WrongRecoveryCodeError,
    WrongTokenError,
)
from ballots.tokens.models import TokenIssue
from core.db import Database
from tests import factories, tokens
from tests.tokens import Device


@pytest.fixture
def contest_id(session, now, keys):
    made = factories.cycle(session, now, keys=keys, credential="blind", roll_kind="listed")
    ballots.enrol(session, made.contest_id, ["kim", "lee"])
    return made.contest_id


def status(session, contest_id, voter):
    entry = session.get_one(RollEntry, (contest_id, voter))
    session.refresh(entry)
    return entry.status, entry.casts


def test_asked_again_the_office_answers_the_same_and_marks_once(session, contest_id, now, keys):
    device = Device.of(session, contest_id)
    first = device.issue(session.connection(), contest_id, "kim", keys, now)
    assert device.issue(session.connection(), contest_id, "kim", keys, now) == first
    assert status(session, contest_id, "kim") == ("web", 1)
    assert status(session, contest_id, "lee") == ("none", 0)
    assert queries.issued(session, contest_id) == {"all": 1}
    assert queries.has_token(session, contest_id, "kim")
    with pytest.raises(OtherTokenError):
        Device.of(session, contest_id).issue(session.connection(), contest_id, "kim", keys, now)


def test_fifty_at_once_leave_one_signature(database: Database, now, keys):
    with database.writing() as session:
        contest_id = factories.cycle(session, now, keys=keys, credential="blind").contest_id
        devices = [Device.of(session, contest_id) for _ in range(5)]

    def attempt(serial: int) -> str:
        try:
            with database.writing_rows() as connection:
                own = devices[serial % 5]
                return own.issue(connection, contest_id, "kim", keys, now)["m"]
        except OtherTokenError:
            return ""

    with ThreadPoolExecutor(25) as pool:
        serials = list(pool.map(attempt, range(50)))
    assert sorted(map(serials.count, {*serials})) == [10, 40]
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(TokenIssue)) == 1
        assert status(session, contest_id, "kim") == ("web", 1)


def test_paper_and_token_keep_each_other_out(session, contest_id, now, keys):
    tokens.vote(session, contest_id, "kim", [1], keys, now)
    with pytest.raises(TokenIssuedError):
        ballots.mark_paper(session, contest_id, "kim", keys=keys)
    ballots.mark_paper(session, contest_id, "lee", keys=keys)
    with pytest.raises(PaperBallotError):
        tokens.vote(session, contest_id, "lee", [1], keys, now)


def test_paper_and_token_that_race_leave_one_of_them(database: Database, now, keys):
    voters = [f"voter-{number}" for number in range(12)]
    with database.writing() as session:
        cycle = factories.cycle(session, now, keys=keys, credential="blind", roll_kind="listed")
        contest_id = cycle.contest_id
        ballots.enrol(session, contest_id, voters)
        device = Device.of(session, contest_id)

    def attempt(serial: int) -> str:
        voter, wants_paper = voters[serial // 2], serial % 2
        try:
            with database.writing() as session:
                if wants_paper:
                    ballots.mark_paper(session, contest_id, voter, keys=keys)
                else:
                    device.issue(session.connection(), contest_id, voter, keys, now)
        except (TokenIssuedError, PaperBallotError):
            return ""
        return voter

    with ThreadPoolExecutor(12) as pool:
        served = list(pool.map(attempt, range(24)))
    assert sorted(filter(None, served)) == sorted(voters)
    with database.reading() as session:
        on_web = select(RollEntry.voter_id).where(RollEntry.status == "web")
        issued = select(TokenIssue.voter_id)
        assert {*session.scalars(on_web)} == {*session.scalars(issued)}


def test_who_is_not_on_the_roll_and_what_is_not_blinded_is_refused(database, now, keys):
    with database.writing() as session:
        cycle = factories.cycle(session, now, keys=keys, credential="blind", roll_kind="listed")
        contest_id = cycle.contest_id
        ballots.enrol(session, contest_id, ["kim"])
        device = Device.of(session, contest_id)
    with pytest.raises(NotOnRollError), database.writing_rows() as connection:
        device.issue(connection, contest_id, "park", keys, now)
    for torn in (b"", bytes(383), b"\xff" * 384):
        with pytest.raises(TornTokenError), database.writing_rows() as connection:
            services.issue(connection, contest_id, "kim", torn, keys=keys, now=now)
    late = now + timedelta(days=30)
    with pytest.raises(ContestClosedError), database.writing_rows() as connection:
        device.issue(connection, contest_id, "kim", keys, late)


def test_a_linked_vote_has_no_tokens_and_a_blind_one_no_pseudonyms(session, contest_id, now, keys):
    device = Device.of(session, contest_id)
    linked = factories.cycle(session, now, keys=keys).contest_id
    assert session.get_one(Board, linked).tokens == "{}"
    assert not keys.tokens.has(linked)
    assert queries.tokens(session, linked) is None
    with pytest.raises(WrongCredentialError):
        device.issue(session.connection(), linked, "kim", keys, now)
    with pytest.raises(WrongCredentialError):
        tokens.cast(session.connection(), linked, b"{}", keys, now)
    paper = Paper("kim", Choices((1,)))
    with pytest.raises(WrongCredentialError):
        ballots.cast(session.connection(), contest_id, [paper], keys=keys, now=now)
    with pytest.raises(WrongCredentialError):
        permits.give(session, session.get_one(Contest, contest_id), "kim", now=now)


def test_an_unused_token_goes_back_for_paper_and_is_dead_then(session, contest_id, now, keys):
    contest = session.get_one(Contest, contest_id)
    device = Device.of(session, contest_id)
    token = device.issue(session.connection(), contest_id, "kim", keys, now)
    for wrong in ("", "0" * 28, Device.of(session, contest_id).code):
        with pytest.raises(WrongRecoveryCodeError):
            services.surrender(session, contest, "kim", wrong)
    with pytest.raises(WrongRecoveryCodeError):
        services.surrender(session, contest, "lee", device.code)
    services.surrender(session, contest, "kim", device.code)
    assert status(session, contest_id, "kim") == ("none", 0)
    ballots.mark_paper(session, contest_id, "kim", keys=keys)
    assert queries.issued(session, contest_id) == {"all": 0}
    with pytest.raises(WrongTokenError):
        tokens.cast(session.connection(), contest_id, device.leaf(token, [1]), keys, now)


@pytest.mark.parametrize("is_in_the_log", [False, True])
def test_a_used_token_stays(session, contest_id, now, keys, is_in_the_log):
    device = tokens.vote(session, contest_id, "kim", [1], keys, now)
    if is_in_the_log:
        ballots.pending.integrate(session.connection(), contest_id)
    with pytest.raises(TokenUsedError):
        services.surrender(session, session.get_one(Contest, contest_id), "kim", device.code)


def test_a_surrender_and_a_cast_that_race_leave_one_of_them(database: Database, now, keys):
    with database.writing() as session:
        contest_id = factories.cycle(session, now, keys=keys, credential="blind").contest_id
        devices = [Device.of(session, contest_id) for _ in range(8)]
        leaves = [
            device.leaf(device.issue(session.connection(), contest_id, f"v{at}", keys, now), [1])
            for at, device in enumerate(devices)
        ]

    def attempt(serial: int) -> str:
        at, casts = serial // 2, serial % 2
        try:
            with database.writing() as session:
                if casts:
                    tokens.cast(session.connection(), contest_id, leaves[at], keys, now)
                    return f"cast {at}"
                contest = session.get_one(Contest, contest_id)
                services.surrender(session, contest, f"v{at}", devices[at].code)
                return f"back {at}"
        except (TokenUsedError, WrongTokenError):
            return ""

    with ThreadPoolExecutor(8) as pool:
        done = [one for one in pool.map(attempt, range(16)) if one]
    assert sorted(one[-1] for one in done) == list("01234567")


def test_the_keys_lie_outside_the_database_and_go_with_the_close(
    session, contest_id, now, keys, config
):
    (path,) = config.keys_dir.glob("*.tokens")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    before = path.read_bytes()
    keys.tokens.create_for(contest_id, ["all"])
    assert path.read_bytes() == before
    told = canonical.loads(session.get_one(Board, contest_id).tokens.encode())
    assert told["all"]["e"] == 65537
    assert len(told["all"]["n"]) == 768
    device = Device.of(session, contest_id)
    keys.tokens.destroy(contest_id)
    with pytest.raises(TokenKeyMissingError):
        device.issue(session.connection(), contest_id, "kim", keys, now)
