"""The mix: ballots go in together, after the window and with enough others, and all at the end."""

from datetime import timedelta

import pytest

from ballots import log
from ballots.integrator import Integrator
from ballots.models import Board, Contest
from ballots.tokens import mixing, queries
from ballots.tokens.mix import Mix
from core import clock
from core.db import Database
from tests import factories, tokens

MIX = Mix(timedelta(minutes=10), 3)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def contest_id(database: Database, now, keys):
    with database.writing() as session:
        return factories.cycle(session, now, keys=keys, credential="blind").contest_id


@pytest.fixture
def turn_at(database, keys, monkeypatch, contest_id):
    """A turn of the integrator at a moment; the size of the log after it."""

    def turn(moment):
        monkeypatch.setattr(clock, "now", lambda: moment)
        Integrator(database, keys, MIX).turn()
        with database.reading() as session:
            return log.head(session.connection(), contest_id).edge.size

    return turn


def vote(database, contest_id, voters, keys, now):
    with database.writing() as session:
        for voter in voters:
            tokens.vote(session, contest_id, voter, [1], keys, now)


def test_ballots_wait_for_the_window_and_for_others(database, contest_id, keys, now, turn_at):
    assert turn_at(now) == 1  # the opening waits for nobody
    vote(database, contest_id, "ab", keys, now)
    assert turn_at(now + 20 * MINUTE) == 1  # too few
    vote(database, contest_id, "c", keys, now)
    assert turn_at(now + 20 * MINUTE) == 4
    vote(database, contest_id, "defg", keys, now)
    assert turn_at(now + 29 * MINUTE) == 4  # too soon after the last
    assert turn_at(now + 30 * MINUTE) == 8
    with database.reading() as session:
        until = queries.mixed_from(session, contest_id, MIX, now + 30 * MINUTE)
        assert until == now + 40 * MINUTE
        later = queries.mixed_from(session, contest_id, MIX, now + 50 * MINUTE)
        assert later == now + 50 * MINUTE


def test_what_waits_goes_in_when_voting_is_over_or_stopped(
    database, contest_id, keys, now, turn_at
):
    vote(database, contest_id, "a", keys, now)
    assert turn_at(now + 9 * MINUTE) == 1
    with database.reading() as session:
        closes_at = session.get_one(Contest, contest_id).closes_at
    assert turn_at(closes_at - timedelta(microseconds=1)) == 1
    assert turn_at(closes_at) == 2
    vote(database, contest_id, "b", keys, now)
    with database.writing() as session:
        session.get_one(Contest, contest_id).stopped_at = now
    assert turn_at(now + MINUTE) == 3


def test_pseudonyms_wait_for_nobody_and_a_halted_log_for_the_officer(
    database, contest_id, keys, now
):
    with database.writing() as session:
        linked = factories.cycle(session, now, keys=keys, ballots_cast=[[1]]).contest_id
        assert queries.mixed_from(session, linked, MIX, now) is None
    vote(database, contest_id, "abc", keys, now)
    later = now + 11 * MINUTE
    with database.writing() as session:
        assert {*mixing.ripe(session.connection(), MIX, later)} == {linked, contest_id}
        mixing.begin_anew(session.connection(), linked, later)
        assert session.get_one(Board, linked).mixed_at is None
        session.get_one(Board, contest_id).is_halted = True
        session.flush()
        assert mixing.ripe(session.connection(), MIX, later) == [linked]
