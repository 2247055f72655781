"""The recount bundle of a cycle: what both verifiers say of it, and the same bytes from anywhere."""

import io
import json
import shutil
from collections import Counter
from hashlib import sha256

import pytest
from sqlalchemy import delete, insert, select

from ballots import services as ballots
from ballots import verifiers
from ballots.board.bundle import Bundle, Spool
from ballots.board.reading import PAPER
from ballots.integrator import Integrator
from ballots.models import Contest, VerifierFile
from ballots.paper import stations
from ballots.verifiers import verify as alone
from budget import bundle as bundles
from budget import queries
from budget.count import TIE_RULES
from budget.errors import (
    LogUnsignedError,
    SigningKeyMissingError,
    WrongPhaseError,
)
from budget.publication import publish
from budget.services import close_vote, count
from budget.verification.steps import verify
from core import words
from core.db import Base, Database
from tests import factories, tokens
from tests.clerks import Clerks
from tests.factories import SYSTEM

SEED = "31415926535897932384"
PICKS = [[1], [1, 2], [2], [], [3], [1, 3], [2, 3], [1], [2], [3], [1], [1, 2]]


@pytest.fixture
def counted(database, keys, now, integrate):
    """A cycle of twelve web ballots, one cast again, and one voter who took paper instead."""

    def do(**changes):
        with database.writing() as session:
            cycle = factories.cycle(
                session, now, keys=keys, ballots_cast=PICKS, tie_rule="cost_then_lot", **changes
            )
        integrate()
        with database.writing() as session:
            factories.cast(session, cycle.contest_id, [[2]], keys=keys, now=now)
            ballots.mark_paper(session, cycle.contest_id, "v3", keys=keys)
        integrate()
        with database.writing() as session:
            cycle = queries.cycle(session, cycle.slug)
            close_vote(session, cycle, actor=SYSTEM, keys=keys, now=now, reason="over")
            count(session, cycle, actor=SYSTEM, now=now, seed=SEED)
        integrate()
        return cycle.slug

    return do


def made(database, keys, slug, *, for_auditors=False):
    with database.reading() as session:
        cycle = queries.cycle(session, slug)
        found = bundles.pieces(session, cycle, Spool(), keys=keys, for_auditors=for_auditors)
    return b"".join(found)


def states(data):
    with words.speaking("en"):
        mine = {step.name: str(step.state) for step in verify(io.BytesIO(data))}
    assert mine == {step.name: step.state for step in alone.verify(io.BytesIO(data))}
    return mine


def test_the_public_copy_says_what_counts_and_not_who_cast_it(database, keys, counted):
    data = made(database, keys, counted())
    found = states(data)
    assert "wrong" not in found.values()
    assert found["V10"] == found["V4"] == found["V3"] == "right"
    bundle = Bundle.read(io.BytesIO(data))
    assert not any("entries" in path for path in bundle.places)
    said = [json.loads(line)["x"]["a"] for line in bundle.lines("ballots.jsonl")]
    assert Counter(map(tuple, said)) == Counter(map(tuple, [[2], *PICKS[1:3], *PICKS[4:]]))
    assert len(bundle.content("checkpoints.txt").split(b"\n\n")) == 4  # two notes of two halves
    for name, body in verifiers.files().items():
        assert bundle.content(name) == body


def test_the_auditors_copy_has_the_leaves_and_shows_that_all_of_them_are_right(
    database, keys, counted
):
    found = states(made(database, keys, counted(), for_auditors=True))
    assert {name for name, state in found.items() if state != "right"} == {"V12"}  # a paper voter


def test_an_open_vote_shows_its_leaves_to_everyone(database, keys, now):
    with database.writing() as session:
        cycle = factories.cycle(session, now, phase="preparing")
        cycle.contest.publication = "open"
        factories.walk(session, cycle, "closed", now=now, keys=keys, ballots_cast=[[1], [2]])
        count(session, cycle, actor=SYSTEM, now=now)
        slug = cycle.slug
    Integrator(database, keys).turn()
    assert {*states(made(database, keys, slug)).values()} == {"right"}


@pytest.mark.parametrize("tie_rule", TIE_RULES)
def test_however_ties_are_settled_the_count_is_found_again(database, keys, now, tie_rule):
    with database.writing() as session:
        cycle = factories.cycle(
            session, now, phase="closed", keys=keys, ballots_cast=[[1], [2], [3]],
            costs=(50, 50, 50), tie_rule=tie_rule, fund_minor=50,
        )  # fmt: skip
        count(session, cycle, actor=SYSTEM, now=now, seed=SEED)
    Integrator(database, keys).turn()
    assert states(made(database, keys, cycle.slug, for_auditors=True))["V10"] == "right"


def test_the_same_vote_gives_the_same_bytes_from_every_database(
    database, keys, counted, sqlite_template, tmp_path
):
    """Every row is carried over into a new SQLite file: `database` is each of the databases."""
    slug = counted()
    path = tmp_path / "carried.db"
    shutil.copy(sqlite_template, path)
    other = Database(f"sqlite:///{path}")
    with database.reading() as session, other.writing() as carried:
        for table in Base.metadata.sorted_tables:
            carried.execute(delete(table))  # what the migrations put there
            rows = [row._asdict() for row in session.execute(select(table))]
            if rows:
                carried.execute(insert(table), rows[::-1])
    for for_auditors in (False, True):
        data = made(database, keys, slug, for_auditors=for_auditors)
        assert made(other, keys, slug, for_auditors=for_auditors) == data
    other.dispose()


def test_what_cannot_be_bundled_is_refused(database, keys, now, counted):
    slug = counted()
    with database.writing() as session:
        early = factories.cycle(session, now, keys=keys).slug
        unsigned = factories.cycle(session, now, phase="counted", keys=keys, ballots_cast=[[1]])
    with pytest.raises(WrongPhaseError):
        made(database, keys, early)
    with pytest.raises(LogUnsignedError):
        made(database, keys, unsigned.slug)
    for path in keys.signers.folder.glob("*.log"):
        path.unlink()
    with pytest.raises(SigningKeyMissingError):
        made(database, keys, slug)


def test_a_bundle_is_kept_as_it_was_made_and_never_half_written(
    database, keys, now, counted, tmp_path, monkeypatch
):
    slug, folder = counted(), tmp_path / "bundles"
    with database.writing() as session:
        cycle = queries.cycle(session, slug)
        publish(session, cycle, actor=SYSTEM, keys=keys, shelf=folder, now=now)
    with database.reading() as session:
        cycle = queries.cycle(session, slug)
        path = bundles.shelved(session, cycle, folder, keys=keys)
        body = path.read_bytes()
        assert (path.stat().st_mode & 0o777, folder.stat().st_mode & 0o777) == (0o600, 0o700)
        monkeypatch.setattr(verifiers, "files", lambda: {"verify.py": b"another"})
        assert bundles.shelved(session, cycle, folder, keys=keys).read_bytes() == body
    assert [*folder.iterdir()] == [path]


def test_a_program_of_another_version_brings_the_verifiers_that_the_log_names(
    database, keys, now, counted, monkeypatch
):
    slug, shipped = counted(), verifiers.files()
    data = made(database, keys, slug)
    monkeypatch.setattr(verifiers, "files", lambda: {"verify.py": b"another"})
    assert made(database, keys, slug) == data
    with database.writing() as session:
        for _ in range(2):
            factories.cycle(session, now, keys=keys)
        kept = {row.digest: row.body for row in session.scalars(select(VerifierFile))}
    assert set(kept.values()) == {*shipped.values(), b"another"}
    assert all(sha256(body).hexdigest() == digest for digest, body in kept.items())


def test_the_roll_that_filled_itself_is_told_before_the_close(database, keys, counted):
    data = made(database, keys, counted(), for_auditors=True)
    roll = json.loads(Bundle.read(io.BytesIO(data)).content("roll-summary.json"))
    assert roll["districts"] == {"all": {PAPER: 1, "voters": 12, "web": 11}}


def test_paper_is_told_beside_the_leaves_and_nowhere_else(database, keys, now, integrate):
    with database.writing() as session:
        cycle = factories.cycle(session, now, keys=keys, ballots_cast=PICKS, max_picks=2)
        contest = session.get_one(Contest, cycle.contest_id)
        stations.add(session, contest.id, "Hall")
        ballots.enrol(session, contest.id, ["choi", "jung", "kim"])
        clerks = Clerks(session, contest, now)
        batch = clerks.declared(3)
        clerks.types(batch, 0, {1: "1 3", 2: "0", 3: "2"})
        clerks.types(batch, 1, {1: "1 3", 2: "0", 3: "*"})
        clerks.types(batch, 2, {3: "2"})
        close_vote(session, cycle, actor=SYSTEM, keys=keys, now=now, reason="over")
        count(session, cycle, actor=SYSTEM, now=now)
    integrate()
    public = Bundle.read(io.BytesIO(made(database, keys, cycle.slug)))
    assert not [path for path in public.places if path.startswith("paper/")]
    data = made(database, keys, cycle.slug, for_auditors=True)
    found = states(data)
    assert "wrong" not in found.values()
    assert found["V8"] == "right"
    bundle = Bundle.read(io.BytesIO(data))
    (line,) = bundle.lines("paper/batches.jsonl")
    assert json.loads(line)["settled"] == [[3, {"a": [2]}]]
    (line,) = bundle.lines("paper/adjudications.jsonl")
    assert json.loads(line)["second"] == "spoiled"


def test_a_vote_by_token_brings_its_keys_and_both_verifiers_follow_it(
    database, keys, now, integrate
):
    with database.writing() as session:
        cycle = factories.cycle(session, now, keys=keys, credential="blind", publication="open")
        devices = [
            tokens.vote(session, cycle.contest_id, f"v{at}", picks, keys, now)
            for at, picks in enumerate(PICKS)
        ]
        again = devices[0].issue(session.connection(), cycle.contest_id, "v0", keys, now)
        leaf = devices[0].leaf(again, [2])
        tokens.cast(session.connection(), cycle.contest_id, leaf, keys, now)
        unused = tokens.Device.of(session, cycle.contest_id)
        unused.issue(session.connection(), cycle.contest_id, "late", keys, now)
        close_vote(session, cycle, actor=SYSTEM, keys=keys, now=now, reason="over")
        count(session, cycle, actor=SYSTEM, now=now, seed=SEED)
    integrate()
    data = made(database, keys, cycle.slug)
    assert {*states(data).values()} == {"right"}
    bundle = Bundle.read(io.BytesIO(data))
    told, roll, result = (
        json.loads(bundle.content(f"{name}.json")) for name in ("tokens", "roll-summary", "result")
    )
    assert list(told) == ["all"]
    assert roll["districts"] == {"all": {"paper": 0, "voters": 13, "web": 13}}
    assert result["ballots"] == 12
