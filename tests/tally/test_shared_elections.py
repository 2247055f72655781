"""Real elections beside the checkout, where they are at hand: extra, never needed.

Each file is read once and counted by every rule that has a reference outcome. add1 is tried where
it takes little time; `make bench-tally` tries it everywhere.
"""

import json
from fractions import Fraction
from pathlib import Path

import pytest

from tally import count
from tally.formats import pabulib

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "pabulib"
REFERENCE = SHARED / "reference.json"
KNOWN = json.loads(REFERENCE.read_text())["files"] if REFERENCE.exists() else {}
FEW = 6000  # approvals up to which add1 is tried
pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not KNOWN, reason="the shared elections are not at hand; extra tests"),
]


@pytest.mark.parametrize("name", sorted(KNOWN))
def test_outcomes_equal_the_reference(name: str):
    election = pabulib.load((SHARED / name).read_bytes())
    for rule, known in KNOWN[name]["rules"].items():
        if known["status"] != "ok" or ("add1" in rule and KNOWN[name]["approvals"] > FEW):
            continue
        outcome = count(rule, election.instance, election.profile)
        if rule.startswith("maxw"):  # of equally good sets the reference names any
            assert dict(outcome.facts)["welfare"] == Fraction(known["welfare"]), rule
        elif rule == "phragmen":  # sorted there
            assert sorted(outcome.funded) == sorted(known["winners"]), rule
        else:
            assert list(outcome.funded) == known["winners"], rule
