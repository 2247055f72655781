"""Pairwise, positional and scored rules at their edges: refusals, large numbers, files' faults."""

from dataclasses import replace
from fractions import Fraction
from importlib import import_module

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tally.errors import BallotError, InstanceError
from tally.ranked import Contest, Rankings, kemeny_bounds, kemeny_program, reading
from tally.ranked import kemeny as kemeny_rule
from tally.ranked.approval import approval
from tally.ranked.beats import components, layers, strengths
from tally.ranked.borda import borda
from tally.ranked.bucklin import bucklin
from tally.ranked.copeland import copeland
from tally.ranked.kemeny import kemeny
from tally.ranked.kemeny_bounds import Bounds
from tally.ranked.kemeny_sets import Sets
from tally.ranked.minimax import minimax
from tally.ranked.pairwise import Pairwise, pairwise
from tally.ranked.plurality import plurality
from tally.ranked.ranked_pairs import by_matrix as ranked_pairs_by_matrix
from tally.ranked.ranked_pairs import ranked_pairs
from tally.ranked.schulze import by_matrix, closure, schulze
from tally.ranked.score import score
from tally.ranked.smith import schwartz, smith
from tally.ranked.star import star
from tally.ranked.table_pairwise import ROWS, SCORED
from tally.ranked.ties import Ties
from tests.tally.pairwise_profiles import Poll, open_ties, scored

THREE = Contest.of("a", "b", "c")
ABC = Rankings.of(3, [(0, 1, 2), (1, 2, 0), (2, 0, 1)], weights=[4, 3, 2])


@pytest.mark.parametrize(
    ("rule", "parameters"),
    [
        (plurality, {"shared": "all"}),
        (borda, {"convention": "dowdall"}),
        (minimax, {"strength": "ratio"}),
        (schulze, {"strength": "opposition"}),
        (ranked_pairs, {"strength": ""}),
        (kemeny, {"unranked": "first"}),
        (approval, {"ranks": -1}),
        (score, {}),
        (star, {}),
    ],
)
def test_words_that_are_none_and_ballots_without_points_are_refused(rule, parameters):
    with pytest.raises(BallotError):
        rule(THREE, ABC, open_ties(), **parameters)


def test_ballots_over_other_candidates_are_refused():
    with pytest.raises(BallotError, match="over 3 candidates for 2"):
        copeland(Contest.of("a", "b"), ABC, open_ties())


def test_too_many_points_are_refused():
    rankings = scored(1, [({0: 2**17 + 1}, 1)])
    with pytest.raises(BallotError, match="at most"):
        score(Contest.of("a"), rankings, open_ties())


TABLE = pytest.mark.parametrize(
    ("rule_id", "run", "fixed", "settable"),
    [
        pytest.param(
            rule_id,
            getattr(import_module(f"tally.ranked.{module}"), function),
            fixed,
            settable,
            id=rule_id,
        )
        for rule_id, module, function, fixed, settable, _ in ROWS
    ],
)


@TABLE
def test_each_row_of_the_table_runs_and_names_its_rule(rule_id, run, fixed, settable):
    rankings = scored(3, [({0: 5, 1: 3}, 2), ({1: 4, 2: 4}, 1)]) if rule_id in SCORED else ABC
    found = run(THREE, rankings, Ties(order=(0, 1, 2)), **fixed)
    assert found.rule == rule_id
    assert found.seats == len(found.winners) == 1
    assert {name for name, _ in found.parameters} <= set(settable)


@TABLE
def test_without_ballots_all_are_level_and_without_candidates_nobody_wins(
    rule_id, run, fixed, settable
):
    none = scored(3, [])
    found = run(THREE, none, open_ties(), **fixed)
    assert found.winners == (0, 1, 2)
    nobody = replace(THREE, withdrawn=frozenset({0, 1, 2}))
    assert run(nobody, none, open_ties(), **fixed).winners == ()
    alone = replace(THREE, withdrawn=frozenset({0, 2}))
    assert run(alone, none, open_ties(), **fixed).ranking == ((1,),)


def test_winners_who_are_level_are_told_as_a_tie():
    found = copeland(THREE, ABC, open_ties())
    assert found.winners == (0, 1, 2)
    (tie,) = found.ties
    assert (tie.candidates, tie.chosen, tie.by) == ((0, 1, 2), (), "unsettled")


# Large and fractional weights


@pytest.mark.parametrize("unit", [2**30, 2**52, 2**60, 2**62, 2**90])
def test_large_weights_are_counted_exactly(unit: int):
    weights = [4 * unit + 1, 3 * unit, 2 * unit]
    rankings = Rankings.of(3, [(0, 1, 2), (1, {2, 0}), (2, 0, 1)], weights=weights)
    assert pairwise(THREE, rankings).matrix() == (
        (0, 6 * unit + 1, 4 * unit + 1),
        (3 * unit, 0, 7 * unit + 1),
        (2 * unit, 2 * unit, 0),
    )
    assert dict(borda(THREE, rankings, open_ties()).facts) == {
        "score 0": 3 * (4 * unit + 1) + 4 * unit + Fraction(9 * unit, 2),
        "score 1": 2 * (4 * unit + 1) + 9 * unit + 2 * unit,
        "score 2": 4 * unit + 1 + 6 * unit + Fraction(9 * unit, 2),
    }
    facts = dict(kemeny(THREE, rankings, open_ties()).facts)
    assert facts["votes for"] == 6 * unit + 1 + 4 * unit + 1 + 7 * unit + 1


@pytest.mark.parametrize("unit", [1, 2**20, 2**40, 2**70])
@pytest.mark.parametrize("kind", ["winning", "margin", "ratio"])
def test_strengths_of_any_size_keep_their_order(unit: int, kind: str):
    votes = np.array([[0, 5, 7, 3], [4, 0, 4, 9], [5, 0, 0, 6], [2, 1, 4, 0]])
    large = votes.astype(object) * unit
    large = large if unit > 2**40 else large.astype(np.int64)
    found = strengths(Pairwise(large, 1, 12 * unit, (0, 1, 2, 3)), kind)
    small = strengths(Pairwise(votes, 1, 12, (0, 1, 2, 3)), kind)
    order = [np.unique(one.figures, return_inverse=True)[1].tolist() for one in (found, small)]
    assert order[0] == order[1]
    factor = 1 if kind == "ratio" else unit
    told = tuple(tuple(figure * factor for figure in row) for row in small.told(small.figures))
    assert found.told(found.figures) == told


def test_a_defeat_that_nobody_votes_against_is_stronger_than_any_other():
    votes = np.array([[0, 9, 2], [1, 0, 3], [0, 0, 0]])
    for support in (votes, votes * 2**30):
        found = strengths(Pairwise(support, 1, 10, (0, 1, 2)), "ratio").figures
        assert found.tolist() == [[0, 1, 2], [0, 0, 3], [0, 0, 0]]


def test_runs_that_are_cut_anywhere_give_the_same(monkeypatch: pytest.MonkeyPatch):
    rng = np.random.default_rng(1)
    ballots = [tuple(rng.permutation(6)[: rng.integers(0, 7)].tolist()) for _ in range(60)]
    ballots += [(0, 0, 1), (6, 2), ({1, 3}, 1, 2)]
    contest = Contest.of(*"abcdef")
    rankings = Rankings.of_groups(
        6,
        [(tuple((c,) if isinstance(c, int) else tuple(sorted(c)) for c in b), 1) for b in ballots],
    )
    before = [
        rule(contest, rankings, open_ties())
        for rule in (schulze, borda, bucklin, plurality, approval)
    ]
    monkeypatch.setattr(reading, "_MOST_CELLS", 21)
    monkeypatch.setattr("tally.ranked.pairwise._KEYS", 1)
    assert before == [
        rule(contest, rankings, open_ties())
        for rule in (schulze, borda, bucklin, plurality, approval)
    ]


# Components and layers


@given(st.integers(0, 7), st.randoms(use_true_random=False))
def test_components_are_what_two_way_paths_make_them(size: int, random):
    support = np.array(
        [[random.randint(0, 2) * (a != b) for b in range(size)] for a in range(size)], dtype=int
    ).reshape(size, size)
    unbeaten = (support >= support.T).astype(int)
    paths = np.linalg.matrix_power(unbeaten, max(size, 1)) > 0
    groups = [group.tolist() for group in components(support)]
    assert sorted(at for group in groups for at in group) == list(range(size))
    for at, group in enumerate(groups):
        assert all(paths[a, b] and paths[b, a] for a in group for b in group)
        below = [b for later in groups[at + 1 :] for b in later]
        assert all(support[a, b] > support[b, a] for a in group for b in below)


def test_layers_put_each_as_high_as_those_above_let_it():
    above = np.zeros((4, 4), dtype=bool)
    above[0, 2] = above[2, 3] = True
    assert [layer.tolist() for layer in layers(above)] == [[0, 1], [2], [3]]


@given(st.integers(1, 12), st.randoms(use_true_random=False))
def test_the_closure_is_that_of_all_middles_in_any_order(size: int, random):
    line = [
        [random.randint(0, 5) + (5 if a < b - 2 else 0) for b in range(size)] for a in range(size)
    ]
    support = np.array(line)
    np.fill_diagonal(support, 0)
    votes = Pairwise(support, 1, 20, tuple(range(size)))
    figures = strengths(votes, "winning").figures
    plain = figures.copy()
    for middle in range(size):
        for a in range(size):
            for b in range(size):
                if a != b:
                    plain[a, b] = max(plain[a, b], min(plain[a, middle], plain[middle, b]))
    assert (closure(figures, votes) == plain).all()


# Ranked pairs


def matrix_votes(beats: dict[tuple[int, int], tuple[int, int]], size: int) -> Pairwise:
    support = np.full((size, size), 5)
    np.fill_diagonal(support, 0)
    for (a, b), (yes, no) in beats.items():
        support[a, b], support[b, a] = yes, no
    return Pairwise(support, 1, 10, tuple(range(size)))


def test_equal_defeats_in_one_circle_are_set_aside_and_told():
    circle = matrix_votes({(0, 1): (7, 3), (1, 2): (7, 3), (2, 0): (7, 3)}, 3)
    found = ranked_pairs_by_matrix(THREE, circle, open_ties(), strength="winning")
    assert found.winners == (0, 1, 2)
    assert dict(found.matrices)["locked"] == ((0, 0, 0),) * 3
    assert [tie.candidates for tie in found.ties] == [(0, 1, 2), (0, 1, 2)]
    # 1 above 2 goes first, then 0 above 1: so 2 above 0 is against what is locked.
    settled = ranked_pairs_by_matrix(THREE, circle, Ties(order=(1, 0, 2)), strength="winning")
    assert settled.ranking == ((0,), (1,), (2,))


def test_a_tie_of_the_losers_alone_is_asked_for_too():
    votes = matrix_votes(
        {(0, 1): (7, 3), (0, 2): (7, 3), (1, 3): (7, 3), (2, 3): (7, 3), (3, 0): (7, 3)}, 4
    )
    contest = Contest.of(*"abcd")
    found = ranked_pairs_by_matrix(contest, votes, Ties(order=(0, 1, 2, 3)), strength="margin")
    assert found.ranking == ((0,), (1, 2), (3,))
    assert [(tie.candidates, tie.chosen) for tie in found.ties] == [
        ((0, 1, 2, 3), (0,)),
        ((1, 2), (2,)),
        ((0, 1, 2, 3), (0,)),
        ((1, 2, 3), (1,)),
    ]


def test_votes_beyond_64_bits_are_locked_as_small_ones_are():
    circle = {(0, 1): (8, 2), (1, 2): (7, 3), (2, 0): (7, 3)}
    small = matrix_votes(circle, 3)
    large = Pairwise(small.support.astype(object) * 2**70, 1, 10 * 2**70, small.standing)
    order = Ties(order=(2, 0, 1))  # of the two that are equal, 2 above 0 goes first
    found = [
        ranked_pairs_by_matrix(THREE, votes, order, strength="winning") for votes in (small, large)
    ]
    assert found[0].ranking == found[1].ranking == ((2,), (0,), (1,))


# Kemeny


@pytest.mark.parametrize("factor", [1, 2**35, 2**66])
def test_bounds_and_sets_tell_the_same(factor: int):
    rng = np.random.default_rng(3)
    for _ in range(20):
        size, voters = int(rng.integers(3, 8)), int(rng.integers(1, 8))
        support = np.zeros((size, size), dtype=object if factor > 1 else np.int64)
        for _ in range(voters):
            order = rng.permutation(size)
            support[order[:, None], order] += np.triu(
                np.full((size, size), factor, dtype=support.dtype), 1
            )
        sets, bounds = Sets(support), Bounds(support)
        assert sets.votes == bounds.votes
        assert (sets.certain() == bounds.certain()).all()
        assert (sets.count == 1) == (bounds.count == 1)
        first = sets.next_ones(())
        assert first == bounds.next_ones(())
        for at in first:
            assert sets.next_ones((at,)) == bounds.next_ones((at,))


def circle_of(size: int) -> np.ndarray:
    """Each beats the half of the others that come next."""
    ahead = (np.arange(size) - np.arange(size)[:, None]) % size
    return np.where(ahead == 0, 0, np.where(ahead <= size // 2, 6, 4))


@pytest.mark.parametrize("heavier", [0, 1])
def test_branches_are_searched_where_the_program_is_not_whole(heavier: int):
    # A 3-fence: a_i above b_i, b_j above a_i for the others. Half of everything keeps to all
    # circles and is worth 7.5; the best orders are worth 7.
    support = np.zeros((6, 6), dtype=np.int64)
    for one in range(3):
        for other in range(3):
            support[(one, 3 + other) if one == other else (3 + other, one)] = 1
    support[0, 3] += heavier
    sets, bounds = Sets(support), Bounds(support)
    assert (sets.votes, sets.next_ones(())) == (bounds.votes, bounds.next_ones(()))
    assert (sets.certain() == bounds.certain()).all()


@pytest.mark.parametrize("high", [2**20, 2**34, 2**45])
def test_coarse_prices_only_make_more_branches(high: int, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(kemeny_program, "GRID", 1)
    monkeypatch.setattr(kemeny_bounds, "GRID", 1)
    support = np.random.default_rng(4).integers(0, high, (5, 5))
    np.fill_diagonal(support, 0)
    sets, bounds = Sets(support), Bounds(support)
    assert sets.votes == bounds.votes
    assert (sets.certain() == bounds.certain()).all()


@pytest.mark.parametrize(("share", "price"), [(0.5, 0), (1, 0), (0.9, 1)])
def test_a_solver_that_errs_is_not_believed(
    share: float, price: int, monkeypatch: pytest.MonkeyPatch
):
    def errs(*arguments, **terms):
        result = kept(*arguments, **terms)
        result.x[::2], result.x[1::2] = share, 1 - share
        result.ineqlin.marginals[:] = -price
        return result

    kept = kemeny_program.linprog
    monkeypatch.setattr(kemeny_program, "linprog", errs)
    support = np.array([[0, 3, 1, 2], [2, 0, 4, 1], [4, 1, 0, 2], [3, 4, 3, 0]])
    sets, bounds = Sets(support), Bounds(support)
    assert (sets.votes, sets.next_ones(())) == (bounds.votes, bounds.next_ones(()))
    assert (sets.certain() == bounds.certain()).all()


def test_what_cannot_be_proved_is_refused(monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(InstanceError, match="81 candidates are in one circle"):
        Bounds(circle_of(81))
    monkeypatch.setattr(kemeny_bounds, "MOST_BRANCHES", 0)
    with pytest.raises(InstanceError, match="0 branches"):
        Bounds(circle_of(5))


def test_a_solver_that_gives_up_is_told(monkeypatch: pytest.MonkeyPatch):
    class GaveUp:
        success, message = False, "no time"

    monkeypatch.setattr(kemeny_program, "linprog", lambda *_, **__: GaveUp)
    with pytest.raises(InstanceError, match="not solved: no time"):
        Bounds(circle_of(5))


def test_few_circles_are_taken_in_at_a_time(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(kemeny_program, "MOST_CIRCLES", 2)
    support = circle_of(9)
    assert Bounds(support).votes == Sets(support).votes


def test_large_components_go_by_bounds(monkeypatch: pytest.MonkeyPatch):
    rng = np.random.default_rng(5)
    orders = [tuple(rng.permutation(16).tolist()) for _ in range(31)]
    contest, rankings = Contest.of(*"abcdefghijklmnop"), Rankings.of(16, orders)
    mine = kemeny(contest, rankings, open_ties())
    monkeypatch.setattr(kemeny_rule, "MOST_SETS", 16)
    theirs = kemeny(contest, rankings, open_ties())
    assert (mine.winners, mine.ranking) == (theirs.winners, theirs.ranking)
    assert dict(mine.facts)["votes for"] == dict(theirs.facts)["votes for"]


# STAR


def test_every_runoff_that_points_leave_open_is_held():
    ballots = [({0: 5, 1: 2, 2: 3}, 2), ({1: 3, 2: 2}, 2), ({0: 1}, 1)]
    found = star(THREE, scored(3, ballots), open_ties())
    assert [turn.votes for turn in found.rounds] == [
        ((0, 11), (1, 10), (2, 10)),
        ((0, 3), (1, 2)),
        ((0, 3), (2, 2)),
    ]
    assert found.ranking == ((0,), (1, 2))
    assert [(tie.candidates, tie.chosen) for tie in found.ties] == [((1, 2), ())]


def test_matrices_have_rows_for_withdrawn_candidates_too():
    contest = replace(THREE, withdrawn=frozenset({1}))
    found = schulze(contest, ABC, open_ties())
    assert dict(found.matrices)["strengths"] == ((0, 0, 0), (0, 0, 0), (5, 0, 0))
    assert smith(contest, ABC, open_ties()).ranking == ((2,), (0,))
    assert schwartz(contest, ABC, open_ties()).winners == (2,)


def test_fractions_of_ballots_are_counted():
    poll = Poll(3, [([{0}, {1, 2}], Fraction(1, 2))])
    assert bucklin(poll.contest, poll.rankings, open_ties()).rounds[0].threshold == Fraction(1, 4)
    assert by_matrix(
        poll.contest, pairwise(poll.contest, poll.rankings), open_ties(), strength="ratio"
    ).winners == (0,)
