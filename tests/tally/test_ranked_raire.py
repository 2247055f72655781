"""Assertions that imply who won a run-off: enough, true on the ballots, as easy as can be."""

import json
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import combinations, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tally.errors import BallotError, InstanceError
from tally.ranked import Contest, Rankings
from tally.ranked.margins_irv import margin
from tally.ranked.raire import NEB, NEN, Assertion, Assertions, assertions, check
from tally.ranked.shangrla import (
    assorter,
    counted,
    margins_of,
    overstatement,
    overstatement_assorter,
    to_shangrla,
)
from tests.tally.effort import fewer
from tests.tally.runoff_profiles import Poll, polls

run_offs = polls(most=5, seats=1, shares=True, doubles=True).filter(lambda poll: poll.size > 1)
FOUR = Contest.of("Ann", "Ben", "Cai", "Dee")
HAND = Rankings.of(4, [(0, 2), (1, 2), (2, 1), (3, 2, 1), (3,)], [8, 7, 5, 3, 1])


def every_assertion(poll: Poll) -> Iterator[Assertion]:
    """All that hold, with their margins by the assorter."""
    sets = [
        standing
        for length in range(2, poll.size + 1)
        for standing in combinations(range(poll.size), length)
    ]
    pairs = list(permutations(range(poll.size), 2))
    every = [(NEB, winner, loser, ()) for winner, loser in pairs]
    every += [
        (NEN, winner, loser, standing)
        for standing in sets
        for winner, loser in pairs
        if {winner, loser} <= {*standing}
    ]
    said = [Assertion(*terms, 0) for terms in every]
    for one, holds_by in zip(said, margins_of(said, poll.contest, poll.rankings), strict=True):
        if holds_by > 0:
            yield replace(one, margin=holds_by)


@given(run_offs)
def test_the_winner_is_implied_and_every_assertion_holds(poll: Poll):
    found = assertions(poll.contest, poll.rankings)
    margins = tuple(one.margin for one in found.assertions)
    assert margins == margins_of(found.assertions, poll.contest, poll.rankings)
    assert all(one > 0 for one in margins)
    if not found.unruled:
        assert check(found.assertions, found.winner, range(poll.size)) is None
        for order in permutations(range(poll.size)):
            if order[-1] != found.winner:
                assert any(one.contradicts(order) for one in found.assertions)
        # None can be left out.
        for one in found.assertions:
            rest = [other for other in found.assertions if other is not one]
            assert check(rest, found.winner, range(poll.size)) is not None


@given(polls(most=4, seats=1).filter(lambda poll: poll.size > 1))
def test_no_assertions_have_a_greater_least_margin(poll: Poll):
    found = assertions(poll.contest, poll.rankings)
    every = list(every_assertion(poll))
    if found.unruled:
        assert found.assertions == ()
        assert check(every, found.winner, range(poll.size)) is not None
        assert not any(one.contradicts(found.unruled) for one in every)
    else:
        least = found.assertions[0].margin
        assert least == min(one.margin for one in found.assertions)
        assert found.difficulty == Fraction(found.ballots, least)
        better = [one for one in every if one.margin > least]
        assert check(better, found.winner, range(poll.size)) is not None


@given(run_offs)
def test_so_many_ballots_must_be_others_before_an_assertion_breaks(poll: Poll):
    """A changed ballot takes 2 from a margin at most, so the margin of victory is at least half."""
    found = assertions(poll.contest, poll.rankings)
    if not found.unruled:
        victory, _ = margin(poll.contest, poll.rankings)
        assert victory.at_most >= Fraction(found.assertions[0].margin, 2)


@fewer(2)
@given(run_offs, st.data())
def test_the_mean_overstatement_tells_whether_an_assertion_holds(poll: Poll, data: st.DataObject):
    """Of true records the assorter's mean is above a half just as the margin is above 0."""
    every = [one for one in every_assertion(poll) if poll.ballots]
    if not every:
        return
    one, ballots = data.draw(st.sampled_from(every)), int(poll.rankings.ballots)
    read = [(counted(tiers, poll.contest), weight) for tiers, weight in poll.rankings.rows()]
    mean = sum(assorter(one, ballot) * weight for ballot, weight in read) / ballots
    assert mean == Fraction(1, 2) + Fraction(one.margin, 2 * ballots)
    drawn = sum(
        overstatement_assorter(one, ballots, ballot, ballot) * weight for ballot, weight in read
    )
    assert drawn / ballots == 1 / (2 - Fraction(one.margin, ballots)) > Fraction(1, 2)
    # Whatever the records say: the mean of what is drawn is above 1/2 exactly if it holds.
    others = data.draw(st.permutations(read))
    said = [(record, ballot) for (record, _), (ballot, _) in zip(others, read, strict=True)]
    records = sum(assorter(one, record) for record, _ in said)
    claimed = Assertion(one.kind, one.winner, one.loser, one.standing, int(2 * records) - len(said))
    true = sum(assorter(one, ballot) for _, ballot in said) / len(said)
    drawn = sum(
        overstatement_assorter(claimed, len(said), record, ballot) for record, ballot in said
    ) / len(said)
    assert (drawn > Fraction(1, 2)) == (true > Fraction(1, 2))


def test_by_hand():
    found = assertions(FOUR, HAND)
    # Cai 8, Ben 7 once Dee is out; 5 first choices against the 4 that have Dee above or alone.
    assert (found.winner, found.order, found.ballots) == (2, (3, 1, 0, 2), 24)
    assert found.difficulty == 24
    assert [
        (one.kind, one.winner, one.loser, one.standing, one.margin) for one in found.assertions
    ] == [
        (NEB, 2, 3, (), 1),
        (NEN, 2, 1, (0, 1, 2), 1),
        (NEN, 2, 0, (0, 2), 7),
        (NEN, 2, 1, (1, 2), 9),
    ]
    assert check(found.assertions, 2, range(4)) is None
    assert check(found.assertions[:3], 2, range(4)) == (0, 3, 2, 1)
    assert '"difficulty"' not in found.to_json()


def test_a_tie_that_decides_cannot_be_audited():
    level = Rankings.of(2, [(0,), (1,)], [3, 3])
    found = assertions(Contest.of("Ann", "Ben"), level)
    assert (found.winner, found.assertions, found.unruled) == (0, (), (0, 1))
    assert found.difficulty is None


def test_who_has_withdrawn_is_in_no_assertion():
    contest = Contest(("Ann", "Ben", "Cai", "Dee"), withdrawn=frozenset({1}))
    found = assertions(contest, HAND)
    assert found.order == (3, 0, 2)
    assert check(found.assertions, 2, contest.standing) is None
    for one in found.assertions:
        assert 1 not in (one.winner, one.loser, *one.standing)
        assert margins_of([one], contest, HAND) == (one.margin,)


def test_ballots_and_records_that_are_missing_count_against_the_winner():
    one = Assertion(NEB, 0, 1, (), 10)
    assert overstatement(one, (0,), (0,)) == 0
    assert overstatement(one, (0,), None) == 1
    assert overstatement(one, None, (0,)) == Fraction(-1, 2)
    assert overstatement(one, None, None) == Fraction(1, 2)
    assert overstatement(one, (1,), (0,)) == -1
    assert overstatement_assorter(one, 20, (0,), None) == 0
    assert overstatement_assorter(one, 20, (1,), (0,)) == Fraction(4, 3)


def test_parts_of_ballots_have_a_margin_but_no_audit():
    halves = Rankings.of(2, [(0,), (1,)], [Fraction(3, 2), 1])
    one = Assertion(NEB, 0, 1, (), 0)
    assert margins_of([one], Contest.of("a", "b"), halves) == (Fraction(1, 2),)
    with pytest.raises(BallotError, match="parts of ballots"):
        assertions(Contest.of("a", "b"), halves)


def test_the_json_is_what_shangrla_reads():
    found = assertions(FOUR, HAND)
    body = json.loads(to_shangrla(found, FOUR, name="339", ids=("15", "16", "17", "18")))
    assert body["parameters"] == {"risk_limit": "0.05"}
    assert body["Ballots involved in audit (#)"] == "24"
    (audit,) = body["audits"]
    assert (audit["contest"], audit["winner"]) == ("339", "17")
    assert audit["eliminated"] == ["18", "16", "15"]
    assert audit["assertions"][0] == {
        "winner": "17", "loser": "18", "already_eliminated": "",
        "assertion_type": "WINNER_ONLY", "margin": 1,
    }  # fmt: skip
    assert audit["assertions"][2] == {
        "winner": "17", "loser": "15", "already_eliminated": ["16", "18"],
        "assertion_type": "IRV_ELIMINATION", "margin": 7,
    }  # fmt: skip
    # Those who stand, as SHANGRLA finds them: all candidates but those already out.
    for told, one in zip(audit["assertions"], found.assertions, strict=True):
        if told["assertion_type"] == "IRV_ELIMINATION":
            ids = [audit["winner"], *audit["eliminated"]]
            standing = [int(c) - 15 for c in ids if c not in told["already_eliminated"]]
            assert sorted(standing) == list(one.standing)
    plain = json.loads(to_shangrla(found, FOUR))
    assert plain["audits"][0]["winner"] == "2"


def test_a_search_that_would_be_too_long_is_refused():
    with pytest.raises(InstanceError, match="more than 2 ends"):
        assertions(FOUR, HAND, most_ends=2)


def test_figures_of_assertions_are_json():
    one = Assertions(0, (1, 0), 4, (Assertion(NEB, 0, 1, (), 2),), ())
    assert one.to_json() == (
        '{"assertions":[{"kind":"NEB","loser":1,"margin":2,"standing":[],"winner":0}],'
        '"ballots":4,"order":[1,0],"unruled":[],"winner":0}'
    )
