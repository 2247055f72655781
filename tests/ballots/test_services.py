"""The box: one ballot a voter, the last one counts, nobody after the close."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from ballots import queries, receipts, services
from ballots.errors import (
    ContestClosedError,
    LinkKeyMissingError,
    NotOnRollError,
    PaperBallotError,
    ReconciliationError,
    TooManyPicksError,
)
from ballots.kinds import Choices
from ballots.models import CastBallot, Contest, RollEntry
from ballots.services import Paper
from core.db import Database
from tests import factories


def box(session, contest_id) -> list[str]:
    return sorted(queries.choices_in_box(session, contest_id))


def one(session, contest_id, voter, numbers, linker, now) -> str:
    paper = Paper(voter, Choices(tuple(numbers)))
    return services.cast(session.connection(), contest_id, [paper], linker=linker, now=now)[0]


def test_voting_again_replaces_the_ballot_and_its_code(session, now, linker):
    contest_id = factories.cycle(session, now, linker=linker).contest_id
    first = one(session, contest_id, "kim", [1], linker, now)
    second = one(session, contest_id, "kim", [2, 3], linker, now)
    assert box(session, contest_id) == ['{"a":[2,3]}']
    assert not queries.is_in_box(session, contest_id, first)
    assert queries.is_in_box(session, contest_id, second)
    assert session.get(RollEntry, (contest_id, "kim")).casts == 2
    assert queries.has_voted(session, contest_id, "kim")
    assert not queries.has_voted(session, contest_id, "lee")


def test_a_hundred_ballots_of_one_voter_at_once_leave_one(database: Database, now, linker):
    with database.writing() as session:
        contest_id = factories.cycle(session, now, linker=linker).contest_id

    def attempt(serial: int) -> str:
        with database.writing() as session:
            return one(session, contest_id, "kim", [1 + serial % 3], linker, now)

    with ThreadPoolExecutor(25) as pool:
        codes = list(pool.map(attempt, range(100)))
    with database.reading() as session:
        assert len(box(session, contest_id)) == 1
        assert session.get(RollEntry, (contest_id, "kim")).casts == 100
        assert sum(queries.is_in_box(session, contest_id, code) for code in codes) == 1


def test_ballots_that_race_the_close_are_in_the_box_or_refused(database: Database, now, linker):
    with database.writing() as session:
        contest_id = factories.cycle(session, now, linker=linker).contest_id

    def attempt(serial: int) -> bool:
        try:
            with database.writing() as session:
                if serial == 30:
                    contest = session.get_one(Contest, contest_id)
                    services.close_contest(session, contest, linker=linker, now=now)
                else:
                    one(session, contest_id, f"v{serial}", [1], linker, now)
        except (ContestClosedError, LinkKeyMissingError):
            return False
        return serial != 30

    with ThreadPoolExecutor(16) as pool:
        accepted = sum(pool.map(attempt, range(60)))
    with database.reading() as session:
        assert len(box(session, contest_id)) == accepted
    with pytest.raises(ContestClosedError), database.writing() as session:
        one(session, contest_id, "late", [1], linker, now)


def test_the_closing_instant_itself_is_too_late(session, now, linker):
    contest_id = factories.cycle(session, now, linker=linker).contest_id
    contest = session.get_one(Contest, contest_id)
    one(session, contest_id, "a", [1], linker, contest.opens_at)
    one(session, contest_id, "b", [1], linker, contest.closes_at - timedelta(microseconds=1))
    for moment in (contest.closes_at, contest.opens_at - timedelta(microseconds=1)):
        with pytest.raises(ContestClosedError):
            one(session, contest_id, "c", [1], linker, moment)


def test_one_bad_paper_among_many_casts_none(database: Database, now, linker):
    with database.writing() as session:
        contest_id = factories.cycle(session, now, linker=linker, max_picks=1).contest_id
    papers = [Paper("a", Choices((1,))), Paper("b", Choices((1, 2)))]
    with pytest.raises(TooManyPicksError), database.writing() as session:
        services.cast(session.connection(), contest_id, papers, linker=linker, now=now)
    with database.reading() as session:
        assert box(session, contest_id) == []


def test_a_listed_roll_lets_in_only_whom_it_lists(session, now, linker):
    contest_id = factories.cycle(session, now, linker=linker, roll_kind="listed").contest_id
    services.enrol(session, contest_id, ["kim", "lee"])
    services.enrol(session, contest_id, [])
    one(session, contest_id, "kim", [1], linker, now)
    with pytest.raises(NotOnRollError):
        one(session, contest_id, "park", [1], linker, now)
    turnout = queries.turnout(session, session.get_one(Contest, contest_id))
    assert (turnout.voted, turnout.roll_size) == (1, 2)


@pytest.mark.parametrize("roll_kind", ["listed", "declared"])
def test_paper_is_final(session, now, linker, roll_kind):
    contest_id = factories.cycle(session, now, linker=linker, roll_kind=roll_kind).contest_id
    services.enrol(session, contest_id, ["kim", "lee"])
    services.mark_paper(session, contest_id, "kim")
    with pytest.raises(PaperBallotError):
        one(session, contest_id, "kim", [1], linker, now)
    with pytest.raises(NotOnRollError):
        services.mark_paper(session, contest_id, "kim")


def test_statements_do_not_grow_with_the_batch(database: Database, now, linker, count_queries):
    with database.writing() as session:
        contest_id = factories.cycle(session, now, linker=linker).contest_id
    seen = []
    for size in (1, 200):
        papers = [Paper(f"{size}-{serial}", Choices((1,))) for serial in range(size)]
        with database.writing() as session, count_queries() as statements:
            services.cast(session.connection(), contest_id, papers, linker=linker, now=now)
        seen.append(len(statements))
    assert seen[0] >= seen[1]
    assert seen[1] <= 4


def test_the_close_compares_roll_and_box_and_destroys_the_key(database: Database, now, linker):
    with database.writing() as session:
        contest_id = factories.cycle(
            session, now, linker=linker, ballots_cast=[[1], [2]]
        ).contest_id
    with database.writing() as session:
        contest = session.get_one(Contest, contest_id)
        found = services.close_contest(session, contest, linker=linker, now=now)
        assert (found.marks, found.ballots, found.roll_size) == (2, 2, 2)
        assert linker.has(contest_id)  # not before the commit
    assert not linker.has(contest_id)


@pytest.mark.parametrize("harm", ["stuffed", "lost", "swapped"])
def test_a_box_that_does_not_fit_the_roll_is_not_closed(database: Database, now, linker, harm):
    with database.writing() as session:
        contest_id = factories.cycle(
            session, now, linker=linker, ballots_cast=[[1], [2]]
        ).contest_id
        ballot = session.scalars(select(CastBallot)).first()
        if harm == "stuffed":
            session.add(
                CastBallot(
                    contest_id=contest_id, pseudonym=b"x" * 16, choices='{"a":[]}', receipt="0" * 20
                )
            )
        elif harm == "lost":
            session.delete(ballot)
        else:
            ballot.pseudonym = b"y" * 16
    with pytest.raises(ReconciliationError), database.writing() as session:
        services.close_contest(
            session, session.get_one(Contest, contest_id), linker=linker, now=now
        )
    with database.reading() as session:
        assert session.get_one(Contest, contest_id).closed_at is None
    assert linker.has(contest_id)


def test_without_the_link_key_nobody_votes_and_nothing_is_closed(session, now, linker):
    contest_id = factories.cycle(session, now, linker=linker).contest_id
    linker.destroy(contest_id)
    with pytest.raises(LinkKeyMissingError):
        one(session, contest_id, "kim", [1], linker, now)
    with pytest.raises(LinkKeyMissingError):
        services.close_contest(
            session, session.get_one(Contest, contest_id), linker=linker, now=now
        )


def test_a_contest_that_never_opened_is_not_closed(session, now, linker):
    made = factories.cycle(session, now, phase="frozen")
    with pytest.raises(ContestClosedError):
        services.close_contest(session, made.contest, linker=linker, now=now)


def test_the_link_key_is_private_and_never_replaced(linker, session, now):
    contest_id = factories.cycle(session, now, linker=linker).contest_id
    before = linker.pseudonym(contest_id, "kim")
    linker.create(contest_id)
    assert linker.pseudonym(contest_id, "kim") == before
    (path,) = linker._folder.iterdir()
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(before) == 16


def test_roll_and_box_share_no_column_but_the_contest():
    shared = set(RollEntry.__table__.columns.keys()) & set(CastBallot.__table__.columns.keys())
    assert shared == {"contest_id"}


def test_receipt_codes_forgive_how_they_are_typed():
    code = receipts.new()
    assert len(code) == 20
    assert receipts.normal(receipts.grouped(code).lower()) == code
    assert receipts.normal("oil u") == "011V"


def test_a_fresh_database_has_no_ballots(session):
    assert session.scalar(select(func.count()).select_from(CastBallot)) == 0
