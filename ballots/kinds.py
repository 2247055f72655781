"""What a ballot may say, by its kind: checked, and written as canonical JSON. Pure.

Canonical JSON (RFC 8785 on integers and arrays): approval and knapsack ``{"a":[numbers
ascending]}``, cumulative and scored ``{"s":[[number,points],…]}`` ascending, ordinal
``{"r":[[numbers],…]}`` best tier first. Numbers are those of the options on the slate. An empty
choice is a ballot too: to choose nothing is a right.
"""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from types import MappingProxyType

from ballots.errors import (
    OverFundError,
    PointsError,
    RepeatedOptionError,
    TooManyInFieldError,
    TooManyPicksError,
    UnknownOptionError,
)

# Whole points, or decimal ones as exact fractions (some imported files have them).
Points = int | Fraction


@dataclass(frozen=True, slots=True)
class SlateLine:
    """What a check must know of an option."""

    cost_minor: int
    field: str | None


@dataclass(frozen=True)
class BallotRule:
    """The rule of a contest's ballots, with its frozen slate."""

    kind: str
    slate: Mapping[int, SlateLine]
    max_picks: int | None = None
    field_limits: Mapping[str, int | None] = field(default_factory=dict)
    fund_minor: int = 0


@dataclass(frozen=True, slots=True)
class Choices:
    """One voter's choices: option numbers, in order of preference where the kind has one."""

    numbers: tuple[int, ...]
    points: tuple[Points, ...] | None = None


def check(rule: BallotRule, choices: Choices) -> str:
    """The choices as canonical JSON. Raises a subclass of InvalidBallotError."""
    numbers = choices.numbers
    for number in numbers:
        if number not in rule.slate:
            raise UnknownOptionError(number=number)
    if len(set(numbers)) != len(numbers):
        twice = next(number for number, times in Counter(numbers).items() if times > 1)
        raise RepeatedOptionError(number=twice)
    if rule.max_picks is not None and len(numbers) > rule.max_picks:
        raise TooManyPicksError(picked=len(numbers), limit=rule.max_picks)
    _check_fields(rule, numbers)
    return KINDS[rule.kind](rule, choices)


def read(choices: str) -> Choices:
    """The choices that `check` wrote."""
    body: dict[str, list[object]] = json.loads(choices)
    ((form, said),) = body.items()
    if form == "a":
        return Choices(tuple(said))  # type: ignore[arg-type]  # our own canonical JSON
    if form == "s":
        pairs: list[tuple[int, int | str]] = [(pair[0], pair[1]) for pair in said]  # type: ignore[index]  # the same
        return Choices(
            tuple(number for number, _ in pairs), tuple(_points_in(point) for _, point in pairs)
        )
    return Choices(tuple(tier[0] for tier in said))  # type: ignore[index]  # the same


def canonical(body: Mapping[str, object]) -> str:
    """Choices as one row of letters."""
    return json.dumps(body, separators=(",", ":"))


def cost_of(rule: BallotRule, numbers: Sequence[int]) -> int:
    """What these options cost together, in minor units."""
    return sum(rule.slate[number].cost_minor for number in numbers)


def _check_fields(rule: BallotRule, numbers: Sequence[int]) -> None:
    if not any(rule.field_limits.values()):
        return
    for slug, picked in Counter(rule.slate[number].field for number in numbers).items():
        limit = rule.field_limits.get(slug or "")
        if limit is not None and picked > limit:
            raise TooManyInFieldError(field=slug, picked=picked, limit=limit)


def _approval(_rule: BallotRule, choices: Choices) -> str:
    return canonical({"a": sorted(choices.numbers)})


def _choose_one(_rule: BallotRule, choices: Choices) -> str:
    if len(choices.numbers) > 1:
        raise TooManyPicksError(picked=len(choices.numbers), limit=1)
    return canonical({"a": list(choices.numbers)})


def _knapsack(rule: BallotRule, choices: Choices) -> str:
    over = cost_of(rule, choices.numbers) - rule.fund_minor
    if over > 0:
        raise OverFundError(over=over)
    return canonical({"a": sorted(choices.numbers)})


def _ordinal(_rule: BallotRule, choices: Choices) -> str:
    return canonical({"r": [[number] for number in choices.numbers]})


def _with_points(_rule: BallotRule, choices: Choices) -> str:
    points = choices.points
    if points is None or len(points) != len(choices.numbers) or any(point < 0 for point in points):
        raise PointsError
    pairs = sorted(zip(choices.numbers, points, strict=True))
    return canonical({"s": [[number, _points_out(point)] for number, point in pairs]})


def _points_out(points: Points) -> int | str:
    exact = Fraction(points)
    return exact.numerator if exact.denominator == 1 else f"{exact.numerator}/{exact.denominator}"


def _points_in(written: int | str) -> Points:
    return written if isinstance(written, int) else Fraction(written)


# Kind -> its own check and its canonical form. The names are those of tally's profiles.
KINDS: Mapping[str, Callable[[BallotRule, Choices], str]] = MappingProxyType(
    {
        "approval": _approval,
        "knapsack": _knapsack,
        "choose_one": _choose_one,
        "ordinal": _ordinal,
        "cumulative": _with_points,
        "scored": _with_points,
    }
)
# What the vote page can show; the others come by file.
ON_SCREEN = ("approval", "knapsack")
