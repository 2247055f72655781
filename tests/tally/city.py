"""Small elections, and the rules of cities in their plainest words, for the tests beside it."""

import json
from collections.abc import Iterable, Mapping
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import strategies as st

from tally import Instance, Option, Profile
from tally.formats import pabulib
from tally.rules.channels import Channel

CASES = Path(__file__).parent / "cases"
NAMES = ("a", "b", "c", "d", "e", "f")
FIELDS = ("x", "y", "z")

ballots_of = st.lists(st.lists(st.sampled_from(NAMES), unique=True), max_size=9)
terms = st.fixed_dictionaries({"minimum_votes": st.integers(0, 3), "stop": st.booleans()})


@st.composite
def instances(draw: st.DrawFn, bound_within: Mapping[str, str] | None = None) -> Instance:
    """Six options; rivals and needs, if asked for, within fields only."""
    options = tuple(Option(name, draw(st.integers(0, 9))) for name in NAMES)
    pairs = [(b, a) for a in NAMES for b in NAMES if a < b]
    if bound_within is None:
        return Instance(options, draw(st.integers(0, 30)))
    near = [pair for pair in pairs if bound_within[pair[0]] == bound_within[pair[1]]]
    bonds = st.lists(st.sampled_from(near), max_size=2).map(tuple) if near else st.just(())
    return Instance(options, draw(st.integers(0, 30)), draw(bonds), draw(bonds))


def plain(
    instance: Instance,
    merits: Mapping[str, Fraction],
    lot: Iterable[str],
    *,
    limit: int | None = None,
    names: Iterable[str] = NAMES,
    before: Iterable[str] = (),
    out: Iterable[str] = (),
    stop: bool = False,
) -> list[str]:
    """Which of `names` greedy funds, in its plainest words. `before`: funded already."""
    cost = {option.id: option.cost for option in instance.options}
    left = instance.limit if limit is None else limit
    waiting, funded = [name for name in lot if name in set(names)], []

    def needed(name: str) -> list[str]:
        return [b for a, b in instance.needs if a == name and b not in before]

    def merit(name: str) -> tuple[int, Fraction]:
        kind = 0 if not merits[name] else 1 if cost[name] else 2
        own = kind, merits[name] if kind == 1 else Fraction(0)
        return min([own, *(merit(b) for b in needed(name))])

    while waiting:
        name = max((n for n in waiting if not set(needed(n)) & set(waiting)), key=merit)
        waiting.remove(name)
        done = {*funded, *before}
        bound = any(name in rivals and done & set(rivals) for rivals in instance.rivals)
        if name in out or bound or not set(needed(name)) <= done:
            continue
        if cost[name] <= left:
            funded.append(name)
            left -= cost[name]
        elif stop:
            break
    return funded


def votes_in(ballots: Iterable[list[str]]) -> dict[str, int]:
    return {name: sum(name in ballot for ballot in ballots) for name in NAMES}


def channels_of(instance: Instance, ways: Mapping[str, tuple[int, list[list[str]]]]):
    return [
        Channel(name, weight, Profile.of("approval", instance, ballots))
        for name, (weight, ballots) in ways.items()
    ]


def score_of(name: str, ways: Mapping[str, tuple[int, list[list[str]]]]) -> Fraction:
    """The sum over the channels of weight times votes over ballots that name anything."""
    total = Fraction(0)
    for weight, ballots in ways.values():
        valid = sum(bool(ballot) for ballot in ballots)
        if valid:
            total += Fraction(weight * sum(name in ballot for ballot in ballots), valid)
    return total


def variants(case: str, kind: str):
    told = json.loads((CASES / case / "variants.json").read_text())[kind]
    file = pabulib.read_bytes((CASES / case / "instance.pb").read_bytes())
    return [pytest.param(file, expected, id=f"{case}-{at}") for at, expected in enumerate(told)]
