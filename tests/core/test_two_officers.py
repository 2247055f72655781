"""Two officers: one proposes, the other confirms the same thing, in time."""

from uuid import uuid4

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from core import two_officers
from core.journal import OPERATOR, Actor
from core.two_officers import (
    LIFE,
    AlreadyProposedError,
    NotProposedError,
    OtherTermsError,
    ProposedAct,
    SameOfficerError,
)

ONE, OTHER = Actor("poll_manager", uuid4()), Actor("auditor", uuid4())
THING = uuid4()
TERMS = {"ballots": 3, "root": "ab"}


@pytest.fixture
def proposed(session, now):
    return two_officers.propose(session, "close", THING, TERMS, actor=ONE, now=now)


def confirm(session, now, *, terms=TERMS, actor=OTHER):
    return two_officers.confirm(session, "close", THING, terms, actor=actor, now=now)


def test_the_second_officer_confirms_what_was_proposed(session, now, proposed):
    reordered = dict(reversed(TERMS.items()))
    found = confirm(session, now, terms=reordered)
    assert (found.proposed_by, found.confirmed_by) == (ONE.account_id, OTHER.account_id)
    with pytest.raises(NotProposedError):  # once
        confirm(session, now)
    with pytest.raises(AlreadyProposedError):
        two_officers.propose(session, "close", THING, TERMS, actor=ONE, now=now + 2 * LIFE)
    with pytest.raises(NotProposedError):
        two_officers.withdraw(session, "close", THING)


def test_nobody_confirms_their_own_act(session, now, proposed):
    with pytest.raises(SameOfficerError):
        confirm(session, now, actor=ONE)
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(update(ProposedAct).values(confirmed_by=ONE.account_id))


def test_other_figures_are_not_confirmed(session, now, proposed):
    with pytest.raises(OtherTermsError):
        confirm(session, now, terms=TERMS | {"ballots": 4})
    assert proposed.confirmed_by is None


def test_an_hour_later_it_is_proposed_anew(session, now, proposed):
    with pytest.raises(AlreadyProposedError):
        two_officers.propose(session, "close", THING, TERMS, actor=OTHER, now=now)
    with pytest.raises(NotProposedError):
        confirm(session, now + LIFE)
    two_officers.propose(session, "close", THING, TERMS, actor=OTHER, now=now + LIFE)
    assert confirm(session, now + LIFE, actor=ONE).proposed_by == OTHER.account_id


def test_what_is_withdrawn_cannot_be_confirmed(session, now, proposed):
    two_officers.withdraw(session, "close", THING)
    with pytest.raises(NotProposedError):
        confirm(session, now)
    with pytest.raises(NotProposedError):
        two_officers.withdraw(session, "close", THING)


def test_an_operator_without_an_account_is_no_officer(session, now):
    with pytest.raises(ValueError, match="no account"):
        two_officers.propose(session, "close", THING, TERMS, actor=Actor(OPERATOR), now=now)
