"""RCTab's rules by its settings, and the lots that Java draws for it."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tally.errors import InstanceError
from tally.ranked import Contest, RankedOutcome, Rankings
from tally.ranked.lots import JavaDraw, Random, hash_order, java_key, shuffled
from tally.ranked.rctab import rctab
from tally.ranked.rctab_rules import (
    BOTTOMS_UP_SHARE,
    MANY_A_ROUND,
    MULTI_PASS,
    ONE_A_ROUND,
    Rules,
)
from tally.ranked.ties import Ties
from tests.tally.runoff_profiles import ABC, check_conserved, order, votes


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


def test_write_ins_stay_in_a_tie_of_nobody_and_each_pass_draws_anew():
    names = ("Ann", "Ben", "Undeclared Write-ins")
    contest, rankings = Contest(names), Rankings.of(3, [(0,)], [2])
    for mode in ("useCandidateOrder", "generatePermutation"):
        rules = Rules(tiebreak_mode=mode, random_seed=5, continue_until_two=True)
        turns = rctab(contest, rankings, rules.ties(contest), rules=rules).rounds
        assert [one for turn in turns for one in turn.eliminated] == [1]
    names = ("Ann", "Ben", "Cai", "Dee", "Eve", "Fay")
    contest, rankings = Contest(names, 3), Rankings.of(6, [(one,) for one in range(6)])
    rules = Rules(winner_election_mode="multiPassIrv", tiebreak_mode="random", random_seed=3)
    passes = rctab(contest, rankings, rules.ties(contest), rules=rules)
    first = rctab(
        Contest(names), rankings, Rules(tiebreak_mode="random", random_seed=3).ties(contest)
    )
    without = Contest(names, 1, frozenset(passes.winners[:1]))
    single = Rules(tiebreak_mode="random", random_seed=3)
    second = rctab(without, rankings, single.ties(without), rules=single)
    assert passes.winners[:2] == first.winners + second.winners


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
