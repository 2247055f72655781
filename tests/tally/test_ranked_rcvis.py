"""The report by rounds that RCVis draws, of any rule that counts by rounds."""

import json
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given

from tally.errors import FormatError
from tally.formats.ranked import rcvis
from tally.ranked import Contest, Count, RankedOutcome, Rankings, count_ranked
from tally.ranked.rctab_rules import Rules
from tests.tally.runoff_profiles import Poll, polls

BALLOTS = [(0, 2), (1, 2), (2, 1), ({0, 1}, 2), (3,)]
WEIGHTS = [4, 3, 2, 1, 1]


def told(outcome: RankedOutcome) -> dict:
    return json.loads(rcvis.dump(outcome, contest="Mayor", date="2026-06-03", office="Mayor"))


def counted(rule: str, seats: int = 1, **parameters: object) -> RankedOutcome:
    contest = Contest(("Ann", "Ben", "Cai", "Dee"), seats)
    return count_ranked(rule, contest, Rankings.of(4, BALLOTS, WEIGHTS), **parameters)


def test_a_round_tells_votes_transfers_and_ballots_that_count_for_nobody():
    rules = Rules(overvote_rule="exhaustImmediately")
    said = told(counted("rctab", rules=rules))
    assert said["config"] == {
        "contest": "Mayor", "date": "2026-06-03", "generatedBy": "Gwangjang", "jurisdiction": "",
        "office": "Mayor",
    }  # fmt: skip
    assert said["summary"] == {
        "finalThreshold": "5", "numCandidates": 4, "numWinners": 1, "totalNumBallots": "11",
        "undervotes": "0",
    }  # fmt: skip
    first, second, last = said["results"]
    assert first == {
        "round": 1,
        "tally": {"Ann": "4", "Ben": "3", "Cai": "2", "Dee": "1"},
        "tallyResults": [{"eliminated": "Dee", "transfers": {"exhausted": "1"}}],
        "inactiveBallots": {
            "exhaustedChoices": "0", "overvotes": "1", "repeatedRankings": "0",
            "skippedRankings": "0",
        },
        "threshold": "6",
    }  # fmt: skip
    assert second["tallyResults"] == [{"eliminated": "Cai", "transfers": {"Ben": "2"}}]
    assert last["tallyResults"] == [{"elected": "Ben", "transfers": {}}]


def test_what_rounding_leaves_is_residual():
    rules = Rules(winner_election_mode="multiWinnerAllowMultipleWinnersPerRound", decimal_places=1)
    contest = Contest(("Ann", "Ben", "Cai"), 2)
    rankings = Rankings.of(3, [(0, 1), (0, 2), (1,), (2,)], [5, 2, 3, 1])
    said = told(count_ranked("rctab", contest, rankings, rules=rules))
    assert said["results"][0]["tallyResults"] == [
        {"elected": "Ann", "transfers": {"Ben": "2", "Cai": "0.8", "residual surplus": "0.2"}}
    ]
    assert said["results"][-1]["inactiveBallots"]["finalRoundSurplus"] == "0.6"


@given(polls())
def test_any_rule_by_rounds_can_be_told(poll: Poll):
    """As RCVis asks: unique names, nobody elected twice, votes go only to who is there next."""
    for rule in ("irv", "scottish", "wigm", "meek", "rctab"):
        said = told(count_ranked(rule, poll.contest, poll.rankings))
        elected = [
            one["elected"]
            for turn in said["results"]
            for one in turn["tallyResults"]
            if "elected" in one
        ]
        assert len({*elected}) == len(elected)
        for turn, after in zip(said["results"], [*said["results"][1:], None], strict=True):
            there = {*(after or {"tally": ()})["tally"], "exhausted", "residual surplus"}
            for one in turn["tallyResults"]:
                assert {*one["transfers"]} <= there
                assert after is not None or not one["transfers"]
            assert all(Fraction(votes) >= 0 for votes in turn["tally"].values())


def test_numbers_are_whole_where_they_end():
    turn = Count(votes=((0, Fraction(10**30, 3)), (1, Fraction(1, 2**40)), (2, 7)))
    outcome = RankedOutcome("x", (), ("Ann", "Ben", "Cai"), 7, 1, (0,), rounds=(turn,))
    tally = told(outcome)["results"][0]["tally"]
    assert tally["Ann"] == "3" * 30 + "." + "3" * 20
    assert Fraction(tally["Ben"]) == Fraction(1, 2**40)
    assert tally["Cai"] == "7"
    assert "threshold" not in told(outcome)["results"][0]


def test_passes_are_told_one_by_one():
    rules = Rules(winner_election_mode="multiPassIrv")
    whole = counted("rctab", 3, rules=rules)
    passes = rcvis.passes(whole)
    assert [one.winners for one in passes] == [(winner,) for winner in whole.winners]
    assert sum((one.rounds for one in passes), ()) == whole.rounds
    assert [told(one)["summary"]["numWinners"] for one in passes] == [1, 1, 1]
    assert rcvis.passes(passes[0]) == (passes[0],)
    with pytest.raises(FormatError):
        rcvis.dump(whole)


def test_what_the_report_cannot_hold_is_refused():
    irv = counted("irv")
    for outcome in (replace(irv, names=("Ann",) * 4), counted("plurality")):
        with pytest.raises(FormatError) as refused:
            rcvis.dump(outcome)
        assert refused.value.code == "ranked_lost"
