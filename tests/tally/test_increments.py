"""Compiled looks ahead over add1's increments: they may say less than is true, never more."""

import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tally import Instance, Option, Profile, by_id
from tally.rules import equal_shares, increments
from tally.rules.increments import Increments
from tally.rules.market import Setting
from tests.tally.polls import Poll, polls

MEASURES = {"approval": ("card", "cost"), "cumulative": ("score",)}


@pytest.fixture(scope="module")
def plain() -> ModuleType:
    """The loops as they stand, without a compiler."""
    names = ("tally.rules.fixed_point", "tally.rules.fixed_runs")
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "numba", None)
        for name in names:
            patch.delitem(sys.modules, name, raising=False)
        return [importlib.import_module(name) for name in names][-1]


@contextmanager
def _at_once(plain: ModuleType) -> Iterator[None]:
    """Lets add1 look ahead from the first increment on, without a compiler."""
    found = Increments.of

    def of(*values: object, **terms: object) -> Increments | None:
        ahead = found(*values, **terms)  # type: ignore[arg-type]  # passed on as they come
        if ahead:
            ahead.patience = 0
        return ahead

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(increments, "find_spec", lambda _: True)
        patch.setattr(increments, "compiled_loops", lambda: plain)
        patch.setattr(Increments, "of", of)
        yield


def _add1(poll: Poll, measure: str, *, exhaustive: bool) -> str:
    return equal_shares.by_measure(
        poll.instance, poll.profile, poll.ties,
        measure=measure, completion="add1", exhaustive=exhaustive,
    ).to_json()  # fmt: skip


def _plainly(poll: Poll, measure: str, *, exhaustive: bool) -> str:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(increments, "find_spec", lambda _: None)
        return _add1(poll, measure, exhaustive=exhaustive)


@given(st.data(), st.sampled_from(sorted(MEASURES)), st.booleans())
def test_looking_ahead_changes_no_outcome(plain, data, kind, exhaustive):
    poll = data.draw(polls(kind))
    for measure in MEASURES[kind]:
        with _at_once(plain):
            ahead = _add1(poll, measure, exhaustive=exhaustive)
        assert ahead == _plainly(poll, measure, exhaustive=exhaustive)


def _setting(
    costs: list[int], ballots: list[list[int]], limit: int, measure: str = "cost",
    weights: list[int] | None = None, points: list[list[int]] | None = None,
) -> Setting:  # fmt: skip
    instance = Instance(tuple(Option(str(at), cost) for at, cost in enumerate(costs)), limit=limit)
    kind = "cumulative" if points else "approval"
    named = [[str(option) for option in ballot] for ballot in ballots]
    profile = Profile.of(kind, instance, named, points, weights)
    return Setting.of(instance, profile, by_id(instance), measure=measure)


def _random(seed: int, measure: str, voters: int = 60) -> Setting:
    draw = np.random.default_rng(seed)
    costs = draw.integers(20, 400, 14).tolist()
    ballots = [
        sorted(draw.choice(14, draw.integers(1, 6), replace=False).tolist()) for _ in range(voters)
    ]
    points = None
    if measure == "score":
        points = [draw.integers(1, 9, len(ballot)).tolist() for ballot in ballots]
    weights = draw.integers(1, 4, voters).tolist()
    return _setting(costs, ballots, 900, measure, weights, points)


@pytest.mark.parametrize("measure", equal_shares.MEASURES)
@pytest.mark.parametrize("seed", range(8))
def test_what_is_passed_was_within_the_limit_and_did_not_end(monkeypatch, plain, seed, measure):
    setting, step = _random(seed, measure), Fraction(1)
    endowment = Fraction(setting.limit, int(setting.electorate.weights.sum()))
    ahead = Increments(setting, 1, exhaustive=True)
    if importlib.util.find_spec("numba"):
        compiled = ahead.passed(endowment)
        monkeypatch.setattr(increments, "compiled_loops", lambda: plain)
        ahead = Increments(setting, 1, exhaustive=True)
        assert ahead.passed(endowment) == compiled
    monkeypatch.setattr(increments, "compiled_loops", lambda: plain)
    many = ahead.passed(endowment)
    for grown in range(1, many + 1):
        run = equal_shares._natural(setting, endowment + grown * step)
        assert equal_shares._cost(setting, run) <= setting.limit
        assert not equal_shares._ends(setting, run, exhaustive=True)
    after = equal_shares._natural(setting, endowment + (many + 1) * step)
    over = equal_shares._cost(setting, after) > setting.limit
    assert over or equal_shares._ends(setting, after, exhaustive=True)  # nothing was unsure here


def test_long_stretches_without_change_are_leapt_over(monkeypatch, plain):
    """The second option lacks money for tens of thousands of increments; they are few runs."""
    calls = []
    natural = plain.natural
    monkeypatch.setattr(plain, "natural", lambda *values: calls.append(1) or natural(*values))
    monkeypatch.setattr(increments, "compiled_loops", lambda: plain)
    setting = _setting([1000, 200_000, 40_000], [[0], [0, 1], [2]], limit=250_000)
    assert Increments(setting, 1, exhaustive=True).passed(Fraction(1000)) > 1000
    assert len(calls) < 60


def test_sums_too_large_for_64_bits_are_left_to_the_exact_purses():
    setting = _setting([10**18, 1], [[0], [1]], limit=2 * 10**18)
    assert Increments(setting, 1, exhaustive=True).passed(Fraction(10**18)) == 0


def test_who_cannot_be_helped_is_told(monkeypatch):
    setting = _setting([10, 20], [[0], [1]], limit=30)
    assert Increments.of(setting, Fraction(1, 2), exhaustive=True) is None
    empty = _setting([10, 20], [[], []], limit=30)
    assert Increments.of(empty, Fraction(1), exhaustive=True) is None
    rivals = Instance((Option("a", 1), Option("b", 2)), limit=3, rivals=(("a", "b"),))
    profile = Profile.of("approval", rivals, [["a"], ["b"]])
    barred = Setting.of(rivals, profile, by_id(rivals), measure="cost")
    assert Increments.of(barred, Fraction(1), exhaustive=True) is None
    monkeypatch.setitem(sys.modules, "numba", ModuleType("numba"))
    assert Increments(setting, 1, exhaustive=True).patience == 1
    monkeypatch.delitem(sys.modules, "numba")
    assert Increments(setting, 1, exhaustive=True).patience > 1


SCALE, BITS = 20, 40


class _Table:
    """The loops set up for one small count by cards."""

    def __init__(self, loops: ModuleType, costs: list[int], ballots: list[list[int]]) -> None:
        setting = _setting(costs, ballots, limit=10**6, measure="card")
        self.loops = loops
        self.ground = loops.Ground(**Increments(setting, 1, exhaustive=True).ground(SCALE, BITS))
        self.state = loops.State.of(self.ground)

    def natural(self, endowment: int) -> int:
        return self.loops.natural(self.ground, self.state, endowment << SCALE, 0)

    def same_until(self, endowment: int) -> bool:
        return self.loops.same_until(self.ground, self.state, endowment << SCALE, 0)


# The second option costs its two backers 3 each, just what one of them has after the first.
JUST_ENOUGH = ([4, 6, 100], [[0, 1], [0], [1], [2]])


def test_a_purse_that_is_just_the_price_leaves_the_run_open(plain):
    table = _Table(plain, *JUST_ENOUGH)
    assert table.natural(5) == plain.UNSURE
    assert table.natural(6) == plain.WITHIN
    assert not table.same_until(5)


def test_two_prices_that_are_not_known_exactly_and_too_near_leave_the_run_open(plain):
    table = _Table(plain, [4, 7, 7, 100], [[0, 1, 2], [0], [1, 2], [3]])
    assert table.natural(5) == plain.UNSURE


def test_less_money_is_not_taken_for_the_same(plain):
    table = _Table(plain, *JUST_ENOUGH)
    assert table.natural(6) == plain.WITHIN
    assert not table.same_until(1)
    assert not plain.leaps(table.ground, table.state, 1 << SCALE, 0)


def test_a_guess_that_is_too_high_leaves_the_option_open(plain):
    table = _Table(plain, *JUST_ENOUGH)
    plain.begin(table.ground, table.state, 6 << SCALE, 0)
    table.state.least[0] = 7 << SCALE
    assert plain.look_at(table.ground, table.state, 0) == plain.UNCLEAR
    plain.begin(table.ground, table.state, 6 << SCALE, 0)
    table.state.least[0] = 3 << SCALE
    assert plain.look_at(table.ground, table.state, 0) == plain.UNCLEAR


def test_products_too_large_are_not_compared(plain):
    ground = _Table(plain, *JUST_ENOUGH).ground._replace(costs=np.array([2**50, 2**50 + 1, 1]))
    assert plain.goes_first(ground, 0, 2**20, 1, 2**20) == plain.UNKNOWN
    assert plain.goes_first(ground, 0, 2**10, 1, 2**10) == plain.YES
    assert plain.goes_first(ground, 1, 2**10, 0, 2**10) == plain.NO


@pytest.mark.parametrize("is_there", [True, False])
def test_the_loops_can_be_compiled_beforehand(monkeypatch, plain, is_there):
    calls = []
    passed = plain.passed
    monkeypatch.setattr(plain, "passed", lambda *values: calls.append(1) or passed(*values))
    monkeypatch.setattr(increments, "compiled_loops", lambda: plain)
    monkeypatch.setattr(increments, "find_spec", lambda _: is_there or None)
    increments.prepare()
    assert len(calls) == is_there


def test_a_count_that_ends_on_a_leap_tells_its_ties(monkeypatch):
    monkeypatch.setattr(increments, "find_spec", lambda _: None)
    instance = Instance((Option("a", 0), Option("b", 1), Option("c", 7)), limit=1)
    profile = Profile.of("approval", instance, [["a", "b", "c"]])
    outcome = equal_shares.by_measure(
        instance, profile, by_id(instance), measure="cost", completion="add1", exhaustive=False
    )
    assert [tie.options for tie in outcome.ties] == [("b", "c")]
