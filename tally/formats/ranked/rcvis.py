"""The report of a count by rounds that RCTab writes and RCVis draws.

What a round leads to stands with it: an entry for everybody who is elected or goes out on its
votes says where her votes went before the next round. RCVis names an elected candidate once; where
a surplus waits for a later round, or falls bit by bit as in Meek's rule, the votes of the rounds
tell so, and no entry does.

References
----------
Ranked Choice Voting Resource Center and Bright Spots, RCTab, summary in JSON; A. Moszkowski, RCVis.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import ROUND_DOWN, Context, Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Any

from tally.contest import Amount
from tally.formats.ranked.file import fault
from tally.ranked import Count, RankedOutcome

# Why a ballot counts for nobody any more -> RCTab's word. Ballots without a mark are told apart.
_INACTIVE: Mapping[str, str] = MappingProxyType(
    {
        "no further choice": "exhaustedChoices",
        "overvote": "overvotes",
        "duplicate": "repeatedRankings",
        "skipped ranks": "skippedRankings",
    }
)
_FINAL, _RESIDUAL, _UNMARKED = "final round surplus", "residual surplus", "no choice"
_PLACES = 20  # of a share that has no end as a decimal


def dump(
    outcome: RankedOutcome,
    *,
    contest: str = "",
    date: str = "",
    jurisdiction: str = "",
    office: str = "",
) -> bytes:
    """The report as JSON.

    Parameters
    ----------
    outcome : of any rule by rounds; of a count in passes one pass, see `passes`
    contest, jurisdiction, office : what the report is headed by
    date : of the contest, year-month-day

    Raises
    ------
    FormatError : the form cannot hold it: no rounds, several passes, two candidates of one name.
    """
    rounds = outcome.rounds
    stood = [outcome.names[one] for one, _ in rounds[0].votes] if rounds else []
    if not rounds or len({*stood}) != len(stood) or len(passes(outcome)) > 1:
        raise fault("ranked_lost", 1, outcome.rule)
    body = {
        "jsonFormatVersion": "1",
        "config": {
            "contest": contest,
            "date": date,
            "generatedBy": "Gwangjang",
            "jurisdiction": jurisdiction,
            "office": office,
        },
        "summary": {
            "finalThreshold": _said(rounds[-1].threshold or 0),
            "numCandidates": len(outcome.names),
            "numWinners": outcome.seats,
            "totalNumBallots": _said(outcome.ballots),
            "undervotes": _said(dict(rounds[0].exhausted).get(_UNMARKED, 0)),
        },
        "results": list(_results(outcome)),
    }
    return (json.dumps(body, ensure_ascii=False, indent=2) + "\n").encode()


def passes(outcome: RankedOutcome) -> tuple[RankedOutcome, ...]:
    """The passes of a count in passes, one winner each; any other outcome is its only one."""
    starts = [at for at, turn in enumerate(outcome.rounds) if not at or not turn.transferred]
    if dict(outcome.parameters).get("winner_election_mode") != "multiPassIrv":
        return (outcome,)
    ends = [*starts[1:], len(outcome.rounds)]
    return tuple(
        replace(
            outcome, rounds=outcome.rounds[first:last], winners=(winner,), seats=1,
            parameters=tuple(
                (name, said) for name, said in outcome.parameters if name != "winner_election_mode"
            ),
        )
        for first, last, winner in zip(starts, ends, outcome.winners, strict=False)
    )  # fmt: skip


def _results(outcome: RankedOutcome) -> Iterator[dict[str, Any]]:
    for number, turn in enumerate(outcome.rounds, 1):
        after = outcome.rounds[number] if number < len(outcome.rounds) else None
        inactive = dict.fromkeys(_INACTIVE.values(), Fraction(0))
        for why, votes in turn.exhausted:
            if why in _INACTIVE:
                inactive[_INACTIVE[why]] += votes
            elif why == _FINAL:
                inactive["finalRoundSurplus"] = Fraction(votes)
        result: dict[str, Any] = {
            "round": number,
            "tally": {outcome.names[one]: _said(votes) for one, votes in turn.votes},
            "tallyResults": [
                {decided: outcome.names[one], "transfers": _transfers(outcome, one, turn, after)}
                for decided in ("elected", "eliminated")
                for one in getattr(turn, decided)
            ],
            "inactiveBallots": {why: _said(votes) for why, votes in inactive.items()},
        }
        if turn.threshold is not None:
            result["threshold"] = _said(turn.threshold)
        yield result


def _transfers(
    outcome: RankedOutcome, one: int, turn: Count, after: Count | None
) -> dict[str, str]:
    """Where the votes went that somebody did not keep; what rounding left is residual."""
    if after is None:
        return {}
    moved = [(target, votes) for source, target, votes in after.transfers if source == one]
    found = {
        "exhausted" if target < 0 else outcome.names[target]: _said(votes)
        for target, votes in moved
    }
    left = dict(turn.votes)[one] - dict(after.votes).get(one, 0) - sum(votes for _, votes in moved)
    if moved and left:
        found[_RESIDUAL] = _said(left)
    return found


def _said(amount: Amount) -> str:
    """A number in decimals, all of them where they end."""
    exact = Fraction(amount)
    rest = exact.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    digits = len(str(abs(exact.numerator))) + 4 * len(str(exact.denominator))
    context = Context(prec=digits + _PLACES, rounding=ROUND_DOWN)
    found = context.divide(Decimal(exact.numerator), Decimal(exact.denominator))
    if rest > 1:
        found = found.quantize(Decimal(1).scaleb(-_PLACES), context=context)
    return f"{found:f}"
