"""How far each loser was from being funded, exactly, where a greedy rule counted.

Five questions of one option that is not funded:

- *cost*: at which greatest cost would it have been funded?
- *optimist*: how many voters more, well chosen, would have had to name it besides their own?
- *pessimist*: how many, whoever they were?
- *singleton*: how many new voters who name it alone?
- *rivalry*: how many of its supporters would have had to name it alone?

Greedy rules answer the first four by a formula; `tally.explain.search` answers all of any rule by
counting again.

References
----------
N. Boehmer, P. Faliszewski, Ł. Janeczko, D. Peters, G. Pierczyński, Š. Schierreich, P. Skowron,
S. Szufa, Evaluation of Project Performance in Participatory Budgeting (IJCAI 2024),
arXiv:2312.14723.
"""

import math
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from tally.axioms.figures import Figures
from tally.axioms.measure import over
from tally.contest import Amount, Instance
from tally.errors import InstanceError, UnknownRuleError
from tally.outcome import Decision, Outcome
from tally.profile import Profile
from tally.ties import TieOrder


class Question(StrEnum):
    """What is changed."""

    COST = "cost"
    OPTIMIST = "optimist"
    PESSIMIST = "pessimist"
    SINGLETON = "singleton"
    RIVALRY = "rivalry"


class Claim(StrEnum):
    """What is known of a figure.

    With the two latter, the option is funded with the figure and was not with one step less.
    """

    EXACT = "exact"  # proved: nothing less will do, or nothing at all where there is no figure
    MONOTONE = "monotone"  # supposing that more of the change never hurts
    IN_ORDER = "in_order"  # the same, and the voters were taken in one order only


@dataclass(frozen=True, slots=True)
class Distance(Figures):
    """One answer.

    Attributes
    ----------
    figure : for COST the greatest cost, in the instance's unit; else the least number of voters;
        None: none was found
    """

    option: str
    question: Question
    figure: Amount | None
    claim: Claim


def greedy(
    instance: Instance, profile: Profile, outcome: Outcome, ties: TieOrder
) -> tuple[Distance, ...]:
    """Distances of all options not funded by `greedy_cost`, `greedy_card` or `greedy_score`.

    Parameters
    ----------
    outcome : of that rule, with these ballots and this tie order

    Returns
    -------
    In the order of the rounds. COST always; of votes only where ballots have no points; OPTIMIST
    and PESSIMIST, which are equal, only where a ballot may name several options. Costs are whole
    numbers of the unit in which all costs and the limit are whole (`Instance.whole`).

    Raises
    ------
    UnknownRuleError : another rule.
    InstanceError : the instance has rivals or needs; ask `search` instead.

    Notes
    -----
    An option that is not funded changes nothing for the others (with `stop`, nothing before it).
    So it is funded in every place of the order from the top down to the first turn after which
    the money left is less than its cost, or the walk has ended: it has to get before that turn.
    O(m log m) for votes, O(m²) for the costs of rules that go by cost.
    """
    if outcome.rule not in ("greedy_cost", "greedy_card", "greedy_score"):
        raise UnknownRuleError(f"{outcome.rule} is no greedy rule")
    if instance.rivals or instance.needs:
        raise InstanceError("rivals and needs make the formula untrue")
    walk = _Walk(instance, profile, outcome, ties)
    return tuple(
        answer
        for at, turn in enumerate(outcome.rounds)
        if turn.decision is not Decision.FUNDED
        for answer in walk.answers(at)
    )


class _Walk:
    """A greedy outcome, with all that says what stands in whose way; money is whole.

    Attributes
    ----------
    turns : length m, the rounds
    costs, left : length m, by turn
    after : length m, what is left after each turn; -1 once the walk has ended
    """

    def __init__(
        self, instance: Instance, profile: Profile, outcome: Outcome, ties: TieOrder
    ) -> None:
        self.profile, self.turns = profile, outcome.rounds
        self.by_cost = outcome.rule != "greedy_cost"
        parameters = dict(outcome.parameters)
        self.minimum, self.stop = int(parameters["minimum_votes"]), bool(parameters["stop"])
        costs, self.limit, self.unit = instance.whole
        self.costs = [costs[instance.index[turn.option]] for turn in self.turns]
        self.lot = {name: at for at, name in enumerate(ties)}
        votes = dict(zip(instance.index, profile.votes(), strict=True))
        self.votes = [votes[turn.option] for turn in self.turns]
        self.left: list[int] = []
        self.after: list[int] = []
        left, ended = self.limit, False
        for turn, cost in zip(self.turns, self.costs, strict=True):
            self.left.append(-1 if ended else left)
            left -= cost if turn.decision is Decision.FUNDED else 0
            ended = ended or (self.stop and turn.decision is Decision.DOES_NOT_FIT)
            self.after.append(-1 if ended else left)

    def answers(self, at: int) -> Iterator[Distance]:
        """What is known of one option not funded, given by its turn."""
        name = self.turns[at].option
        cost = self.greatest_cost(at)
        told = None if cost is None else over(cost, self.unit)
        yield Distance(name, Question.COST, told, Claim.EXACT)
        if self.profile.points is None:
            more = self.more_votes(at)
            if self.profile.kind != "choose_one":
                rest = self.profile.ballots - self.votes[at]
                figure = more if more is not None and more <= rest else None
                yield Distance(name, Question.OPTIMIST, figure, Claim.EXACT)
                yield Distance(name, Question.PESSIMIST, figure, Claim.EXACT)
            yield Distance(name, Question.SINGLETON, more, Claim.EXACT)

    def more_votes(self, at: int) -> int | None:
        """How many votes more would have it funded; None: it costs more than the limit."""
        if self.costs[at] > self.limit:
            return None
        votes = self.votes[at]
        more = max(0, math.ceil(self.minimum - votes))
        if not self.costs[at]:
            return max(more, math.ceil(1 - votes))  # without cost it comes first with any vote
        # What is left only falls from turn to turn: the first after which it is too little.
        first = bisect_left(self.after, True, key=lambda left: left < self.costs[at])
        if first < len(self.turns):
            missing = self.votes_to_pass(at, first) - votes
            level_wins = self.wins_level(at, first)
            more = max(more, math.ceil(missing) if level_wins else math.floor(missing) + 1)
        return more

    def votes_to_pass(self, at: int, other: int) -> Fraction:
        """Votes with which the option of one turn stands level with that of another."""
        votes = Fraction(self.votes[other])
        return votes * self.costs[at] / self.costs[other] if self.by_cost else votes

    def wins_level(self, at: int, other: int) -> bool:
        """Whether the tie order prefers the option of one turn to that of another."""
        return self.lot[self.turns[at].option] < self.lot[self.turns[other].option]

    def greatest_cost(self, at: int) -> int | None:
        """The greatest cost at which it would be funded, whole; None: not even for nothing."""
        turn = self.turns[at]
        if turn.decision is Decision.TOO_FEW_VOTES:
            return None
        best = self.left[at]  # -1 where the walk had ended
        if not turn.support:
            return None if best < 0 else best
        if self.by_cost:
            for other in range(at):
                best = max(best, min(self.left[other], self.cost_to_pass(at, other)))
        return max(best, 0)  # for nothing it comes first

    def cost_to_pass(self, at: int, other: int) -> int:
        """The greatest cost at which an option stands before that of an earlier turn."""
        if not self.costs[other]:
            return 0
        level = Fraction(self.turns[at].support) * self.costs[other] / self.turns[other].support
        return math.floor(level) if self.wins_level(at, other) else math.ceil(level) - 1
