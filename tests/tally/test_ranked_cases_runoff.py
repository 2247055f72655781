"""Rules by rounds: one folder a situation, ballots.txt, expected.json, source.md."""

import json
from fractions import Fraction
from importlib import import_module
from pathlib import Path

import pytest

from tally.ranked import Contest, RankedOutcome, Rankings
from tally.ranked.rctab_rules import Rules
from tally.ranked.table_runoff import POLICIES, ROWS
from tally.ranked.ties import Ties
from tests.tally.runoff_profiles import check_conserved

FOLDER = Path(__file__).parent / "ranked" / "runoff"
CASES = sorted(path for path in FOLDER.iterdir() if path.is_dir())
EXPECTED = [
    pytest.param(case, rule, expected, id=f"{case.name}-{rule}")
    for case in CASES
    for rule, expected in json.loads((case / "expected.json").read_text()).items()
]
RULES = {row[0]: getattr(import_module(f"tally.ranked.{row[1]}"), row[2]) for row in ROWS}
PARAMETERS = {"meek by orders": ("meek", {"overvote": "orders"})}


def ballots(case: Path) -> tuple[Contest, Rankings]:
    """Lines "weight: best > shared = shared > - > worst"; a first line may tell the seats."""
    lines = (case / "ballots.txt").read_text(encoding="utf-8").splitlines()
    seats = int(lines.pop(0).split()[1]) if lines[0].startswith("seats") else 1
    rows = []
    for line in lines:
        weight, _, said = line.partition(":")
        tiers = [tier.replace("-", " ").replace("=", " ").split() for tier in said.split(">")]
        rows.append((int(weight), tiers if said.strip() else []))
    names = tuple(sorted({name for _, tiers in rows for tier in tiers for name in tier}))
    numbered = [[{names.index(name) for name in tier} for tier in tiers] for _, tiers in rows]
    return Contest(names, seats), Rankings.of(len(names), numbered, [weight for weight, _ in rows])


@pytest.mark.parametrize(("case", "rule", "expected"), EXPECTED)
def test_outcome_is_the_expected_one(case: Path, rule: str, expected: dict):
    contest, rankings = ballots(case)
    name, terms = PARAMETERS.get(rule, (rule, {}))
    ties = Ties(POLICIES.get(name, ("order",)), contest.tie_order)
    if "rules" in expected:
        terms = {"rules": Rules(**expected["rules"])}
    found = RULES[name](contest, rankings, ties, **terms)
    assert [contest.names[one] for one in found.winners] == expected["winners"]
    assert found.rule == name
    for turn, told in zip(found.rounds, expected["rounds"], strict=name != "meek"):
        votes = {contest.names[one]: said for one, said in turn.votes}
        assert votes == {who: Fraction(said) for who, said in told["votes"].items()}
        assert turn.threshold == Fraction(told["threshold"])
        assert [contest.names[one] for one in turn.elected] == told.get("elected", [])
        assert [contest.names[one] for one in turn.eliminated] == told.get("eliminated", [])
        if "exhausted" in told:
            reasons = {why: Fraction(said) for why, said in told["exhausted"].items()}
            assert dict(turn.exhausted) == reasons
    check_conserved(found)
    assert RankedOutcome.from_json(found.to_json()) == found


def test_the_table_names_what_there_is():
    assert len(RULES) == len(ROWS)
    assert set(RULES) >= set(POLICIES)
    for rule_id, _, _, fixed, settable, document in ROWS:
        annotations = RULES[rule_id].__annotations__
        assert set(settable) | set(fixed) < set(annotations)
        for name, kind in settable.items():
            assert annotations[name] in (kind, kind | None)
        page = Path(__file__).parents[2] / "docs" / "rules" / f"{document}.md"
        assert f"`{rule_id}`" in page.read_text(encoding="utf-8")
