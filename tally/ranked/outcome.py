"""What a count of ranked ballots gives: who won, in what order, and the story of how."""

import json
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from tally.contest import Amount
from tally.outcome import ARITHMETIC, Parameter

Matrix = tuple[tuple[Amount, ...], ...]
Ranking = tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class RankedTie:
    """Candidates (or pairs) that stood level.

    Attributes
    ----------
    candidates : those level
    chosen : those taken (elected, eliminated, locked first) of them; empty: the tie stands
    by : what settled it: a word of `tally.ranked.ties`; "unsettled" where nothing did
    round : the round in which it was met, from 1; 0 where the rule has none
    """

    candidates: tuple[int, ...]
    chosen: tuple[int, ...]
    by: str
    round: int = 0


@dataclass(frozen=True, slots=True)
class Count:
    """One round: how the votes stand, and what follows from that.

    Attributes
    ----------
    votes : (candidate, votes) of everyone in the count, those elected before included
    elected, eliminated : who is elected, who goes out on these votes
    transferred : whose votes were moved to come to these votes (none in round 1)
    threshold : the votes to be reached; None where the rule has none
    exhausted : (reason, votes) of ballots that count for nobody any more, in total so far
    transfers : (from, to, votes) of what was moved to come to these votes; to -1: exhausted
    facts : further exact figures of the round by name ("surplus", "keep factor 3")
    """

    votes: tuple[tuple[int, Amount], ...]
    elected: tuple[int, ...] = ()
    eliminated: tuple[int, ...] = ()
    transferred: tuple[int, ...] = ()
    threshold: Amount | None = None
    exhausted: tuple[tuple[str, Amount], ...] = ()
    transfers: tuple[tuple[int, int, Amount], ...] = ()
    facts: tuple[tuple[str, Amount], ...] = ()


@dataclass(frozen=True)
class RankedOutcome:
    """The whole result of one count, equal to what its JSON says.

    Attributes
    ----------
    rule, parameters : which rule ran, and how
    names : of all candidates, in the order of their numbers
    ballots : how many were counted, empty ones included
    seats : how many were to be elected
    winners : in order of election, or, where the rule has no order, ascending. More than `seats`
        only where a tie stands.
    ranking : everybody from best to worst, equals together; empty where the rule gives none
    rounds : every round of rules that have them
    ties : every tie that was met
    matrices : by name ("pairwise", "strengths"), m x m, row against column
    facts : further exact figures of the whole count, by name ("threshold", "score 3")
    """

    rule: str
    parameters: tuple[tuple[str, Parameter], ...]
    names: tuple[str, ...]
    ballots: Amount
    seats: int
    winners: tuple[int, ...]
    ranking: Ranking = ()
    rounds: tuple[Count, ...] = ()
    ties: tuple[RankedTie, ...] = ()
    matrices: tuple[tuple[str, Matrix], ...] = ()
    facts: tuple[tuple[str, Amount], ...] = ()

    def to_json(self) -> str:
        """Canonical JSON: sorted keys, no blanks, no floats; a fraction is text "n/d"."""
        body = {
            "arithmetic": ARITHMETIC,
            "ballots": _out(self.ballots),
            "facts": _out(self.facts),
            "matrices": {name: _out(matrix) for name, matrix in self.matrices},
            "names": list(self.names),
            "parameters": dict(self.parameters),
            "ranking": _out(self.ranking),
            "rounds": [_fields(turn) for turn in self.rounds],
            "rule": self.rule,
            "seats": self.seats,
            "ties": [_fields(tie) for tie in self.ties],
            "winners": _out(self.winners),
        }
        return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> "RankedOutcome":
        """The outcome that `to_json` wrote."""
        body: dict[str, Any] = json.loads(text)
        return cls(
            rule=body["rule"],
            parameters=tuple(sorted(body["parameters"].items())),
            names=tuple(body["names"]),
            ballots=_amount(body["ballots"]),
            seats=body["seats"],
            winners=tuple(body["winners"]),
            ranking=_in(body["ranking"]),
            rounds=tuple(
                Count(
                    votes=_in(turn["votes"]),
                    elected=_in(turn["elected"]),
                    eliminated=_in(turn["eliminated"]),
                    transferred=_in(turn["transferred"]),
                    threshold=None if turn["threshold"] is None else _amount(turn["threshold"]),
                    exhausted=_named(turn["exhausted"]),
                    transfers=_in(turn["transfers"]),
                    facts=_named(turn["facts"]),
                )
                for turn in body["rounds"]
            ),
            ties=tuple(
                RankedTie(_in(tie["candidates"]), _in(tie["chosen"]), tie["by"], tie["round"])
                for tie in body["ties"]
            ),
            matrices=tuple((name, _in(rows)) for name, rows in sorted(body["matrices"].items())),
            facts=_named(body["facts"]),
        )


def _fields(row: Count | RankedTie) -> dict[str, Any]:
    return {name: _out(getattr(row, name)) for name in row.__slots__}


def _out(value: Any) -> Any:
    """Tuples as lists, fractions as text."""
    if isinstance(value, tuple):
        return [_out(part) for part in value]
    if isinstance(value, Fraction):
        return (
            value.numerator if value.denominator == 1 else f"{value.numerator}/{value.denominator}"
        )
    return value


def _in(value: Any) -> Any:
    return tuple(_in(part) for part in value) if isinstance(value, list) else _amount(value)


def _named(rows: list[list[Any]]) -> tuple[tuple[str, Amount], ...]:
    return tuple((name, _amount(figure)) for name, figure in rows)


def _amount(value: int | str) -> Amount:
    return value if isinstance(value, int) else Fraction(value)
