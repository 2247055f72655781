"""Many increments of add1 at once: how many surely change nothing that add1 asks about."""

import sys
from fractions import Fraction
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

import numpy as np

from tally.contest import Instance, Option
from tally.profile import Profile
from tally.rules.market import Setting
from tally.rules.purses import Purses

_WIDE = 61  # bits that sums may fill
_ROOM = 8  # times as much money may come as there is now
_FEWEST_BITS = 64  # of a purse; with less, most runs would be unsure
_LARGE = 2**13  # picks from which on loading the compiler soon pays


def compiled_loops() -> ModuleType:
    """`tally.rules.fixed_runs`: loaded when it is needed, since it brings the compiler with it."""
    return import_module("tally.rules.fixed_runs")


class Increments:
    """Looks ahead over the increments of one count; see `tally.rules.fixed_runs`.

    Attributes
    ----------
    patience : runs to be made without it before it pays to load the compiler
    """

    def __init__(self, setting: Setting, step: int, *, exhaustive: bool) -> None:
        self._setting, self._step, self._exhaustive = setting, step, exhaustive
        self._state: Any = None  # work arrays, kept from one look to the next
        is_soon = "numba" in sys.modules or len(setting.electorate.picks) > _LARGE
        self.patience = 1 if is_soon else 48

    @classmethod
    def of(cls, setting: Setting, step: Fraction, *, exhaustive: bool) -> "Increments | None":
        """None where the loops cannot be compiled, or do not know what this count asks for."""
        if find_spec("numba") is None or setting.purses is not Purses or step.denominator != 1:
            return None
        if setting.rivals or setting.needs or not setting.candidates:
            return None
        return cls(setting, int(step), exhaustive=exhaustive)

    def passed(self, endowment: Fraction) -> int:
        """How many increments surely stay within the limit and do not end the search."""
        electorate = self._setting.electorate
        voters = int(electorate.weights.sum())
        money = max(int(voters * endowment) * _ROOM, self._setting.limit, *self._setting.costs)
        scale = _WIDE - money.bit_length()
        bits = _WIDE - max(int(one.pull) for one in electorate.backers).bit_length()
        if scale < 1 or scale + bits < _FEWEST_BITS:
            return 0
        loops = compiled_loops()
        ground = loops.Ground(**self.ground(scale, bits))
        self._state = self._state or loops.State.of(ground)
        fixed = (endowment.numerator << (scale + bits)) // endowment.denominator
        return int(
            loops.passed(
                ground, self._state, (fixed >> bits, fixed & ((1 << bits) - 1)),
                self._step << scale, int(endowment * (_ROOM - 1) / self._step),
            )
        )  # fmt: skip

    def ground(self, scale: int, bits: int) -> dict[str, Any]:
        """The fields of `tally.rules.fixed_point.Ground`."""
        setting = self._setting
        electorate, costs = setting.electorate, np.array(setting.costs, dtype=np.int64)
        backers = electorate.backers
        points = np.zeros(0, dtype=np.int64)
        if any(one.points is not None for one in backers):
            given = [np.ones(0) if one.points is None else one.points for one in backers]
            points = np.concatenate(given).astype(np.int64)
        return {
            "weights": electorate.weights.astype(np.int64),
            "starts": np.cumsum([0, *(len(one.groups) for one in backers)]),
            "groups": np.concatenate([one.groups for one in backers]).astype(np.uint32),
            "points": points,
            "most": np.array([one.most_points for one in backers]),
            "costs": costs,
            "pulls": np.array([one.pull for one in backers]).astype(np.int64),
            "divisors": np.array([float(setting.divisor(option)) for option in range(len(costs))]),
            "rank": np.array(setting.rank),
            "chosen": np.array(setting.candidates),
            "limit": setting.limit,
            "by_cost": setting.measure == "cost",
            "exhaustive": self._exhaustive,
            "scale": scale,
            "bits": bits,
        }


def prepare() -> None:
    """Compile the loops, for this process and those after it; nothing where numba is missing."""
    instance = Instance((Option("a", 1), Option("b", 2)), limit=2)
    profile = Profile.of("approval", instance, [["a"], ["b"]])
    setting = Setting.of(instance, profile, ("a", "b"), measure="cost")
    if increments := Increments.of(setting, Fraction(1), exhaustive=True):
        increments.passed(Fraction(1))
