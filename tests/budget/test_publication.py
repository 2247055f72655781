"""Publishing ends the log with a result that names the bundle, and not before it may."""

import hashlib
import json

import pytest

from ballots import cosigning, log
from ballots.board import leaves
from ballots.board.bundle import Bundle
from ballots.board.checkpoint import Checkpoint
from ballots.board.reading import replay
from ballots.errors import NotWitnessedError
from ballots.models import Board
from budget import bundle as bundles
from budget import queries
from budget.errors import LogUnsignedError, WrongPhaseError
from budget.models import CycleOutcome
from budget.publication import publish
from tests import factories
from tests.factories import SYSTEM


@pytest.fixture
def counted(database, now, keys, integrate):
    with database.writing() as session:
        cycle = factories.cycle(
            session, now, phase="counted", keys=keys, ballots_cast=[[1], [2, 3], [3], []]
        )
    integrate()
    return cycle.slug


@pytest.fixture
def published(database, now, keys, counted, tmp_path, integrate):
    """The cycle, and where its bundle is; `counted` before."""
    with database.writing() as session:
        cycle = queries.cycle(session, counted)
        publish(session, cycle, actor=SYSTEM, keys=keys, shelf=tmp_path, now=now)
    integrate()
    (path,) = tmp_path.glob("*-public.tar")
    return cycle, path


def test_the_last_leaf_names_the_bundle_that_everyone_gets(database, published):
    cycle, path = published
    with path.open("rb") as file:
        bundle = Bundle.read(file)
        sums, result = bundle.content("SHA256SUMS"), json.loads(bundle.content("result.json"))
    with database.reading() as session:
        reading = replay(map(leaves.read, log.leaves(session.connection(), cycle.contest_id)))
        digest = session.get_one(CycleOutcome, cycle.id).digest
    told = reading.result
    assert told["bundle"] == hashlib.sha256(sums).hexdigest()
    assert told["funded"] == result["funded"] == [1, 3]
    assert told["trace"] == result["trace"] == digest


def test_the_bundle_is_of_the_log_up_to_its_close_whenever_it_is_made(
    database, keys, published, tmp_path
):
    cycle, path = published
    again = tmp_path / "again.tar"
    with database.reading() as session:
        cycle = queries.cycle(session, cycle.slug)
        bundles.write(session, cycle, again, keys=keys)
        size = log.head(session.connection(), cycle.contest_id).edge.size
    assert again.read_bytes() == path.read_bytes()
    with path.open("rb") as file:
        text = Bundle.read(file).content("checkpoint").decode().partition("\n\n")[0] + "\n"
    assert Checkpoint.read(text).size == size - 1


def test_a_receipt_is_by_the_checkpoint_that_the_bundle_has(database, published):
    cycle, path = published
    with path.open("rb") as file:
        note = Bundle.read(file).content("checkpoint").decode()
    with database.reading() as session:
        connection = session.connection()
        size = log.head(connection, cycle.contest_id).edge.size
        assert str(log.receipt(connection, cycle.contest_id, 1).note) == note
        assert log.receipt(connection, cycle.contest_id, size - 1) is None  # of the result itself


def test_nothing_is_published_twice_or_before_the_count(database, now, keys, published, tmp_path):
    with database.writing() as session:
        open_ = factories.cycle(session, now, keys=keys)
        for cycle in (queries.cycle(session, published[0].slug), open_):
            with pytest.raises(WrongPhaseError):
                publish(session, cycle, actor=SYSTEM, keys=keys, shelf=tmp_path, now=now)


def test_too_few_witnesses_hold_the_publication_up(
    database, now, keys, counted, tmp_path, monkeypatch
):
    def missing(connection, contest_id):
        raise NotWitnessedError(size=1, signed="")

    monkeypatch.setattr(cosigning, "certified", missing)
    with pytest.raises(NotWitnessedError), database.writing() as session:
        cycle = queries.cycle(session, counted)
        publish(session, cycle, actor=SYSTEM, keys=keys, shelf=tmp_path, now=now)
    assert [*tmp_path.glob("*.tar")] == []


def test_an_unsigned_log_is_not_published_and_gets_no_result(database, now, keys, tmp_path):
    with database.writing() as session:
        cycle = factories.cycle(session, now, phase="counted", keys=keys)
    slug, contest_id = cycle.slug, cycle.contest_id
    with pytest.raises(LogUnsignedError), database.writing() as session:
        cycle = queries.cycle(session, slug)
        publish(session, cycle, actor=SYSTEM, keys=keys, shelf=tmp_path, now=now)
    with database.reading() as session:
        board = session.get_one(Board, contest_id)
        last = [*log.leaves(session.connection(), contest_id)][-1]
        assert (leaves.read(last)["t"], board.size) == ("close", 2)
