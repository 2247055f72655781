"""V12: the audit of paper, made by tally.audit and checked again by verify.py."""

import json
from dataclasses import replace
from fractions import Fraction
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ballots.board import canonical
from ballots.board.manifest import ListedOption
from ballots.board.reading import replay
from ballots.verifiers import verify
from budget.recount import instance_of, outcome_of, profile_of
from tally.audit.greedy_assertions import assertions
from tally.audit.risk import Comparison
from tally.audit.sampling import sample
from tests.ballots.board import made
from tests.ballots.verifiers.forgery import judged, place_of, states, with_leaf, with_log

SEED = "27182818284590452353"
OPTIONS = tuple(
    ListedOption(number, f"p{number}", "", cost)
    for number, cost in enumerate((300, 300, 500, 450), 1)
)
MANIFEST = replace(made.MANIFEST, options=OPTIONS, picks=0, fields={}, parameters={})
SHEETS = 120
SAID = [(1, 2), (1, 4), (2, 4), (1, 3), (1, 2), (2, 4), (1,), ()]


def paper_vote(manifest):
    """A vote on paper: two batches, of which one has a blank sheet."""
    said = made.SAID[manifest.kind]
    log = [
        made.opening(manifest),
        made.leaf("roll-change", made.ELECTION, added=2, removed=2, rollhash=made.ROLLHASHES[1]),
    ]
    for number, sheets in ((1, SHEETS - 10), (3, 10)):
        log.append(made.leaf("batch", made.ELECTION, b=number, station="s", seal="s", sheets=sheets, by=["a", "b"]))  # fmt: skip
        for sheet in range(1, sheets + 1):
            used = {"u": "blank"} if (number, sheet) == (3, 1) else {"x": said(SAID[sheet % len(SAID)])}  # fmt: skip
            log.append(made.leaf("paper", made.ELECTION, b=number, s=sheet, d="haan-1", f=1, n="00" * 32, **used))  # fmt: skip
        blank = int(number == 3)
        log.append(made.leaf("batch-close", made.ELECTION, b=number, typed=sheets - blank, blank=blank, spoiled=0, settled=0, keying="00" * 32))  # fmt: skip
    closed = made.closed(log, manifest)
    return made.Vote(manifest, closed, made.marks_of(closed), sizes=())


def sheets_of(vote):
    """Sheet -> what was typed of it."""
    return {
        (leaf["b"], leaf["s"]): {key: leaf[key] for key in ("x", "u") if key in leaf}
        for leaf in map(canonical.loads, vote.log)
        if leaf["t"] == "paper"
    }


def audited(vote, size, read=None, limit="1/20"):
    """The files of an audit that looked at so many sheets; `read`: sheet -> what was seen on it."""
    manifest, typed = vote.manifest, sheets_of(vote)
    ids = [f"{batch}:{sheet}" for batch, sheet in typed]
    drawn = [tuple(map(int, one.split(":"))) for one in sample(SEED, ids, size)]
    seen = {sheet: (read or {}).get(sheet, typed[sheet]) for sheet in drawn}
    risks = risks_of(vote, typed, seen)
    number = {option.code: option.number for option in manifest.options}
    rows = sorted((number[below], number[above], risk) for (above, below), risk in risks.items())
    report = {
        "limit": limit,
        "assertions": [{"above": a, "below": b, "risk": decimal(risk)} for b, a, risk in rows],
    }
    batches = {batch: sum(one == batch for one, _ in typed) for batch, _ in typed}
    lines = [canonical.dumps({"b": batch, "s": at, **said}) for (batch, at), said in seen.items()]
    return {
        "rla/manifest.csv": table("batch,sheets", batches.items()),
        "rla/seed.txt": f"{SEED}\n".encode(),
        "rla/sample.csv": table("batch,sheet", drawn),
        "rla/mvr.jsonl": b"".join(line + b"\n" for line in lines),
        "rla/report.json": canonical.dumps(report),
    }


def risks_of(vote, typed, seen):
    """(above, below) -> the risk of this assertion, by tally.audit."""
    manifest = vote.manifest
    votes = replay(map(made.read_leaf, vote.log)).votes.values()
    outcome = outcome_of(manifest, [vote.choices for vote in votes], made.SEED)
    points = len(manifest.options) - 1 if manifest.rule == "greedy_score" else 1
    found = {}
    for claim in assertions(instance_of(manifest), outcome):
        most = max(claim.factor_above, claim.factor_below) * points
        test = Comparison(claim.margin, most, len(typed))
        errors = [
            2 * most if said.get("u") == "missing"
            else value(claim, manifest, typed[sheet]) - value(claim, manifest, said)
            for sheet, said in seen.items()
        ]  # fmt: skip
        risk = Fraction(0) if test.is_safe else test.risk(errors)
        found[claim.above, claim.below] = risk
    return found


def value(claim, manifest, said):
    """What one ballot adds to the sum of a claim."""
    profile = profile_of(manifest, [said["x"]] if "x" in said else [], instance_of(manifest))
    support = profile.scores() if manifest.rule == "greedy_score" else profile.votes()
    by = {option.code: one for option, one in zip(manifest.options, support, strict=True)}
    return claim.factor_above * by[claim.above] - claim.factor_below * by[claim.below]


def decimal(risk):
    millionths = ceil(risk * 10**6)
    return f"{millionths // 10**6}.{millionths % 10**6:06d}"


def table(head, rows):
    return "".join(f"{line}\n" for line in [head, *(f"{a},{b}" for a, b in rows)]).encode()


def audit(vote, files):
    return judged(made.packed(vote.files(leaves=True) | files))["V12"]


VOTES = {
    (kind, rule): paper_vote(replace(MANIFEST, kind=kind, rule=rule))
    for kind, rule in (
        ("approval", "greedy_cost"), ("knapsack", "greedy_card"), ("ordinal", "greedy_score"),
        ("ordinal", "greedy_cost"),
    )
    if kind != "knapsack"
}  # fmt: skip
VOTE = VOTES["approval", "greedy_cost"]


@pytest.mark.parametrize("vote", VOTES.values(), ids=map("-".join, VOTES))
def test_an_audit_whose_sample_is_large_enough_is_right(vote):
    steps = judged(made.packed(vote.files(leaves=True) | audited(vote, 118)))
    assert states(steps, "right") == {f"V{number}" for number in range(14)}, steps["V12"]
    assert "sheets of paper were drawn" in steps["V12"].said[1]


def test_one_whose_risk_is_still_too_great_is_not_finished():
    step = audit(VOTE, audited(VOTE, 5))
    assert step.state == "unchecked"
    assert "the risk is still" in step.said[1]


def test_sheets_that_were_typed_wrong_or_are_missing_raise_the_risk():
    files = audited(VOTE, 70)
    first, second = (tuple(map(int, line.split(","))) for line in files["rla/sample.csv"].decode().split()[1:3])  # fmt: skip
    greatest = [max(row["risk"] for row in json.loads(files["rla/report.json"])["assertions"])]
    for read in (
        {first: {"x": {"a": [4]}}}, {first: {"u": "missing"}}, {first: {"u": "spoiled"}, second: {"x": {"a": []}}},
    ):  # fmt: skip
        found = audited(VOTE, 70, read)
        assert audit(VOTE, found).state in ("right", "unchecked"), read
        greatest.append(
            max(row["risk"] for row in json.loads(found["rla/report.json"])["assertions"])
        )
    assert len({*greatest}) > 2


def test_figures_that_do_not_follow_are_wrong():
    good = audited(VOTE, 70)
    report = json.loads(good["rla/report.json"])
    rows = report["assertions"]

    def told(**changes):
        return {"rla/report.json": canonical.dumps({**report, **changes})}

    lines = good["rla/mvr.jsonl"].splitlines(keepends=True)
    drawn = good["rla/sample.csv"].splitlines(keepends=True)

    def seen_first(choices):
        first = json.loads(lines[0])
        told = {"b": first["b"], "s": first["s"], "x": choices}
        return canonical.dumps(told) + b"\n" + b"".join(lines[1:])

    for forged, why in (
        ({"rla/seed.txt": b"27182818284590452354\n"}, "not what the seed draws"),
        ({"rla/seed.txt": b"271828\n"}, "not 20 digits"),
        ({"rla/seed.txt": SEED.encode()}, "not 20 digits"),
        ({"rla/sample.csv": b"".join([drawn[0], drawn[2], drawn[1], *drawn[3:]])}, "not what the seed draws"),
        ({"rla/sample.csv": good["rla/sample.csv"] + b"9,9\n"}, "not what the seed draws"),
        ({"rla/sample.csv": b"sheet\n"}, "line 1 of rla/sample.csv"),
        ({"rla/manifest.csv": b"batch,sheets\n1,110\n"}, "is not the log's"),
        ({"rla/manifest.csv": b"batch,sheets\n1;110\n"}, "line 2 of rla/manifest.csv"),
        ({"rla/mvr.jsonl": b"".join(lines[1:])}, "line 1 of rla/mvr.jsonl"),
        ({"rla/mvr.jsonl": b"".join(lines[:-1])}, "line 70 of rla/mvr.jsonl"),
        ({"rla/mvr.jsonl": b"".join([*lines, lines[0]])}, "line 71 of rla/mvr.jsonl"),
        ({"rla/mvr.jsonl": lines[0].replace(b"}", b" }") + b"".join(lines[1:])}, "line 1 of rla/mvr.jsonl"),
        ({"rla/mvr.jsonl": seen_first({"a": [2, 1]})}, "line 1 of rla/mvr.jsonl"),
        ({"rla/mvr.jsonl": seen_first({"a": [9]})}, "rla/mvr.jsonl #1: there is no option 9"),
        ({"rla/mvr.jsonl": seen_first({"r": [[1]]})}, "rla/mvr.jsonl #1: no ballot of the kind"),
        (told(assertions=[]), "too few assertions"),
        (told(assertions=[*rows, rows[0]]), "is not right"),
        (told(assertions=rows[::-1]), "is not right"),
        (told(assertions=[*rows[:-1], {**rows[-1], "risk": "0.000001"}]), "is not right"),
        (told(assertions=[{**rows[0], "above": rows[0]["below"], "below": rows[0]["above"]}]), "is not right"),
        (told(limit="0.05"), "not as docs/bundle.md says"),
        ({"rla/report.json": b"{}"}, "not as docs/bundle.md says"),
    ):  # fmt: skip
        step = audit(VOTE, good | forged)
        assert step.state == "wrong", why
        assert why in step.said[1]


def test_rules_without_assertions_are_not_checked():
    for manifest in (
        replace(MANIFEST, parameters={"minimum_votes": 1}),
        replace(MANIFEST, rule="phragmen"),
        replace(MANIFEST, options=(*OPTIONS, ListedOption(5, "free", "", 0))),
    ):
        vote = paper_vote(manifest)
        step = audit(vote, audited(VOTE, 5))
        assert step.state == "unchecked"
        assert "no audit is known of" in step.said[1]


def test_batches_that_do_not_add_up_are_not_drawn_from():
    """Their declared sheets may be more than a program could ever draw."""
    at = place_of(VOTE, "batch")
    log = with_leaf(VOTE, at, sheets=2**53 - 1)
    files = with_log(VOTE, log) | audited(VOTE, 70)
    steps = judged(made.packed(files))
    assert (steps["V8"].state, steps["V12"].state) == ("wrong", "unchecked")


def test_without_leaves_an_audit_is_not_checked():
    steps = judged(made.packed(VOTE.files() | audited(VOTE, 70)))
    assert steps["V12"].state == "unchecked"


@given(
    st.integers(1, 500), st.integers(1, 20), st.integers(1, 300), st.integers(0, 60),
    st.lists(st.integers(-3, 3), max_size=4),
)  # fmt: skip
def test_the_risk_is_the_one_of_the_counting_room(margin, most, sheets, size, parts):
    errors = [Fraction(part * 2 * most, 3) for part in parts][:size]
    test = Comparison(margin, most, sheets)
    known = [*errors, *[0] * (size - len(errors))]
    risk = Fraction(0) if test.is_safe else test.risk(known)
    assert verify.risk_of(margin, most, sheets, size, errors) == risk


@given(st.lists(st.tuples(st.integers(1, 30), st.integers(1, 9)), max_size=5, unique_by=lambda row: row[0]))  # fmt: skip
def test_the_draw_is_the_one_of_the_counting_room(batches):
    ids = [f"{batch}:{sheet}" for batch, sheets in batches for sheet in range(1, sheets + 1)]
    drawn = [f"{batch}:{sheet}" for batch, sheet in verify.drawn(SEED, batches)]
    assert tuple(drawn) == sample(SEED, ids, len(ids))
