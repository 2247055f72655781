"""V12: an audit of paper is right by both verifiers, and each forgery of one is found by both."""

from dataclasses import replace

import pytest

from tests.ballots.board import made
from tests.ballots.verifiers import audited
from tests.ballots.verifiers.audited import audit, clear
from tests.budget.test_verification import both


def state(vote, files):
    return both(audited.bundle(vote, files))[0]["V12"]


@pytest.mark.parametrize(("rule", "kind"), audited.RULES)
def test_an_audit_that_agrees_is_right(rule, kind):
    vote = clear(rule, kind)
    assert state(vote, audit(vote, limit="1/1")) == "right"
    assert state(vote, audit(vote, size=3, limit="1/1")) == "right"


def test_a_risk_above_its_limit_is_not_enough():
    vote = clear()
    assert state(vote, audit(vote)) == "right"
    assert state(vote, audit(vote, size=0)) == "unchecked"
    assert state(vote, audit(vote, limit="1/999999999")) == "unchecked"


def test_a_sheet_that_was_typed_wrong_or_is_missing_raises_the_risk():
    vote = clear()
    assert state(vote, audited.missing(vote)) == "right"
    assert state(vote, audit(vote, read={(1, 3): {"u": "missing"}})) == "wrong"
    assert state(vote, audited.misread(vote)) == "right"


@pytest.mark.parametrize("name", audited.FORGED)
def test_a_forged_audit_is_found(name):
    vote = clear()
    assert state(vote, audited.FORGED[name](audit(vote))) == "wrong"


def test_rules_without_assertions_have_no_audit():
    files = audit(clear())
    for manifest in audited.PLAIN:
        assert state(made.vote(manifest), files) == "unchecked"


def test_without_leaves_an_audit_is_not_looked_into():
    vote = clear()
    data = made.packed(replace(vote, more=audit(vote)).files())
    assert both(data)[0]["V12"] == "unchecked"
