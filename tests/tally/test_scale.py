"""Ballots that lie in parts give the same outcome to the last bit, whoever counts which of them."""

import math
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from tally import RULES, Instance, Option, Profile, registry
from tally import count as count_whole
from tally.formats import pabulib
from tally.rules.purses import Offer
from tally.scale import Part, Partitions, count, processes
from tally.scale.equal_shares import AllPurses, electorate_of
from tally.scale.phragmen import Bearers
from tally.scale.purses import Look, Run, Sort
from tests.tally.scale_profiles import drawn

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "pabulib"
NAMES = tuple("abcdef")
FAMILIES = [
    rule for rule in RULES if RULES[rule].document in ("greedy", "equal_shares", "phragmen")
]
TRIED = ("greedy_cost", "greedy_card", "mes_card", "mes_cost", "mes_cost_add1", "phragmen")
Ballot = tuple[list[str], list[int | Fraction], int | Fraction]
Election = tuple[Instance, str, list[Ballot]]


@st.composite
def elections(draw: st.DrawFn) -> Election:
    """Small numbers, so that many prices, purses and loads are level; bonds in some of them."""
    numbers = st.sampled_from([st.integers(0, 12), st.integers(1, 10**9)])
    costs = draw(
        st.one_of(numbers.flatmap(lambda some: st.lists(some, min_size=6, max_size=6)),
                  st.lists(st.fractions(0, 9, max_denominator=5), min_size=6, max_size=6))
    )  # fmt: skip
    kind = draw(st.sampled_from(["approval", "ordinal", "scored"]))
    bonds = draw(st.booleans())
    instance = Instance(
        tuple(Option(name, cost) for name, cost in zip(NAMES, costs, strict=True)),
        draw(st.integers(0, 30)) if max(costs) < 20 else draw(st.integers(0, 4 * 10**9)),
        (("a", "b"),) if bonds else (),
        (("c", "d"),) if bonds else (),
    )
    ids = st.lists(st.sampled_from(NAMES), unique=True)
    few = st.sampled_from([0, 1, 1, 2, Fraction(1, 3)])
    weights = draw(st.sampled_from([st.just(1), st.sampled_from([1, 2, Fraction(1, 2)])]))
    ballot = ids.flatmap(
        lambda names: st.tuples(
            st.just(names), st.lists(few, min_size=len(names), max_size=len(names)), weights
        )
    )
    return instance, kind, draw(st.lists(ballot, max_size=10))


def named(costs: Sequence[int], limit: int) -> Instance:
    return Instance(tuple(map(Option, NAMES, costs)), limit)


# Points, then weights, of which the parts have different units.
THIRDS = (
    named((4, 4, 2, 9, 3, 2), 14),
    "scored",
    [(["b"], [2], 1), (["c", "e", "b"], [0, Fraction(1, 3), 2], 1)],
)
HALVES = (
    named((1, 0, 0, 4, 0, 0), 4),
    "approval",
    [([], [], 1), (["a"], [0], Fraction(1, 2)), (["a", "d"], [0, 0], 2)],
)


def profile_of(instance: Instance, kind: str, ballots: list[Ballot]) -> Profile:
    points = [said for _, said, _ in ballots] if kind == "scored" else None
    return Profile.of(kind, instance, [b for b, *_ in ballots], points, [w for *_, w in ballots])


def dealt(election: Election, lots: list[int]) -> list[Part]:
    """Four parts, by lot; ballots for which no lot was drawn lie in the first."""
    instance, kind, ballots = election
    lots = (lots + [0] * len(ballots))[: len(ballots)]
    return [
        Part.of(profile_of(instance, kind, [b for b, at in zip(ballots, lots, strict=True) if at == lot]))
        for lot in range(4)
    ]  # fmt: skip


@pytest.fixture(scope="module")
def two() -> Iterator[list]:
    with processes(2) as workers:
        yield workers


@given(
    elections(),
    st.lists(st.integers(0, 3), max_size=10),
    st.permutations(range(4)),
    st.permutations(NAMES),
    st.sampled_from(FAMILIES),
)
def test_neither_partition_nor_order_changes_the_outcome(election, lots, order, ties, rule):
    instance, kind, ballots = election
    assume(kind in RULES[rule].kinds and not (instance.rivals and rule == "phragmen"))
    assume("add1" not in rule or instance.limit < 100)
    expected = count_whole(rule, instance, profile_of(instance, kind, ballots), tuple(ties))
    parts = dealt(election, lots)
    outcome = count(rule, instance, Partitions.of([parts[at] for at in order]), tuple(ties))
    assert outcome.to_json() == expected.to_json()


@example([2, 3, 4, 3, 4, 4], [[*"dceaf"], [*"bf"]], 9, 1)
@given(
    st.lists(st.integers(1, 6), min_size=6, max_size=6),
    st.lists(st.lists(st.sampled_from(NAMES), min_size=1, unique=True), min_size=1, max_size=6),
    st.integers(1, 30),
    st.integers(1, 3),
)
def test_every_tie_of_phragmen_is_told_alike(costs, ballots, limit, size):
    instance = Instance(tuple(map(Option, NAMES, costs)), limit)
    whole = Profile.of("approval", instance, ballots)
    expected = count_whole("phragmen", instance, whole)
    assert count("phragmen", instance, Partitions.of(Part.cut(whole, size))) == expected


@example(THIRDS, [3, 1], [1, 0, 2, 3, 4, 5])
@example(HALVES, [], [1, 2, 3, 0, 4, 5])
@given(elections(), st.lists(st.integers(0, 3), max_size=10), st.permutations(range(6)))
def test_bounds_only_hasten_an_exact_price(election, lots, order):
    instance, kind, ballots = election
    partitions, by_points = Partitions.of(dealt(election, lots)), kind != "approval"
    electorate = electorate_of(partitions, instance.whole[0], by_points=by_points)
    endowment = Fraction(instance.whole[1], 1 + len(ballots))
    bounded, weighing = (
        AllPurses(partitions, by_points, electorate, endowment) for _ in range(2)
    )  # fmt: skip
    for option in order:
        if not electorate.costs[option] or not electorate.backers[option].pull:
            continue
        offer = bounded.offer(option, 0.0)
        assert (offer.price < math.inf) == weighing.can_pay(option)
        if weighing.can_pay(option):
            assert offer.low <= weighing.exact(option, None) <= offer.high
            bounded.pay(option, offer)
            weighing.pay(option, None)
    assert bounded.prices() == weighing.prices()


@pytest.mark.parametrize("seed", range(3))
def test_two_processes_count_what_one_counts(seed: int, two: list, tmp_path: Path):
    instance, whole = drawn(seed, 300, 12)
    lots = np.random.default_rng(seed).integers(0, 3, 300)
    paths = []
    for lot in range(3):
        rows = whole.places.reshape(-1, 5)[lots == lot]
        ones = np.ones(len(rows), dtype=np.int64)
        starts = np.arange(len(rows) + 1) * 5
        paths.append(tmp_path / f"{lot}.npz")
        Part.of(Profile("approval", 12, starts, rows.reshape(-1), None, ones)).write(paths[-1])
    with Partitions.of(paths, two) as partitions:
        for rule in TRIED:
            ours, theirs = count_whole(rule, instance, whole), count(rule, instance, partitions)
            assert ours.to_json() == theirs.to_json(), rule


@pytest.mark.parametrize("size", [1_000, 30_000])
def test_where_floats_decide_the_outcome_is_the_same(size: int):
    instance, whole = drawn(size, 30_000, 40)
    with Partitions.of(Part.cut(whole, size)) as partitions:
        for rule in ("greedy_card", "mes_card", "mes_cost_u", "phragmen"):
            ours, theirs = count_whole(rule, instance, whole), count(rule, instance, partitions)
            assert ours.to_json() == theirs.to_json(), rule


def test_parts_in_memory_travel_to_a_process(two: list):
    instance, whole = drawn(9, 50, 6)
    with Partitions.of(Part.cut(whole, 30), two) as partitions:
        outcome = count("mes_cost", instance, partitions)
    assert outcome.to_json() == count_whole("mes_cost", instance, whole).to_json()


def test_more_executors_than_parts_are_no_harm(two: list):
    instance, whole = drawn(9, 50, 6)
    partitions = Partitions.of(Part.cut(whole), two)
    assert count("greedy_cost", instance, partitions) == count_whole("greedy_cost", instance, whole)


@pytest.mark.parametrize("bought", [(), ((0, 1, 7), (1, 2, 7)), ((1, 2, 7), (0, 1, 7))])
def test_a_desk_opened_in_the_middle_of_a_count_gives_the_same_answers(bought):
    _, whole = drawn(1, 500, 8)
    (part,) = Part.cut(whole)
    desk = part.desk()
    for before in range(len(bought) + 1):
        run = Run(False, (3, 1), bought[:before])
        for question in (Look(run, 3, 0.5), Sort(run, 3, 0.5, 0.6), Bearers((1, 0)[:before], 3)):
            assert question.put_to(desk) == question.put_to(part.desk()) == question.put_to(desk)


def three_voters() -> AllPurses:
    """Three voters of 10 each, who all name three options, of costs 12, 30 and 31."""
    costs = (12, 30, 31)
    instance = Instance(tuple(map(Option, "abc", costs)), 30)
    partitions = Partitions.of([Part.of(Profile.of("approval", instance, ["abc"] * 3))])
    electorate = electorate_of(partitions, costs, by_points=False)
    return AllPurses(partitions, False, electorate, Fraction(10))


@pytest.mark.parametrize(("low", "high"), [(9.0, 10.0), (11.0, 12.0), (0.5, 0.6), (4.0, 4.0)])
def test_wrong_bounds_cannot_change_an_exact_price(low: float, high: float):
    purses = three_voters()
    offer = Offer(low, low, high)
    assert purses.exact(0, offer) == 4


def test_the_last_won_decides_who_can_pay():
    purses = three_voters()
    exactly, too_dear = purses.offer(1, 0.0), purses.offer(2, 0.0)
    assert exactly.low <= 10 <= exactly.high
    assert too_dear.price == math.inf
    assert [purses.can_pay(option) for option in range(3)] == [True, True, False]
    purses.pay(0, None)
    purses.settle()
    assert purses.prices() == [4]
    assert purses.offer(1, 0.0).price == math.inf


def test_dask_counts_the_same(tmp_path: Path):
    distributed = pytest.importorskip("distributed", reason="the extra `scale` is not installed")
    instance, whole = drawn(7, 400, 10)
    paths = [tmp_path / f"{at}.npz" for at in range(2)]
    for path, part in zip(paths, Part.cut(whole, 200), strict=True):
        part.write(path)
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as here,
        distributed.Client(here) as client,
    ):
        workers = client.scheduler_info()["workers"]
        executors = [
            client.get_executor(workers=[name], allow_other_workers=True) for name in workers
        ]
        with Partitions.of(paths, executors) as partitions:
            outcome = count("mes_cost", instance, partitions)
    assert outcome.to_json() == count_whole("mes_cost", instance, whole).to_json()


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.exists(), reason="the shared elections are not at hand; extra tests")
@pytest.mark.parametrize("name", ["Poland_Wieliczka_2023", "Poland_Warszawa_2026"])
def test_real_elections_in_parts(name: str):
    for path in sorted(SHARED.glob(f"{name}*.pb"))[:1]:
        election = pabulib.load(path.read_bytes())
        instance, whole = election.instance, election.profile
        partitions = Partitions.of(Part.cut(whole, 5_000))
        for rule in ("greedy_cost", "mes_cost", "phragmen"):
            ours, theirs = count_whole(rule, instance, whole), count(rule, instance, partitions)
            assert ours.to_json() == theirs.to_json(), rule


@pytest.mark.parametrize("rule", ["mes_cost_u", "mes_card_add1", "phragmen", "greedy_cost"])
def test_a_large_profile_is_counted_in_parts_to_the_same_outcome(rule: str, monkeypatch):
    instance = Instance(tuple(Option(name, 3 + at) for at, name in enumerate("abcde")), 11)
    ballots = [name for name in ("ab", "bc", "cde", "a", "", "bde", "ce") for _ in range(3)]
    profile = Profile.of("approval", instance, ballots)
    whole = registry.count(rule, instance, profile)
    monkeypatch.setattr(registry, "LARGE", 2)
    assert registry.count(rule, instance, profile) == whole
