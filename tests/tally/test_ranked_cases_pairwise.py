"""One folder a situation: ballots.txt, expected.json, source.md.

A line of ballots: how many, then the ranks, best first: "3: Ada > Bo = Cy"; or points: "2: Ada 5,
Bo 3". The candidates are numbered in the order of their names.
"""

import json
import re
from importlib import import_module
from pathlib import Path

import pytest

from tally.ranked import Contest, RankedOutcome, Rankings
from tally.ranked.table_pairwise import ROWS
from tests.tally.pairwise_profiles import open_ties, scored

ROOT = Path(__file__).resolve().parents[2]
CASES = sorted(path for path in (Path(__file__).parent / "ranked" / "pairwise").iterdir())
TABLE = {row[0]: row for row in ROWS}
EXPECTED = [
    pytest.param(case, rule, expected, id=f"{case.name}-{rule}")
    for case in CASES
    for rule, expected in json.loads((case / "expected.json").read_text(encoding="utf-8")).items()
]


def read(case: Path) -> tuple[Contest, Rankings]:
    lines = (case / "ballots.txt").read_text(encoding="utf-8").splitlines()
    names = sorted({name for line in lines for name in re.findall(r"[A-Za-z]+", line)})
    number = {name: at for at, name in enumerate(names)}
    rows = [(line.partition(":")[2].strip(), int(line.partition(":")[0])) for line in lines]
    if any("," in row for row, _ in rows):
        points = [
            ({number[mark.split()[0]]: int(mark.split()[1]) for mark in row.split(",")}, weight)
            for row, weight in rows
        ]
        return Contest(tuple(names)), scored(len(names), points)
    tiers = [
        [{number[name] for name in re.findall(r"[A-Za-z]+", tier)} for tier in row.split(">")]
        if row
        else []
        for row, _ in rows
    ]
    return Contest(tuple(names)), Rankings.of(len(names), tiers, [weight for _, weight in rows])


def told(found: RankedOutcome) -> dict[str, object]:
    """What the case says of an outcome, by names."""
    names = found.names
    body: dict[str, object] = {
        "ranking": [[names[place] for place in tier] for tier in found.ranking],
        "winners": [names[place] for place in found.winners],
    }
    if found.facts:
        body["facts"] = {
            re.sub(r" (\d+)$", lambda m: " " + names[int(m[1])], name): str(figure)
            for name, figure in found.facts
        }
    return body


@pytest.mark.parametrize(("case", "rule", "expected"), EXPECTED)
def test_outcome_is_the_expected_one(case: Path, rule: str, expected: dict):
    contest, rankings = read(case)
    _, module, function, fixed, *_ = TABLE[rule]
    run = getattr(import_module(f"tally.ranked.{module}"), function)
    found = run(contest, rankings, open_ties(), **fixed)
    assert told(found) == expected
    assert bool(found.ties) == (len(found.winners) > 1)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_case_names_its_source(case: Path):
    assert (case / "source.md").read_text(encoding="utf-8").strip()


@pytest.mark.parametrize("rule", TABLE)
def test_each_rule_has_its_page_and_its_case(rule: str):
    document = TABLE[rule][5]
    page = (ROOT / "docs" / "rules" / f"{document}.md").read_text(encoding="utf-8")
    assert f"`{rule}`" in page
    assert any(f"tests/tally/ranked/pairwise/{case.name}" in page for case in CASES)
    assert any(rule in json.loads((case / "expected.json").read_text()) for case in CASES)


@pytest.mark.parametrize("rule", TABLE)
def test_each_parameter_is_told_on_the_page(rule: str):
    _, _, _, _, settable, document = TABLE[rule]
    page = (ROOT / "docs" / "rules" / f"{document}.md").read_text(encoding="utf-8")
    assert all(f"`{name}`" in page for name in settable)
