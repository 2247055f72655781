"""Real ranked elections beside the checkout, where they are at hand: extra, never needed.

Each file is read once; every rule by rounds elects whom the reference elects, and goes by its
rounds, stages and totals to the last decimal.
"""

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from tally.formats.ranked import load
from tally.ranked import Contest, RankedOutcome, Rankings
from tally.ranked.irv import irv
from tally.ranked.meek import meek, meek_prf
from tally.ranked.scottish import scottish
from tally.ranked.ties import Ties, every_resolution
from tally.ranked.wigm import wigm, wigm_prf
from tests.tally.effort import slowly

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "ranked"
REFERENCE = SHARED / "reference.json"
KNOWN = json.loads(REFERENCE.read_text(encoding="utf-8"))["files"] if REFERENCE.exists() else {}
pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not KNOWN, reason="the shared elections are not at hand; extra tests"),
]
STV = {"scottish": scottish, "wigm": wigm, "meek": meek, "meek_prf": meek_prf}
# What the reference's programs settle ties by: the first in the file's order, to be elected or to
# go out alike; in Scotland after a look back.
POLICY = {"scottish": ("backwards", "first")}
# The one peer stops, on a ballot with a shared rank, at a rank whose candidates are all out.
STUCK = {("stvrs/transfer_is_blocked.blt", "meek")}
# No tie, but figures so close that nine decimals elect another than 27 (Voting matters 12).
TOO_CLOSE = {("droop/SC-Vm-12.blt", "meek")}
MOST_WAYS = 200
LARGE = (
    "stvrs/rand_mixed_5k.blt", "stvrs/rand_5x4.blt", "preflib/00010-00000001.soi",
    "preflib/00007-00000016.soi", "preflib/00034-00000001.soi",
)  # fmt: skip


def at_hand(name: str) -> tuple[Contest, Rankings]:
    file = load((SHARED / name).read_bytes())
    # The reference overlooks an option by which one file withdraws candidates.
    told = KNOWN[name]
    terms = {"seats": told["seats"], "withdrawn": frozenset(told["withdrawn"])}
    return replace(file.contest, **terms), file.rankings


@pytest.mark.parametrize("name", [slowly(name, name in LARGE) for name in sorted(KNOWN)])
def test_outcomes_equal_the_reference(name: str):
    contest, rankings = at_hand(name)
    known = KNOWN[name]
    if "irv" in known["winners"] or "irv_rounds" in known:
        check_run_off(contest, rankings, known)
    for rule, run in STV.items():
        told = known["winners"].get(rule)
        if told is None or (name, rule) in STUCK:
            continue
        found = run(
            contest, rankings, Ties(POLICY.get(rule, ("first",)), tuple(range(contest.size)))
        )
        if "value" in told:
            assert sorted(found.winners) == told["value"]
        elif (name, rule) not in TOO_CLOSE:
            assert found.ties
        check_conserved(found)
        check_totals(found, known.get("droop", {}).get(rule))
        if rule == "scottish" and "scottish" in known:
            check_stages(found, known["scottish"])
        if rule == "wigm":
            other = wigm_prf(contest, rankings, Ties(("first",), tuple(range(contest.size))))
            assert sorted(other.winners) == sorted(found.winners)


def check_run_off(contest: Contest, rankings: Rankings, known: dict) -> None:
    found = irv(contest, rankings, Ties(("unsettled",)))
    check_conserved(found)
    if "irv_rounds" in known:
        for turn, told in zip(found.rounds, known["irv_rounds"], strict=True):
            tally = {int(one): Fraction(str(said)) for one, said in told["tally"].items()}
            assert dict(turn.votes) == tally
            assert list(turn.eliminated) == told.get("out", [])
            assert sum(said for _, said in turn.exhausted) == Fraction(str(told["exhausted"]))
        level = list(found.ties[-1].candidates) if found.ties else []
        assert level == known["irv_tie"]
    told = known["winners"].get("irv", {})
    if not found.ties:
        assert "value" not in told or list(found.winners) == told["value"]
        assert "disagree" not in told
    elif "value" in told:
        ways = every_resolution(lambda ties: irv(contest, rankings, ties), MOST_WAYS)
        winners = {way.winners[0] for way in ways}
        # One program names all who are level at the end; the others take one of them.
        assert winners & set(told["value"])


def check_conserved(found: RankedOutcome) -> None:
    for turn in found.rounds:
        told = sum(votes for _, votes in turn.votes) + sum(votes for _, votes in turn.exhausted)
        assert told == found.ballots


def check_stages(found: RankedOutcome, known: dict) -> None:
    """Our own third count: it draws lots as `First` does."""
    assert found.rounds[0].threshold == known["quota"]
    assert list(found.winners) == known["elected"]
    for turn, stage in zip(found.rounds, known["stages"], strict=False):
        votes = dict(turn.votes)
        for one, said in stage.items():
            # Among those who have just gone out it still names one with no vote.
            assert votes.get(int(one), 0) == Fraction(said)


def check_totals(found: RankedOutcome, known: dict | None) -> None:
    """Droop's totals, rounded as it tells them; a long transcript is cut off in the reference."""
    if known is None:
        return
    if known["rounds"] is None:
        places = 10**18
        quotas = {round(turn.threshold * places) for turn in found.rounds}
        assert round(Fraction(known["quota"]) * places) in quotas
        return
    actions = known["rounds"]
    if found.rule == "meek_prf":
        told = [act for act in actions if act["msg"].startswith(("Elect: ", "Defeat ("))]
        told = [
            act
            for at, act in enumerate(told)
            if act["msg"].startswith("D") or not at or told[at - 1]["votes"] != act["votes"]
        ]
    else:
        told = [act for act in actions if act["msg"].startswith(("Begin", "Surplus", "Transfer"))]
    if found.rule == "scottish" and (
        any("(0.00000)" in act["msg"] for act in told) or "lot" in str(known["ties"])
    ):
        return  # it counts a surplus of nothing as a stage, and draws other lots
    for turn, act in zip(found.rounds, told, strict=False):
        votes = dict(turn.votes)
        for one, said in act["votes"].items():
            digits = 10 ** len(said.partition(".")[2])
            assert round(votes.get(int(one), 0) * digits) == Fraction(said) * digits
