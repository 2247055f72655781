"""V10 and V11: the count, and the ballots as they were published."""

import hashlib
from collections.abc import Iterator, Mapping
from itertools import zip_longest
from typing import Any

from ballots.board import canonical
from ballots.board.canonical import CanonicalError
from ballots.board.leaves import is_choices, is_count, is_hash, is_number, is_text
from ballots.board.manifest import Manifest, UnfitBallotError, check_ballot
from ballots.board.recount import BALLOTS, RESULT, TALLY, ballot_lines
from budget.count import needs_seed
from budget.errors import SeedNeededError
from budget.recount import funded_numbers, outcome_of
from budget.verification.case import Case, Said, Unchecked, Wrong, must, needed
from core.words import lazy_gettext as _l
from tally import RULES

_CHANNELS = ("web", "booth", "paper")
_RESULT = {
    "ballots": is_count,
    "funded": lambda value: isinstance(value, list) and all(map(is_number, value)),
    "seed": lambda value: isinstance(value, str),
    "trace": is_hash,
}


def check_count(case: Case) -> Said:
    """V10: an own count gives tally.json byte for byte; result.json follows from it."""
    manifest = needed(case.manifest, "V5")
    result, told = case.json(RESULT, _RESULT), case.bundle.content(TALLY)
    is_traced = result["trace"] == hashlib.sha256(told).hexdigest()
    must(is_traced, _l("result.json traces another tally.json."))
    seed = result["seed"]
    must(needs_seed(manifest.ties) == bool(seed), _l("There is a seed too few or too many."))
    if manifest.rule not in RULES:
        raise Unchecked(_l("No rule %(rule)s is known here.", rule=manifest.rule))
    try:
        outcome = outcome_of(manifest, _choices(case, manifest), seed)
    except SeedNeededError:
        raise Wrong(_l("The seed is shorter than 16 bytes.")) from None
    must(outcome.to_json().encode() == told, _l("Counted again it is another outcome."))
    numbers = funded_numbers(manifest, outcome)
    is_so = result["ballots"] == outcome.ballots and result["funded"] == numbers
    must(is_so, _l("result.json does not follow from tally.json."))
    if case.reading is not None and (leaf := case.reading.result):
        is_so = leaf["funded"] == numbers and leaf["trace"] == result["trace"]
        must(is_so, _l("The log's own result is another."))
    return _l(
        "%(ballots)s ballots, counted again by %(rule)s, give the same tally.json: "
        "%(funded)s projects are funded.",
        ballots=f"{outcome.ballots:,}", rule=manifest.rule, funded=f"{len(numbers):,}",
    )  # fmt: skip


def check_ballots(case: Case) -> Said:
    """V11: the counted ballots are those of ballots.jsonl."""
    votes = needed(case.reading, "V5").votes.values()
    pairs = zip_longest(ballot_lines(votes), case.bundle.lines(BALLOTS))
    for number, (line, told) in enumerate(pairs, 1):
        said = _l("ballots.jsonl, line %(number)s: it should be %(line)s",
                  number=f"{number:,}", line=(line or b"-").decode().strip())  # fmt: skip
        must(line == told, said)
    return _l("The %(ballots)s ballots that count are those of ballots.jsonl.",
              ballots=f"{len(votes):,}")  # fmt: skip


def _choices(case: Case, manifest: Manifest) -> Iterator[Mapping[str, Any]]:
    """What each counted ballot says: by the log, or, without leaves, by ballots.jsonl."""
    if case.has_leaves:
        for vote in needed(case.reading, "V5").votes.values():
            yield vote.choices
        return
    before = b""
    for number, line in enumerate(case.bundle.lines(BALLOTS), 1):
        try:
            choices = _read(line)
            check_ballot(manifest, choices)
        except (CanonicalError, UnfitBallotError) as error:
            raise Wrong(f"ballots.jsonl, line {number}: {error}") from None
        in_order = before <= line
        must(in_order, _l("ballots.jsonl, line %(number)s is out of order.", number=number))
        before = line
        yield choices


def _read(line: bytes) -> Mapping[str, Any]:
    """The choices of a line of ballots.jsonl; raises CanonicalError."""
    told = canonical.loads(line.removesuffix(b"\n"))
    is_ballot = (
        line.endswith(b"\n")
        and isinstance(told, dict)
        and {*told} - {"c", "d"} == {"f", "x"}
        and told.get("c", "web") in _CHANNELS
        and ("c" not in told or "d" in told)
        and is_text(told.get("d", "-"))
        and is_number(told["f"])
        and is_choices(told["x"])
    )
    if not is_ballot:
        raise CanonicalError("this is no ballot")
    choices: Mapping[str, Any] = told["x"]
    return choices
