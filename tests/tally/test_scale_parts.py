"""Parts of ballots in memory and in files: what comes back, and what is refused."""

from copy import copy
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from tally import BallotError, Instance, InstanceError, Option, Profile, UnknownRuleError
from tally import count as count_whole
from tally.scale import Part, Partitions, count
from tally.scale import desk as desks
from tally.scale.desk import Held
from tests.tally.scale_profiles import drawn


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
