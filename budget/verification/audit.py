"""V12: the sample and the figures of the risk-limiting audit of paper follow from its seed."""

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import zip_longest
from math import ceil
from typing import Any

from ballots.board import canonical
from ballots.board.canonical import CanonicalError
from ballots.board.leaves import is_choices, is_hash, is_number
from ballots.board.manifest import Manifest, UnfitBallotError, check_ballot, numbers_of
from ballots.board.reading import Reading
from ballots.board.recount import ROLL
from budget.recount import instance_of, profile_of
from budget.verification.case import Case, Said, Unchecked, blamed, must, needed
from budget.verification.log import is_roll
from core.words import lazy_gettext as _l
from tally.audit.greedy_assertions import BY_COST, Assertion
from tally.audit.risk import Comparison
from tally.audit.sampling import sample

BATCHES, SAMPLE = "rla/manifest.csv", "rla/sample.csv"
SEED, READ, REPORT = "rla/seed.txt", "rla/mvr.jsonl", "rla/report.json"
UNUSED = ("blank", "spoiled", "missing")
_ROW = re.compile(r"([1-9][0-9]{0,15}),([1-9][0-9]{0,15})")
_LIMIT = re.compile(r"[1-9][0-9]{0,8}/[1-9][0-9]{0,8}")
_RISK = re.compile(r"[01]\.[0-9]{6}")
_MILLION = 10**6
Sheet = tuple[int, int]  # batch and number
Support = Mapping[int, Fraction | int]  # option -> what ballots give it


def check_audit(case: Case) -> Said:
    """The audit's lists are the log's, its sample is drawn by its seed, its risks are exact."""
    if not any(path.startswith("rla/") for path in case.bundle.places):
        return _without(case)
    batches = list(_rows(case, BATCHES, "batch,sheets"))
    drawn = list(_rows(case, SAMPLE, "batch,sheet"))
    with blamed(SEED):
        seed = case.bundle.content(SEED).decode()
    is_seed = re.fullmatch(r"[0-9]{20,200}\n", seed)
    must(is_seed, _l("rla/seed.txt has not 20 digits or more."))
    reading, manifest = needed(case.reading, "V5"), needed(case.manifest, "V5")
    if "V8" in case.faults or not reading.closed:  # else there are as many leaves as sheets
        needed(None, "V8")
    declared = sorted((number, batch.declared) for number, batch in reading.batches.items())
    must(batches == declared, _l("%(path)s is not the log's.", path=BATCHES))
    sheets = [f"{number}:{sheet}" for number, size in batches for sheet in range(1, size + 1)]
    first = sample(seed.strip(), sheets, len(drawn))
    is_drawn = [f"{number}:{sheet}" for number, sheet in drawn] == [*first]
    must(is_drawn, _l("%(path)s is not what the seed draws.", path=SAMPLE))
    report = case.json(REPORT, {"assertions": _is_assertions, "limit": _matches(_LIMIT)})
    risk = _risk(case, manifest, reading, drawn, report["assertions"])
    limit = Fraction(report["limit"])
    if risk > limit:
        raise Unchecked(_l("The risk is still %(risk)s; its limit is %(limit)s.",
                           risk=six_places(risk), limit=limit))  # fmt: skip
    return _l(
        "%(sheets)s sheets of paper were drawn and read. The risk is %(risk)s, its limit "
        "%(limit)s.",
        sheets=f"{len(drawn):,}", risk=six_places(risk), limit=limit,
    )  # fmt: skip


def six_places(risk: Fraction) -> str:
    """A risk as decimals, rounded up."""
    whole, rest = divmod(ceil(risk * _MILLION), _MILLION)
    return f"{whole}.{rest:06d}"


def _without(case: Case) -> Said:
    """No audit is here: whether there was anything to audit."""
    roll = case.json(ROLL, {"districts": is_roll, "rollhash": is_hash})
    has_paper = any(row["paper"] for row in roll["districts"].values())
    if has_paper or (case.reading is not None and case.reading.batches):
        raise Unchecked(_l("There is no audit of the paper here."))
    return _l("There is no paper, and so no audit of it.")


def _risk(
    case: Case, manifest: Manifest, reading: Reading, drawn: list[Sheet], told: list[dict[str, Any]]
) -> Fraction:
    """The greatest risk of all assertions, which together must imply who is funded."""
    rule, costs = manifest.rule, {one.number: one.cost for one in manifest.options}
    is_ordinal = rule == "greedy_score" and manifest.kind == "ordinal"
    is_plain = not any(manifest.parameters.values()) and all(costs.values())
    if not ((rule in ("greedy_cost", "greedy_card") or is_ordinal) and is_plain):
        raise Unchecked(_l("No audit of %(rule)s is known.", rule=rule))
    ballots = (vote.choices for vote in reading.votes.values())
    profile = profile_of(manifest, ballots, instance_of(manifest))
    counted = profile.scores() if is_ordinal else profile.votes()
    support = dict(zip(costs, counted, strict=True))
    pairs = list(_pairs(case, manifest, support, told))
    most = len(costs) - 1 if is_ordinal else 1
    differences = list(_differences(case, manifest, reading, drawn))
    sheets = sum(batch.declared for batch in reading.batches.values())
    risks = [Fraction(0)]
    for pair, row in zip(pairs, told, strict=True):
        most_of_pair = most * max(int(pair.factor_above), int(pair.factor_below))
        errors = [
            2 * most_of_pair if read is None else _value(pair, typed) - _value(pair, read)
            for typed, read in differences
        ]
        comparison = Comparison(pair.margin, most_of_pair, sheets)
        risk = Fraction(0) if comparison.is_safe else comparison.risk(errors)
        is_so = row["risk"] == six_places(risk)
        must(is_so, _l("rla/report.json has another risk of %(above)s and %(below)s.",
                       above=pair.above, below=pair.below))  # fmt: skip
        risks.append(risk)
    return max(risks)


def _pairs(
    case: Case, manifest: Manifest, support: Support, told: list[dict[str, Any]]
) -> Iterator[Assertion]:
    """The assertions that are told; Wrong if they do not prove who is funded."""
    costs = {one.number: one.cost for one in manifest.options}
    funded = {*canonical.loads(case.bundle.content("result.json"))["funded"]} & costs.keys()
    room = {number: manifest.fund - costs[number] for number in costs.keys() - funded}
    before = (0, 0)
    for row in told:
        above, below = row["above"], row["below"]
        is_pair = above in funded and below in room and before < (below, above)
        must(is_pair, _l("rla/report.json: %(above)s above %(below)s is no assertion here.",
                         above=above, below=below))  # fmt: skip
        before = (below, above)
        room[below] -= costs[above]
        by_cost = BY_COST[manifest.rule]
        factors = (costs[below], costs[above]) if by_cost else (1, 1)
        margin = factors[0] * support[above] - factors[1] * support[below]
        yield Assertion(str(above), str(below), *factors, margin)
    is_enough = all(left < 0 for left in room.values())
    must(is_enough, _l("rla/report.json has too few assertions."))


def _differences(
    case: Case, manifest: Manifest, reading: Reading, drawn: list[Sheet]
) -> Iterator[tuple[Support, Support | None]]:
    """Of each sheet drawn what was typed and what was read again; None for a missing sheet."""
    lines, with_points = case.bundle.lines(READ), manifest.rule == "greedy_score"
    for number, (sheet, line) in enumerate(zip_longest(drawn, lines), 1):
        seen = _seen(manifest, line or b"")
        is_right = sheet is not None and seen is not None and sheet == (seen["b"], seen["s"])
        must(is_right, _l("rla/mvr.jsonl, line %(number)s is not right.", number=number))
        if sheet is None or seen is None:
            continue
        vote = reading.votes.get(sheet)
        typed = _support(vote.choices if vote else {"a": []}, with_points=with_points)
        if seen.get("u") == "missing":
            yield typed, None
        else:
            yield typed, _support(seen.get("x", {"a": []}), with_points=with_points)


def _seen(manifest: Manifest, line: bytes) -> dict[str, Any] | None:
    """A line of what was read again; None if it is none, or says what no ballot can say."""
    try:
        told = canonical.loads(line.removesuffix(b"\n"))
        if _is_line(line, told) and "x" in told:
            check_ballot(manifest, told["x"])
    except (CanonicalError, UnfitBallotError):
        return None
    return told if _is_line(line, told) else None


def _is_line(line: bytes, told: Any) -> bool:
    return (
        line.endswith(b"\n")
        and isinstance(told, dict)
        and (told.keys() == {"b", "s", "x"} or told.keys() == {"b", "s", "u"})
        and is_number(told["b"])
        and is_number(told["s"])
        and is_choices(told.get("x", {"a": []}))
        and told.get("u", "blank") in UNUSED
    )


def _support(choices: Mapping[str, Any], *, with_points: bool) -> Support:
    numbers = numbers_of(choices)
    return {
        number: len(numbers) - place if with_points else 1
        for place, number in enumerate(numbers, 1)
    }


def _value(pair: Assertion, support: Support) -> Fraction:
    """What a ballot that gives this support adds to the sum that the assertion claims positive."""
    above, below = support.get(int(pair.above), 0), support.get(int(pair.below), 0)
    return Fraction(pair.factor_above * above - pair.factor_below * below)


def _rows(case: Case, path: str, head: str) -> Iterator[tuple[int, int]]:
    """The rows of a table with two columns of numbers from 1."""
    for number, line in enumerate(case.bundle.lines(path), 1):
        cells = _ROW.fullmatch(line.decode(errors="replace").removesuffix("\n"))
        is_right = line.endswith(b"\n") and (cells if number > 1 else line == f"{head}\n".encode())
        must(is_right, _l("%(path)s, line %(number)s is not right.", path=path, number=number))
        if cells:
            yield int(cells[1]), int(cells[2])


def _is_assertions(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(row, dict)
        and row.keys() == {"above", "below", "risk"}
        and is_number(row["above"])
        and is_number(row["below"])
        and _matches(_RISK)(row["risk"])
        for row in value
    )


def _matches(pattern: re.Pattern[str]) -> Any:
    return lambda value: isinstance(value, str) and bool(pattern.fullmatch(value))
