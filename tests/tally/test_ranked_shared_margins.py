"""Real run-offs beside the checkout, where they are at hand: extra, never needed.

The margins of New South Wales 2015 are those of margin-irv; our assertions for contests of the
United States are no harder to audit than those of the authors of RAIRE, which hold as well.
"""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from tally.ranked import Contest, Rankings
from tally.ranked.irv import irv
from tally.ranked.margins_irv import margin
from tally.ranked.raire import NEB, NEN, Assertion, assertions, check
from tally.ranked.shangrla import margins_of
from tally.ranked.ties import Ties
from tests.tally.effort import slowly

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "ranked"
REFERENCE = SHARED / "reference.json"
KNOWN = json.loads(REFERENCE.read_text(encoding="utf-8"))["margins"] if REFERENCE.exists() else {}
AUDITS = [
    slowly(name, name == "Aspen_2009_CityCouncil")
    for name in sorted(
        path.name.partition(".")[0] for path in SHARED.glob("raire/*.assertions.json")
    )
]
pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not KNOWN, reason="the shared elections are not at hand; extra tests"),
]


def at_hand(folder: str, name: str) -> tuple[list[str], Contest, Rankings]:
    head, _, body = (SHARED / folder / f"{name}.txt").read_text().partition("-+-+-+-+-\n")
    ids = [one.strip() for one in head.splitlines()[0].split(",")]
    place = {one: at for at, one in enumerate(ids)}
    rows = [line.rsplit(":", 1) for line in body.splitlines()]
    ballots = [[place[one] for one in re.findall(r"\d+", ballot)] for ballot, _ in rows]
    rankings = Rankings.of(len(ids), ballots, [int(number) for _, number in rows])
    return ids, Contest(tuple(ids)), rankings


@pytest.mark.parametrize("name", sorted(KNOWN))
def test_margins_equal_the_reference(name: str):
    _, contest, rankings = at_hand("margins", name)
    found, changed = margin(contest, rankings)
    assert found.is_exact
    assert (found.at_most, found.last_round) == (
        KNOWN[name]["margin_of_victory"],
        KNOWN[name]["last_round_margin"],
    )
    assert irv(contest, changed, Ties(("order",), found.order)).winners == (found.rival,)


@pytest.mark.parametrize("name", AUDITS)
def test_assertions_are_no_harder_than_those_of_raire(name: str):
    ids, contest, rankings = at_hand("raire", name)
    body = json.loads((SHARED / "raire" / f"{name}.assertions.json").read_text())
    said = []
    for told in body["Assertions"]:
        terms = ids.index(told["Winner"]), ids.index(told["Loser"])
        gone = told["Already-Eliminated"]
        standing = tuple(at for at, one in enumerate(ids) if one not in gone)
        is_neb = told["Winner-Only"] == "true"
        said.append(Assertion(NEB if is_neb else NEN, *terms, () if is_neb else standing, 0))
    margins = margins_of(said, contest, rankings)
    theirs = [replace(one, margin=margin) for one, margin in zip(said, margins, strict=True)]
    ours = assertions(contest, rankings)
    for found in (ours.assertions, theirs):
        assert check(found, ours.winner, contest.standing) is None
    assert ours.assertions[0].margin >= min(one.margin for one in theirs) > 0
    # They look at whole ballots to be drawn; of the same difficulty by that, one has a lower margin.
    if name != "Oakland_2010_D4CityCouncil":
        assert ours.assertions[0].margin == min(one.margin for one in theirs)
        assert sum(1 / one.margin for one in ours.assertions) <= sum(
            1 / one.margin for one in theirs
        )
    assert margins_of(ours.assertions, contest, rankings) == tuple(
        one.margin for one in ours.assertions
    )


@pytest.mark.parametrize("name", AUDITS)
def test_the_margin_is_half_of_what_its_assertions_need(name: str):
    """Two programs that share the sums of votes only: no change costs less, and one costs so much."""
    _, contest, rankings = at_hand("raire", name)
    found, changed = margin(contest, rankings)
    least = assertions(contest, rankings).assertions[0].margin
    assert found.at_least == found.at_most == -(-least // 2) <= found.last_round
    assert irv(contest, changed, Ties(("order",), found.order)).winners == (found.rival,)
