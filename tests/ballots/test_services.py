"""The box: one ballot a voter, the last one counts, nobody after the close."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from ballots import entries, log, pending, queries, receipts, services
from ballots.errors import (
    BallotInBoxError,
    ContestClosedError,
    LinkKeyMissingError,
    NotOnRollError,
    PaperBallotError,
    ReconciliationError,
    TooManyPicksError,
)
from ballots.kinds import Choices
from ballots.models import Contest, LogLeaf, PendingLeaf, RollEntry
from ballots.services import Paper
from core.db import Database
from tests import factories


def box(session, contest_id) -> list[str]:
    """What counts, once all that waits is in the log."""
    pending.integrate(session.connection(), contest_id)
    return list(queries.choices_in_box(session, contest_id))


def state(session, contest_id, code) -> str | None:
    found = log.find(session.connection(), contest_id, code)
    return found and found.state


def one(session, contest_id, voter, numbers, keys, now) -> str:
    paper = Paper(voter, Choices(tuple(numbers)))
    return services.cast(session.connection(), contest_id, [paper], keys=keys, now=now)[0]


def test_voting_again_replaces_the_ballot_and_its_code(session, now, keys):
    contest_id = factories.cycle(session, now, keys=keys).contest_id
    first = one(session, contest_id, "kim", [1], keys, now)
    second = one(session, contest_id, "kim", [2, 3], keys, now)
    assert box(session, contest_id) == ['{"a":[2,3]}']
    assert state(session, contest_id, first) == "replaced"
    assert state(session, contest_id, second) == "in"
    assert session.get(RollEntry, (contest_id, "kim")).casts == 2
    assert queries.has_voted(session, contest_id, "kim")
    assert not queries.has_voted(session, contest_id, "lee")


def test_a_hundred_ballots_of_one_voter_at_once_leave_one(database: Database, now, keys):
    with database.writing() as session:
        contest_id = factories.cycle(session, now, keys=keys).contest_id

    def attempt(serial: int) -> str:
        with database.writing() as session:
            return one(session, contest_id, "kim", [1 + serial % 3], keys, now)

    with ThreadPoolExecutor(25) as pool:
        codes = list(pool.map(attempt, range(100)))
    with database.reading() as session:
        assert len(box(session, contest_id)) == 1
        assert session.get(RollEntry, (contest_id, "kim")).casts == 100
        assert [state(session, contest_id, code) for code in codes].count("in") == 1


def test_ballots_that_race_the_close_are_in_the_box_or_refused(database: Database, now, keys):
    with database.writing() as session:
        contest_id = factories.cycle(session, now, keys=keys).contest_id

    def attempt(serial: int) -> bool:
        try:
            with database.writing() as session:
                if serial == 30:
                    contest = session.get_one(Contest, contest_id)
                    services.close_contest(session, contest, keys=keys, now=now)
                else:
                    one(session, contest_id, f"v{serial}", [1], keys, now)
        except (ContestClosedError, LinkKeyMissingError):
            return False
        return serial != 30

    with ThreadPoolExecutor(16) as pool:
        accepted = sum(pool.map(attempt, range(60)))
    with database.reading() as session:
        assert len(box(session, contest_id)) == accepted
    with pytest.raises(ContestClosedError), database.writing() as session:
        one(session, contest_id, "late", [1], keys, now)


def test_the_closing_instant_itself_is_too_late(session, now, keys):
    contest_id = factories.cycle(session, now, keys=keys).contest_id
    contest = session.get_one(Contest, contest_id)
    one(session, contest_id, "a", [1], keys, contest.opens_at)
    one(session, contest_id, "b", [1], keys, contest.closes_at - timedelta(microseconds=1))
    for moment in (contest.closes_at, contest.opens_at - timedelta(microseconds=1)):
        with pytest.raises(ContestClosedError):
            one(session, contest_id, "c", [1], keys, moment)


def test_one_bad_paper_among_many_casts_none(database: Database, now, keys):
    with database.writing() as session:
        contest_id = factories.cycle(session, now, keys=keys, max_picks=1).contest_id
    papers = [Paper("a", Choices((1,))), Paper("b", Choices((1, 2)))]
    with pytest.raises(TooManyPicksError), database.writing() as session:
        services.cast(session.connection(), contest_id, papers, keys=keys, now=now)
    with database.reading() as session:
        assert box(session, contest_id) == []


def test_a_listed_roll_lets_in_only_whom_it_lists(session, now, keys):
    contest_id = factories.cycle(session, now, keys=keys, roll_kind="listed").contest_id
    services.enrol(session, contest_id, ["kim", "lee"])
    services.enrol(session, contest_id, [])
    one(session, contest_id, "kim", [1], keys, now)
    with pytest.raises(NotOnRollError):
        one(session, contest_id, "park", [1], keys, now)
    turnout = queries.turnout(session, session.get_one(Contest, contest_id))
    assert (turnout.voted, turnout.roll_size) == (1, 2)


@pytest.mark.parametrize("roll_kind", ["listed", "declared"])
def test_paper_is_final(session, now, keys, roll_kind):
    contest_id = factories.cycle(session, now, keys=keys, roll_kind=roll_kind).contest_id
    services.enrol(session, contest_id, ["kim", "lee"])
    services.mark_paper(session, contest_id, "kim", keys=keys)
    with pytest.raises(PaperBallotError):
        one(session, contest_id, "kim", [1], keys, now)
    with pytest.raises(PaperBallotError):
        services.mark_paper(session, contest_id, "kim", keys=keys)
    with pytest.raises(NotOnRollError):
        services.mark_paper(session, contest_id, "park", keys=keys)


def test_statements_do_not_grow_with_the_batch(database: Database, now, keys, count_queries):
    with database.writing() as session:
        contest_id = factories.cycle(session, now, keys=keys).contest_id
    seen = []
    for size in (1, 200):
        papers = [Paper(f"{size}-{serial}", Choices((1,))) for serial in range(size)]
        with database.writing() as session, count_queries() as statements:
            services.cast(session.connection(), contest_id, papers, keys=keys, now=now)
        seen.append(len(statements))
    assert seen[0] >= seen[1]
    assert seen[1] <= 4


def test_the_close_compares_roll_and_box_and_destroys_the_key(database: Database, now, keys):
    with database.writing() as session:
        contest_id = factories.cycle(session, now, keys=keys, ballots_cast=[[1], [2]]).contest_id
    with database.writing() as session:
        contest = session.get_one(Contest, contest_id)
        found = services.close_contest(session, contest, keys=keys, now=now)
        assert (found.marks, found.ballots, found.roll_size) == (2, 2, 2)
        assert keys.linker.has(contest_id)  # not before the commit
    assert not keys.linker.has(contest_id)


@pytest.mark.parametrize("harm", ["stuffed", "lost", "swapped"])
def test_a_box_that_does_not_fit_the_roll_is_not_closed(database: Database, now, keys, harm):
    with database.writing() as session:
        contest_id = factories.cycle(session, now, keys=keys, ballots_cast=[[1], [2]]).contest_id
        connection = session.connection()
        board = pending.integrate(connection, contest_id)
        if harm == "stuffed":
            stuffed = entries.ballot(board.election, "web", b"x" * 16, b"n" * 32, '{"a":[]}')
            log.append(connection, board, [stuffed])
        elif harm == "lost":
            session.add(RollEntry(contest_id=contest_id, voter_id="w", status="web", casts=1))
        else:
            session.get(RollEntry, (contest_id, "v1")).voter_id = "w"
    with pytest.raises(ReconciliationError), database.writing() as session:
        services.close_contest(session, session.get_one(Contest, contest_id), keys=keys, now=now)
    with database.reading() as session:
        assert session.get_one(Contest, contest_id).closed_at is None
    assert keys.linker.has(contest_id)


def test_without_the_link_key_nobody_votes_and_nothing_is_closed(session, now, keys):
    contest_id = factories.cycle(session, now, keys=keys).contest_id
    keys.linker.destroy(contest_id)
    with pytest.raises(LinkKeyMissingError):
        one(session, contest_id, "kim", [1], keys, now)
    with pytest.raises(LinkKeyMissingError):
        services.close_contest(session, session.get_one(Contest, contest_id), keys=keys, now=now)


def test_a_contest_that_never_opened_is_not_closed(session, now, keys):
    made = factories.cycle(session, now, phase="frozen")
    with pytest.raises(ContestClosedError):
        services.close_contest(session, made.contest, keys=keys, now=now)


def test_the_link_key_is_private_and_never_replaced(keys, session, now):
    contest_id = factories.cycle(session, now, keys=keys).contest_id
    before = keys.linker.pseudonym(contest_id, "kim")
    keys.linker.create(contest_id)
    assert keys.linker.pseudonym(contest_id, "kim") == before
    for path in keys.linker._folder.rglob("*"):
        assert path.stat().st_mode & 0o077 == 0 or path.suffix == ".lock"
    assert len(before) == 16


@pytest.mark.parametrize("table", [PendingLeaf, LogLeaf])
def test_roll_and_log_share_no_column_but_the_contest(table):
    shared = set(RollEntry.__table__.columns.keys()) & set(table.__table__.columns.keys())
    assert shared == {"contest_id"}


def test_a_code_is_the_first_hundred_bits_of_the_hash():
    low, high = receipts.hashes_of(receipts.code_of(bytes(range(32))))
    assert low <= bytes(range(32)) <= high
    assert (low[:12], high[:12]) == (bytes(range(12)),) * 2
    assert receipts.code_of(low) == receipts.code_of(high)


def test_a_fresh_database_has_no_ballots(session):
    assert session.scalar(select(func.count()).select_from(LogLeaf)) == 0


def test_the_same_paper_sent_again_is_the_same_ballot(database: Database, now, keys, integrate):
    with database.writing() as session:
        contest_id = factories.cycle(session, now, keys=keys).contest_id
    paper = Paper("kim", Choices((1,)))
    codes = []
    for waits in (True, False, False):
        try:
            with database.writing() as session:
                codes += services.cast(
                    session.connection(), contest_id, [paper], keys=keys, now=now
                )
        except BallotInBoxError as error:
            codes += error.codes
        if not waits:
            integrate()
    assert len({*codes}) == 1
    with database.reading() as session:
        assert session.get(RollEntry, (contest_id, "kim")).casts == 1
        assert box(session, contest_id) == ['{"a":[1]}']


def test_paper_takes_the_place_of_a_web_ballot(database: Database, now, keys, integrate):
    with database.writing() as session:
        contest_id = factories.cycle(session, now, keys=keys).contest_id
        code = one(session, contest_id, "kim", [1], keys, now)
    with database.writing() as session:
        services.mark_paper(session, contest_id, "kim", keys=keys)
    integrate()
    with database.reading() as session:
        assert state(session, contest_id, code) == "revoked"
        assert box(session, contest_id) == []
    with pytest.raises(PaperBallotError), database.writing() as session:
        one(session, contest_id, "kim", [2], keys, now)
    with database.writing() as session:
        found = services.close_contest(
            session, session.get_one(Contest, contest_id), keys=keys, now=now
        )
    assert found.ballots == 0
