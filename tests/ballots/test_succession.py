"""A log whose signed leaves are lost goes on under a new name, and everyone can check what was kept."""

import io
import json
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from ballots import log, services
from ballots.board import leaves
from ballots.board.bundle import Spool
from ballots.board.checkpoint import Checkpoint
from ballots.board.merkle import leaf_hash
from ballots.board.notes import Key
from ballots.errors import (
    ContestClosedError,
    LinkKeyMissingError,
    LogHaltedError,
    PaperBallotError,
    RollbackError,
)
from ballots.integrator import Integrator
from ballots.keys import Keys
from ballots.kinds import Choices
from ballots.mirror import sealing
from ballots.mirror.errors import StrangersError
from ballots.mirror.mirror import Mirror
from ballots.models import Board, Contest, Option, RollEntry
from ballots.paper import stations
from ballots.paper.models import Batch
from ballots.roll.models import ListedVoter
from ballots.services import Paper
from ballots.succession import queries as successions
from ballots.succession import services as succession
from ballots.succession.errors import (
    DecisionError,
    MirrorUnreadError,
    NotHaltedError,
    NothingLostError,
    TokensLostError,
)
from ballots.verifiers import verify as alone
from budget import bundle
from budget import services as budget
from budget.errors import SigningKeyMissingError, WrongPhaseError
from budget.models import Cycle
from budget.succession import continue_vote
from budget.verification.steps import verify
from core.journal import JournalEntry
from tests import factories
from tests.backups import Backup
from tests.clerks import Clerks

PRIVATE = sealing.new_key()
BY = ("A. Kim", "B. Lee")


@pytest.fixture
def keys(config, tmp_path) -> Keys:
    return Keys.of(config.keys_dir, config.guards, config.origin)


@pytest.fixture
def mirrored(keys, tmp_path) -> Keys:
    """The same keys, and a mirror."""
    folder = tmp_path / "mirror"
    folder.mkdir()
    return replace(keys, mirror=Mirror(folder, PRIVATE.public_key()))


class City:
    """One vote with a listed roll, and what is done to it."""

    def __init__(self, database, keys, now):
        self.database, self.keys, self.now = database, keys, now
        with database.writing() as session:
            cycle = factories.cycle(session, now, keys=keys, roll_kind="listed", max_picks=2)
            services.enrol(session, cycle.contest_id, [f"v{serial}" for serial in range(20)])
            stations.add(session, cycle.contest_id, "Hall")
        self.cycle_id = cycle.id
        self.turn()

    @property
    def contest_id(self):
        with self.database.reading() as session:
            return session.get_one(Cycle, self.cycle_id).contest_id

    def turn(self):
        Integrator(self.database, self.keys).turn()

    def cast(self, *voters, choice=1):
        with self.database.writing_rows() as connection:
            papers = [Paper(f"v{voter}", Choices((choice,))) for voter in voters]
            codes = services.cast(connection, self.contest_id, papers, keys=self.keys, now=self.now)
        return dict(zip(voters, codes, strict=True))

    def vote(self, *voters, choice=1):
        codes = self.cast(*voters, choice=choice)
        self.turn()
        return codes

    def paper(self, voter):
        with self.database.writing() as session:
            services.mark_paper(
                session, self.contest_id, f"v{voter}", keys=self.keys, station="Hall"
            )

    def lose(self, backup):
        """Set the database back; the integrator halts the vote."""
        backup.restore()
        with pytest.raises(ExceptionGroup):
            Integrator(self.database, self.keys).check()

    def go_on(self, **given):
        with self.database.writing() as session:
            cycle = session.get_one(Cycle, self.cycle_id)
            given = {"by": BY, "document": "2027-14", **given}
            found = continue_vote(
                session, cycle, actor=factories.SYSTEM, keys=self.keys, now=self.now, **given
            )
        integrator = Integrator(self.database, self.keys)
        integrator.check()
        integrator.turn()
        return found

    def close(self):
        with self.database.writing() as session:
            cycle = session.get_one(Cycle, self.cycle_id)
            budget.close_vote(
                session, cycle, actor=factories.SYSTEM, keys=self.keys, now=self.now, reason="-"
            )
        self.turn()

    def roll(self):
        """Voter -> status, of those who are marked."""
        with self.database.reading() as session:
            query = select(RollEntry.voter_id, RollEntry.status).where(
                RollEntry.contest_id == self.contest_id, RollEntry.status != "none"
            )
            return dict(session.execute(query).all())

    def leaves(self, contest_id=None):
        with self.database.reading() as session:
            return [*log.leaves(session.connection(), contest_id or self.contest_id)]

    def state(self, code):
        with self.database.reading() as session:
            found = log.find(session.connection(), self.contest_id, code)
            return found and found.state


@pytest.fixture
def city(database, keys, now):
    return City(database, keys, now)


def judged(city, **given):
    """The steps that do not end well, by the program's verifier and by verify.py."""
    with city.database.writing() as session:
        cycle = session.get_one(Cycle, city.cycle_id)
        budget.count(session, cycle, actor=factories.SYSTEM, now=city.now)
        pieces = bundle.pieces(session, cycle, Spool(), keys=city.keys, for_auditors=True)
        data = b"".join(pieces)
    mine, theirs = [*verify(io.BytesIO(data), **given)], [*alone.verify(io.BytesIO(data), **given)]
    ours = {step.name: str(step.state) for step in mine if step.state != "right"}
    assert ours == {step.name: step.state for step in theirs if step.state != "right"}
    return ours, {step.name: str(step.said) for step in mine}


def test_what_is_left_goes_on_and_whoever_lost_a_ballot_votes_again(city, database, keys):
    kept = city.vote(1, 2, 3)
    old, before = city.contest_id, city.leaves()
    backup = Backup(database)
    lost = city.vote(4, 5) | city.vote(2, choice=2)
    signed = keys.signers.last(old)
    city.lose(backup)
    with pytest.raises(LogHaltedError):
        city.cast(6)
    found = city.go_on()
    assert (found.kept, found.lost, found.reopened) == (4, 3, 0)
    first, *rest = city.leaves()
    assert rest == before[1:]
    opened = leaves.read(first)
    assert opened["by"] == [*BY]
    assert opened["e"] == leaves.read(before[0])["e"] + "/2"
    assert opened["after"] == [
        {
            "e": leaves.read(before[0])["e"], "kept": 4, "log": leaves.read(before[0])["log"],
            "open": leaf_hash(before[0]).hex(), "root": signed.root.hex(), "size": 7,
        }
    ]  # fmt: skip
    assert city.roll() == {"v1": "web", "v2": "web", "v3": "web"}
    assert {voter: city.state(code) for voter, code in kept.items()} == dict.fromkeys(kept, "in")
    assert {city.state(code) for code in lost.values()} == {None}
    again = city.vote(4, choice=2) | city.vote(1, choice=2)
    assert {city.state(code) for code in again.values()} == {"in"}
    assert city.state(kept[1]) == "replaced"
    city.close()
    failed, said = judged(city)
    assert failed == {}
    assert " 3" in said["V6"]
    assert keys.linker.has(old) is keys.linker.has(city.contest_id) is False


def test_the_old_log_stays_as_it_was_and_is_signed_no_more(city, database, keys):
    city.vote(1)
    old, backup = city.contest_id, Backup(database)
    city.vote(2)
    guard, before = keys.signers.last(old), None
    city.lose(backup)
    before = city.leaves(old)
    city.go_on()
    city.vote(3)
    assert city.leaves(old) == before
    assert keys.signers.last(old) == guard
    with database.reading() as session:
        connection = session.connection()
        assert session.get_one(Board, old).is_halted
        assert log.sizes(connection).keys() == {city.contest_id}
        (ended,) = successions.lost_logs(session, city.contest_id)
        key = Key.read(session.get_one(Board, old).log_key)
        assert Checkpoint.read(ended.last.text).size == guard.size
        assert ended.last.signed_by([key]) == (key,)
        assert log.last_checkpoint(connection, old) == ended.kept
        assert successions.latest(session, old) == city.contest_id
        assert successions.line(session, city.contest_id) == [city.contest_id, old]
    with pytest.raises(LogHaltedError), database.writing_rows() as connection:
        services.cast(connection, old, [Paper("v4", Choices((1,)))], keys=keys, now=city.now)


def test_the_journal_and_the_pages_have_what_was_lost(city, database, now):
    backup = Backup(database)
    city.vote(1, 2)
    city.lose(backup)
    until = now + timedelta(days=20)
    city.go_on(until=until)
    with database.reading() as session:
        query = select(JournalEntry.values).where(JournalEntry.act == "log.continued")
        (told,) = session.scalars(query)
        assert (told["kept"], told["lost"], told["until"]) == (1, 2, until.isoformat())
        (loss,) = successions.losses(session, city.contest_id)
        assert (loss.kept, loss.lost, loss.document, loss.at) == (1, 2, "2027-14", now)
        assert loss.election == told["log"]
        contest = session.get_one(Contest, city.contest_id)
        assert contest.closes_at == until
        assert len(session.scalars(select(Option.id)).all()) == len(contest.options) == 3


def test_who_waited_for_the_log_is_not_marked_any_more(city, database):
    city.vote(1)
    city.cast(2)  # received, and in the backup
    backup = Backup(database)
    city.turn()
    city.lose(backup)
    assert city.go_on().reopened == 1
    assert city.roll() == {"v1": "web"}
    city.vote(2)
    city.close()
    assert judged(city)[0] == {}


def test_paper_that_the_kept_leaves_know_stays_and_the_rest_is_done_again(city, database, now):
    city.vote(1, 2)
    with database.writing() as session:
        Clerks(session, session.get_one(Contest, city.contest_id), now).typed("1", "0")
    city.paper(3)
    city.paper(2)  # waits, when the backup is taken
    backup = Backup(database)
    with database.writing() as session:
        Clerks(session, session.get_one(Contest, city.contest_id), now).typed("2")
    city.turn()
    city.lose(backup)
    city.go_on()
    assert city.roll() == {"v1": "web", "v2": "paper", "v3": "paper"}
    with pytest.raises(PaperBallotError):
        city.cast(2)
    with database.writing() as session:
        contest = session.get_one(Contest, city.contest_id)
        assert session.scalar(select(func.count()).select_from(Batch)) == 1
        Clerks(session, contest, now).typed("2")
    for voter in (4, 5):
        city.paper(voter)
    city.turn()
    told = [leaves.read(data)["t"] for data in city.leaves()]
    assert told.count("revoke") == 1
    assert told.count("batch-close") == 2
    city.close()
    assert judged(city)[0] == {"V12": "unchecked"}


def test_codes_of_letters_are_good_in_the_vote_that_goes_on(city, database, keys):
    keys.roll.create(city.contest_id)
    sealed = keys.roll.code(city.contest_id, "CODE")
    with database.writing() as session:
        factories.city(session)
        session.add(
            ListedVoter(
                contest_id=city.contest_id, voter_id="v7", number="7", person=b"p" * 16,
                neighbourhood="cheolsan-3", ground="lives", code=sealed, batch=1,
            )
        )  # fmt: skip
    backup = Backup(database)
    city.vote(7)
    city.lose(backup)
    city.go_on()
    assert keys.roll.code(city.contest_id, "CODE") == sealed
    with database.reading() as session:
        assert session.get_one(ListedVoter, (city.contest_id, "v7")).code == sealed


def test_what_the_mirror_has_is_kept_too(database, mirrored, now, tmp_path):
    city = City(database, mirrored, now)
    backup = Backup(database)
    kept = city.vote(1)
    whole = next(mirrored.mirror.folder.iterdir()).read_bytes()
    city.vote(2)
    next(mirrored.mirror.folder.iterdir()).write_bytes(whole)
    city.lose(backup)
    with pytest.raises(MirrorUnreadError) as told:
        city.go_on()
    assert told.value.values == {"size": 1, "mirrored": 2}
    found = city.go_on(private=PRIVATE)
    assert (found.kept, found.lost, found.replayed.leaves) == (2, 1, 1)
    assert city.roll() == {"v1": "web"}
    assert city.state(kept[1]) == "in"
    city.vote(2)
    assert mirrored.mirror.end(city.contest_id).size == 3
    city.close()
    assert judged(city)[0] == {}


def test_nothing_goes_on_that_the_mirror_can_bring_back(database, mirrored, now):
    city = City(database, mirrored, now)
    backup = Backup(database)
    city.vote(1)
    city.lose(backup)
    with pytest.raises(NothingLostError) as told:
        city.go_on(private=PRIVATE)
    assert told.value.values == {"size": 2, "signed": 2}
    assert len(city.leaves()) == 1


def test_ballots_of_nobody_that_nothing_vouches_for_are_not_kept(database, mirrored, now):
    city = City(database, mirrored, now)
    backup = Backup(database)
    city.vote(1)
    city.vote(2)
    whole = next(mirrored.mirror.folder.iterdir()).read_bytes()
    city.vote(3)
    city.vote(4)
    city.vote(5)  # 6 leaves were signed: the guard vouches for the first 4, not for the third
    next(mirrored.mirror.folder.iterdir()).write_bytes(whole)
    city.lose(backup)
    with database.writing() as session:
        session.delete(session.get_one(RollEntry, (city.contest_id, "v2")))
    with pytest.raises(StrangersError):
        city.go_on(private=PRIVATE)


def test_a_log_may_be_lost_again(city, database):
    kept = city.vote(1, 2, 3)
    backup = Backup(database)
    city.vote(4)
    city.lose(backup)
    city.go_on()
    later = Backup(database)
    city.vote(5, 6)
    city.lose(later)
    found = city.go_on()
    assert (found.kept, found.lost) == (4, 2)
    opened = leaves.read(city.leaves()[0])
    assert [ended["kept"] for ended in opened["after"]] == [4, 4]
    assert opened["e"].endswith("/3")
    assert {city.state(code) for code in kept.values()} == {"in"}
    city.vote(4, 5)
    city.close()
    assert judged(city)[0] == {}
    with database.reading() as session:
        assert [loss.lost for loss in successions.losses(session, city.contest_id)] == [2, 1]


def test_a_declared_roll_goes_on_as_well(database, keys, now, integrate):
    with database.writing() as session:
        cycle = factories.cycle(session, now, keys=keys, ballots_cast=[[1], [2]])
    integrate()
    backup = Backup(database)
    with database.writing() as session:
        factories.cast(session, cycle.contest_id, [[1], [1], [3]], keys=keys, now=now)
    integrate()
    backup.restore()
    with pytest.raises(ExceptionGroup):
        Integrator(database, keys).check()
    with database.writing() as session:
        found = continue_vote(
            session, session.get_one(Cycle, cycle.id), by=BY, document="x", actor=factories.SYSTEM,
            keys=keys, now=now,
        )  # fmt: skip
        assert (found.kept, found.lost) == (3, 3)
        factories.cast(session, found.contest.id, [[1]], keys=keys, now=now)


# ------------------------------------------------------------------------------- refusals


def test_a_log_that_is_not_halted_goes_on_as_it_is(city):
    city.vote(1)
    with pytest.raises(NotHaltedError):
        city.go_on()


def test_where_the_guard_is_not_ahead_nothing_is_lost(city, database):
    city.vote(1)
    with database.writing() as session:
        session.execute(update(Board).values(is_halted=True))
    with pytest.raises(NothingLostError):
        city.go_on()


def test_a_database_that_was_changed_does_not_go_on(city, database, keys):
    city.vote(1)
    backup = Backup(database)
    city.vote(2)
    city.lose(backup)
    path = keys.signers._guard(city.contest_id)
    body = json.loads(path.read_bytes())
    path.write_text(json.dumps(body | {"hashes": ["ab" * 32, *body["hashes"][1:]]}))
    with pytest.raises(RollbackError):
        city.go_on()


@pytest.mark.parametrize(
    "given",
    [{"by": ("A", "A")}, {"by": ("A", "")}, {"by": ("A",)}, {"document": ""}, {"document": "x" * 201}],
)  # fmt: skip
def test_a_decision_has_a_document_and_two_officers(city, database, given):
    backup = Backup(database)
    city.vote(1)
    city.lose(backup)
    with pytest.raises(DecisionError):
        city.go_on(**given)


def test_a_vote_by_token_is_begun_anew(city, database):
    backup = Backup(database)
    city.vote(1)
    city.lose(backup)
    with database.writing() as session:
        session.get_one(Contest, city.contest_id).credential = "blind"
    with pytest.raises(TokensLostError):
        city.go_on()


def test_after_the_close_nothing_goes_on(city, database, keys, now):
    city.vote(1)
    city.close()
    with pytest.raises(WrongPhaseError):
        city.go_on()
    with database.writing() as session, pytest.raises(ContestClosedError):
        contest = session.get_one(Contest, city.contest_id)
        succession._check(session, contest, keys, has_key=False)


@pytest.mark.parametrize(("lost", "wanted"), [("key", LinkKeyMissingError), ("log", SigningKeyMissingError)])  # fmt: skip
def test_without_its_keys_a_log_does_not_go_on(city, database, keys, lost, wanted):
    backup = Backup(database)
    city.vote(1)
    city.lose(backup)
    (keys.signers.folder / f"{city.contest_id}.{lost}").unlink()
    fresh = Keys.of(keys.signers.folder, keys.signers.guards, keys.signers.origin)
    city.keys = fresh
    with pytest.raises(wanted):
        city.go_on()
    assert city.leaves() != []


def test_a_log_that_did_not_go_on_leaves_no_key_behind(city, database, keys, monkeypatch):
    backup = Backup(database)
    city.vote(1)
    city.lose(backup)
    before = {path.name for path in keys.signers.folder.glob("*.key")}

    def fail(*_args, **_kwargs):
        raise OSError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(succession, "_reopen", fail)
        with pytest.raises(OSError, match="full"):
            city.go_on()
    assert {path.name for path in keys.signers.folder.glob("*.key")} == before
    assert city.go_on().lost == 1
