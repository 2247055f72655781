"""What an open vote is watched for: each harm has its alarm, and a quiet vote has none."""

import os
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select, update

from ballots import log, services
from ballots.alarms import hours
from ballots.alarms.models import HourlyCount
from ballots.alarms.queries import LAG, SILENCE, alarms
from ballots.board.notes import WITNESS, Note, Signer
from ballots.integrator import Integrator
from ballots.models import Board, Contest, RollEntry
from core import journal
from core.access import Role
from core.journal import Actor
from tests import factories, sheets

HOUR = timedelta(hours=1)


@pytest.fixture
def vote(session, now, keys):
    """An open vote with twenty ballots by web; the integrator has just run."""
    cycle = factories.cycle(session, now, keys=keys, ballots_cast=[[1]] * 20)
    beat(keys, now)
    return session.get_one(Contest, cycle.contest_id)


def beat(keys, moment):
    keys.signers.beat()
    stamp = moment.timestamp()
    os.utime(keys.signers.guards / "integrator", (stamp, stamp))


def found(session, vote, keys, now):
    return {one.name: one.values for one in alarms(session, vote, keys=keys, now=now)}


def test_a_quiet_vote_has_no_alarm_and_neither_has_one_that_is_not_open(
    session, vote, keys, now, database
):
    assert found(session, vote, keys, now) == {}
    frozen = factories.cycle(session, now, phase="frozen").contest
    assert alarms(session, frozen, keys=keys, now=now) == []


def test_an_integrator_that_does_not_run_is_noticed(session, vote, keys, now):
    assert found(session, vote, keys, now + SILENCE) == {}
    told = found(session, vote, keys, now + 2 * SILENCE)
    assert told == {"silent": {"since": now}}
    (keys.signers.guards / "integrator").unlink()
    assert found(session, vote, keys, now) == {"silent": {"since": None}}


def test_a_halted_log_is_told(session, vote, keys, now):
    session.execute(update(Board).values(is_halted=True))
    session.expire_all()
    assert found(session, vote, keys, now) == {"halted": {}}


def test_a_witness_that_lags_is_told(session, vote, keys, now):
    witness = Signer.of("witness.example/w", WITNESS, bytes(32))
    policy = f"log {session.get_one(Board, vote.id).log_key}\nwitness w {witness.key}\nquorum w\n"
    session.execute(update(Board).values(policy=policy))
    session.expire_all()
    assert found(session, vote, keys, now)["witness"]["since"] is None
    factories.sign(session, vote.id, keys=keys)
    connection = session.connection()
    note = log.last_checkpoint(connection, vote.id)
    signed = Note(note.text, (*note.signatures, witness.sign(note.text, int(now.timestamp()))))
    session.execute(
        update(log.SignedCheckpoint)
        .where(log.SignedCheckpoint.contest_id == vote.id)
        .values(note=str(signed))
    )
    assert found(session, vote, keys, now + timedelta(minutes=4)) == {}
    beat(keys, now + 2 * LAG)
    assert found(session, vote, keys, now + 2 * LAG)["witness"] == {
        "name": "witness.example/w", "since": now
    }  # fmt: skip


def test_a_void_of_which_the_journal_knows_nothing_is_told(session, vote, keys, now):
    sheets.batch(session, vote.id, 1, [[1], [2]])
    place = log.head(session.connection(), vote.id).edge.size - 2
    sheets.leaf(
        session, vote.id, "void", i=place, why="typed wrongly", document="2026-17", by=["a", "b"]
    )
    assert found(session, vote, keys, now) == {"void": {"documents": "2026-17"}}
    journal.record(
        session, Actor(Role.POLL_MANAGER), "paper.reopened", about="contest", about_id=vote.id,
        now=now, document="2026-17",
    )  # fmt: skip
    assert found(session, vote, keys, now) == {}


def test_many_ballots_taken_back_for_paper_are_told(session, vote, keys, now):
    for serial in range(11):
        services.mark_paper(session, vote.id, f"v{serial}", keys=keys)
    services.pending.integrate(session.connection(), vote.id)
    assert found(session, vote, keys, now) == {"revoked": {"revoked": 11, "cast": 20}}


def test_a_clerk_who_hands_out_far_more_than_others_is_told(session, vote, keys, now):
    busy = factories.account(session, now, Role.POLL_CLERK, name="Busy")
    clerks = {busy.id: 40, uuid4(): 9, uuid4(): 11}
    for clerk, number in clerks.items():
        for _ in range(number):
            journal.record(
                session, Actor(Role.POLL_CLERK, clerk), "roll.paper", about="contest",
                about_id=vote.id, now=now,
            )  # fmt: skip
    assert found(session, vote, keys, now) == {"clerk": {"name": "Busy", "sheets": 40}}


def totals(session, vote, now, *pairs):
    """Totals of neighbouring hours, the last of them now: voters and casts."""
    first = now - HOUR * (len(pairs) - 1)
    for place, (voters, casts) in enumerate(pairs):
        session.add(
            HourlyCount(contest_id=vote.id, hour=first + HOUR * place, voters=voters, casts=casts)
        )
    session.flush()


def test_a_surge_of_ballots_cast_again_is_told(session, vote, keys, now):
    totals(session, vote, now, (5000, 5000), (5100, 5102), (5200, 5204), (5210, 5234))
    assert found(session, vote, keys, now) == {
        "surge": {"again": 20, "usual": 2, "voters": 5200}
    }  # fmt: skip


def test_many_replaced_ballots_are_told_though_they_are_usual(session, vote, keys, now):
    totals(session, vote, now, (1000, 1000), (1000, 1011), (1000, 1022), (1000, 1034))
    assert found(session, vote, keys, now) == {
        "replaced": {"again": 12, "usual": 11, "voters": 1000}
    }  # fmt: skip


@pytest.mark.parametrize(
    "pairs",
    [
        ((100, 100),),
        ((100, 100), (200, 210)),  # few
        ((100, 100), (3000, 3000)),
    ],
)
def test_what_is_few_or_new_is_no_alarm(session, vote, keys, now, pairs):
    totals(session, vote, now, *pairs)
    assert found(session, vote, keys, now) == {}


def test_an_hour_without_its_neighbour_says_nothing(session, vote, keys, now):
    totals(session, vote, now - 3 * HOUR, (100, 100))
    totals(session, vote, now, (200, 400))
    assert hours.pace(session, vote.id) is None


def test_totals_are_kept_once_an_hour_and_deleted_at_the_close(database, keys, now):
    with database.writing() as session:
        cycle = factories.cycle(session, now, keys=keys, ballots_cast=[[1], [2]])
    integrator = Integrator(database, keys)
    integrator.tick(now)
    with database.writing() as session:
        factories.cast(session, cycle.contest_id, [[2], [2], [1]], keys=keys, now=now)
    for moment in (now + timedelta(minutes=59), now + HOUR, now + HOUR + timedelta(seconds=1)):
        integrator.tick(moment)
    Integrator(database, keys).tick(now + HOUR)  # another one, or the same begun anew
    with database.reading() as session:
        kept = session.scalars(select(HourlyCount).order_by(HourlyCount.hour)).all()
        assert [(row.hour, row.voters, row.casts) for row in kept] == [
            (now, 2, 2), (now + HOUR, 3, 5)
        ]  # fmt: skip
        assert hours.pace(session, cycle.contest_id) == hours.Pace(2, 0, 2)
        assert keys.signers.last_beat() > datetime(2020, 1, 1, tzinfo=UTC)
    with database.writing() as session:
        contest = session.get_one(Contest, cycle.contest_id)
        services.close_contest(session, contest, keys=keys, now=now)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(HourlyCount)) == 0
        assert session.scalar(select(func.count()).select_from(RollEntry)) == 3
