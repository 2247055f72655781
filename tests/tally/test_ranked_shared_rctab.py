"""RCTab's regression cases beside the checkout, where they are at hand: extra, never needed.

Each configuration is read with its files, counted by its own rules, and told as RCTab's report; the
report must be equal round by round: votes, threshold, who is elected and who goes out, transfers,
residual surplus, inactive ballots by reason.
"""

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from tally.errors import FormatError
from tally.formats.ranked import cdf, rctab, rcvis
from tally.ranked.rctab import rctab as count
from tests.tally.effort import slowly

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "ranked" / "rctab"
CONFIGURATIONS = {path.parent.name: path for path in SHARED.glob("*/*_config.json")}
REPORTS = {
    name: sorted(path.parent.glob("*_expected_detailed_report.json"))
    for name, path in CONFIGURATIONS.items()
}
# What is wrong with those that RCTab refuses.
REFUSED = {"invalid_params_test": "rctab_word", "max_ranking_enforcement": "ranked_rank"}
LARGE = ("2013_minneapolis_park_bottoms_up", "2013_minneapolis_park_sequential")
CONVERTED = ("conversions_from_cdf", "conversions_from_ess")  # read by RCTab's tests, not counted
pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not CONFIGURATIONS, reason="the shared cases are not at hand; extra tests"),
]


@pytest.mark.parametrize(
    "name",
    [slowly(name, name in LARGE) for name in sorted({*CONFIGURATIONS} - {*REFUSED} - {*CONVERTED})],
)
def test_counts_equal_the_report_round_by_round(name: str):
    found = rctab.load(CONFIGURATIONS[name])
    contest, rules = found.file.contest, found.rules
    outcome = count(contest, found.file.rankings, rules.ties(contest), rules=rules)
    passes = rcvis.passes(outcome)
    assert REPORTS[name]
    for one, path in zip(passes, REPORTS[name], strict=True):
        told = json.loads(rcvis.dump(one))
        expected = json.loads(path.read_text(encoding="utf-8"))
        for mine, theirs in zip(told["results"], expected["results"], strict=True):
            assert exact(mine) == exact(theirs)
        for key in ("finalThreshold", "totalNumBallots", "undervotes"):
            assert exact(told["summary"][key]) == exact(expected["summary"][key])


def exact(said: Any) -> Any:
    """The same with numbers as numbers, and lists in one order."""
    if isinstance(said, dict):
        return {key: exact(value) for key, value in said.items()}
    if isinstance(said, list):
        return sorted((exact(value) for value in said), key=repr)
    try:
        return Fraction(str(said))
    except ValueError:
        return said


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_what_rctab_refuses_is_refused(name: str):
    assert name in CONFIGURATIONS
    with pytest.raises(FormatError) as told:
        rctab.load(CONFIGURATIONS[name])
    assert told.value.code == REFUSED[name]


@pytest.mark.parametrize("name", CONVERTED)
def test_ballots_equal_those_that_rctab_converts(name: str):
    found = rctab.load(CONFIGURATIONS[name])
    path = CONFIGURATIONS[name].with_name(f"{name}_expected.csv")
    _, *rows = path.read_text(encoding="utf-8").splitlines()
    places = {called: place for place, called in enumerate(found.file.contest.names)}
    expected = [
        tuple((places[cell],) if cell != "undervote" else () for cell in row.split(",")[9:])
        for row in rows
    ]
    ballots = [
        (*tiers, *[()] * (len(expected[0]) - len(tiers)))
        for tiers, many in found.file.rankings.rows()
        for _ in range(many)
    ]
    assert sorted(ballots) == sorted(expected)


@pytest.mark.parametrize(
    "path",
    [path for path in SHARED.rglob("*_cvr.json") if "conversions_from_cdf" not in path.parts],
    ids=lambda path: path.stem,
)
def test_cast_vote_records_are_written_so_that_they_read_the_same(path: Path):
    file = cdf.read(path.read_text(encoding="utf-8"))
    again = cdf.read(cdf.write(file))
    assert (again.contest, again.rankings) == (file.contest, file.rankings)
