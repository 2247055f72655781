"""Ballots that lie in parts give the same outcome to the last bit, whoever counts which of them."""

import math
from collections.abc import Iterator
from copy import copy
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tally import (
    RULES,
    BallotError,
    Instance,
    InstanceError,
    Option,
    Profile,
    UnknownRuleError,
    registry,
)
from tally import count as count_whole
from tally.formats import pabulib
from tally.rules.purses import Offer
from tally.scale import Part, Partitions, count, processes
from tally.scale import desk as desks
from tally.scale.desk import Held
from tally.scale.equal_shares import AllPurses, electorate_of
from tally.scale.phragmen import Bearers
from tally.scale.purses import Look, Run, Sort

many = settings(max_examples=300)  # rare turns of bounds and ties are met by no fewer
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


def drawn(seed: int, voters: int, options: int) -> tuple[Instance, Profile]:
    """A made election, large enough for floats to decide most of it."""
    random = np.random.default_rng(seed)
    costs = np.maximum(random.lognormal(8, 1, options), 100).astype(int).tolist()
    liked = random.exponential(size=(voters, options)) / np.arange(1, options + 1) ** -0.8
    places = np.sort(np.argpartition(liked, 5, axis=1)[:, :5], axis=1).reshape(-1)
    instance = Instance(
        tuple(Option(str(at), cost) for at, cost in enumerate(costs)), sum(costs) // 4
    )
    ones = np.ones(voters, dtype=np.int64)
    return instance, Profile("approval", options, np.arange(voters + 1) * 5, places, None, ones)


@pytest.fixture(scope="module")
def two() -> Iterator[list]:
    with processes(2) as workers:
        yield workers


@many
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


@many
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


@many
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


def test_a_part_comes_back_from_its_file(tmp_path: Path):
    election = elections_of_points()
    part = Part.of(election)
    part.write(tmp_path / "part.npz")
    again = Part.read(tmp_path / "part.npz")
    assert again.digest == part.digest == Part.head_of(tmp_path / "part.npz")["digest"]
    assert (again.points_unit, again.weights_unit) == (3, 2)
    with pytest.raises(FileExistsError):
        part.write(tmp_path / "part.npz")


def elections_of_points() -> Profile:
    instance = Instance((Option("a", 1), Option("b", 2)), 3)
    return Profile.of(
        "scored", instance, [["a", "b"], ["b"]], [[Fraction(1, 3), 2], [1]], [Fraction(1, 2), 3]
    )


def test_parts_in_files_are_brought_to_common_units_and_leave_no_memory_behind(tmp_path: Path):
    instance = Instance((Option("a", 1), Option("b", 2)), 3)
    lots = [([["a", "b"]], [[Fraction(1, 3), 2]], [Fraction(1, 2)]), ([["b"]], [[1]], [3])]
    for at, (ids, points, weights) in enumerate(lots):
        Part.of(Profile.of("scored", instance, ids, points, weights)).write(tmp_path / f"{at}.npz")
    before = len(desks._DESKS)
    with Partitions.of([tmp_path / "0.npz", str(tmp_path / "1.npz")]) as partitions:
        outcome = count("mes_score", instance, partitions)
        assert len(desks._DESKS) == before + 2
    assert len(desks._DESKS) == before
    whole = elections_of_points()
    assert outcome.to_json() == count_whole("mes_score", instance, whole).to_json()


def test_a_part_that_has_changed_is_refused(tmp_path: Path):
    instance, whole = drawn(4, 20, 6)
    path = tmp_path / "part.npz"
    (part,) = Part.cut(whole)
    part.write(path)
    partitions = Partitions.of([path])
    path.unlink()
    Part.of(drawn(5, 20, 6)[1]).write(path)
    with pytest.raises(BallotError, match="other ballots than when the count began"):
        count("greedy_cost", instance, partitions)
    with pytest.raises(BallotError, match="stands twice"):
        Partitions.of([path, str(path)])
    with np.load(path) as arrays:
        held = dict(arrays)
    held["places"] = held["places"][::-1]
    with path.open("wb") as file:
        np.savez(file, **held)
    with pytest.raises(BallotError, match="not those that were written"):
        Part.read(path)


@pytest.mark.parametrize("what", [b"", b"PK", b"no part at all"])
def test_what_is_no_part_is_refused(what: bytes, tmp_path: Path):
    (tmp_path / "x.npz").write_bytes(what)
    with pytest.raises(BallotError, match="not a part"):
        Part.head_of(tmp_path / "x.npz")


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "rumour"},
        {"size": 1},
        {"lengths": np.array([1], np.uint8)},
        {"places": np.array([0, 1], np.int64)},
        {"points": np.array([1], np.uint8)},
        {"weights": np.array([1, 2], np.uint8)},
        {"weights": np.array([0], np.uint8)},
    ],
)
def test_arrays_that_do_not_fit_are_refused(change: dict):
    fine = {
        "kind": "approval", "size": 2,
        "lengths": np.array([2], np.uint8), "places": np.array([0, 1], np.uint8),
    }  # fmt: skip
    Part(**fine)
    with pytest.raises(BallotError, match="do not fit"):
        Part(**{**fine, **change})


def test_a_ballot_that_names_an_option_twice_is_refused():
    three = np.array([0, 3, 2, 0], np.uint8)
    Part("ordinal", 3, three, np.array([2, 0, 1, 1, 0], np.uint8))
    with pytest.raises(BallotError, match="twice"):
        Part("ordinal", 3, three, np.array([2, 0, 2, 1, 0], np.uint8))


def test_weights_beyond_exact_sums_are_refused():
    lengths, places = np.array([1], np.uint8), np.array([0], np.uint8)
    large = Part("approval", 1, lengths, places, None, np.array([2**52], np.uint64))
    with pytest.raises(BallotError, match="make smaller parts"):
        Part("approval", 1, lengths, places, None, np.array([2**53], np.uint64))
    with pytest.raises(BallotError, match="make smaller parts"):
        large.in_units(1, 2)


def test_what_does_not_fit_together_is_refused():
    instance, whole = drawn(4, 20, 6)
    partitions = Partitions.of(Part.cut(whole))
    with pytest.raises(BallotError, match="of one kind"):
        Partitions.of([])
    with pytest.raises(BallotError, match="of one kind"):
        Partitions.of([Part.of(whole), Part.of(whole.only([0, 1]))])
    with pytest.raises(UnknownRuleError, match="does not count in parts"):
        count("maxw_cost", instance, partitions)
    with pytest.raises(UnknownRuleError, match="knows no hats"):
        count("mes_cost", instance, partitions, hats=3)
    with pytest.raises(UnknownRuleError, match="does not take approval"):
        count("mes_score", instance, partitions)
    with pytest.raises(InstanceError, match="tie order"):
        count("mes_cost", instance, partitions, ("0",))
    with pytest.raises(BallotError, match="another list"):
        count("mes_cost", Instance((Option("0", 1),), 1), partitions)
    bound = Instance(instance.options, instance.limit, (("0", "1"),))
    with pytest.raises(InstanceError, match="rivals"):
        count("phragmen", bound, partitions)


def test_a_held_part_travels_without_its_desk():
    (part,) = Part.cut(drawn(4, 20, 6)[1])
    held = Held(part)
    assert held.desk() is held.desk()
    assert copy(held).desk().part.digest == part.digest


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
