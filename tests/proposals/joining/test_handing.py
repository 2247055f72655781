"""Handing in for somebody without an account, and the claim to it."""

from dataclasses import replace

import pytest

from core import journal
from core.access import Role
from core.journal import Actor
from proposals import queries as proposals
from proposals.errors import IncompleteProposalError
from proposals.handing import queries, services
from proposals.handing.errors import WrongClaimError
from proposals.handing.services import Person
from tests import factories
from tests.factories import TEXT


@pytest.fixture
def clerk(session, now):
    return Actor(Role.BUDGET_OFFICER, factories.account(session, now, Role.BUDGET_OFFICER).id)


def hand_in(session, clerk, now, text=TEXT):
    person = Person("순이 할머니", "02-123-4567", "paper", "서명한 종이", now)
    return services.hand_in(session, text, person, actor=clerk, now=now)


def test_it_is_received_in_the_persons_name_with_consent_and_a_public_line(session, now, clerk):
    made = hand_in(session, clerk, now)
    assert made.status == "received"
    assert proposals.one(session, made.id).receipt.number
    kept = queries.of(session, made.id)
    assert (kept.name, kept.consent, kept.consented_at) == ("순이 할머니", "서명한 종이", now)
    assert kept.entered_by == clerk.account_id
    line = journal.last(session, "proposal.handed_in", about_id=made.id)
    assert (line.role, line.values) == ("budget_officer", {"channel": "paper"})
    told = str([entry.values for entry in proposals.history(session, made.id)])
    assert "02-123-4567" not in told
    assert "순이" not in told


def test_what_is_missing_stops_it_before_anything_is_kept(session, now, clerk):
    with pytest.raises(IncompleteProposalError):
        hand_in(session, clerk, now, replace(TEXT, need=""))
    assert proposals.at_status(session, "received") == []


def test_the_code_makes_its_holder_the_author_once(session, now, clerk):
    made = hand_in(session, clerk, now)
    first = services.new_code(session, made.id)
    code = services.new_code(session, made.id)
    person, other = (factories.account(session, now) for _ in range(2))
    for wrong in (first, "", code[:-1], "A" * 16):
        with pytest.raises(WrongClaimError):
            services.claim(session, wrong, account_id=person.id, now=now)
    assert queries.reach(session, made.id) == "02-123-4567"
    typed = code.lower().replace("-", " ")
    assert services.claim(session, typed, account_id=person.id, now=now) == made.id
    assert made.author_id == person.id
    assert queries.reach(session, made.id) == ""
    with pytest.raises(WrongClaimError):
        services.claim(session, code, account_id=other.id, now=now)
    with pytest.raises(WrongClaimError):
        services.new_code(session, made.id)
    assert journal.last(session, "proposal.claimed", about_id=made.id)


def test_who_handed_in_oneself_has_no_code(session, now):
    with pytest.raises(WrongClaimError):
        services.new_code(session, factories.proposal(session, now, status="received").id)
