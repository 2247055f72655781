"""What must hold so that greedy funds just this: pairs of projects of which one had more support.

For each project that is not funded, some funded ones that cost, with it, more than the limit: if
each of these had more support than it, its turn came too late. If that holds for all of them, the
rule funds just this set, whatever the rest of the order was: as long as only funded ones had their
turn, each of them still fits, and the first other one would come after those that leave it no room.

What is claimed of a pair is linear in ballots: factor_above * support(above) > factor_below *
support(below), with factors 1 for greedy by votes, and each other's cost for votes per cost.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from tally.axioms.figures import Figures
from tally.contest import Amount, Instance
from tally.errors import InstanceError, UnknownRuleError
from tally.outcome import Decision, Outcome

BY_COST = {"greedy_cost": False, "greedy_card": True, "greedy_score": True}


@dataclass(frozen=True, slots=True)
class Assertion(Figures):
    """One pair.

    Attributes
    ----------
    above, below : the funded option and the other
    factor_above, factor_below : what their support is multiplied by
    margin : by how much the left side is more, 0 where it is level and the tie order decided
    """

    above: str
    below: str
    factor_above: Amount
    factor_below: Amount
    margin: Amount

    def assorted(self, above: Amount, below: Amount, most: int) -> Fraction:
        """A ballot's figure for this pair: over all ballots its mean is above 1/2 if it holds.

        Parameters
        ----------
        above, below : the support that the ballot gives to each
        most : the most support that a ballot can give to one option
        """
        said = self.factor_above * above - self.factor_below * below + self.factor_below * most
        return Fraction(said) / (2 * self.factor_below * most)

    def upper(self, most: int) -> Fraction:
        """The most that `assorted` can be."""
        return self.assorted(most, 0, most)


def assertions(instance: Instance, outcome: Outcome) -> tuple[Assertion, ...]:
    """Assertions that prove this outcome, those with the largest margins that will do.

    Raises
    ------
    UnknownRuleError : another rule, or one with a stop or a least number of votes.
    InstanceError : rivals, or projects that need others, or free ones: their turns follow another
        order.

    >>> from tally import Option, Profile, by_id, count
    >>> instance = Instance((Option("pool", 60), Option("trees", 50), Option("lamp", 40)), 100)
    >>> ballots = [["pool"], ["pool", "lamp"], ["pool", "trees"], ["lamp"]]
    >>> outcome = count("greedy_cost", instance, Profile.of("approval", instance, ballots))
    >>> [(each.above, each.below, each.margin) for each in assertions(instance, outcome)]
    [('pool', 'trees', 2)]
    """
    terms = dict(outcome.parameters)
    if outcome.rule not in BY_COST or terms.get("stop") or terms.get("minimum_votes"):
        raise UnknownRuleError(f"there are no assertions for {outcome.rule} with {terms}")
    if instance.rivals or instance.needs or not all(one.cost for one in instance.options):
        raise InstanceError("assertions know no rivals, no needs and nothing that is free")
    by_cost = BY_COST[outcome.rule]
    found: list[Assertion] = []
    funded: list[tuple[str, Amount, Amount]] = []
    costs = {option.id: option.cost for option in instance.options}
    for turn in outcome.rounds:
        this = (turn.option, costs[turn.option], turn.support)
        if turn.decision is Decision.FUNDED:
            funded.append(this)
        else:
            pairs = [_assertion(before, this, by_cost=by_cost) for before in funded]
            found += _enough(pairs, costs, instance.limit)
    return tuple(found)


def _assertion(
    above: tuple[str, Amount, Amount], below: tuple[str, Amount, Amount], *, by_cost: bool
) -> Assertion:
    factor_above, factor_below = (below[1], above[1]) if by_cost else (1, 1)
    margin = factor_above * above[2] - factor_below * below[2]
    return Assertion(above[0], below[0], factor_above, factor_below, margin)


def _enough(pairs: Sequence[Assertion], costs: dict[str, Amount], limit: Amount) -> list[Assertion]:
    """Those with the largest margins that leave no room for the option below."""
    chosen: list[Assertion] = []
    room = limit - costs[pairs[0].below] if pairs else limit
    widest = sorted(pairs, key=lambda pair: (-pair.margin / (2 * pair.factor_below), pair.above))
    for pair in widest:
        if room < 0:
            break
        chosen.append(pair)
        room -= costs[pair.above]
    return chosen
