"""Rules by rounds at their edges: refusals, doubtful ballots, large numbers, Java's lots."""

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tally.errors import BallotError, InstanceError
from tally.ranked import Contest, RankedOutcome, Rankings
from tally.ranked.irv import irv
from tally.ranked.lots import JavaDraw, Random, hash_order, java_key, shuffled
from tally.ranked.meek import meek, meek_prf
from tally.ranked.preferences import Reading, read
from tally.ranked.rctab import rctab
from tally.ranked.rctab_rules import (
    BOTTOMS_UP_SHARE,
    MANY_A_ROUND,
    MULTI_PASS,
    ONE_A_ROUND,
    Rules,
)
from tally.ranked.rounds import harmless_batch
from tally.ranked.scottish import scottish
from tally.ranked.ties import Ties
from tally.ranked.transfers import Part
from tally.ranked.wigm import wigm, wigm_prf
from tests.tally.runoff_profiles import check_conserved, polls

ABC = Contest.of("a", "b", "c")
ALL = (irv, rctab, scottish, wigm, wigm_prf, meek, meek_prf)


def order(contest: Contest) -> Ties:
    return Ties(("order",), contest.tie_order)


def votes(found: RankedOutcome, at: int = 0) -> list:
    return [said for _, said in found.rounds[at].votes]


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


@pytest.mark.parametrize(
    "terms",
    [
        {"overvote_rule": "guess"},
        {"winner_election_mode": "lottery"},
        {"tiebreak_mode": "duel"},
        {"decimal_places": 21},
        {"tiebreak_mode": "random"},
        {"tiebreak_mode": "generatePermutation"},
    ],
)
def test_rules_that_no_configuration_may_have_are_refused(terms):
    with pytest.raises(InstanceError):
        Rules(**terms)


DOUBTFUL = Rankings(
    size=3,
    starts=np.array([0, 2, 4, 6, 7, 10, 10]),
    # a=b; untold, b; a, then two blanks, b; c at the fourth rank; a, a, b; nothing
    places=np.array([0, 1, 3, 1, 0, 1, 2, 0, 0, 1], dtype=np.uint8),
    ranks=np.array([1, 1, 1, 2, 1, 4, 4, 1, 2, 3], dtype=np.uint8),
    weights=np.array([1, 2, 4, 8, 16, 32]),
)


@pytest.mark.parametrize(
    ("reading", "first", "ends"),
    [
        (Reading("skip"), ["", "b", "ab", "c", "aab", ""], [0, 0, 0, 0, 0, 4]),
        (Reading("end"), ["", "", "ab", "c", "aab", ""], [1, 1, 0, 0, 0, 4]),
        (Reading("exhaust"), ["ab", "", "ab", "c", "aab", ""], [0, 1, 0, 0, 0, 4]),
        (Reading("skip", most_skipped=1), ["", "b", "a", "", "aab", ""], [0, 0, 2, 2, 0, 4]),
        (Reading("skip", most_skipped=3), ["", "b", "ab", "c", "aab", ""], [0, 0, 0, 0, 0, 4]),
        (Reading("skip", most_ranks=2), ["", "b", "a", "", "aa", ""], [0, 0, 0, 4, 0, 4]),
        (Reading("end", repeats_end=True), ["", "", "ab", "c", "a", ""], [1, 1, 0, 0, 3, 4]),
        (
            Reading("end", most_skipped=0, repeats_end=True, most_ranks=3),
            ["", "", "a", "", "a", ""],
            [1, 1, 0, 4, 3, 4],
        ),
    ],
)
def test_how_doubtful_ballots_are_read(reading: Reading, first: list[str], ends: list[int]):
    found = read(ABC, DOUBTFUL, reading)
    marks = ["abc"[place] for place in found.places.tolist()]
    starts = found.starts.tolist()
    assert ["".join(marks[one:two]) for one, two in pairwise(starts)] == first
    assert found.ends is not None
    assert found.ends.tolist() == ends
    assert (found.tiers is not None) == (reading.overvote == "exhaust")


def test_a_plain_profile_is_used_as_it_is():
    plain = Rankings.of(3, [(0, 1), (2,)])
    found = read(ABC, plain, Reading("exhaust"))
    assert found.places is plain.places
    assert found.ends is None
    untold = Rankings.of(3, [(0, 3, 1), (1,)])
    assert read(ABC, untold, Reading("skip")).places.tolist() == [0, 1, 1]
    assert read(ABC, untold, Reading("wait")).ends.tolist() == [1, 0]
    nothing = Rankings.of(3, [])
    for reading in (Reading(), Reading("end", 0, True, 1)):
        assert len(read(ABC, nothing, reading).places) == 0


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


def test_write_ins_go_out_first_and_nobody_wins_before():
    contest = Contest(("a", "b", "Undeclared Write-ins"))
    rankings = Rankings.of(3, [(0,), (1,), (2, 1)], weights=[3, 1, 7])
    found = rctab(contest, rankings, order(contest))
    assert found.rounds[0].eliminated == (2,)
    assert found.winners == (1,)
    assert votes(found, 1) == [3, 8]


def test_thresholds_of_rctab():
    rankings = Rankings.of(3, [(0,), (1,), (2,)], weights=[5, 3, 2])
    two = Contest(("a", "b", "c"), seats=2)

    def threshold(**terms) -> Fraction:
        rules = Rules(winner_election_mode=MANY_A_ROUND, **terms)
        return rctab(two, rankings, order(two), rules=rules).rounds[0].threshold

    assert threshold() == 4
    assert threshold(hare_quota=True) == 5
    assert threshold(non_integer_threshold=True) == Fraction("3.3334")
    assert threshold(non_integer_threshold=True, decimal_places=1) == Fraction("3.4")
    assert threshold(non_integer_threshold=True, hare_quota=True) == 5


def test_minimum_and_cutoff_put_out_all_below():
    rankings = Rankings.of(4, [(0,), (1,), (2, 1), (3, 1)], weights=[6, 5, 2, 1])
    contest = Contest.of("a", "b", "c", "d")
    found = rctab(contest, rankings, order(contest), rules=Rules(minimum_votes=3))
    assert found.rounds[0].eliminated == (2, 3)
    assert found.winners == (1,)
    nobody = rctab(contest, rankings, order(contest), rules=Rules(minimum_votes=99))
    assert nobody.winners == ()
    cut = rctab(contest, rankings, order(contest), rules=Rules(cutoff_elimination=True))
    assert cut.rounds[0].eliminated == (0, 1, 2, 3)


def test_two_are_left_at_the_end_and_the_threshold_stays():
    rankings = Rankings.of(4, [(0,), (1,), (2, 1), (3, 1)], weights=[20, 5, 2, 1])
    contest = Contest.of("a", "b", "c", "d")
    rules = Rules(continue_until_two=True, batch_elimination=True)
    found = rctab(contest, rankings, order(contest), rules=rules)
    assert found.winners == (0,)
    assert len(found.rounds[-1].votes) == 2
    assert {turn.threshold for turn in found.rounds} == {15}


def test_a_batch_leaves_two_when_two_are_to_be_left():
    contest = Contest.of("a", "b", "c", "d")
    rankings = Rankings.of(4, [(0,), (1,), (2,), (3,)], weights=[40, 6, 2, 1])
    late = Rules(
        continue_until_two=True, batch_elimination=True, first_round_determines_threshold=True
    )
    found = rctab(contest, rankings, order(contest), rules=late)
    assert len(found.rounds[-1].votes) == 2
    assert {turn.threshold for turn in found.rounds} == {25}


def test_first_round_threshold_that_nobody_reaches():
    rankings = Rankings.of(3, [(0,), (1,), (2,)], weights=[4, 4, 3])
    rules = Rules(first_round_determines_threshold=True)
    found = rctab(ABC, rankings, order(ABC), rules=rules)
    assert found.winners == (0,)
    assert [tie.candidates for tie in found.ties] == [(0, 1)]
    open_tie = rctab(ABC, rankings, Ties(("unsettled",)), rules=rules)
    assert open_tie.winners == ()


def test_a_tie_of_the_last_two_elects():
    rankings = Rankings.of(3, [(0,), (1,)], weights=[4, 4])
    two = Contest(("a", "b", "c"), withdrawn=frozenset({2}))
    found = rctab(two, rankings, order(two))
    assert found.winners == (0,)
    assert found.rounds[-1].elected == (0,)


def test_one_winner_a_round():
    contest = Contest(("a", "b", "c"), seats=2)
    rankings = Rankings.of(3, [(0,), (1,), (2,)], weights=[6, 5, 1])
    rules = Rules(winner_election_mode=ONE_A_ROUND)
    found = rctab(contest, rankings, order(contest), rules=rules)
    assert [turn.elected for turn in found.rounds] == [(0,), (1,), ()]
    check_conserved(found)


def test_everybody_left_passes_a_share_of_the_votes():
    contest = Contest(("a", "b", "c", "d"))
    rankings = Rankings.of(4, [(0,), (1,), (2, 1), (3, 0)], weights=[50, 30, 15, 5])
    rules = Rules(winner_election_mode=BOTTOMS_UP_SHARE, bottoms_up_share=Fraction(15, 100))
    found = rctab(contest, rankings, order(contest), rules=rules)
    assert set(found.winners) == {0, 1}
    assert dict(found.facts) == {"bottoms_up_share": Fraction(3, 20)}
    assert RankedOutcome.from_json(found.to_json()) == found


def test_passes_follow_each_other_and_end_with_an_open_tie():
    contest = Contest(("a", "b", "c"), seats=2)
    rankings = Rankings.of(3, [(0, 1), (1,), (2,)], weights=[5, 1, 3])
    rules = Rules(winner_election_mode=MULTI_PASS)
    assert rctab(contest, rankings, order(contest), rules=rules).winners == (0, 1)
    level = Rankings.of(3, [(0,), (1,), (2,)], weights=[5, 2, 2])
    open_tie = rctab(contest, level, Ties(("unsettled",)), rules=rules)
    assert open_tie.winners == (0,)


def test_the_count_stops_after_a_round():
    rankings = Rankings.of(3, [(0,), (1,), (2,)], weights=[4, 3, 2])
    found = rctab(ABC, rankings, order(ABC), rules=Rules(stop_after_round=1))
    assert len(found.rounds) == 1
    assert found.winners == ()


def test_ties_as_rctab_settles_them():
    rankings = Rankings.of(3, [(0,), (1,), (2, 0)], weights=[2, 2, 1])
    assert Rules().ties(ABC).policy == ("order",)
    shuffle = Rules(tiebreak_mode="generatePermutation", random_seed=9)
    assert sorted(shuffle.ties(ABC).order) == [0, 1, 2]
    seeded = Rules(tiebreak_mode="previousRoundCountsThenRandom", random_seed=9)
    level = Rankings.of(3, [(0,), (1,), (2,)], weights=[2, 2, 3])
    found = rctab(ABC, level, seeded.ties(ABC), rules=seeded)
    assert found.ties[0].by == "java"
    assert rctab(ABC, level, seeded.ties(ABC), rules=seeded) == found
    assert rctab(ABC, rankings, Ties(("unsettled",)), rules=Rules()).winners == (0,)


def test_java_draws_what_java_draws():
    random = Random(42)
    assert [random.next_bits(32) for _ in range(3)] == [
        2**32 - 1170105035, 234785527, 2**32 - 1360544799,
    ]  # fmt: skip
    random = Random(0)
    assert random.next_place(2**53) / 2**53 == 0.730967787376657
    assert random.next_place(2**53) / 2**53 == 0.24053641567148587
    assert all(0 <= Random(seed).next_int(2**30 + 1) <= 2**30 for seed in range(40))
    assert hash_order(["q", "Aa", "BB", "a"]) == ["Aa", "BB", "q", "a"]  # "Aa" and "BB": 2112
    assert len(hash_order([str(one) for one in range(40)])) == 40


@given(st.lists(st.text(max_size=3), unique=True), st.integers(-(2**63), 2**63))
def test_a_shuffle_keeps_all_and_asks_not_for_their_order(texts: list[str], seed: int):
    found = shuffled(texts, seed)
    assert sorted(found, key=java_key) == sorted(texts, key=java_key)
    assert shuffled(texts[::-1], seed) == found


def test_a_draw_after_looking_back_is_from_a_hash_set():
    draw = JavaDraw(("x", "y"), Random(1))
    looked = JavaDraw(("x", "y"), Random(1), looked_back=True)
    assert {draw([0, 1], True), looked([0, 1], False)} <= {0, 1}


@given(polls(most=4, shares=True))
def test_a_part_without_ballots_of_a_pile_moves_nothing(poll):
    preferences = read(poll.contest, poll.rankings, Reading())
    part = Part(preferences.part(0, 0), poll.contest.standing)
    assert part.move(range(poll.size), marked=False) == {}
    assert part.first() == {}


def test_votes_that_go_on_waiting_are_not_told_as_moved():
    contest = Contest.of("Ada", "Bo", "Cy")
    rankings = Rankings.of(3, [({0, 1, 2},), (0,), (1,), (2,)], [1, 5, 4, 2])
    found = irv(contest, rankings, order(contest), overvote="wait")
    assert [turn.exhausted for turn in found.rounds] == [
        (("overvote", 1),),
        (("no further choice", 2), ("overvote", 1)),
    ]
    assert found.rounds[1].transfers == ((2, -1, 2),)
