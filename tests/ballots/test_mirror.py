"""The mirror: written before anything is signed, sealed, and enough to bring a log back."""

import json
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from ballots import log, queries, services
from ballots.board.merkle import Edge, leaf_hash
from ballots.errors import LinkKeyMissingError, LogFaultError, RollbackError
from ballots.integrator import Integrator
from ballots.keys import Keys
from ballots.kinds import Choices
from ballots.mirror import comparing, sealing
from ballots.mirror.errors import (
    LeavesLostError,
    MirrorBehindError,
    MirrorFaultError,
    MirrorKeyError,
    NoMirrorError,
    PastCloseError,
    StrangersError,
    UnknownTokensError,
)
from ballots.mirror.medium import Medium
from ballots.mirror.mirror import Mirror
from ballots.mirror.replay import replay
from ballots.mirror.sealing import Contents, Head
from ballots.models import Contest, PendingLeaf, RollEntry
from ballots.paper import reopening, stations
from ballots.paper.models import Batch, KeyingRecord, LoggedSheet
from ballots.services import Paper
from core.access import Role
from core.journal import Actor
from tests import factories
from tests.backups import Backup
from tests.clerks import Clerks

PRIVATE = sealing.new_key()
ELECTION_ID = UUID("00000000-0000-4000-8000-000000000001")


@pytest.fixture
def keys(config, tmp_path) -> Keys:
    folder = tmp_path / "mirror"
    folder.mkdir()
    mirror = Mirror(folder, PRIVATE.public_key())
    return Keys.of(config.keys_dir, config.guards, config.origin, mirror=mirror)


@pytest.fixture
def contest_id(database, now, keys, integrate):
    with database.writing() as session:
        cycle = factories.cycle(session, now, keys=keys, roll_kind="listed", max_picks=2)
        services.enrol(session, cycle.contest_id, [f"v{serial}" for serial in range(20)])
        stations.add(session, cycle.contest_id, "Hall")
    integrate()
    return cycle.contest_id


@pytest.fixture
def vote(database, contest_id, keys, now, integrate):
    """Cast ballots of voters by number, and integrate them."""

    def do(*voters: int, choice: int = 1) -> None:
        with database.writing_rows() as connection:
            papers = [Paper(f"v{voter}", Choices((choice,))) for voter in voters]
            services.cast(connection, contest_id, papers, keys=keys, now=now)
        integrate()

    return do


@pytest.fixture
def again(database, contest_id, keys):
    """Replay in a transaction of its own."""

    def do(private=PRIVATE):
        with database.writing() as session:
            contest = session.get_one(Contest, contest_id)
            return replay(session, contest, keys=keys, private=private)

    return do


def state(database, contest_id):
    """All that the log and the roll say."""
    with database.reading() as session:
        connection = session.connection()
        query = select(RollEntry.voter_id, RollEntry.status, RollEntry.casts)
        roll = session.execute(query.where(RollEntry.contest_id == contest_id))
        return list(log.leaves(connection, contest_id)), sorted(map(tuple, roll))


def path_of(keys, contest_id):
    return keys.mirror.folder / f"{contest_id}.mirror"


def test_the_mirror_has_what_was_signed_and_only_the_auditors_read_it(
    database, contest_id, keys, vote
):
    vote(1, 2, 3)
    vote(1, choice=2)
    leaves, _ = state(database, contest_id)
    body = path_of(keys, contest_id).read_bytes()
    assert len(leaves) == 5
    assert not any(leaf in body for leaf in leaves)
    opened = [sealing.unseal(one, PRIVATE) for _, one in keys.mirror.read(contest_id)]
    assert [leaf for contents in opened for leaf in contents.leaves] == leaves
    assert keys.mirror.end(contest_id) == keys.signers.last(contest_id)
    assert path_of(keys, contest_id).stat().st_mode & 0o077 == 0
    with pytest.raises(MirrorKeyError):
        sealing.unseal(next(keys.mirror.read(contest_id))[1], sealing.new_key())


@given(st.lists(st.integers(1, 9), unique=True, max_size=9).map(sorted))
def test_what_is_sealed_tells_nothing_by_its_length(choices):
    def body(choices):
        leaf = b'{"x":{"a":%s}}' % json.dumps(choices).encode()
        head = Head(ELECTION_ID, "city/pb/x", 0, Edge().grown([leaf_hash(leaf)]))
        return sealing.seal(head, Contents([leaf]), PRIVATE.public_key())

    assert len(body(choices)) == len(body([]))


@given(st.binary(max_size=300))
def test_no_head_but_a_head_is_read(data):
    with pytest.raises(MirrorFaultError):
        Head.read(data)


def test_a_head_is_read_as_it_was_written_and_no_record_under_another():
    leaf = b"{}"
    head = Head(
        ELECTION_ID, "city/pb/x", 4, Edge().grown([leaf_hash(b"%d" % at) for at in range(5)])
    )
    assert Head.read(bytes(head)) == head
    body = sealing.seal(head, Contents([leaf], {4: "typed"}), PRIVATE.public_key())
    assert sealing.unseal(body, PRIVATE) == Contents([leaf], {4: "typed"})
    with pytest.raises(MirrorKeyError):
        sealing.unseal(body.replace(b"city/pb/x", b"city/pb/y"), PRIVATE)
    wrong = sealing.seal(head, Contents([leaf, leaf]), PRIVATE.public_key())
    with pytest.raises(MirrorFaultError, match="2"):
        sealing.unseal(wrong, PRIVATE)
    for harm in (b'"first":5', b'"first":-1'):
        with pytest.raises(MirrorFaultError):
            Head.read(bytes(head).replace(b'"first":4', harm))


def test_keys_are_read_as_they_were_written():
    public = PRIVATE.public_key()
    assert sealing.public_key(sealing.public_text(public)) == public
    assert sealing.private_key(sealing.private_pem(PRIVATE)).public_key() == public
    for text in ("", "AAAA", "é" * 44):
        with pytest.raises(MirrorKeyError):
            sealing.public_key(text)
    with pytest.raises(MirrorKeyError):
        sealing.private_key(b"no key")


@given(st.lists(st.binary(max_size=50), max_size=5), st.integers(0, 400), st.binary(max_size=9))
def test_of_a_torn_file_the_whole_records_are_there(tmp_path_factory, bodies, cut, torn):
    medium = Medium(tmp_path_factory.mktemp("medium") / "x")
    medium.extend(lambda _tail: bodies)
    whole = medium.path.read_bytes()
    medium.path.write_bytes(whole[: len(whole) - cut] + torn if cut < len(whole) else torn)
    other = Medium(medium.path)
    left = list(other.bodies())
    assert left == bodies[: len(left)]
    medium.extend(lambda tail: [b"next"] if tail.last == (left[-1] if left else None) else [])
    assert list(Medium(medium.path).bodies()) == [*left, b"next"]
    assert not Medium(medium.path).tail().is_torn


def test_two_who_write_one_file_see_each_other(tmp_path):
    one, other = Medium(tmp_path / "x"), Medium(tmp_path / "x")
    one.extend(lambda _tail: [b"1"])
    other.extend(lambda tail: [b"2"] if tail.last == b"1" else [])
    one.extend(lambda tail: [b"3"] if tail.last == b"2" else [])
    assert list(other.bodies()) == [b"1", b"2", b"3"]


def test_a_crash_between_any_two_steps_is_healed(database, contest_id, keys, vote, monkeypatch):
    """Committed, not mirrored; mirrored, not signed; signed, not published."""
    steps = [(Mirror, "follow"), (type(keys.signers), "sign"), (log, "keep_checkpoint")]
    for serial, (owner, name) in enumerate(steps):
        with monkeypatch.context() as patch:
            patch.setattr(owner, name, _power_cut)
            with pytest.raises(ExceptionGroup):
                vote(serial)
        assert Integrator(database, keys).turn() == 1
        leaves, _ = state(database, contest_id)
        opened = [sealing.unseal(one, PRIVATE).leaves for _, one in keys.mirror.read(contest_id)]
        assert [leaf for some in opened for leaf in some] == leaves
        assert keys.signers.last(contest_id).size == len(leaves) == serial + 2


def _power_cut(*_args, **_kwargs):
    raise OSError("the power went")


def test_a_batch_cut_short_on_the_mirror_is_written_again(database, contest_id, keys, vote):
    vote(1)
    path = path_of(keys, contest_id)
    whole = path.read_bytes()
    path.write_bytes(whole + whole[: len(whole) // 3])  # the power went within a record
    assert keys.mirror.is_torn(contest_id)
    Integrator(database, keys).check()
    vote(2)
    assert not keys.mirror.is_torn(contest_id)
    assert keys.mirror.end(contest_id).size == 3


@pytest.mark.parametrize("harm", ["cut", "turned", "gone", "unmounted"])
def test_without_a_whole_mirror_nothing_is_signed(database, contest_id, keys, vote, now, harm):
    vote(1)
    path = path_of(keys, contest_id)
    whole = path.read_bytes()
    if harm == "cut":
        path.write_bytes(whole[:-5])
    elif harm == "turned":
        path.write_bytes(whole[:60] + bytes([whole[60] ^ 1]) + whole[61:])
    elif harm == "gone":
        path.unlink()
    else:
        path.unlink()
        keys.mirror.folder.rmdir()
    fresh = replace(keys, mirror=Mirror(keys.mirror.folder, keys.mirror.key))
    before = keys.signers.last(contest_id)
    with database.writing() as session:
        cast(session, contest_id, keys, now, "v2")
    integrator = Integrator(database, fresh)
    for act in (integrator.check, integrator.turn):
        with pytest.raises(ExceptionGroup) as told:
            act()
        wanted = FileNotFoundError if harm == "unmounted" else MirrorBehindError
        assert {type(error) for error in told.value.exceptions} == {wanted}
    assert keys.signers.last(contest_id) == before


def test_a_log_that_is_not_the_mirrored_one_is_not_mirrored(database, contest_id, keys, vote):
    vote(1)
    with database.reading() as session:
        board = log.head(session.connection(), contest_id)
        smaller = log.Head(contest_id, board.election, Edge())
        other = log.Head(contest_id, board.election, Edge().grown([b"x" * 32, b"y" * 32]))
        for wrong in (smaller, other):
            with pytest.raises(RollbackError) as told:
                keys.mirror.follow(session.connection(), wrong, signed=0)
            assert told.value.values["by"] == "mirror"


def test_a_mirror_that_was_set_up_late_begins_when_it_is_told_to(
    database, contest_id, keys, vote, tmp_path
):
    vote(1, 2)
    late = Mirror(tmp_path, PRIVATE.public_key())
    with database.reading() as session:
        connection = session.connection()
        board = log.head(connection, contest_id)
        with pytest.raises(MirrorBehindError):
            late.follow(connection, board, signed=board.edge.size)
        assert late.follow(connection, board, signed=0) == 3
        assert late.follow(connection, board, signed=3) == 0
    assert late.end(contest_id) == board.edge


def test_a_restored_backup_is_refused_and_healed_from_the_mirror(
    database, contest_id, keys, vote, again
):
    vote(1, 2, 3)
    backup = Backup(database)
    vote(2, 4, choice=2)
    with database.writing() as session:
        services.mark_paper(session, contest_id, "v3", keys=keys, station="Hall")
    vote(5)
    before = state(database, contest_id)
    backup.restore()
    with pytest.raises(ExceptionGroup) as told:
        Integrator(database, keys).check()
    (error,) = told.value.exceptions
    assert (error.values["size"], error.values["signed"]) == (4, 8)
    found = again()
    assert (found.leaves, found.size, found.marks, found.strangers) == (4, 8, 4, 0)
    assert state(database, contest_id) == before
    integrator = Integrator(database, keys)
    integrator.check()
    integrator.turn()
    vote(6)
    with database.reading() as session:
        assert log.last_checkpoint(session.connection(), contest_id).text.split("\n")[1] == "9"
    assert again().leaves == 0


def test_what_waited_when_the_backup_was_taken_is_not_put_in_twice(
    database, contest_id, keys, vote, again, now, integrate
):
    vote(1)
    with database.writing() as session:
        cast(session, contest_id, keys, now, "v2")
        services.mark_paper(session, contest_id, "v1", keys=keys)
    backup = Backup(database)
    integrate()
    before = state(database, contest_id)
    backup.restore()
    with database.reading() as session:
        assert len(session.scalars(select(PendingLeaf)).all()) == 2
    again()
    Integrator(database, keys).check()
    integrate()
    assert state(database, contest_id) == before


def cast(session, contest_id, keys, now, voter):
    services.cast(
        session.connection(), contest_id, [Paper(voter, Choices((1,)))], keys=keys, now=now
    )


def test_paper_comes_back_with_its_batches_and_keyings(
    database, contest_id, keys, now, vote, again, integrate
):
    vote(1)
    with database.writing() as session:
        opened = Clerks(session, session.get_one(Contest, contest_id), now).typed("1", "0")
    integrate()
    backup = Backup(database)
    with database.writing() as session:
        contest, batch = session.get_one(Contest, contest_id), session.get_one(Batch, opened.id)
        one, other = uuid4(), uuid4()
        reopening.propose(
            session, contest, batch, sheets=[1], why="misread", document="A-1", officer_id=one
        )
        actor = Actor(str(Role.POLL_MANAGER), other)
        reopening.confirm(session, contest, batch, officer_id=other, actor=actor, now=now)
        clerks = Clerks(session, contest, now)
        for clerk in (0, 1):
            clerks.types(batch, clerk, {1: "2"})
        clerks.typed("2")
    integrate()
    before, paper = state(database, contest_id), _paper(database)
    backup.restore()
    again()
    assert state(database, contest_id) == before
    assert _paper(database) == paper


def _paper(database):
    """The tables of paper, but for the random ids of batches."""
    with database.reading() as session:
        batches = {batch.id: batch for batch in session.scalars(select(Batch))}
        return (
            sorted(
                (one.number, one.station, one.seal, one.sheets, one.is_closed)
                for one in batches.values()
            ),
            sorted(
                (batches[one.batch_id].number, one.sheet, one.position, one.state)
                for one in session.scalars(select(LoggedSheet))
            ),
            sorted((one.position, one.body) for one in session.scalars(select(KeyingRecord))),
        )


def test_accounts_of_a_declared_roll_are_marked_anew(database, now, keys, integrate):
    with database.writing() as session:
        contest_id = factories.cycle(session, now, keys=keys).contest_id
        early, late = (str(factories.account(session, now).id) for _ in range(2))
        cast(session, contest_id, keys, now, early)
    integrate()
    backup = Backup(database)
    with database.writing() as session:
        cast(session, contest_id, keys, now, late)
        newcomer = str(factories.account(session, now).id)
        cast(session, contest_id, keys, now, newcomer)
    integrate()
    backup.restore()
    with database.writing() as session:
        contest = session.get_one(Contest, contest_id)
        found = replay(session, contest, keys=keys, private=PRIVATE)
        assert (found.leaves, found.marks, found.strangers) == (2, 1, 1)  # newcomer is lost
        assert queries.has_voted(session, contest_id, late)
        assert not queries.has_voted(session, contest_id, newcomer)


def test_unsigned_ballots_of_nobody_are_not_put_back(
    database, contest_id, keys, vote, again, monkeypatch
):
    backup = Backup(database)
    with monkeypatch.context() as patch:
        patch.setattr(type(keys.signers), "sign", _power_cut)
        with pytest.raises(ExceptionGroup):
            vote(1)
    backup.restore()
    with database.writing() as session:
        session.delete(session.get_one(RollEntry, (contest_id, "v1")))
    with pytest.raises(StrangersError):
        again()
    assert len(state(database, contest_id)[0]) == 1


def test_what_does_not_follow_is_refused(database, contest_id, keys, vote, again, tmp_path):
    vote(1)
    backup = Backup(database)
    vote(2)
    backup.restore()
    path = path_of(keys, contest_id)
    kept = path.read_bytes()
    records = list(keys.mirror.read(contest_id))
    with pytest.raises(MirrorKeyError):
        again(sealing.new_key())

    def rewritten(*leaves: bytes, edge: Edge | None = None):
        head = records[-1][0]
        grown = records[-2][0].edge.grown(map(leaf_hash, leaves))
        body = sealing.seal(
            Head(contest_id, head.election, head.first, edge or grown),
            Contents(leaves),
            keys.mirror.key,
        )
        path.unlink()
        medium = Medium(path)
        medium.extend(lambda _tail: [*(body for _, body in records[:-1]), body])

    true = sealing.unseal(records[-1][1], PRIVATE).leaves[0]
    close = (
        b'{"counts":{"ballot":1,"open":1},"e":"%s","marks":{"web":1},"size":2,"t":"close","v":1}'
    )
    for leaf, wanted in (
        (b"{}", LogFaultError),
        (true.replace(b'"a":[1]', b'"a":[2]'), RollbackError),  # the guard has another tree
        (close % records[0][0].election.encode(), PastCloseError),
    ):
        rewritten(leaf)
        keys.mirror._media.clear()
        with pytest.raises(wanted):
            if wanted is PastCloseError:
                keys.signers._guard(contest_id).unlink()
            again()
    path.write_bytes(kept)
    rewritten(true, edge=Edge().grown([b"z" * 32] * 3))
    with pytest.raises(MirrorFaultError):
        again()
    assert len(state(database, contest_id)[0]) == 2


def test_a_vote_by_token_is_not_replayed(database, contest_id, vote, again):
    backup = Backup(database)
    vote(1)
    backup.restore()
    with database.writing() as session:
        session.get_one(Contest, contest_id).credential = "blind"
    with pytest.raises(UnknownTokensError):
        again()


def test_leaves_that_the_mirror_lacks_are_lost(database, contest_id, keys, vote, again):
    backup = Backup(database)
    vote(1)
    vote(2)
    path = path_of(keys, contest_id)
    path.write_bytes(path.read_bytes()[:-1])
    backup.restore()
    with pytest.raises(LeavesLostError) as told:
        again()
    assert told.value.values == {"size": 2, "signed": 3}
    assert len(state(database, contest_id)[0]) == 1


def test_without_link_key_or_mirror_nothing_is_put_back(database, contest_id, keys, vote, again):
    backup = Backup(database)
    vote(1)
    backup.restore()
    mirror = keys.mirror
    object.__setattr__(keys, "mirror", None)
    with pytest.raises(NoMirrorError):
        again()
    object.__setattr__(keys, "mirror", mirror)
    keys.linker.destroy(contest_id)
    with pytest.raises(LinkKeyMissingError):
        again()


def test_records_out_of_order_are_no_mirror(database, contest_id, keys, vote):
    vote(1)
    bodies = [body for _, body in keys.mirror.read(contest_id)]
    path_of(keys, contest_id).unlink()
    Medium(path_of(keys, contest_id)).extend(lambda _tail: reversed(bodies))
    with pytest.raises(MirrorFaultError, match="follows"):
        list(keys.mirror.read(contest_id))


def test_a_comparison_tells_what_lacks(database, contest_id, keys, vote):
    def compare(private=None):
        with database.reading() as session:
            return comparing.compare(session.connection(), contest_id, keys=keys, private=private)

    backup = Backup(database)
    vote(1)
    found = compare(PRIVATE)
    assert found.is_whole
    assert found.database == found.mirrored == found.signed
    backup.restore()
    found = compare()
    assert (found.database.size, found.mirrored.size, found.is_one, found.is_whole) == (
        1,
        2,
        True,
        False,
    )
    with pytest.raises(MirrorKeyError):
        compare(sealing.new_key())
    keys.signers._guard(contest_id).write_text(json.dumps({"size": 1, "hashes": ["00" * 32]}))
    assert not compare().is_one


def test_a_log_that_came_back_can_be_closed(
    database, contest_id, keys, vote, again, now, integrate
):
    vote(1)
    backup = Backup(database)
    vote(2, 3)
    backup.restore()
    again()
    with database.writing() as session:
        contest = session.get_one(Contest, contest_id)
        found = services.close_contest(session, contest, keys=keys, now=now)
        assert (found.ballots, found.marks) == (3, 3)
        assert set(found.failed) <= {"stopped", "signed"}
