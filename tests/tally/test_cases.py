"""One folder a situation: instance.pb, expected.json, source.md."""

import json
from pathlib import Path

import pytest

from tally import Outcome, count
from tally.formats import pabulib

CASES = sorted(path for path in (Path(__file__).parent / "cases").iterdir() if path.is_dir())
EXPECTED = [
    pytest.param(case, rule, expected, id=f"{case.name}-{rule}")
    for case in CASES
    for rule, expected in json.loads((case / "expected.json").read_text()).items()
]


@pytest.mark.parametrize(("case", "rule", "expected"), EXPECTED)
def test_outcome_is_the_expected_one(case: Path, rule: str, expected: dict):
    file = pabulib.read_bytes((case / "instance.pb").read_bytes())
    outcome = count(rule, file.instance(), file.profile())
    assert list(outcome.funded) == expected["funded"]
    assert [[list(tie.options), tie.mattered] for tie in outcome.ties] == expected["ties"]
    assert Outcome.from_json(outcome.to_json()) == outcome
    assert outcome.spent + outcome.left == outcome.limit


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_file_written_and_read_again_is_equal(case: Path):
    file = pabulib.read_bytes((case / "instance.pb").read_bytes())
    again = pabulib.read(pabulib.write(file))
    assert (again.meta, again.projects, again.votes) == (file.meta, file.projects, file.votes)
    assert again.profile() == file.profile()
