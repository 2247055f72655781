"""Batches, blind double keying, and what of it stands in the log."""

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from ballots import log, services
from ballots.board import leaves
from ballots.board.reading import replay
from ballots.errors import TooManyPicksError
from ballots.models import Board, Contest, RollEntry
from ballots.paper import batches, keying, queries, records, reopening, stations
from ballots.paper.errors import (
    BallotsBeyondRollError,
    BatchMovedError,
    KeyingDoneError,
    NoSuchSheetError,
    NoSuchStationError,
    OpenBatchesError,
    PaperNotOpenError,
    SamePersonError,
    SheetsMissingError,
    StationInUseError,
)
from ballots.paper.models import Batch, KeyedSheet, Keying, KeyingRecord
from ballots.paper.queries import NO_STATION, StationSum
from core.db import Database
from tests import factories
from tests.clerks import Clerks


def read(clerks) -> list:
    """The leaves of the log, each checked against the grammar."""
    found = log.leaves(clerks.session.connection(), clerks.contest.id)
    return [leaves.read(leaf) for leaf in found]


def close(clerks, keys):
    return services.close_contest(clerks.session, clerks.contest, keys=keys, now=clerks.now)


def hand_out(clerks, keys, *voters: str, station: str | None = "Hall") -> None:
    for voter in voters:
        services.mark_paper(clerks.session, clerks.contest.id, voter, keys=keys, station=station)


def test_from_a_sealed_box_to_the_close(clerks, keys):
    hand_out(clerks, keys, "kim", "lee", "park")
    batch = clerks.typed("1 3", "0", "*")
    close(clerks, keys)
    told = read(clerks)
    assert [leaf["t"] for leaf in told] == [
        "open", "batch", "paper", "paper", "paper", "batch-close", "roll-change", "close"
    ]  # fmt: skip
    declared, *sheets, closed, _, last = told[1:]
    assert (declared["b"], declared["sheets"], declared["station"]) == (1, 3, "Hall")
    assert declared["by"] == [str(clerk) for clerk in clerks.accounts[:2]]
    assert [leaf.get("x", leaf.get("u")) for leaf in sheets] == [{"a": [1, 3]}, "blank", "spoiled"]
    assert [closed[word] for word in ("typed", "blank", "spoiled", "settled")] == [1, 1, 1, 0]
    assert last["marks"] == {"paper": 3, "web": 0}
    reading = replay(told)
    assert [vote.choices for vote in reading.votes.values()] == [{"a": [1, 3]}]
    assert batch.is_closed


def test_differences_are_settled_by_a_third_and_kept(clerks):
    batch = clerks.declared(3)
    clerks.types(batch, 0, {1: "1", 2: "2 3", 3: "0"})
    clerks.types(batch, 1, {1: "1", 2: "2", 3: "*"})
    state = queries.state(clerks.session, batch)
    assert (state.name, state.differing, state.next_place) == ("settling", (2, 3), 3)
    clerks.types(batch, 2, {2: "2 3", 3: "3"})
    told = read(clerks)
    assert [leaf.get("x", leaf.get("u")) for leaf in told[2:5]] == [
        {"a": [1]}, {"a": [2, 3]}, {"a": [3]}
    ]  # fmt: skip
    assert told[5]["settled"] == 2
    (line,) = records.batches_jsonl(clerks.session, clerks.contest.id)
    assert hashlib.sha256(line.removesuffix("\n").encode()).hexdigest() == told[5]["keying"]
    record = json.loads(line)
    assert record["clerks"] == [str(clerk) for clerk in clerks.accounts[:3]]
    assert record["first"] == [[1, {"a": [1]}], [2, {"a": [2, 3]}], [3, "blank"]]
    assert record["second"] == [[1, {"a": [1]}], [2, {"a": [2]}], [3, "spoiled"]]
    assert record["settled"] == [[2, {"a": [2, 3]}], [3, {"a": [3]}]]
    settled = [*map(json.loads, records.adjudications_jsonl(clerks.session, clerks.contest.id))]
    assert settled[1] == {
        "b": 1, "by": str(clerks.accounts[2]), "first": "blank", "s": 3, "second": "spoiled",
        "settled": {"a": [3]},
    }  # fmt: skip


def test_one_account_has_one_place_and_the_database_keeps_it_so(clerks):
    batch = clerks.declared(1)
    clerks.types(batch, 0, {1: "1"})
    with pytest.raises(SamePersonError):
        clerks.begins(batch, 0)
    clerks.types(batch, 1, {1: "2"})
    for clerk in (0, 1):
        with pytest.raises(SamePersonError):
            clerks.begins(batch, clerk)
    row = {"batch_id": batch.id, "place": 3, "clerk_id": clerks.accounts[0], "is_done": False}
    with pytest.raises(IntegrityError), clerks.session.begin_nested():
        clerks.session.execute(insert(Keying), row)
    clerks.types(batch, 3, {1: "2"})
    with pytest.raises(BatchMovedError):
        clerks.begins(batch, 2)


def test_who_declares_does_not_confirm(clerks):
    session, contest, (one, other, *_) = clerks.session, clerks.contest, clerks.accounts
    made = batches.declare(session, contest, station="Hall", seal="9", sheets=4, clerk_id=one)
    with pytest.raises(SamePersonError):
        batches.confirm(session, contest, made, clerk_id=one, actor=clerks.actor(0), now=clerks.now)
    assert [leaf["t"] for leaf in read(clerks)] == ["open"]
    with pytest.raises(BatchMovedError):
        clerks.begins(made, 2)
    batches.confirm(session, contest, made, clerk_id=other, actor=clerks.actor(1), now=clerks.now)
    with pytest.raises(BatchMovedError):
        batches.confirm(
            session, contest, made, clerk_id=other, actor=clerks.actor(1), now=clerks.now
        )
    with pytest.raises(BatchMovedError):
        batches.withdraw(session, made)
    made = batches.declare(session, contest, station="Hall", seal="9", sheets=4, clerk_id=one)
    batches.withdraw(session, made)
    assert len(queries.batches(session, contest.id)) == 1


def test_every_sheet_that_was_declared_is_typed(clerks):
    batch = clerks.declared(3)
    own = clerks.begins(batch, 0)
    keying.key(clerks.session, clerks.contest, own, sheet=2, typed="1")
    with pytest.raises(SheetsMissingError) as refused:
        clerks.finishes(batch, 0)
    assert refused.value.values == {"missing": 2, "sheets": 3, "first": 1}
    for sheet in (0, 4):
        with pytest.raises(NoSuchSheetError):
            keying.key(clerks.session, clerks.contest, own, sheet=sheet, typed="1")


def test_a_sheet_beyond_the_rule_is_spoiled_only_if_the_clerk_says_so(clerks):
    batch = clerks.declared(1)
    own = clerks.begins(batch, 0)
    with pytest.raises(TooManyPicksError):
        keying.key(clerks.session, clerks.contest, own, sheet=1, typed="1 2 3")
    assert queries.readings(clerks.session, batch.id, 1) == {}
    keying.key(clerks.session, clerks.contest, own, sheet=1, typed="*")
    assert queries.readings(clerks.session, batch.id, 1) == {1: "spoiled"}
    keying.key(clerks.session, clerks.contest, own, sheet=1, typed="1 2")
    assert queries.readings(clerks.session, batch.id, 1) == {1: '{"a":[1,2]}'}


def test_what_is_finished_stays(clerks):
    batch = clerks.declared(1)
    clerks.types(batch, 0, {1: "1"})
    own = queries.keying_of(clerks.session, batch.id, clerks.accounts[0])
    with pytest.raises(KeyingDoneError):
        keying.key(clerks.session, clerks.contest, own, sheet=1, typed="2")
    with pytest.raises(KeyingDoneError):
        clerks.finishes(batch, 0)
    with pytest.raises(BatchMovedError):
        keying.discard(
            clerks.session, clerks.contest, batch, 1, actor=clerks.actor(3), now=clerks.now
        )


def test_a_typing_that_nobody_can_finish_is_begun_anew(clerks):
    batch = clerks.declared(1)
    own = clerks.begins(batch, 0)
    keying.key(clerks.session, clerks.contest, own, sheet=1, typed="1")
    keying.discard(clerks.session, clerks.contest, batch, 1, actor=clerks.actor(3), now=clerks.now)
    clerks.session.expire_all()
    assert queries.readings(clerks.session, batch.id, 1) == {}
    clerks.types(batch, 2, {1: "3"})
    clerks.types(batch, 0, {1: "3"})
    assert read(clerks)[2]["x"] == {"a": [3]}


def test_keyings_are_gone_once_their_record_is_in_the_log(clerks):
    clerks.typed("1", "2")
    assert clerks.session.query(Keying).count() == clerks.session.query(KeyedSheet).count() == 0
    assert clerks.session.query(KeyingRecord).count() == 1


@pytest.mark.parametrize(
    "statement", ["UPDATE keying_records SET body = ''", "DELETE FROM keying_records"]
)
def test_a_record_takes_no_change(clerks, statement):
    clerks.typed("1")
    with pytest.raises(DBAPIError, match="append-only"), clerks.session.begin_nested():
        clerks.session.execute(text(statement))


def test_a_vote_does_not_close_over_sheets_that_are_not_typed(clerks, keys):
    batch = clerks.declared(1)
    for clerk in (0, 1):
        with pytest.raises(OpenBatchesError) as refused:
            close(clerks, keys)
        assert refused.value.values == {"stations": "Hall"}
        clerks.types(batch, clerk, {1: "1"})
    close(clerks, keys)
    with pytest.raises(PaperNotOpenError):
        clerks.declared(1)


def test_a_batch_that_waits_for_its_second_clerk_keeps_the_vote_open(clerks, keys):
    made = batches.declare(
        clerks.session,
        clerks.contest,
        station="Hall",
        seal="1",
        sheets=1,
        clerk_id=clerks.accounts[0],
    )
    with pytest.raises(OpenBatchesError):
        close(clerks, keys)
    batches.withdraw(clerks.session, made)
    close(clerks, keys)


def propose(clerks, batch, sheets, officer=0):
    reopening.propose(
        clerks.session, clerks.contest, batch, sheets=sheets, why="held the wrong way round",
        document="2026-17", officer_id=clerks.accounts[officer],
    )  # fmt: skip


def agree(clerks, batch, officer):
    reopening.confirm(
        clerks.session, clerks.contest, batch, officer_id=clerks.accounts[officer],
        actor=clerks.actor(officer), now=clerks.now,
    )  # fmt: skip


def test_two_officers_make_sheets_void_and_they_are_typed_anew(clerks, keys):
    batch = clerks.typed("1", "2", "3")
    propose(clerks, batch, [3, 2])
    with pytest.raises(BatchMovedError):
        propose(clerks, batch, [1], officer=1)
    with pytest.raises(SamePersonError):
        agree(clerks, batch, 0)
    assert batch.is_closed
    agree(clerks, batch, 1)
    with pytest.raises(OpenBatchesError):
        close(clerks, keys)
    void = [leaf for leaf in read(clerks) if leaf["t"] == "void"]
    assert [leaf["i"] for leaf in void] == [3, 4]
    assert void[0]["by"] == [str(officer) for officer in clerks.accounts[:2]]
    assert void[0]["document"] == "2026-17"
    for clerk in (2, 3):
        clerks.types(batch, clerk, {2: "1 3", 3: "0"})
    close(clerks, keys)
    told = read(clerks)
    assert [told[-3][word] for word in ("typed", "blank", "spoiled")] == [2, 1, 0]
    choices = [vote.choices["a"] for vote in replay(told).votes.values()]
    assert sorted(choices) == [[1], [1, 3]]
    assert len([*records.batches_jsonl(clerks.session, clerks.contest.id)]) == 2


def test_what_cannot_be_opened_again(clerks):
    open_one, closed = clerks.declared(1), clerks.typed("1")
    with pytest.raises(BatchMovedError):
        propose(clerks, open_one, [1])
    for sheets in ([], [2], [0, 1]):
        with pytest.raises(NoSuchSheetError):
            propose(clerks, closed, sheets)
    with pytest.raises(BatchMovedError):
        agree(clerks, closed, 1)
    with pytest.raises(BatchMovedError):
        reopening.withdraw(clerks.session, closed)
    propose(clerks, closed, [1])
    reopening.withdraw(clerks.session, closed)
    assert queries.reopening(clerks.session, closed.id) is None


def test_no_station_is_left_out_of_the_sums(clerks, keys):
    for name in ("Market", "Library"):
        stations.add(clerks.session, clerks.contest.id, name)
    hand_out(clerks, keys, "kim", "lee", "park")
    hand_out(clerks, keys, "choi", station="Market")
    hand_out(clerks, keys, "jung", station=None)
    clerks.typed("1", "0")
    clerks.declared(5, station="Market")
    sums = queries.reconciliation(clerks.session, clerks.contest.id)
    assert sums == [
        StationSum("Hall", declared=2, typed=1, blank=1, marks=3),
        StationSum("Library"),
        StationSum("Market", declared=5, marks=1),
        StationSum(NO_STATION, marks=1),
    ]
    assert [line.missing for line in sums] == [1, 0, -4, 1]
    assert [line.is_typed for line in sums] == [True, True, False, True]


def test_paper_is_handed_out_at_a_station_of_the_vote_only(clerks, keys):
    with pytest.raises(NoSuchStationError):
        hand_out(clerks, keys, "kim", station="Hull")
    clerks.session.rollback()


def test_a_vote_with_more_ballots_than_voters_does_not_close(clerks, keys):
    batch = clerks.typed(*["1"] * 6)
    with pytest.raises(BallotsBeyondRollError) as refused:
        close(clerks, keys)
    assert refused.value.values == {"ballots": 6, "voters": 5}
    propose(clerks, batch, [6])
    agree(clerks, batch, 1)
    for clerk in (2, 3):
        clerks.types(batch, clerk, {6: "*"})
    close(clerks, keys)


def test_stations_are_named_once_and_stay_once_used(clerks, keys):
    session, contest_id = clerks.session, clerks.contest.id
    with pytest.raises(StationInUseError):
        stations.add(session, contest_id, "Hall")
    stations.add(session, contest_id, "Hull")
    stations.remove(session, contest_id, "Hull")
    with pytest.raises(NoSuchStationError):
        stations.remove(session, contest_id, "Hull")
    with pytest.raises(NoSuchStationError):
        clerks.declared(1, station="Hull")
    clerks.declared(1)
    with pytest.raises(StationInUseError):
        stations.remove(session, contest_id, "Hall")
    stations.add(session, contest_id, "Market")
    hand_out(clerks, keys, "kim", station="Market")
    with pytest.raises(StationInUseError):
        stations.remove(session, contest_id, "Market")


def test_paper_takes_the_place_of_a_web_ballot_in_one_log(clerks, keys, now):
    factories.cast(clerks.session, clerks.contest.id, [[1], [2]], keys=keys, now=now)
    services.mark_paper(clerks.session, clerks.contest.id, "v0", keys=keys, station="Hall")
    clerks.typed("3")
    found = close(clerks, keys)
    assert found.ballots == 1
    assert sorted(vote.choices["a"] for vote in replay(read(clerks)).votes.values()) == [[2], [3]]
    assert clerks.session.get(RollEntry, (clerks.contest.id, "v0")).status == "paper"


def test_a_halted_log_takes_no_paper(clerks):
    clerks.session.get_one(Board, clerks.contest.id).is_halted = True
    with pytest.raises(services.LogHaltedError):
        clerks.declared(1)


def test_two_clerks_who_finish_at_once_close_the_batch_once(database: Database, now, keys):
    with database.writing() as session:
        contest_id = factories.cycle(session, now, keys=keys).contest_id
        stations.add(session, contest_id, "Hall")
        clerks = Clerks(session, session.get_one(Contest, contest_id), now)
        batch_id = clerks.declared(2).id
        for clerk in (0, 1):
            own = clerks.begins(session.get_one(Batch, batch_id), clerk)
            for sheet in (1, 2):
                keying.key(session, clerks.contest, own, sheet=sheet, typed="1")
    accounts = clerks.accounts

    def finish(clerk: int) -> None:
        with database.writing() as session:
            mine = Clerks(session, session.get_one(Contest, contest_id), now)
            mine.accounts = accounts
            mine.finishes(session.get_one(Batch, batch_id), clerk)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(finish, (0, 1)))
    with database.reading() as session:
        kinds = [json.loads(leaf)["t"] for leaf in log.leaves(session.connection(), contest_id)]
    assert kinds == ["open", "batch", "paper", "paper", "batch-close"]
