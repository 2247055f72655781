"""What a survey finds in a log and its roll, and what it does not let pass."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError

from ballots import closing, entries, log, pending, services
from ballots.board.notes import Note
from ballots.closing import CHECKS
from ballots.errors import (
    ContestClosedError,
    InvariantError,
    LinkKeyMissingError,
    LogFaultError,
    ReconciliationError,
)
from ballots.models import Board, Contest, LogLeaf, RollEntry, SignedCheckpoint
from tests import factories, sheets

PAPER = [[1], [1, 2], "blank", "spoiled", []]


@pytest.fixture
def vote(database, now, keys, integrate):
    """A vote with three web ballots, one of them replaced, and two batches of paper; over."""
    with database.writing() as session:
        cycle = factories.cycle(session, now, keys=keys, ballots_cast=[[1], [2], [3]])
    integrate()
    with database.writing() as session:
        factories.cast(session, cycle.contest_id, [[2]], keys=keys, now=now)
        sheets.batch(session, cycle.contest_id, 1, PAPER)
        sheets.batch(session, cycle.contest_id, 2, [[3]], station="School")
    integrate()
    return cycle.contest_id


@pytest.fixture
def over(vote, database, now):
    with database.reading() as session:
        return session.get_one(Contest, vote).closes_at


def survey(session, contest_id, keys, now):
    return closing.survey(session, session.get_one(Contest, contest_id), keys=keys, now=now)


def test_a_vote_that_is_over_and_right_has_all_that_it_needs(database, vote, keys, over):
    with database.reading() as session:
        found = survey(session, vote, keys, over)
        head = log.head(session.connection(), vote)
    assert found.failed == ()
    assert (found.size, found.root) == (head.edge.size, head.edge.root.hex())
    assert found.kinds == {"open": 1, "ballot": 4, "batch": 2, "paper": 6, "batch-close": 2}
    assert (found.ballots, found.marks, found.paper_marks, found.roll_size) == (3, 3, 6, 9)
    assert [(each.number, each.station, each.typed, each.blank) for each in found.batches] == [
        (1, "Hall", 3, 1), (2, "School", 1, 0)
    ]  # fmt: skip
    assert found.sheets == 6
    assert [(each.name, each.declared, each.marks) for each in found.stations] == [
        ("Hall", 5, 5), ("School", 1, 1)
    ]  # fmt: skip
    assert "checks" not in found.figures()


def test_before_its_end_a_vote_is_not_stopped(database, vote, keys, over, now):
    with database.reading() as session:
        assert survey(session, vote, keys, now).failed == ("stopped",)
        assert survey(session, vote, keys, over - timedelta(seconds=1)).failed == ("stopped",)


def mislabelled(session, contest_id):
    """A leaf that the database calls by another kind than its bytes do."""
    board = pending.integrate(session.connection(), contest_id)
    entry = entries.roll_changed(board.election, 0, [])
    log.append(session.connection(), board, [log.Entry(entry.leaf, "void")])


def unrooted(session, contest_id):
    """A leaf that the board knows nothing of."""
    board = log.head(session.connection(), contest_id)
    entry = entries.roll_changed(board.election, 0, [])
    values = {"position": board.edge.size, "leaf": entry.leaf, "hash": entry.hash}
    session.add(LogLeaf(contest_id=contest_id, kind=entry.kind, **values))


HARMS = {
    "waiting": lambda session, vote, keys, now: factories.cast(
        session, vote, [[3]], keys=keys, now=now
    ),
    "rebuilt": lambda session, vote, *_: unrooted(session, vote),
    "counts": lambda session, vote, *_: mislabelled(session, vote),
    "batches": lambda session, vote, *_: sheets.batch(session, vote, 3, [[1]], closed=False),
    "voters": lambda session, vote, *_: session.add(
        RollEntry(contest_id=vote, voter_id="ghost", status="web", casts=1)
    ),
    "room": lambda session, *_: session.execute(
        delete(RollEntry).where(RollEntry.status == "paper")
    ),
    "signed": lambda session, vote, *_: sheets.leaf(
        session, vote, "roll-change", added=0, removed=0, rollhash=sheets.NONCE
    ),
}
# What is also wrong then: a longer log is not signed, a foreign leaf is counted by nobody.
ALSO = {"counts": {"signed"}, "batches": {"signed"}, "rebuilt": {"counts"}}


@pytest.mark.parametrize("harm", HARMS)
def test_each_harm_is_found_by_its_check(database, vote, keys, over, now, harm):
    with database.writing() as session:
        HARMS[harm](session, vote, keys, now)
    with database.reading() as session:
        found = survey(session, vote, keys, over)
    assert {*found.failed} == {harm} | ALSO.get(harm, set())
    assert {*found.checks} == {*CHECKS}


def test_a_halted_log_is_not_closed(database, vote, keys, over):
    with database.writing() as session:
        session.execute(update(Board).values(is_halted=True))
    with database.reading() as session:
        assert survey(session, vote, keys, over).failed == ("rebuilt",)


def test_a_checkpoint_that_somebody_else_signed_does_not_count(database, vote, keys, over):
    with database.writing() as session:
        note = log.last_checkpoint(session.connection(), vote)
        forged = Note(note.text, (replace(note.signatures[0], signed=bytes(64)),))
        session.execute(update(SignedCheckpoint).values(note=str(forged)))
    with database.reading() as session:
        assert survey(session, vote, keys, over).failed == ("signed",)


@pytest.mark.parametrize(
    ("harm", "refusal"),
    [
        ("batches", InvariantError),
        ("room", InvariantError),
        ("counts", InvariantError),
        ("rebuilt", IntegrityError),  # the place is taken
        ("voters", ReconciliationError),
    ],
)
def test_what_is_found_wrong_is_not_closed(database, vote, keys, over, now, harm, refusal):
    with database.writing() as session:
        HARMS[harm](session, vote, keys, now)
    with pytest.raises(refusal), database.writing() as session:
        services.close_contest(session, session.get_one(Contest, vote), keys=keys, now=over)
    assert keys.linker.has(vote)


def test_a_log_that_does_not_read_is_told_with_its_place(database, vote, keys, over):
    with database.writing() as session:
        sheets.leaf(session, vote, "batch", b=1, station="X", seal="X", sheets=1, by=["a", "b"])
    with database.reading() as session, pytest.raises(LogFaultError) as refused:
        survey(session, vote, keys, over)
    assert "leaf 15" in refused.value.values["why"]


def test_another_link_key_than_the_promised_one_is_found_out(database, vote, keys, over):
    keys.linker.destroy(vote)
    with database.reading() as session, pytest.raises(LinkKeyMissingError):
        survey(session, vote, keys, over)
    keys.linker.create(vote)
    with database.reading() as session:
        assert survey(session, vote, keys, over).failed == ("voters",)


def test_a_closed_vote_has_nothing_to_survey(database, vote, keys, over):
    with database.writing() as session:
        contest = session.get_one(Contest, vote)
        found = services.close_contest(session, contest, keys=keys, now=over)
        assert found.failed == ("signed",)  # which follows the commit
        assert found.kinds["roll-change"] == 1
        with pytest.raises(ContestClosedError):
            survey(session, vote, keys, over)


def test_nobody_casts_once_the_vote_is_stopped(database, vote, keys, now):
    with database.writing() as session:
        session.get_one(Contest, vote).stopped_at = now
    with pytest.raises(ContestClosedError), database.writing() as session:
        factories.cast(session, vote, [[1]], keys=keys, now=now)
    with database.reading() as session:
        assert not session.get_one(Contest, vote).is_open(now)
        assert survey(session, vote, keys, now).failed == ()
