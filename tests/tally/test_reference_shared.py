"""The small reference implementations beside the known outcomes of real elections."""

import json
from pathlib import Path

import pytest

from tally.formats import pabulib
from tally.reference.equal_shares import equal_shares
from tally.reference.greedy import greedy
from tally.reference.max_welfare import max_welfare
from tally.reference.phragmen import phragmen

ROOT = Path(__file__).resolve().parents[2]


SHARED = ROOT.parent / "shared" / "data" / "pabulib"
REFERENCE = SHARED / "reference.json"
KNOWN = json.loads(REFERENCE.read_text())["files"] if REFERENCE.exists() else {}
SMALL = (
    "Netherlands_Amsterdam_643.pb",
    "Poland_Warszawa_2017_Las.pb",
    "Poland_Warszawa_2017_Nadwisle.pb",
    "Poland_Czestochowa_2020_Grabowka.pb",
    "France_Toulouse_2022_9_-_Trois_Cocus_Borderouge_Croix-Daurade_Paleficat_Grand_Selve.pb",
    "Worldwide_Mechanical_Turk_Utilities_6.pb",
    "Worldwide_Mechanical_Turk_Ranking_value_8.pb",
    "Poland_Gdynia_2022_Pogorze__small.pb",
    "Poland_Gdynia_2021_Srodmiescie__small.pb",
)
shared = [
    pytest.mark.shared,
    pytest.mark.skipif(not KNOWN, reason="the shared elections are not at hand; extra tests"),
]
MOST_PURSE = 400  # add1 is as many runs as units of money are added: the small purses only
WORD = {"card": "cardinality", "cost": "cost", "score": "points"}
BY = {"card": "votes_per_cost", "cost": "votes", "score": "points_per_cost"}


def _election(name: str):
    file = pabulib.read_bytes((SHARED / name).read_bytes())
    ids = [row.id for row in file.projects]
    ballots = [
        {ids[place]: points for place, points in ballot}
        for ballot, weight in file.profile().rows()
        for _ in range(int(weight))
    ]
    return {row.id: row.cost for row in file.projects}, file.budget, ballots, sorted(ids)


class TestShared:
    pytestmark = shared

    @pytest.mark.parametrize("name", SMALL)
    def test_outcomes_equal_the_known_ones(self, name: str):
        _, limit, ballots, _ = election = _election(name)
        for rule, known in KNOWN[name]["rules"].items():
            kind, *parts = rule.split("_")
            if kind == "greedy":
                assert greedy(*election, BY[parts[0]]) == known["winners"], rule
            elif kind == "phragmen":
                assert sorted(phragmen(*election)) == known["winners"]
            elif kind == "maxw":
                funded = max_welfare(*election, WORD[parts[0]])
                assert _welfare(election, funded, parts[0]) == _welfare(
                    election, known["winners"], parts[0]
                ), rule
            elif len(parts) == 1 or parts[1] == "u":
                step = "utilitarian" if parts[1:] else "none"
                funded = equal_shares(*election, WORD[parts[0]], completion=step)
                assert funded == known["winners"], rule
            elif limit / len(ballots) < MOST_PURSE:
                funded = equal_shares(*election, WORD[parts[0]], completion=parts[1])
                assert funded == known["winners"], rule

    @pytest.mark.slow
    def test_assen_2024_comes_out_as_the_city_counted_it(self):
        name = "Netherlands_Assen_2024.pb"
        funded = equal_shares(*_election(name), completion="add1")
        assert funded == KNOWN[name]["rules"]["mes_cost_add1"]["winners"]
        assert len(funded) == 9


def _welfare(election, funded: list[str], utility: str):
    costs, _, ballots, _ = election
    return sum(
        {"card": 1, "cost": costs[p], "score": ballot[p]}[utility]
        for p in funded
        for ballot in ballots
        if p in ballot
    )
