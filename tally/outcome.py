"""What a count gives: the allocation, and the story of how it came about."""

import json
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any

from tally.contest import Amount

ARITHMETIC = "exact integers and fractions"


class Decision(StrEnum):
    """What a round did with its option."""

    FUNDED = "funded"
    DOES_NOT_FIT = "does_not_fit"
    TOO_FEW_VOTES = "too_few_votes"
    AFTER_THE_STOP = "after_the_stop"


@dataclass(frozen=True, slots=True)
class Round:
    """One option's turn: its support and cost, the money left before, and what was decided."""

    option: str
    support: Amount
    cost: Amount
    left: Amount
    decision: Decision


@dataclass(frozen=True, slots=True)
class Tie:
    """Options that stood level, in the order applied; whether another order changed the funded."""

    options: tuple[str, ...]
    mattered: bool


@dataclass(frozen=True)
class Outcome:
    """The whole result of one count, equal to what its JSON says.

    Attributes
    ----------
    rule, parameters : which rule ran, and how
    limit, spent : money, exact, in the instance's unit
    ballots : how many were counted
    rounds : every option once, in the order in which its turn came
    ties : every tie that was met
    """

    rule: str
    parameters: tuple[tuple[str, int | bool], ...]
    limit: Amount
    ballots: int
    rounds: tuple[Round, ...]
    ties: tuple[Tie, ...]

    @property
    def funded(self) -> tuple[str, ...]:
        """Ids of the funded options, in order of choice."""
        return tuple(turn.option for turn in self.rounds if turn.decision is Decision.FUNDED)

    @property
    def spent(self) -> Amount:
        """The cost of all funded options."""
        return sum(turn.cost for turn in self.rounds if turn.decision is Decision.FUNDED)

    @property
    def left(self) -> Amount:
        """The money that is not spent."""
        return self.limit - self.spent

    def to_json(self) -> str:
        """Canonical JSON: sorted keys, no blanks, no floats; a fraction is text "n/d"."""
        body = {
            "arithmetic": ARITHMETIC,
            "ballots": self.ballots,
            "funded": list(self.funded),
            "left": _out(self.left),
            "limit": _out(self.limit),
            "parameters": dict(self.parameters),
            "rounds": [
                {
                    "option": turn.option,
                    "support": _out(turn.support),
                    "cost": _out(turn.cost),
                    "left": _out(turn.left),
                    "decision": str(turn.decision),
                }
                for turn in self.rounds
            ],
            "rule": self.rule,
            "spent": _out(self.spent),
            "ties": [{"options": list(tie.options), "mattered": tie.mattered} for tie in self.ties],
        }
        return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> "Outcome":
        """The outcome that `to_json` wrote."""
        body: dict[str, Any] = json.loads(text)
        return cls(
            rule=body["rule"],
            parameters=tuple(sorted(body["parameters"].items())),
            limit=_in(body["limit"]),
            ballots=body["ballots"],
            rounds=tuple(
                Round(
                    turn["option"],
                    _in(turn["support"]),
                    _in(turn["cost"]),
                    _in(turn["left"]),
                    Decision(turn["decision"]),
                )
                for turn in body["rounds"]
            ),
            ties=tuple(Tie(tuple(tie["options"]), tie["mattered"]) for tie in body["ties"]),
        )


def _out(amount: Amount) -> int | str:
    exact = Fraction(amount)
    return exact.numerator if exact.denominator == 1 else f"{exact.numerator}/{exact.denominator}"


def _in(value: int | str) -> Amount:
    return value if isinstance(value, int) else Fraction(value)
