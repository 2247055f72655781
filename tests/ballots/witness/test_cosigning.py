"""Cosignatures in the database: gathered for the last checkpoint, kept, and needed at the end."""

from contextlib import ExitStack

import pytest
from sqlalchemy import update

from app.witness import Application
from ballots import cosigning, log
from ballots.board.checkpoint import Checkpoint
from ballots.board.merkle import Edge, leaf_hash
from ballots.board.notes import Key, Note
from ballots.board.policy import Policy
from ballots.errors import NotWitnessedError
from ballots.integrator import Integrator
from ballots.keys import Keys
from ballots.models import Board, SignedCheckpoint
from ballots.witness.witness import Witness
from ballots.witnesses import Outcome
from tests import factories
from tests.ballots.witness.growing import NOON
from tests.ballots.witness.test_witnesses import serving


class Trust:
    """A vote whose policy asks for two of three witnesses, each of them served."""

    def __init__(self, database, keys, contest_id, witnesses, urls):
        self.database, self.keys, self.contest_id = database, keys, contest_id
        self.witnesses, self.urls = witnesses, urls
        with database.reading() as session:
            board = session.get_one(Board, contest_id)
            self.policy, self.key = Policy.read(board.policy), Key.read(board.log_key)

    def follow(self, *numbers):
        for n in numbers:
            self.witnesses[n].follow(self.key)

    def settle(self):
        Integrator(self.database, self.keys).turn()

    def gather(self, **changes):
        given = {"evidence": self.keys.signers.guards / "evidence"} | changes
        return cosigning.gather(self.database, self.contest_id, **given)

    def certified(self):
        with self.database.reading() as session:
            cosigning.certified(session.connection(), self.contest_id)

    def last(self):
        with self.database.reading() as session:
            return log.last_checkpoint(session.connection(), self.contest_id)

    def cast(self, now, *choices):
        with self.database.writing() as session:
            factories.cast(session, self.contest_id, choices, keys=self.keys, now=now)
        self.settle()


def lines_of(witnesses, urls):
    named = [f"witness w{n} {one.signer.key} {urls[n]}" for n, one in enumerate(witnesses)]
    return "\n".join([*named, "group two 2 w0 w1 w2", "quorum two", ""])


@pytest.fixture
def trust(database, config, now, tmp_path):
    witnesses = [Witness.create(tmp_path / f"w{n}", f"w{n}.example") for n in range(3)]
    with ExitStack() as served:
        urls = [served.enter_context(serving(Application(one))) for one in witnesses]
        keys = Keys.of(config.keys_dir, config.guards, config.origin, lines_of(witnesses, urls))
        with database.writing() as session:
            contest_id = factories.cycle(session, now, keys=keys).contest_id
        yield Trust(database, keys, contest_id, witnesses, urls)


def test_the_policy_is_promised_in_the_first_leaf_and_names_log_and_witnesses(trust):
    assert list(trust.policy.logs) == [trust.key]
    assert [key for key, _ in trust.policy.witnesses.values()] == [
        one.signer.key for one in trust.witnesses
    ]
    assert trust.policy.quorum == "two"


def test_two_of_three_make_a_log_certified_and_growth_needs_them_again(trust, now):
    trust.settle()
    trust.follow(0)
    assert [one.outcome for one in trust.gather().told] == [Outcome.SIGNED, *[Outcome.STRANGER] * 2]
    with pytest.raises(NotWitnessedError) as told:
        trust.certified()
    assert told.value.values == {"size": 1, "signed": "w0.example"}
    trust.follow(2)
    assert trust.gather().is_met
    trust.certified()
    assert trust.policy.check(trust.last()).size == 1
    trust.cast(now, [1], [2])
    with pytest.raises(NotWitnessedError):
        trust.certified()
    assert trust.gather().is_met
    trust.certified()
    assert trust.policy.check(trust.last()).size == 3


def test_what_one_gathers_is_added_to_what_another_did(trust):
    trust.settle()
    trust.follow(0, 1, 2)
    before = trust.last()
    trust.gather(
        current=Policy.read(
            lines_of(trust.witnesses, [trust.urls[0], "http://127.0.0.1:9", trust.urls[2]])
        )
    )
    assert {one.name for one in trust.last().signatures[1:]} == {"w0.example", "w2.example"}
    with trust.database.writing_rows() as connection:
        connection.execute(update(SignedCheckpoint).values(note=str(before)))
    w1 = trust.witnesses[1].signer
    theirs = before.with_signatures([w1.sign(before.text, 5)])
    with trust.database.writing_rows() as connection:
        cosigning.keep(connection, trust.contest_id, 1, theirs)
    trust.gather(
        current=Policy.read(
            lines_of(trust.witnesses, [trust.urls[0], "http://127.0.0.1:9", trust.urls[2]])
        )
    )
    assert {one.name for one in trust.last().signatures[1:]} == {f"w{n}.example" for n in range(3)}


def test_a_witness_that_has_forgotten_is_found_out_by_what_is_kept_here(trust, now):
    trust.settle()
    trust.follow(0, 1, 2)
    trust.cast(now, [1], [2])
    assert trust.gather().is_met
    for file in (trust.witnesses[1].folder / "signed").iterdir():
        file.unlink()
    trust.cast(now, [3])
    found = trust.gather()
    assert [one.outcome for one in found.told] == [
        Outcome.SIGNED,
        Outcome.FORGETFUL,
        Outcome.SIGNED,
    ]
    assert found.is_met


def test_a_database_that_was_set_back_is_an_alarm(trust):
    """The witnesses signed nine leaves; then a backup of one leaf was restored."""
    trust.settle()
    trust.follow(0, 1, 2)
    with trust.database.reading() as session:
        first = list(log.hashes(session.connection(), trust.contest_id))
    lost = Edge().grown([*first, *(leaf_hash(bytes([n])) for n in range(8))])
    text = str(Checkpoint(trust.key.name, lost.size, lost.root))
    signer = trust.keys.signers.signer(trust.contest_id, trust.key.name)
    for witness in trust.witnesses:
        witness.add_checkpoint(f"old 0\n\n{Note(text, (signer.sign(text),))}".encode(), NOON)
    found = trust.gather()
    assert [(one.outcome, one.size) for one in found.alarms] == [(Outcome.AHEAD, 9)] * 3
    assert not found.is_met


def test_a_vote_without_witnesses_needs_none_and_one_without_a_log_has_none(database, keys, now):
    with database.writing() as session:
        contest_id = factories.cycle(session, now, keys=keys).contest_id
        cosigning.certified(session.connection(), contest_id)
    with pytest.raises(NotWitnessedError):
        cosigning.gather(database, contest_id, evidence=keys.signers.guards)
    Integrator(database, keys).turn()
    assert cosigning.gather(database, contest_id, evidence=keys.signers.guards).is_met


def test_a_log_whose_last_leaves_are_not_signed_is_not_certified(trust):
    with pytest.raises(NotWitnessedError) as told:
        trust.certified()
    assert told.value.values == {"size": 1, "signed": ""}
