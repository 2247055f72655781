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


def read(booth) -> list:
    """The leaves of the log, each checked against the grammar."""
    found = log.leaves(booth.session.connection(), booth.contest.id)
    return [leaves.read(leaf) for leaf in found]


def close(booth, keys):
    return services.close_contest(booth.session, booth.contest, keys=keys, now=booth.now)


def hand_out(booth, keys, *voters: str, station: str | None = "Hall") -> None:
    services.enrol(booth.session, booth.contest.id, voters)
    for voter in voters:
        services.mark_paper(booth.session, booth.contest.id, voter, keys=keys, station=station)


def test_from_a_sealed_box_to_the_close(booth, keys):
    hand_out(booth, keys, "kim", "lee", "park")
    batch = booth.typed("1 3", "0", "*")
    close(booth, keys)
    told = read(booth)
    assert [leaf["t"] for leaf in told] == [
        "open", "batch", "paper", "paper", "paper", "batch-close", "close"
    ]  # fmt: skip
    declared, *sheets, closed, last = told[1:]
    assert (declared["b"], declared["sheets"], declared["station"]) == (1, 3, "Hall")
    assert declared["by"] == [str(clerk) for clerk in booth.clerks[:2]]
    assert [leaf.get("x", leaf.get("u")) for leaf in sheets] == [{"a": [1, 3]}, "blank", "spoiled"]
    assert [closed[word] for word in ("typed", "blank", "spoiled", "settled")] == [1, 1, 1, 0]
    assert last["marks"] == {"paper": 3, "web": 0}
    reading = replay(told)
    assert [vote.choices for vote in reading.votes.values()] == [{"a": [1, 3]}]
    assert batch.is_closed


def test_differences_are_settled_by_a_third_and_kept(booth):
    batch = booth.declared(3)
    booth.types(batch, 0, {1: "1", 2: "2 3", 3: "0"})
    booth.types(batch, 1, {1: "1", 2: "2", 3: "*"})
    state = queries.state(booth.session, batch)
    assert (state.name, state.differing, state.next_place) == ("settling", (2, 3), 3)
    booth.types(batch, 2, {2: "2 3", 3: "3"})
    told = read(booth)
    assert [leaf.get("x", leaf.get("u")) for leaf in told[2:5]] == [
        {"a": [1]}, {"a": [2, 3]}, {"a": [3]}
    ]  # fmt: skip
    assert told[5]["settled"] == 2
    (line,) = records.batches_jsonl(booth.session, booth.contest.id)
    assert hashlib.sha256(line.removesuffix("\n").encode()).hexdigest() == told[5]["keying"]
    record = json.loads(line)
    assert record["clerks"] == [str(clerk) for clerk in booth.clerks[:3]]
    assert record["first"] == [[1, {"a": [1]}], [2, {"a": [2, 3]}], [3, "blank"]]
    assert record["second"] == [[1, {"a": [1]}], [2, {"a": [2]}], [3, "spoiled"]]
    assert record["settled"] == [[2, {"a": [2, 3]}], [3, {"a": [3]}]]
    settled = [*map(json.loads, records.adjudications_jsonl(booth.session, booth.contest.id))]
    assert settled[1] == {
        "b": 1, "by": str(booth.clerks[2]), "first": "blank", "s": 3, "second": "spoiled",
        "settled": {"a": [3]},
    }  # fmt: skip


def test_one_account_has_one_place_and_the_database_keeps_it_so(booth):
    batch = booth.declared(1)
    booth.types(batch, 0, {1: "1"})
    with pytest.raises(SamePersonError):
        booth.begins(batch, 0)
    booth.types(batch, 1, {1: "2"})
    for clerk in (0, 1):
        with pytest.raises(SamePersonError):
            booth.begins(batch, clerk)
    row = {"batch_id": batch.id, "place": 3, "clerk_id": booth.clerks[0], "is_done": False}
    with pytest.raises(IntegrityError), booth.session.begin_nested():
        booth.session.execute(insert(Keying), row)
    booth.types(batch, 3, {1: "2"})
    with pytest.raises(BatchMovedError):
        booth.begins(batch, 2)


def test_who_declares_does_not_confirm(booth):
    session, contest, (one, other, *_) = booth.session, booth.contest, booth.clerks
    made = batches.declare(session, contest, station="Hall", seal="9", sheets=4, clerk_id=one)
    with pytest.raises(SamePersonError):
        batches.confirm(session, contest, made, clerk_id=one, actor=booth.actor(0), now=booth.now)
    assert [leaf["t"] for leaf in read(booth)] == ["open"]
    with pytest.raises(BatchMovedError):
        booth.begins(made, 2)
    batches.confirm(session, contest, made, clerk_id=other, actor=booth.actor(1), now=booth.now)
    with pytest.raises(BatchMovedError):
        batches.confirm(session, contest, made, clerk_id=other, actor=booth.actor(1), now=booth.now)
    with pytest.raises(BatchMovedError):
        batches.withdraw(session, made)
    made = batches.declare(session, contest, station="Hall", seal="9", sheets=4, clerk_id=one)
    batches.withdraw(session, made)
    assert len(queries.batches(session, contest.id)) == 1


def test_every_sheet_that_was_declared_is_typed(booth):
    batch = booth.declared(3)
    own = booth.begins(batch, 0)
    keying.key(booth.session, booth.contest, own, sheet=2, typed="1")
    with pytest.raises(SheetsMissingError) as refused:
        booth.finishes(batch, 0)
    assert refused.value.values == {"missing": 2, "sheets": 3, "first": 1}
    for sheet in (0, 4):
        with pytest.raises(NoSuchSheetError):
            keying.key(booth.session, booth.contest, own, sheet=sheet, typed="1")


def test_a_sheet_beyond_the_rule_is_spoiled_only_if_the_clerk_says_so(booth):
    batch = booth.declared(1)
    own = booth.begins(batch, 0)
    with pytest.raises(TooManyPicksError):
        keying.key(booth.session, booth.contest, own, sheet=1, typed="1 2 3")
    assert queries.readings(booth.session, batch.id, 1) == {}
    keying.key(booth.session, booth.contest, own, sheet=1, typed="1 2 3", spoiled=True)
    assert queries.readings(booth.session, batch.id, 1) == {1: "spoiled"}
    keying.key(booth.session, booth.contest, own, sheet=1, typed="1 2")
    assert queries.readings(booth.session, batch.id, 1) == {1: '{"a":[1,2]}'}


def test_what_is_finished_stays(booth):
    batch = booth.declared(1)
    booth.types(batch, 0, {1: "1"})
    own = queries.keying_of(booth.session, batch.id, booth.clerks[0])
    with pytest.raises(KeyingDoneError):
        keying.key(booth.session, booth.contest, own, sheet=1, typed="2")
    with pytest.raises(KeyingDoneError):
        booth.finishes(batch, 0)
    with pytest.raises(BatchMovedError):
        keying.discard(booth.session, booth.contest, batch, 1, actor=booth.actor(3), now=booth.now)


def test_a_typing_that_nobody_can_finish_is_begun_anew(booth):
    batch = booth.declared(1)
    own = booth.begins(batch, 0)
    keying.key(booth.session, booth.contest, own, sheet=1, typed="1")
    keying.discard(booth.session, booth.contest, batch, 1, actor=booth.actor(3), now=booth.now)
    booth.session.expire_all()
    assert queries.readings(booth.session, batch.id, 1) == {}
    booth.types(batch, 2, {1: "3"})
    booth.types(batch, 0, {1: "3"})
    assert read(booth)[2]["x"] == {"a": [3]}


def test_keyings_are_gone_once_their_record_is_in_the_log(booth):
    booth.typed("1", "2")
    assert booth.session.query(Keying).count() == booth.session.query(KeyedSheet).count() == 0
    assert booth.session.query(KeyingRecord).count() == 1


@pytest.mark.parametrize(
    "statement", ["UPDATE keying_records SET body = ''", "DELETE FROM keying_records"]
)
def test_a_record_takes_no_change(booth, statement):
    booth.typed("1")
    with pytest.raises(DBAPIError, match="append-only"), booth.session.begin_nested():
        booth.session.execute(text(statement))


def test_a_vote_does_not_close_over_sheets_that_are_not_typed(booth, keys):
    batch = booth.declared(1)
    for clerk in (0, 1):
        with pytest.raises(OpenBatchesError) as refused:
            close(booth, keys)
        assert refused.value.values == {"stations": "Hall"}
        booth.types(batch, clerk, {1: "1"})
    close(booth, keys)
    with pytest.raises(PaperNotOpenError):
        booth.declared(1)


def test_a_batch_that_waits_for_its_second_clerk_keeps_the_vote_open(booth, keys):
    made = batches.declare(
        booth.session, booth.contest, station="Hall", seal="1", sheets=1, clerk_id=booth.clerks[0]
    )
    with pytest.raises(OpenBatchesError):
        close(booth, keys)
    batches.withdraw(booth.session, made)
    close(booth, keys)


def propose(booth, batch, sheets, officer=0):
    reopening.propose(
        booth.session, booth.contest, batch, sheets=sheets, why="held the wrong way round",
        document="2026-17", officer_id=booth.clerks[officer],
    )  # fmt: skip


def agree(booth, batch, officer):
    reopening.confirm(
        booth.session, booth.contest, batch, officer_id=booth.clerks[officer],
        actor=booth.actor(officer), now=booth.now,
    )  # fmt: skip


def test_two_officers_make_sheets_void_and_they_are_typed_anew(booth, keys):
    batch = booth.typed("1", "2", "3")
    propose(booth, batch, [3, 2])
    with pytest.raises(BatchMovedError):
        propose(booth, batch, [1], officer=1)
    with pytest.raises(SamePersonError):
        agree(booth, batch, 0)
    assert batch.is_closed
    agree(booth, batch, 1)
    with pytest.raises(OpenBatchesError):
        close(booth, keys)
    void = [leaf for leaf in read(booth) if leaf["t"] == "void"]
    assert [leaf["i"] for leaf in void] == [3, 4]
    assert void[0]["by"] == [str(officer) for officer in booth.clerks[:2]]
    assert void[0]["document"] == "2026-17"
    for clerk in (2, 3):
        booth.types(batch, clerk, {2: "1 3", 3: "0"})
    close(booth, keys)
    told = read(booth)
    assert [told[-2][word] for word in ("typed", "blank", "spoiled")] == [2, 1, 0]
    choices = [vote.choices["a"] for vote in replay(told).votes.values()]
    assert sorted(choices) == [[1], [1, 3]]
    assert len([*records.batches_jsonl(booth.session, booth.contest.id)]) == 2


def test_what_cannot_be_opened_again(booth):
    open_one, closed = booth.declared(1), booth.typed("1")
    with pytest.raises(BatchMovedError):
        propose(booth, open_one, [1])
    for sheets in ([], [2], [0, 1]):
        with pytest.raises(NoSuchSheetError):
            propose(booth, closed, sheets)
    with pytest.raises(BatchMovedError):
        agree(booth, closed, 1)
    with pytest.raises(BatchMovedError):
        reopening.withdraw(booth.session, closed)
    propose(booth, closed, [1])
    reopening.withdraw(booth.session, closed)
    assert queries.reopening(booth.session, closed.id) is None


def test_no_station_is_left_out_of_the_sums(booth, keys):
    for name in ("Market", "Library"):
        stations.add(booth.session, booth.contest.id, name)
    hand_out(booth, keys, "kim", "lee", "park")
    hand_out(booth, keys, "choi", station="Market")
    hand_out(booth, keys, "jung", station=None)
    booth.typed("1", "0")
    booth.declared(5, station="Market")
    sums = queries.reconciliation(booth.session, booth.contest.id)
    assert sums == [
        StationSum("Hall", declared=2, typed=1, blank=1, marks=3),
        StationSum("Library"),
        StationSum("Market", declared=5, marks=1),
        StationSum(NO_STATION, marks=1),
    ]
    assert [line.missing for line in sums] == [1, 0, -4, 1]
    assert [line.is_typed for line in sums] == [True, True, False, True]


def test_paper_is_handed_out_at_a_station_of_the_vote_only(booth, keys):
    with pytest.raises(NoSuchStationError):
        hand_out(booth, keys, "kim", station="Hull")
    booth.session.rollback()


def test_stations_are_named_once_and_stay_once_used(booth, keys):
    session, contest_id = booth.session, booth.contest.id
    with pytest.raises(StationInUseError):
        stations.add(session, contest_id, "Hall")
    stations.add(session, contest_id, "Hull")
    stations.remove(session, contest_id, "Hull")
    with pytest.raises(NoSuchStationError):
        stations.remove(session, contest_id, "Hull")
    with pytest.raises(NoSuchStationError):
        booth.declared(1, station="Hull")
    booth.declared(1)
    with pytest.raises(StationInUseError):
        stations.remove(session, contest_id, "Hall")
    stations.add(session, contest_id, "Market")
    hand_out(booth, keys, "kim", station="Market")
    with pytest.raises(StationInUseError):
        stations.remove(session, contest_id, "Market")


def test_paper_takes_the_place_of_a_web_ballot_in_one_log(booth, keys, now):
    services.enrol(booth.session, booth.contest.id, ["kim", "lee"])
    factories.cast(booth.session, booth.contest.id, [[1], [2]], keys=keys, now=now)
    services.mark_paper(booth.session, booth.contest.id, "v0", keys=keys, station="Hall")
    booth.typed("3")
    found = close(booth, keys)
    assert found.ballots == 1
    assert sorted(vote.choices["a"] for vote in replay(read(booth)).votes.values()) == [[2], [3]]
    assert booth.session.get(RollEntry, (booth.contest.id, "v0")).status == "paper"


def test_a_halted_log_takes_no_paper(booth):
    booth.session.get_one(Board, booth.contest.id).is_halted = True
    with pytest.raises(services.LogHaltedError):
        booth.declared(1)


def test_two_clerks_who_finish_at_once_close_the_batch_once(database: Database, now, keys):
    from tests.ballots.paper.conftest import Booth  # noqa: PLC0415

    with database.writing() as session:
        contest_id = factories.cycle(session, now, keys=keys).contest_id
        stations.add(session, contest_id, "Hall")
        booth = Booth(session, session.get_one(Contest, contest_id), now)
        batch_id = booth.declared(2).id
        for clerk in (0, 1):
            own = booth.begins(session.get_one(Batch, batch_id), clerk)
            for sheet in (1, 2):
                keying.key(session, booth.contest, own, sheet=sheet, typed="1")
    clerks = booth.clerks

    def finish(clerk: int) -> None:
        with database.writing() as session:
            mine = Booth(session, session.get_one(Contest, contest_id), now)
            mine.clerks = clerks
            mine.finishes(session.get_one(Batch, batch_id), clerk)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(finish, (0, 1)))
    with database.reading() as session:
        kinds = [json.loads(leaf)["t"] for leaf in log.leaves(session.connection(), contest_id)]
    assert kinds == ["open", "batch", "paper", "paper", "batch-close"]
