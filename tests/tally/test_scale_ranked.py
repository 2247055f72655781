"""Ranked ballots that lie in parts give the same outcome to the last bit, whoever counts which."""

import os
import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from dataclasses import replace
from fractions import Fraction
from itertools import combinations
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tally import BallotError, Instance, Option, Profile, UnknownRuleError
from tally.formats import ranked as formats
from tally.ranked import RANKED_RULES, Contest, Rankings, ballots
from tally.ranked import count_ranked as count_whole
from tally.ranked.preferences import Reading
from tally.ranked.rctab_rules import MODES, Rules
from tally.ranked.transfers import Part as Pointers
from tally.scale import Part, RankedPart, RankedPartitions, count_ranked, processes
from tally.scale.ranked import Told
from tests.tally.pairwise_profiles import scored
from tests.tally.runoff_profiles import Poll, polls

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "ranked"
SCORED = ("star", "score", "approval")
RULES = [rule for rule in RANKED_RULES if rule not in ("star", "score")]
ROUNDS = ("irv", "rctab", "scottish", "wigm", "wigm_prf", "meek", "meek_prf")
SETTINGS: list[tuple[str, dict]] = [
    *((rule, {}) for rule in RULES),
    *((rule, {"unranked": "not_compared"}) for rule in ("schulze_margin", "kemeny", "copeland")),
    ("plurality", {"shared": "nothing"}),
    ("approval", {"ranks": 2}),
    *(("irv", {"overvote": word, "batch": True}) for word in ("end", "exhaust", "wait")),
    *(("irv", {"stop": word}) for word in ("first_round_majority", "two_left")),
    *((rule, {"overvote": "exhaust"}) for rule in ("scottish", "wigm", "wigm_prf")),
    *(("meek", {"overvote": word, "batch": False}) for word in ("skip", "exhaust", "orders")),
    *(("rctab", {"rules": Rules(winner_election_mode=mode)}) for mode in MODES[:4] + MODES[5:]),
    ("rctab", {"rules": Rules("exhaustIfMultipleContinuing", max_skipped_ranks=0, max_rankings=3)}),
    ("rctab", {"rules": Rules("exhaustImmediately", exhaust_on_duplicate=True)}),
]


def dealt(poll: Poll, lots: Sequence[int]) -> list[RankedPart]:
    """Four parts, by lot, each in a unit of its own; others lie in the first."""
    lots = [*lots, *[0] * len(poll.ballots)][: len(poll.ballots)]
    pairs = list(zip(poll.ballots, lots, strict=True))
    return [
        RankedPart.of(replace(poll, ballots=[row for row, at in pairs if at == lot]).rankings)
        for lot in range(4)
    ]


def drawn(seed: int, voters: int, size: int) -> Rankings:
    """A made election: some ballots weigh more, some marks share a rank, some ranks are left out."""
    random = np.random.default_rng(seed)
    lengths = random.integers(0, size + 1, voters)
    rows = [random.permutation(size)[:length] for length in lengths]
    ranks = [np.cumsum(random.choice([0, 1, 1, 1, 2], length)) + 1 for length in lengths]
    return Rankings(
        size=size,
        starts=np.concatenate([[0], np.cumsum(lengths)]),
        places=np.concatenate(rows).astype(np.uint8),
        ranks=np.concatenate(ranks).astype(np.uint8),
        weights=random.integers(1, 4, voters),
    )


CONTEST = Contest(tuple("abcdefgh"), seats=3)


class Mortal(Executor):
    """One process, which is killed before some of its questions; another takes its place."""

    def __init__(self, *deaths: int) -> None:
        self.deaths, self.asked = deaths, 0
        self.pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"))

    def submit(self, fn, /, *args, **kwargs) -> Future:
        self.asked += 1
        if self.asked in self.deaths:
            os.kill(self.pool.submit(os.getpid).result(), signal.SIGKILL)
            self.pool.shutdown()
            self.pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"))
        return self.pool.submit(fn, *args, **kwargs)


@pytest.fixture(scope="module")
def two() -> Iterator[list]:
    with processes(2) as workers:
        yield workers


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """`drawn(1, 300, 8)` in three files."""
    paths = [tmp_path / f"{at}.npz" for at in range(3)]
    for path, part in zip(paths, RankedPart.cut(drawn(1, 300, 8), 100), strict=True):
        part.write(path)
    return paths


@given(
    polls(shares=True, fractions=True, doubles=True),
    st.lists(st.integers(0, 3), max_size=9),
    st.permutations(range(4)),
    st.sampled_from(SETTINGS),
    st.sampled_from([b"", bytes(16)]),
)
def test_neither_partition_nor_order_changes_the_outcome(poll, lots, order, setting, seed):
    rule, parameters = setting
    expected = count_whole(rule, poll.contest, poll.rankings, seed=seed or None, **parameters)
    parts = dealt(poll, lots)
    partitions = RankedPartitions.of(parts[at] for at in order)
    outcome = count_ranked(rule, poll.contest, partitions, seed=seed or None, **parameters)
    assert outcome.to_json() == expected.to_json()


@given(
    st.lists(st.tuples(st.dictionaries(st.integers(0, 3), st.integers(-2, 5)), st.integers(1, 3)), max_size=7),
    st.integers(1, 8),
    st.sampled_from(SCORED),
)  # fmt: skip
def test_points_add_up(rows, most, rule):
    contest, whole = Contest(tuple("abcd")), scored(4, rows)
    partitions = RankedPartitions.of(RankedPart.cut(whole, most))
    outcome = count_ranked(rule, contest, partitions)
    assert outcome.to_json() == count_whole(rule, contest, whole).to_json()


@given(polls(shares=True, doubles=True), st.sampled_from(ROUNDS))
def test_in_one_piece_lots_change_nothing(poll, rule):
    expected = count_whole(rule, poll.contest, poll.rankings)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ballots, "_LOT", 2)
        assert count_whole(rule, poll.contest, poll.rankings) == expected


@pytest.mark.parametrize("rule", RULES)
def test_two_processes_count_what_one_counts(rule: str, two: list, files: list[Path]):
    with RankedPartitions.of(files, two) as partitions:
        outcome = count_ranked(rule, CONTEST, partitions)
    assert outcome.to_json() == count_whole(rule, CONTEST, drawn(1, 300, 8)).to_json()


def test_parts_in_memory_travel_to_a_process(two: list):
    whole = drawn(2, 50, 8)
    partitions = RankedPartitions.of(RankedPart.cut(whole, 30), two)
    assert count_ranked("wigm", CONTEST, partitions) == count_whole("wigm", CONTEST, whole)


def test_nothing_is_lost_with_a_process(files: list[Path]):
    whole = drawn(1, 300, 8)
    first, second = Mortal(3, 4), Mortal(5)
    with first.pool, second.pool, RankedPartitions.of(files, [first, second]) as partitions:
        for rule in ("irv", "scottish", "meek"):
            outcome = count_ranked(rule, CONTEST, partitions)
            assert outcome.to_json() == count_whole(rule, CONTEST, whole).to_json()
    first.pool.shutdown()
    second.pool.shutdown()
    assert first.asked > 4
    assert second.asked > 5


def test_a_desk_opened_in_the_middle_of_a_count_gives_the_same_answers():
    part = RankedPart.of(drawn(3, 60, 8))
    start = Pointers.of, (CONTEST, Reading("split"))
    first, second = (("hold", (1,), True), ("move", (1,), True)), (("hold", (4, 2), False), ("move", (4, 2), False))  # fmt: skip
    histories = ((), first, second, first + second, second + first)
    told = [Told(start, steps).put_to(part.desk()) for steps in histories]
    assert sum(told[0].values()) == part.voters
    assert all(one != other for one, other in combinations(told, 2))
    desk = part.desk()
    for at in (3, 0, 1, 2, 3, 4, 4, 1, 3, 0):  # forward, back, another count, once more
        assert Told(start, histories[at]).put_to(desk) == told[at]


def test_a_part_comes_back_from_its_file(tmp_path: Path):
    whole = Rankings.of(3, [(0, {1, 2}), (), (3, 2)], [Fraction(1, 2), 3, Fraction(1, 3)])
    (part,) = RankedPart.cut(whole)
    part.write(tmp_path / "part.npz")
    again = RankedPart.read(tmp_path / "part.npz")
    assert again.digest == part.digest == RankedPart.head_of(tmp_path / "part.npz")["digest"]
    assert again.rankings() == whole
    with pytest.raises(FileExistsError):
        part.write(tmp_path / "part.npz")


def test_points_below_zero_lie_as_narrow_as_they_can():
    def lies(*points: int) -> np.dtype:
        part = RankedPart.of(scored(2, [(dict(enumerate(points)), 1)]))
        assert sorted(part.rankings().scores) == sorted(points)
        return part.scores.dtype

    assert [lies(0, 255), lies(-1, 127), lies(-1, 128)] == [np.uint8, np.int8, np.int16]
    assert lies(-1, 2**62) == np.int64


def test_parts_in_files_are_brought_to_a_common_unit_and_leave_no_memory_behind(tmp_path: Path):
    rows = [([(0, 1)], [Fraction(1, 2)]), ([(1,)], [Fraction(1, 3)]), ([(2, 0), ()], [1, 1])]
    for at, (tiers, weights) in enumerate(rows):
        RankedPart.of(Rankings.of(3, tiers, weights)).write(tmp_path / f"{at}.npz")
    whole = Rankings.of(
        3, [row for tiers, _ in rows for row in tiers], [w for _, ws in rows for w in ws]
    )
    contest = Contest(("x", "y", "z"))
    with RankedPartitions.of(sorted(tmp_path.iterdir())) as partitions:
        assert (partitions.weights_unit, partitions.ballots) == (6, Fraction(17, 6))
        for rule in ("irv", "schulze_winning", "meek"):
            assert count_ranked(rule, contest, partitions) == count_whole(rule, contest, whole)


def test_more_voters_than_numpy_holds_are_told_exactly():
    one = RankedPart.of(Rankings.of(2, [(0, 1)], [2**62]))
    partitions = RankedPartitions.of([one] * 3)
    contest, whole = Contest(("x", "y")), Rankings.of(2, [(0, 1)], [3 * 2**62])
    for rule in ("irv", "borda", "schulze_margin", "meek"):
        assert count_ranked(rule, contest, partitions) == count_whole(rule, contest, whole)
    with pytest.raises(BallotError, match="make smaller parts"):
        RankedPart.of(whole)
    with pytest.raises(BallotError, match="make smaller parts"):
        RankedPartitions.of([one, RankedPart.of(Rankings.of(2, [(1,)], [Fraction(1, 2)]))])


def test_a_part_that_has_changed_is_refused(files: list[Path]):
    partitions = RankedPartitions.of(files)
    files[1].unlink()
    RankedPart.of(drawn(2, 100, 8)).write(files[1])
    with pytest.raises(BallotError, match="other ballots than when the count began"):
        count_ranked("irv", CONTEST, partitions)
    with pytest.raises(BallotError, match="stands twice"):
        RankedPartitions.of([files[0], str(files[0])])


def altered(path: Path, **changes: np.ndarray | None) -> Path:
    """The file with other arrays, or without some."""
    with np.load(path) as arrays:
        held = {**arrays, **changes}
    with path.open("wb") as file:
        np.savez(file, **{name: array for name, array in held.items() if array is not None})
    return path


def test_a_damaged_file_is_refused(files: list[Path]):
    part = RankedPart.read(files[0])
    with pytest.raises(BallotError, match="not those that were written"):
        RankedPart.read(altered(files[0], places=part.places[::-1]))
    with pytest.raises(BallotError, match="not those that were written"):
        RankedPart.read(altered(files[0], places=part.places, weights=None))
    with pytest.raises(BallotError, match="not a part of ballots"):
        RankedPart.read(altered(files[0], lengths=None))
    whole = files[1].read_bytes()
    files[1].write_bytes(whole[: len(whole) // 2])
    with pytest.raises(BallotError, match="not a part of ballots"):
        RankedPart.read(files[1])
    with pytest.raises(BallotError, match="not a part of such ballots"):
        RankedPart.read(
            altered(files[2], head=np.frombuffer(b'{"digest": "", "size": 1}', np.uint8))
        )


def test_parts_of_other_ballots_are_refused(tmp_path: Path):
    instance = Instance((Option("a", 1),), 1)
    Part.of(Profile.of("approval", instance, ["a"])).write(tmp_path / "options.npz")
    with pytest.raises(BallotError, match="such ballots"):
        RankedPartitions.of([tmp_path / "options.npz"])
    plain = RankedPart.of(Rankings.of(2, [(0,)]))
    for other in (RankedPart.of(Rankings.of(3, [])), RankedPart.of(scored(2, []))):
        with pytest.raises(BallotError, match="of one kind"):
            RankedPartitions.of([plain, other])
    with pytest.raises(BallotError, match="of one kind"):
        RankedPartitions.of([])


@pytest.mark.parametrize(
    "change",
    [
        {"size": 1},
        {"is_scored": True},
        {"lengths": np.array([1], np.uint8)},
        {"lengths": np.array([2], np.int8)},
        {"places": np.array([[0, 1]], np.uint8)},
        {"ranks": np.array([1], np.uint8)},
        {"ranks": np.array([0, 1], np.uint8)},
        {"ranks": np.array([2, 1], np.uint8)},
        {"scores": np.array([1, 1], np.uint8)},
        {"weights": np.array([1, 2], np.uint8)},
        {"weights": np.array([0], np.uint8)},
        {"weights_unit": 0},
    ],
)
def test_arrays_that_do_not_fit_are_refused(change: dict):
    fine = {
        "size": 2, "is_scored": False,
        "lengths": np.array([2], np.uint8), "places": np.array([0, 2], np.uint8),
    }  # fmt: skip
    RankedPart(**fine)
    with pytest.raises(BallotError, match="do not fit"):
        RankedPart(**{**fine, **change})


def test_what_does_not_fit_together_is_refused(two: list, files: list[Path]):
    partitions = RankedPartitions.of(files, two)
    for rule in ("irv", "borda"):  # the fault comes back from another process
        with pytest.raises(BallotError, match="ballots over 8 candidates for 2"):
            count_ranked(rule, Contest(("x", "y")), partitions)
        with pytest.raises(BallotError, match="ballots over 3 candidates for 2"):
            count_ranked(
                rule, Contest(("x", "y")), RankedPartitions.of([RankedPart.of(Rankings.of(3, []))])
            )
    with pytest.raises(BallotError, match="ballots over 3 candidates for 2"):
        count_whole("irv", Contest(("x", "y")), Rankings.of(3, []))
    with pytest.raises(UnknownRuleError, match="no rule 'mes_cost'"):
        count_ranked("mes_cost", CONTEST, partitions)
    with pytest.raises(BallotError, match="needs points"):
        count_ranked("star", CONTEST, partitions)


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.exists(), reason="the shared elections are not at hand; extra tests")
def test_a_real_election_in_parts():
    path = SHARED / "droop" / "scotland_Govan-2007.blt"
    file = formats.load(path.read_bytes())
    partitions = RankedPartitions.of(RankedPart.cut(file.rankings, 300))
    for rule in RULES:
        outcome = count_ranked(rule, file.contest, partitions)
        assert outcome.to_json() == count_whole(rule, file.contest, file.rankings).to_json(), rule
