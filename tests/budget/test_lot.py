"""The lot for ties: dice after the log is fixed, and two officers who have seen them."""

from uuid import uuid4

import pytest
from sqlalchemy import select

import tally
from ballots.integrator import Integrator
from budget import queries
from budget.audit.errors import WrongSeedError
from budget.ceremony import lot
from budget.errors import LogUnsignedError, WrongPhaseError
from budget.services import recount
from core.journal import Actor, JournalEntry
from core.two_officers import (
    AlreadyProposedError,
    NotProposedError,
    OtherTermsError,
    ProposedAct,
    SameOfficerError,
)
from tests import factories

TYPED, DIGITS = "31415 92653 58979 32384", "31415926535897932384"
FIRST, SECOND = Actor("tally_officer", uuid4()), Actor("auditor", uuid4())


def closed(session, now, keys, **changes):
    return factories.cycle(
        session, now, phase="closed", keys=keys, costs=(60, 60), ballots_cast=[[1, 2]],
        **{"tie_rule": "cost_then_lot", **changes},
    )  # fmt: skip


@pytest.fixture
def level(database, now, keys):
    """The address of a closed vote whose two projects stand level, and whose log is signed."""
    with database.writing() as session:
        slug = closed(session, now, keys).slug
    Integrator(database, keys).turn()
    return slug


def test_two_officers_see_the_dice_and_then_the_box_is_counted(database, now, level):
    with database.writing() as session:
        cycle = queries.cycle(session, level)
        lot.propose(session, cycle, TYPED, actor=FIRST, now=now)
        with pytest.raises(AlreadyProposedError):
            lot.propose(session, cycle, TYPED, actor=SECOND, now=now)
        with pytest.raises(SameOfficerError):
            lot.confirm(session, cycle, actor=FIRST, now=now)
        assert cycle.phase == "closed"
        outcome = lot.confirm(session, cycle, actor=SECOND, now=now)
    (tie,) = outcome.ties
    assert tie.mattered
    assert tie.options == tally.tie_order(DIGITS.encode(), ["1", "2"])
    with database.reading() as session:
        cycle = queries.cycle(session, level)
        assert (cycle.phase, cycle.tie_seed) == ("counted", DIGITS)
        assert recount(session, cycle)
        told = session.scalars(select(JournalEntry).where(JournalEntry.act == "cycle.lot")).one()
        assert told.values["seed"] == DIGITS


def test_what_is_no_dice_or_comes_too_early_is_refused(database, now, keys, level):
    with database.writing() as session:
        cycle = queries.cycle(session, level)
        for typed in ("", "1" * 19, "1" * 201, "three dice, thrown well"):
            with pytest.raises(WrongSeedError):
                lot.propose(session, cycle, typed, actor=FIRST, now=now)
        with pytest.raises(NotProposedError):
            lot.confirm(session, cycle, actor=SECOND, now=now)
        unsigned = closed(session, now, keys)
        with pytest.raises(LogUnsignedError):
            lot.propose(session, unsigned, TYPED, actor=FIRST, now=now)
        for other in (
            closed(session, now, keys, tie_rule="id_text"),
            factories.cycle(session, now, keys=keys, tie_rule="lot"),
        ):
            with pytest.raises(WrongPhaseError):
                lot.propose(session, other, TYPED, actor=FIRST, now=now)


def test_digits_are_taken_back_and_are_of_this_log_alone(database, now, level):
    with database.writing() as session:
        cycle = queries.cycle(session, level)
        lot.propose(session, cycle, TYPED, actor=FIRST, now=now)
        lot.withdraw(session, cycle, actor=FIRST, now=now)
        with pytest.raises(NotProposedError):
            lot.confirm(session, cycle, actor=SECOND, now=now)
        lot.propose(session, cycle, TYPED, actor=FIRST, now=now)
        session.get_one(ProposedAct, (lot.LOT, cycle.id)).digest = "00" * 32
        with pytest.raises(OtherTermsError):
            lot.confirm(session, cycle, actor=SECOND, now=now)
        assert cycle.phase == "closed"
