"""Real ranked elections beside the checkout, where they are at hand: extra, never needed.

Each file is read once; every pairwise and positional rule gives the known winners and rankings.
"""

import json
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest

from tally.ranked import RankedOutcome
from tally.ranked import kemeny as kemeny_rule
from tally.ranked.borda import borda
from tally.ranked.bucklin import bucklin
from tally.ranked.copeland import copeland
from tally.ranked.kemeny import kemeny
from tally.ranked.minimax import minimax
from tally.ranked.plurality import plurality
from tally.ranked.ranked_pairs import ranked_pairs
from tally.ranked.schulze import schulze
from tests.tally.pairwise_profiles import open_ties

formats = pytest.importorskip("tally.formats.ranked")

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "ranked"
REFERENCE = SHARED / "reference.json"
KNOWN = json.loads(REFERENCE.read_text(encoding="utf-8"))["files"] if REFERENCE.exists() else {}
pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not KNOWN, reason="the shared elections are not at hand; extra tests"),
]
RULES = {
    "plurality": (plurality, {}),
    "borda": (borda, {}),
    "bucklin": (bucklin, {}),
    "copeland": (copeland, {}),
    "kemeny": (kemeny, {}),
    **{f"minimax_{kind}": (minimax, {"strength": kind}) for kind in ("winning", "margin")},
    **{f"schulze_{kind}": (schulze, {"strength": kind}) for kind in ("winning", "margin")},
    **{
        f"ranked_pairs_{kind}": (ranked_pairs, {"strength": kind}) for kind in ("winning", "margin")
    },
}
# Programs that name all who are level; the others take one of them.
THOROUGH = ("own", "condorcet_php", "condorcet_php_published")
# Condorcet PHP looks for circles of equal defeats with those among them that are against locked
# defeats already, and so sets others aside that are in no circle without these.
OTHER_CIRCLES = {
    ("tideman/A33.cvotes", "ranked_pairs_winning"),
    ("tideman/A33.cvotes", "ranked_pairs_margin"),
}


@pytest.mark.parametrize("name", sorted(KNOWN))
def test_outcomes_equal_the_reference(name: str):
    known = KNOWN[name]
    file = formats.load((SHARED / name).read_bytes())
    # The reference did not read the option "withdrawn" in one file, and counted its candidates.
    contest = replace(file.contest, withdrawn=frozenset(known["withdrawn"]))
    for rule, (run, terms) in RULES.items():
        if rule in known["winners"] or rule in known.get("rankings", {}):
            found = run(contest, file.rankings, open_ties(), **terms)
            check_winners(found, known["winners"].get(rule, {}))
            # The reference leaves withdrawn candidates in, where they take a share of the points
            # for the unranked; here they are out of everything.
            is_other = rule == "borda" and contest.withdrawn
            if (name, rule) not in OTHER_CIRCLES and not is_other:
                check_ranking(found, known.get("rankings", {}).get(rule))
            if rule == "schulze_winning":
                check_matrices(found, known)


def check_winners(found: RankedOutcome, known: dict) -> None:
    values = [known["value"]] if "value" in known else []
    if "disagree" in known:
        values = [who for peer, who in known["disagree"].items() if peer in THOROUGH]
    if values and list(found.winners) not in [sorted(value) for value in values]:
        # One program was asked, and took one of those level.
        assert len(known["peers"]) == 1
        assert any(tie.by == "unsettled" and not tie.chosen for tie in found.ties)
        assert set(known["value"]) < set(found.winners)


def check_ranking(found: RankedOutcome, known: list[list[int]] | None) -> None:
    standing = {place for tier in found.ranking for place in tier}
    tiers = [tuple(sorted(set(tier) & standing)) for tier in known or []]
    ranking = tuple(tier for tier in tiers if tier)
    if ranking and found.rule == "kemeny" and found.ties:  # it names one of the best orders
        votes = dict(found.matrices)["pairwise"]
        order = [place for tier in ranking for place in tier]
        assert sum(votes[a][b] for a, b in combinations(order, 2)) == dict(found.facts)["votes for"]
    elif ranking:
        assert found.ranking == ranking, found.rule


def check_matrices(found: RankedOutcome, known: dict) -> None:
    standing = [place for tier in found.ranking for place in tier]
    told = dict(found.matrices)
    for name, theirs in (("pairwise", "pairwise"), ("strengths", "schulze_strengths")):
        if known.get(theirs):
            for a in standing:
                assert [told[name][a][b] for b in standing] == [
                    known[theirs][a][b] for b in standing
                ]


def test_every_real_profile_has_its_best_orders_proved(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(kemeny_rule, "MOST_SETS", 5)  # so that linear programs have their part
    for name in ("tideman/A13.cvotes", "tideman/A15.cvotes", "tideman/A33.cvotes"):
        file = formats.load((SHARED / name).read_bytes())
        found = kemeny(file.contest, file.rankings, open_ties())
        monkeypatch.setattr(kemeny_rule, "MOST_SETS", 14)
        again = kemeny(file.contest, file.rankings, open_ties())
        assert (found.winners, found.ranking) == (again.winners, again.ranking)
