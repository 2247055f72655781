"""Rules by rounds at their edges: refusals, shared ranks, batches, large numbers."""

from dataclasses import replace

import pytest

from tally.errors import BallotError, InstanceError
from tally.ranked import Contest, Rankings
from tally.ranked.irv import irv
from tally.ranked.meek import meek, meek_prf
from tally.ranked.rctab import rctab
from tally.ranked.rctab_rules import (
    MANY_A_ROUND,
    Rules,
)
from tally.ranked.rounds import harmless_batch
from tally.ranked.scottish import scottish
from tally.ranked.ties import Ties
from tally.ranked.wigm import wigm, wigm_prf
from tests.tally.runoff_profiles import ABC, check_conserved, order, votes

ALL = (irv, rctab, scottish, wigm, wigm_prf, meek, meek_prf)


@pytest.mark.parametrize("rule", ALL, ids=lambda rule: rule.__name__)
def test_nobody_stands_and_other_candidates_are_refused(rule):
    nobody = Contest(("a",), withdrawn=frozenset({0}))
    with pytest.raises(InstanceError, match="nobody stands"):
        rule(nobody, Rankings.of(1, [(0,)]), order(nobody))
    with pytest.raises(BallotError, match="over 2 candidates for 3"):
        rule(ABC, Rankings.of(2, [(0, 1)]), order(ABC))


@pytest.mark.parametrize(
    ("rule", "terms"),
    [
        (irv, {"stop": "never"}),
        (irv, {"overvote": "split"}),
        (irv, {"overvote": "orders"}),
        (scottish, {"overvote": "wait"}),
        (wigm, {"overvote": "split"}),
        (meek, {"overvote": "wait"}),
    ],
)
def test_unfit_words_are_refused(rule, terms):
    with pytest.raises(InstanceError):
        rule(ABC, Rankings.of(3, [(0,)]), order(ABC), **terms)
    with pytest.raises(BallotError):
        rule(ABC, Rankings.of(3, [(0,)]), order(ABC), overvote="guess")


def test_a_shared_rank_waits_until_one_is_left():
    rankings = Rankings.of(3, [({0, 1},), (0,), (1,), (2,)], weights=[4, 2, 1, 3])
    wait = irv(ABC, rankings, order(ABC), overvote="wait")
    assert [dict(turn.exhausted) for turn in wait.rounds] == [
        {"overvote": 4},
        {"no further choice": 1},
    ]
    assert votes(wait, 1) == [6, 3]
    assert wait.rounds[1].transfers == ((-1, 0, 4), (1, -1, 1))
    out = irv(ABC, rankings, order(ABC), overvote="exhaust")
    assert out.winners == (2,)
    assert dict(out.rounds[0].exhausted) == {"overvote": 4}


def test_of_a_waiting_rank_all_go_out_and_the_ballot_goes_on():
    rankings = Rankings.of(4, [({0, 1, 2}, 3), (0,), (3,)], weights=[1, 3, 4])
    contest = Contest.of("a", "b", "c", "d")
    found = irv(contest, rankings, order(contest), overvote="wait", stop="two_left")
    # b and c go out together, so that the waiting ballot counts for a.
    assert [votes(found, at) for at in range(2)] == [[3, 0, 0, 4], [4, 4]]
    assert [dict(turn.exhausted) for turn in found.rounds[:2]] == [{"overvote": 1}, {}]
    gone = Rankings.of(4, [({1, 2}, 0), (0,), (3,)], weights=[1, 3, 4])
    found = irv(contest, gone, order(contest), overvote="wait", stop="two_left")
    assert votes(found, 1) == [4, 4]


def test_a_harmless_batch_goes_out_together():
    rankings = Rankings.of(4, [(0,), (1,), (2, 0), (3, 0)], weights=[9, 8, 2, 1])
    contest = Contest.of("a", "b", "c", "d")
    one = irv(contest, rankings, order(contest))
    both = irv(contest, rankings, order(contest), batch=True)
    assert [turn.eliminated for turn in one.rounds] == [(3,), (2,), ()]
    assert [turn.eliminated for turn in both.rounds] == [(2, 3), ()]
    assert one.winners == both.winners == (0,)
    assert one.ranking == ((0,), (1,), (2,), (3,))
    assert harmless_batch({0: 3, 1: 3}) == ()


def test_an_open_tie_is_told_and_all_who_stand_win():
    rankings = Rankings.of(3, [(0,), (1,), (2,)], weights=[2, 2, 3])
    for rule in ALL:
        found = rule(ABC, rankings, Ties(("unsettled",)))
        assert found.ties[-1].candidates == (0, 1)
        assert found.ties[-1].by == "unsettled"
        assert found.winners == (() if rule is rctab else (0, 1, 2))


def test_a_tie_of_surpluses_may_stand():
    contest = Contest(("a", "b", "c", "d"), seats=3)
    rankings = Rankings.of(4, [(0, 2), (1, 3), (2,), (3,)], weights=[9, 9, 1, 1])
    found = wigm(contest, rankings, Ties(("unsettled",)))
    assert found.ties[-1].candidates == (0, 1)
    assert set(found.winners) == {0, 1, 2, 3}
    assert scottish(contest, rankings, Ties(("backwards", "order"), contest.tie_order)).winners[
        :2
    ] == (0, 1)


def test_sure_losers_of_stv_go_out_together_but_leave_enough_for_the_seats():
    contest = Contest(("a", "b", "c", "d", "e"), seats=2)
    rankings = Rankings.of(5, [(0,), (1,), (2,), (3, 1), (4, 1)], weights=[23, 19, 18, 2, 1])
    for rule in (wigm, wigm_prf, meek):
        found = rule(contest, rankings, order(contest), batch=True)
        assert (3, 4) in [turn.eliminated for turn in found.rounds]
        check_conserved(found)
        alone = rule(contest, rankings, order(contest), batch=False)
        assert sorted(alone.winners) == sorted(found.winners) == [0, 1]
    three = replace(contest, seats=3)
    marks = [(3, 2), (4, 3), (1,), (0,), (1, 2)]
    few = Rankings.of(5, marks, weights=[17, 8, 27, 10, 6])  # three are below, two may go
    found = meek(three, few, order(contest))
    assert sorted(found.winners) == sorted(meek(three, few, order(contest), batch=False).winners)


def test_a_shared_rank_gives_the_same_wherever_it_lies():
    contest = Contest(("x", "a", "b", "c"), seats=2)
    rankings = Rankings.of(4, [(0, {1, 2}), ({1, 2}, 3), (3,), (1,)], weights=[12, 4, 5, 1])
    found = meek(contest, rankings, order(contest), overvote="orders")
    split = meek(contest, rankings, order(contest))
    assert found.winners == split.winners == (0, 1)
    check_conserved(found)


def test_more_voters_than_fit_in_63_bits():
    many = Rankings.of(3, [(0,), (1,), (2, 1)], weights=[2**70, 2**70 - 1, 2])
    for rule in ALL:
        found = rule(ABC, many, order(ABC))
        assert found.winners == (1,)
        check_conserved(found)
    assert votes(irv(ABC, many, order(ABC)), 1) == [2**70, 2**70 + 1]


def test_many_candidates_and_more_seats_than_candidates():
    wide = Contest(tuple(map(str, range(300))), seats=400)
    rankings = Rankings.of(300, [(299, 7), (7,)], weights=[2, 1])
    for rule in (scottish, wigm, meek, meek_prf):
        assert len(rule(wide, rankings, order(wide)).winners) == 300
    found = rctab(wide, rankings, order(wide), rules=Rules(winner_election_mode=MANY_A_ROUND))
    assert len(found.winners) == 300


def test_votes_that_go_on_waiting_are_not_told_as_moved():
    contest = Contest.of("Ada", "Bo", "Cy")
    rankings = Rankings.of(3, [({0, 1, 2},), (0,), (1,), (2,)], [1, 5, 4, 2])
    found = irv(contest, rankings, order(contest), overvote="wait")
    assert [turn.exhausted for turn in found.rounds] == [
        (("overvote", 1),),
        (("no further choice", 2), ("overvote", 1)),
    ]
    assert found.rounds[1].transfers == ((2, -1, 2),)
