"""What a count gives: the allocation, and the story of how it came about."""

import json
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any

from tally.contest import Amount

ARITHMETIC = "exact integers and fractions"
Parameter = int | bool | str


class Decision(StrEnum):
    """What a round did with its option."""

    FUNDED = "funded"
    DOES_NOT_FIT = "does_not_fit"
    TOO_FEW_VOTES = "too_few_votes"
    AFTER_THE_STOP = "after_the_stop"
    UNAFFORDABLE = "unaffordable"  # its supporters' shares do not suffice
    NOT_CHOSEN = "not_chosen"  # another set is better (rules that weigh whole sets)
    RIVAL_FUNDED = "rival_funded"  # it excludes one that was funded before
    PARTNER_MISSING = "partner_missing"  # it needs one that is not funded


@dataclass(frozen=True, slots=True)
class Round:
    """One option's turn.

    Attributes
    ----------
    support : its votes, or its points where the rule goes by points
    cost, left : its cost, and the money left before this turn
    key : what the rule compared to give it this turn (votes for each unit of money, price, load);
        None where nothing was compared
    stage : the part of the rule, where it has parts ("equal_shares", "completion")
    """

    option: str
    support: Amount
    cost: Amount
    left: Amount
    decision: Decision
    key: Amount | None = None
    stage: str = ""


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
    facts : further exact figures of the whole count, by name ("endowment", "welfare")
    """

    rule: str
    parameters: tuple[tuple[str, Parameter], ...]
    limit: Amount
    ballots: Amount
    rounds: tuple[Round, ...]
    ties: tuple[Tie, ...]
    facts: tuple[tuple[str, Amount], ...] = ()

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
            "ballots": _out(self.ballots),
            "facts": {name: _out(figure) for name, figure in self.facts},
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
                    "key": None if turn.key is None else _out(turn.key),
                    "stage": turn.stage,
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
            ballots=_in(body["ballots"]),
            rounds=tuple(
                Round(
                    turn["option"],
                    _in(turn["support"]),
                    _in(turn["cost"]),
                    _in(turn["left"]),
                    Decision(turn["decision"]),
                    None if turn["key"] is None else _in(turn["key"]),
                    turn["stage"],
                )
                for turn in body["rounds"]
            ),
            ties=tuple(Tie(tuple(tie["options"]), tie["mattered"]) for tie in body["ties"]),
            facts=tuple((name, _in(figure)) for name, figure in sorted(body["facts"].items())),
        )


def _out(amount: Amount) -> int | str:
    exact = Fraction(amount)
    return exact.numerator if exact.denominator == 1 else f"{exact.numerator}/{exact.denominator}"


def _in(value: int | str) -> Amount:
    return value if isinstance(value, int) else Fraction(value)
