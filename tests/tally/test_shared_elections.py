"""Real elections beside the checkout, where they are at hand: extra, never needed."""

import json
from pathlib import Path

import pytest

from tally import count
from tally.formats import pabulib

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "pabulib"
REFERENCE = SHARED / "reference.json"
pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(
        not REFERENCE.exists(), reason="the shared elections are not at hand; extra tests"
    ),
]
FILES = sorted(json.loads(REFERENCE.read_text())["files"]) if REFERENCE.exists() else []


@pytest.mark.parametrize("name", FILES)
def test_greedy_outcomes_equal_the_reference(name: str):
    path = SHARED / (name if name.endswith(".pb") else f"{name}.pb")
    file = pabulib.read_bytes(path.read_bytes())
    known = json.loads(REFERENCE.read_text())["files"][name]["rules"]
    instance, profile = file.instance(), file.profile()
    for rule in ("greedy_cost", "greedy_card", "greedy_score"):
        if known.get(rule, {}).get("status") == "ok":
            assert list(count(rule, instance, profile).funded) == known[rule]["winners"], rule
