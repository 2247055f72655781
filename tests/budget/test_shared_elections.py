"""Real elections beside the checkout, through a whole cycle: extra, never needed."""

import json
from collections import Counter
from pathlib import Path

import pytest

from budget import files, services
from budget.publication import publish
from core.journal import OPERATOR, Actor
from tally import Outcome
from tally.formats import pabulib
from tally.formats.pabulib import PabulibFile
from tests import factories
from tests.tally.effort import slowly

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "pabulib"
REFERENCE = SHARED / "reference.json"
pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(
        not REFERENCE.exists(), reason="the shared elections are not at hand; extra tests"
    ),
]
LARGE = (
    "Poland_Warszawa_2026", "Poland_Wieliczka_2023_Green_Budget", "Poland_Swiecie_2023",
    "Poland_Gdynia_2020_Chwarzno-Wiczlino__large", "Poland_Krakow_2020_Mistrzejowice",
    "US_Stanford_Dataset_PB_Cambridge_2019_vote_approvals",
)  # fmt: skip
FILES = (
    *LARGE, "Netherlands_Assen_2024", "Poland_Czestochowa_2024_Stradom", "Switzerland_Zurich_S5R",
    "US_Stanford_Dataset_2022_Jersey_City_Ward_B_vote_knapsacks",
    "Poland_Warszawa_2026_Nadwisle_Miedzeszyn_Aleksandrow_Falenica",
)  # fmt: skip
THE_OPERATOR = Actor(OPERATOR)


def ballots(file: PabulibFile) -> Counter:
    """The multiset of what was said; the order within a ballot counts on ordinal ones only."""
    keep = list if file.kind == "ordinal" else sorted
    return Counter(
        tuple(keep(zip(vote.choices, vote.points or [1] * len(vote.choices), strict=True)))
        for vote in file.votes
    )


@pytest.mark.parametrize("name", [slowly(name, name in LARGE) for name in FILES])
def test_a_real_election_is_cast_counted_published_and_comes_out_the_same(
    database, now, keys, name, tmp_path
):
    file = pabulib.read_bytes((SHARED / f"{name}.pb").read_bytes())
    plan = files.ImportPlan("real", name, name, name)
    with database.writing() as session:
        cycle = files.import_cycle(session, file, plan, actor=THE_OPERATOR, keys=keys, now=now)
        services.close_vote(
            session, cycle, actor=THE_OPERATOR, keys=keys, now=now, reason="all are in"
        )
        outcome = services.count(session, cycle, actor=THE_OPERATOR, now=now)
        factories.sign(session, cycle.contest_id, keys=keys)
        publish(session, cycle, actor=THE_OPERATOR, keys=keys, shelf=tmp_path, now=now)
        out = pabulib.read(pabulib.write(files.export_cycle(session, cycle)))
    assert ballots(out) == ballots(file)
    assert out.budget == file.budget
    assert [(row.id, row.cost) for row in out.projects] == [
        (row.id, row.cost) for row in file.projects
    ]
    known = json.loads(REFERENCE.read_text())["files"]
    rules = (known.get(name) or known[f"{name}.pb"])["rules"]
    assert isinstance(outcome, Outcome)
    assert list(outcome.funded) == rules["greedy_cost"]["winners"]
